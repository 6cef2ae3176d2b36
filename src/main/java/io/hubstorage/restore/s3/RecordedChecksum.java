package io.hubstorage.restore.s3;

import io.hubstorage.integrity.Algorithm;
import io.hubstorage.manifest.ManifestEntry.Upload;
import io.hubstorage.s3.S3Failure;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checksum that an object had, and is to have again.
 *
 * @param value in base64; of all bytes, or of the parts' checksums
 */
record RecordedChecksum(String algorithm, String value, boolean isOfWhole) {
    /** Null where none was recorded. */
    static @Nullable RecordedChecksum of(Upload upload) {
        for (Algorithm algorithm : Algorithm.values()) {
            String value = upload.checksums().get(algorithm.name());
            if (value != null) {
                // Where the server said nothing of it, a number of parts behind a checksum does.
                boolean isOfWhole = upload.checksumType() == null
                        ? !value.contains("-")
                        : upload.checksumType().equals("FULL_OBJECT");
                return new RecordedChecksum(algorithm.name(), value, isOfWhole);
            }
        }
        return null;
    }

    /** As S3 calls it. */
    String type() {
        return isOfWhole ? "FULL_OBJECT" : "COMPOSITE";
    }

    String header() {
        return header(algorithm);
    }

    private static String header(String algorithm) {
        return "x-amz-checksum-" + algorithm.toLowerCase(Locale.ROOT);
    }

    /** For who has none of the whole. */
    static Map<String, String> sha256(@Nullable String hex) {
        return hex == null ? Map.of() : Map.of(header(Algorithm.SHA256.name()), Digest.base64(hex));
    }

    /** Whether a server does not know the algorithm, or not for this kind of upload. */
    static boolean isRefused(S3Failure failure) {
        return failure.kind() == S3Failure.Kind.NOT_IMPLEMENTED
                || failure.code().equals("InvalidRequest")
                || failure.code().equals("InvalidArgument");
    }
}
