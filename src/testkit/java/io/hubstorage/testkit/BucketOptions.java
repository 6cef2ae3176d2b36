package io.hubstorage.testkit;

import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options that say what a bucket holds: whoever has the same ones has the same objects, and can check a copy of them. */
public final class BucketOptions {
    /** The size of objects that are not all of one size. */
    public static final String MIXED = "mixed";

    @Option(names = "--objects", defaultValue = "10000", description = "Objects in each bucket (${DEFAULT-VALUE}).")
    private int objects;

    @Option(
            names = "--size",
            defaultValue = "4KiB",
            description = {
                "Of each object: bytes, KiB, MiB, GiB (${DEFAULT-VALUE}). \"mixed\" makes 90 of a hundred 1 KiB to 128"
                        + " KiB",
                "large, 9 up to 4 MiB and one up to 16 MiB, spread evenly over the logarithm of the size."
            })
    private String size = "4KiB";

    @Option(
            names = "--keys",
            defaultValue = "data/folder-####/object-###.bin",
            description = "Key pattern, each # a digit of the index (${DEFAULT-VALUE}).")
    private String keys = "";

    @Option(names = "--seed", defaultValue = "1", description = "Another seed makes other bodies (${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--plain-etags-below",
            paramLabel = "<size>",
            defaultValue = "256KiB",
            description = {
                "Smaller objects have their MD5 as their ETag, as after a plain upload; others have an ETag as after"
                        + " an",
                "upload in parts, made up (${DEFAULT-VALUE}; the AWS CLI uploads in parts from 8MiB on)."
            })
    private String plainEtagsBelow = "256KiB";

    @Option(
            names = "--true-part-etags",
            description =
                    "Those ETags are made of the MD5s of parts of 8 MiB, and prove the body; this costs a start time.")
    private boolean truePartEtags;

    /** Takes what it knows out of arguments, and leaves the others alone. */
    public static BucketOptions parse(List<String> arguments) {
        BucketOptions options = new BucketOptions();
        new CommandLine(options).setUnmatchedArgumentsAllowed(true).parseArgs(arguments.toArray(String[]::new));
        return options;
    }

    /** The bucket of this number, counted from one. */
    public SyntheticBucket bucket(int number) {
        SyntheticBucket bucket = SyntheticBucket.ruled(objects, keys, sizes())
                .withPlainEtagsBelow(bytes(plainEtagsBelow))
                .seeded(seed + number);
        return truePartEtags ? bucket.withTruePartEtags() : bucket;
    }

    /** How many objects there are in each bucket. */
    public int objects() {
        return objects;
    }

    /** What faults and other bodies follow from. */
    public long seed() {
        return seed;
    }

    private IntToLongFunction sizes() {
        if (size.equals(MIXED)) {
            return BucketOptions::mixed;
        }
        long each = bytes(size);
        return index -> each;
    }

    private static long mixed(int index) {
        double kind = share(2L * index);
        double place = share(2L * index + 1);
        long kib = 1024;
        if (kind < 0.90) {
            return between(kib, 128 * kib, place);
        }
        return kind < 0.99 ? between(128 * kib, 4096 * kib, place) : between(4096 * kib, 16 * 1024 * kib, place);
    }

    private static long between(long low, long high, double place) {
        return (long) (low * Math.pow((double) high / low, place));
    }

    private static double share(long number) {
        return (SyntheticBody.mix(number + 1) >>> 11) * 0x1.0p-53;
    }

    /** A size with its unit. */
    static long bytes(String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        int shift = upper.endsWith("KIB") ? 10 : upper.endsWith("MIB") ? 20 : upper.endsWith("GIB") ? 30 : 0;
        return Long.parseLong(
                        shift == 0
                                ? upper
                                : upper.substring(0, upper.length() - 3).strip())
                << shift;
    }
}
