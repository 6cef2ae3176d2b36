package io.hubstorage.restore.s3;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestEntry.Metadata;
import io.hubstorage.restore.s3.ServerAbilities.Tagging;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.ObjectWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an object is to have in the target beside its bytes: the recorded headers, metadata, redirect and tags; encryption and storage
 * class as this restore has them. Object lock, expiry and version ids are the bucket's business.
 *
 * @param storageClass the one to write; null for the recorded ones
 * @param encrypt whether S3 is to encrypt with its own keys (AES256)
 * @param customerKey the headers of the customer's key, which what was encrypted with one is encrypted with again; none where there is
 *     none
 */
record ObjectAttributes(
        @Nullable String storageClass, boolean encrypt, boolean withoutTags, Map<String, String> customerKey) {
    private static final String STANDARD = "STANDARD";
    private static final String META = "x-amz-meta-";
    private static final String REDIRECT = "x-amz-website-redirect-location";
    private static final String SSE_C = "x-amz-server-side-encryption-customer-algorithm";
    /** What fits in beside the rest; S3 takes 8 KiB of headers. */
    private static final int MOST_TAGS_WITH_THE_OBJECT = 2048;

    /** The headers of a write, but for digests and conditions. */
    Map<String, String> headers(ManifestEntry entry, Tagging tagging) {
        Metadata metadata = entry.metadata();
        Map<String, String> headers = new HashMap<>(encryption(entry));
        metadata.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        metadata.user().forEach((name, value) -> headers.put(META + name, value));
        String redirect = metadata.properties().get(REDIRECT);
        if (redirect != null) {
            headers.put(REDIRECT, redirect);
        }
        String wanted = wantedClass(entry);
        if (!wanted.equals(STANDARD)) {
            headers.put("x-amz-storage-class", wanted);
        }
        if (tagsGoWith(entry, tagging)) {
            headers.put("x-amz-tagging", ObjectWriter.tagging(metadata.tags()));
        }
        return headers;
    }

    /** The headers of whatever this restore writes, its probe too. */
    Map<String, String> encryption() {
        return encrypt ? Map.of("x-amz-server-side-encryption", "AES256") : Map.of();
    }

    private Map<String, String> encryption(ManifestEntry entry) {
        return hasCustomerKey(entry) ? customerKey : encryption();
    }

    /** Whether it is written, and asked for, with the customer's key. */
    boolean hasCustomerKey(ManifestEntry entry) {
        return !customerKey.isEmpty() && entry.metadata().properties().containsKey(SSE_C);
    }

    /** The tags that it is to have. */
    Map<String, String> tags(ManifestEntry entry) {
        return withoutTags ? Map.of() : entry.metadata().tags();
    }

    /** Whether they are a header of the write; else they need a request of their own. */
    boolean tagsGoWith(ManifestEntry entry, Tagging tagging) {
        Map<String, String> tags = tags(entry);
        return !tags.isEmpty()
                && tagging == Tagging.WITH_THE_OBJECT
                && ObjectWriter.tagging(tags).length() <= MOST_TAGS_WITH_THE_OBJECT;
    }

    private String wantedClass(ManifestEntry entry) {
        return Objects.requireNonNullElse(
                storageClass, Objects.requireNonNullElse(entry.metadata().storageClass(), STANDARD));
    }

    /** What the target has otherwise than it was to be, each in a few words; but for the tags, which no HEAD tells. */
    List<String> differences(ManifestEntry entry, ObjectWriter.Head found) {
        List<String> differences = new ArrayList<>();
        ObjectHead.Description has = found.head().description();
        entry.metadata()
                .headers()
                .forEach((name, value) -> compare(
                        name.toLowerCase(Locale.ROOT),
                        value,
                        has.headers().get(name.toLowerCase(Locale.ROOT)),
                        differences));
        Map<String, String> user = lowerCase(entry.metadata().user());
        Map<String, String> hasUser = lowerCase(has.metadata());
        user.forEach((name, value) -> compare(META + name, value, hasUser.get(name), differences));
        hasUser.keySet().stream()
                .filter(name -> !user.containsKey(name))
                .forEach(name -> differences.add(META + name + " beside the recorded ones"));
        String redirect = entry.metadata().properties().get(REDIRECT);
        if (redirect != null) {
            compare(REDIRECT, redirect, has.properties().get(REDIRECT), differences);
        }
        compare(
                "storage class",
                wantedClass(entry),
                Objects.requireNonNullElse(found.storageClass(), STANDARD),
                differences);
        return differences;
    }

    private static Map<String, String> lowerCase(Map<String, String> metadata) {
        Map<String, String> lower = new TreeMap<>();
        metadata.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        return lower;
    }

    private static void compare(String name, String wanted, @Nullable String found, List<String> differences) {
        if (!wanted.equals(found)) {
            differences.add(found == null ? "no " + name : "%s %s instead of %s".formatted(name, found, wanted));
        }
    }
}
