package io.hubstorage.transfer;

import io.hubstorage.s3.ObjectHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 that goes into the manifest and, where the ETag is a plain MD5, that MD5 beside it. Fed in order; not
 * thread-safe.
 */
final class Digests {
    private static final Pattern PLAIN_MD5 = Pattern.compile("[0-9a-f]{32}");
    private static final int BUFFER = 256 * 1024;

    private final MessageDigest sha256 = digest("SHA-256");
    private final @Nullable MessageDigest md5;
    private final @Nullable String expectedMd5;

    private Digests(@Nullable String etag) {
        expectedMd5 = etag != null && PLAIN_MD5.matcher(etag).matches() ? etag : null;
        md5 = expectedMd5 == null ? null : digest("MD5");
    }

    /** For a body that came with this head: its ETag is an MD5 unless S3 encrypted it with a key of the customer's. */
    static Digests expecting(ObjectHead head) {
        return new Digests(head.etagIsDigest() ? head.etag() : null);
    }

    /** For a file that should hold what the listing gave this ETag, without quotes. */
    static Digests expecting(String etag) {
        return new Digests(etag);
    }

    /** For a body about which nothing is known. */
    static Digests unchecked() {
        return new Digests(null);
    }

    void update(byte[] bytes) {
        sha256.update(bytes);
        if (md5 != null) {
            md5.update(bytes);
        }
    }

    /** Reads a stretch of a file; what was just written comes from memory. */
    void update(FileChannel file, long from, long length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, Math.max(1, length)));
        for (long at = from, end = from + length; at < end; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
            int read = file.read(buffer, at);
            if (read < 0) {
                throw new IOException("the file ends at %d instead of %d bytes".formatted(at, end));
            }
            at += read;
            sha256.update(buffer.array(), 0, read);
            if (md5 != null) {
                md5.update(buffer.array(), 0, read);
            }
        }
    }

    void updateWhole(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            update(file, 0, file.size());
        }
    }

    /** Whether the bytes are those the ETag stands for, as far as the ETag can tell. Call once, after the last byte. */
    boolean agreesWithEtag() {
        return md5 == null || HexFormat.of().formatHex(md5.digest()).equals(expectedMd5);
    }

    /** The SHA-256 in hexadecimal. Call once, after the last byte. */
    String sha256() {
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
