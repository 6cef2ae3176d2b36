package io.hubstorage.s3;

import io.hubstorage.bus.IsoTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a GET or a HEAD say about the object.
 *
 * @param size of the whole object in bytes, also when only a range was read
 * @param etag without quotes; empty where the server gives none
 * @param etagIsDigest whether the ETag, if it looks like a digest, is one: not when S3 encrypted with another key than its
 *     own, and not in a directory bucket
 * @param lastModified in whole seconds; the epoch where the server does not say
 * @param checksums those sent
 */
public record ObjectHead(
        long size,
        String etag,
        boolean etagIsDigest,
        Instant lastModified,
        Description description,
        Checksums checksums) {
    /**
     * What a backup writes down as the server says it.
     *
     * @param version the version id in a versioned bucket
     * @param headers {@code content-type}, {@code content-encoding}, {@code content-disposition}, {@code content-language},
     *     {@code cache-control}, {@code expires}: those present
     * @param metadata the user's own, names without {@code x-amz-meta-}
     * @param properties S3's own headers of the object, by their names in lower case: encryption, object lock, expiry, redirect,
     *     number of tags; those sent
     */
    public record Description(
            @Nullable String version,
            Map<String, String> headers,
            Map<String, String> metadata,
            Map<String, String> properties) {
        public static final Description NONE = new Description(null, Map.of(), Map.of(), Map.of());

        /** The properties but for the number of tags, which says nothing more where the tags are known. */
        public Map<String, String> propertiesBesideTags() {
            Map<String, String> others = new HashMap<>(properties);
            others.remove(TAG_COUNT);
            return others;
        }
    }

    /**
     * What S3 keeps for the whole object.
     *
     * @param values base64 by algorithm ({@code CRC32}, {@code SHA256}, …); with {@code -N} behind it, one is the checksum of
     *     the checksums of N parts
     * @param type {@code FULL_OBJECT} or {@code COMPOSITE}, where there are values and the server says so
     */
    public record Checksums(
            Map<String, String> values, @Nullable String type) {
        public static final Checksums NONE = new Checksums(Map.of(), null);

        public boolean isEmpty() {
            return values.isEmpty();
        }
    }

    private static final String TAG_COUNT = "x-amz-tagging-count";
    private static final Set<String> PROPERTIES = Set.of(
            "x-amz-expiration",
            "x-amz-object-lock-mode",
            "x-amz-object-lock-retain-until-date",
            "x-amz-object-lock-legal-hold",
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-server-side-encryption-bucket-key-enabled",
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-website-redirect-location",
            TAG_COUNT);
    private static final String METADATA = "x-amz-meta-";
    private static final String CHECKSUM = "x-amz-checksum-";
    private static final Set<String> ALGORITHMS = Set.of("crc32", "crc32c", "crc64nvme", "sha1", "sha256");
    private static final Set<String> CONTENT = Set.of(
            "content-type", "content-encoding", "content-disposition", "content-language", "cache-control", "expires");
    private static final long SECONDS_OF_DAY = 86_400;
    /** The first day of 1970 was a Thursday. */
    private static final int EPOCHS_DAY = 3;

    private static final String DAYS = "MonTueWedThuFriSatSun";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    /** As in {@code Thu, 15 Jan 2026 10:00:00 GMT}. */
    private static final int TIME_LENGTH = 29;

    /** Of the headers of an answer, names in any case; of each the first value counts. */
    static ObjectHead of(Map<String, List<String>> answer, long size) {
        Map<String, String> known = new HashMap<>();
        Map<String, String> headers = new HashMap<>();
        Map<String, String> metadata = new HashMap<>();
        Map<String, String> checksums = new HashMap<>();
        Map<String, String> properties = new HashMap<>();
        answer.forEach((sent, values) -> {
            String name = sent.toLowerCase(Locale.ROOT);
            String value = values.isEmpty() ? "" : values.getFirst();
            if (name.startsWith(METADATA) && !values.isEmpty()) {
                metadata.put(sent.substring(METADATA.length()), value);
            } else if (!value.isEmpty()) {
                known.put(name, value);
                if (CONTENT.contains(name)) {
                    headers.put(name, value);
                } else if (PROPERTIES.contains(name)) {
                    properties.put(name, value);
                } else if (name.startsWith(CHECKSUM) && ALGORITHMS.contains(name.substring(CHECKSUM.length()))) {
                    checksums.put(name.substring(CHECKSUM.length()).toUpperCase(Locale.ROOT), value);
                }
            }
        });
        return new ObjectHead(
                size,
                bareEtag(known.get("etag")),
                etagIsDigest(known),
                time(known.get("last-modified")),
                new Description(known.get("x-amz-version-id"), headers, metadata, properties),
                checksums.isEmpty() ? Checksums.NONE : new Checksums(checksums, known.get("x-amz-checksum-type")));
    }

    /** The same without checksums: those of a range may be those of a part. */
    ObjectHead withoutChecksums() {
        return with(Checksums.NONE);
    }

    /** The same with the checksums of another answer about the same object. */
    public ObjectHead withChecksumsOf(ObjectHead other) {
        return with(other.checksums);
    }

    private ObjectHead with(Checksums others) {
        return new ObjectHead(size, etag, etagIsDigest, lastModified, description, others);
    }

    /** Whether the answer says that the object has tags; it is silent where there are none, or we may not know them. */
    public boolean hasTags() {
        String count = description.properties.get(TAG_COUNT);
        return count != null && !count.equals("0");
    }

    /** Without quotes, and without the {@code W/} that compressing proxies put before them; empty for none. */
    static String bareEtag(@Nullable String etag) {
        if (etag == null) {
            return "";
        }
        String bare = etag.strip();
        bare = bare.startsWith("W/") ? bare.substring(2) : bare;
        return bare.length() >= 2 && bare.startsWith("\"") && bare.endsWith("\"")
                ? bare.substring(1, bare.length() - 1)
                : bare;
    }

    private static boolean etagIsDigest(Map<String, String> known) {
        return !known.containsKey("x-amz-server-side-encryption-customer-algorithm")
                && !known.containsKey("x-amz-server-side-encryption-aws-kms-key-id")
                && known.getOrDefault("x-amz-server-side-encryption", "AES256").equals("AES256")
                && !known.getOrDefault("x-amz-storage-class", "").equals("EXPRESS_ONEZONE");
    }

    private static Instant time(@Nullable String text) {
        try {
            return text == null
                    ? Instant.EPOCH
                    : usualTime(text).orElseGet(() -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
        } catch (DateTimeException e) {
            // Nothing depends on it: the listing has the time too.
            return Instant.EPOCH;
        }
    }

    /** Put in another order, which is read ten times as fast; empty where anything about it is odd. */
    private static Optional<Instant> usualTime(String text) {
        boolean usual = text.length() == TIME_LENGTH
                && text.startsWith(", ", 3)
                && text.charAt(7) == ' '
                && text.charAt(11) == ' '
                && text.charAt(16) == ' '
                && text.endsWith(" GMT");
        int month = usual ? MONTHS.indexOf(text.substring(8, 11)) : -1;
        if (month < 0 || month % 3 != 0) {
            return Optional.empty();
        }
        int number = month / 3 + 1;
        String iso = text.substring(12, 16)
                + (number < 10 ? "-0" : "-")
                + number
                + '-'
                + text.substring(5, 7)
                + 'T'
                + text.substring(17, 25)
                + 'Z';
        try {
            Instant time = IsoTime.parse(iso);
            int day = (int) Math.floorMod(Math.floorDiv(time.getEpochSecond(), SECONDS_OF_DAY) + EPOCHS_DAY, 7L);
            // A leap second and the like are read as another time.
            return IsoTime.format(time).equals(iso) && text.startsWith(DAYS.substring(3 * day, 3 * day + 3))
                    ? Optional.of(time)
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
