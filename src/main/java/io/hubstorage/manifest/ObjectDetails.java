package io.hubstorage.manifest;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What S3 told of an object beside its bytes and content headers, as far as it did: no later run can find out what an object was
 * uploaded as.
 *
 * @param partSize the size in bytes of all parts of the upload but the last; 0 when that is not known, or says too little
 * @param partSizes the size of each part, in order, where {@code partSize} says too little; otherwise empty
 * @param checksums as S3 sends them, base64 by algorithm ({@code CRC32}, {@code SHA256}, …)
 * @param checksumType {@code FULL_OBJECT}, or {@code COMPOSITE} for a checksum of the parts' checksums
 * @param tags the tag set when it was last asked for
 * @param properties S3's own headers of the object: encryption, object lock, expiry, redirect, by their names in lower case
 */
public record ObjectDetails(
        long partSize,
        List<Long> partSizes,
        Map<String, String> checksums,
        @Nullable String checksumType,
        Map<String, String> tags,
        Map<String, String> properties) {
    /** Nothing is known; shared, because most objects have nothing of it. */
    public static final ObjectDetails NONE = new ObjectDetails(0, List.of(), Map.of(), null, Map.of(), Map.of());

    /** Copies the collections. */
    public ObjectDetails {
        partSizes = List.copyOf(partSizes);
        checksums = Map.copyOf(checksums);
        tags = Map.copyOf(tags);
        properties = Map.copyOf(properties);
    }

    /** The same with these tags. */
    public ObjectDetails withTags(Map<String, String> other) {
        return new ObjectDetails(partSize, partSizes, checksums, checksumType, other, properties);
    }
}
