package io.hubstorage.restore.s3;

import io.hubstorage.fs.Sha256;
import io.hubstorage.integrity.Algorithm;
import io.hubstorage.restore.targets.Source;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Digests in the forms that S3's headers have. */
final class Digest {
    private static final int CHUNK = 128 * 1024;

    private Digest() {}

    static byte[] md5(byte[] bytes) {
        return Algorithm.MD5.start().digest(bytes);
    }

    static byte[] sha256(byte[] bytes) {
        return Sha256.digest().digest(bytes);
    }

    static String base64(byte[] digest) {
        return Base64.getEncoder().encodeToString(digest);
    }

    /**
     * Reads so many bytes into digests.
     *
     * @throws Source.DamagedException when there are fewer
     */
    static void update(InputStream in, long length, List<MessageDigest> digests) throws IOException {
        byte[] chunk = new byte[(int) Math.min(length, CHUNK)];
        for (long left = length; left > 0; ) {
            int read = in.readNBytes(chunk, 0, (int) Math.min(left, chunk.length));
            if (read == 0) {
                throw new Source.DamagedException(
                        "The file in the snapshot ends too early; it was damaged on the disk.");
            }
            for (MessageDigest each : digests) {
                each.update(chunk, 0, read);
            }
            left -= read;
        }
    }

    /** Of lower-case hex. */
    static String base64(String hex) {
        return base64(HexFormat.of().parseHex(hex));
    }
}
