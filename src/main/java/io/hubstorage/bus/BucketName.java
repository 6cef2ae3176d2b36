package io.hubstorage.bus;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a bucket is called everywhere in the product: {@code photos}, and {@code photos@archive} where it is of a named account.
 * S3 allows no {@code @} in the name of a bucket, so the two can always be told apart again. Only whoever makes a name on the
 * disk and whoever chooses the client has to.
 *
 * @param bucket its name in S3
 * @param account that it is of; null for the one that the environment names
 */
public record BucketName(String bucket, @Nullable String account) {
    /** What stands between the two. */
    public static final char AT = '@';

    /** As {@code conf/config.schema.json} has it. Lower case only: account names are names of folders, and some disks fold them. */
    private static final Pattern ACCOUNT = Pattern.compile("[a-z0-9_-]{1,32}");

    private static final Set<String> DOTS = Set.of(".", "..");

    /** Whether an account may be called so. */
    public static boolean isAccount(String text) {
        return ACCOUNT.matcher(text).matches();
    }

    /** The two parts of a name; what is none is taken for the name of a bucket as it is. */
    public static BucketName parse(String name) {
        int at = name.lastIndexOf(AT);
        String bucket = at < 0 ? "" : name.substring(0, at);
        // Dots alone would lead out of an account's folder.
        return bucket.isEmpty() || DOTS.contains(bucket) || !isAccount(name.substring(at + 1))
                ? new BucketName(name, null)
                : new BucketName(bucket, name.substring(at + 1));
    }

    /** What S3 calls the bucket of that name. */
    public static String inS3(String name) {
        return name.indexOf(AT) < 0 ? name : parse(name).bucket;
    }

    /** The whole name, which {@link #parse} takes apart again. */
    @Override
    public String toString() {
        return account == null ? bucket : bucket + AT + account;
    }
}
