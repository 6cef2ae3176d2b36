package io.hubstorage.restore.s3;

import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestEntry.Upload;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.ObjectWriter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a HEAD says of a body beside what it must be.
 *
 * @param word what compared equal: {@code etag}, {@code sha256}, {@code crc64nvme}, {@code md5}, {@code length}; else what did not
 */
record Proof(boolean isRight, String word) {
    /**
     * @param expectedEtag what S3 makes of the MD5 of what was sent, or of those of its parts; null where that is not known
     * @param md5Etags whether the server does so at all
     */
    static Proof of(ManifestEntry entry, ObjectWriter.Head found, @Nullable String expectedEtag, boolean md5Etags) {
        ObjectHead head = found.head();
        if (head.size() != entry.size()) {
            return new Proof(false, "it has %d bytes instead of %d".formatted(head.size(), entry.size()));
        }
        String etag = head.etag();
        if (etag.equals(entry.etag())) {
            return new Proof(true, "etag");
        }
        Proof checksum = checksum(entry, head.checksums());
        if (checksum != null) {
            return checksum;
        }
        if (etag.equals(expectedEtag)) {
            return new Proof(true, DeclaredChecksum.isPlainMd5(etag) ? "md5" : "multipart-md5");
        }
        return md5Etags && head.etagIsDigest() && expectedEtag != null && areComparable(etag, expectedEtag)
                ? new Proof(false, "its ETag is %s instead of %s".formatted(etag, expectedEtag))
                : new Proof(true, ManifestEntry.LENGTH);
    }

    /** Both the MD5 of a whole, or both of as many parts. */
    private static boolean areComparable(String one, String other) {
        DeclaredChecksum parted = DeclaredChecksum.ofEtag(one).parted();
        DeclaredChecksum otherParted = DeclaredChecksum.ofEtag(other).parted();
        return (parted == null || otherParted == null)
                ? DeclaredChecksum.isPlainMd5(one) && DeclaredChecksum.isPlainMd5(other)
                : parted.parts() == otherParted.parts();
    }

    /** Those of parts depend on where these end, so they can prove a body, but not that it is another. */
    private static @Nullable Proof checksum(ManifestEntry entry, ObjectHead.Checksums found) {
        Upload upload = entry.content().upload();
        String sha256 = entry.sha256();
        for (Map.Entry<String, String> each : found.values().entrySet()) {
            String algorithm = each.getKey();
            boolean ofParts = each.getValue().contains("-") || "COMPOSITE".equals(found.type());
            boolean same = upload.checksumType() == null
                    || found.type() == null
                    || upload.checksumType().equals(found.type());
            String expected = !ofParts && algorithm.equals("SHA256") && sha256 != null
                    ? Digest.base64(sha256)
                    : same ? upload.checksums().get(algorithm) : null;
            if (each.getValue().equals(expected)) {
                return new Proof(true, (ofParts ? "multipart-" : "") + algorithm.toLowerCase(Locale.ROOT));
            }
            if (expected != null && !ofParts) {
                return new Proof(false, "its %s is %s instead of %s".formatted(algorithm, each.getValue(), expected));
            }
        }
        return null;
    }

    boolean isLengthAlone() {
        return word.equals(ManifestEntry.LENGTH);
    }
}
