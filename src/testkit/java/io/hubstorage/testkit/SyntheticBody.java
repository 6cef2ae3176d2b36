package io.hubstorage.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bodies without storage: every byte follows from a seed and its offset, so that any range can be made at once. The first
 * {@value #CHUNK} bytes are pseudo-random words of the seed's own; each further chunk is a slice of one shared random block,
 * at a place that follows from seed and chunk, and is sent without being copied.
 */
public final class SyntheticBody {
    /** No slice crosses a multiple of this. */
    static final int CHUNK = 64 * 1024;

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int BLOCK = 4 * 1024 * 1024;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ByteBuf SHARED = shared();

    private SyntheticBody() {}

    /** The seed of a version of a key's body. */
    public static long seedOf(long bucketSeed, String key, int version) {
        long hash = mix(bucketSeed + version * GOLDEN);
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001B3L;
            hash ^= hash >>> 29;
        }
        return mix(hash);
    }

    /** A range of a body, at most as long as an array. */
    public static byte[] bytes(long seed, long offset, int length) {
        byte[] bytes = new byte[length];
        int done = 0;
        while (done < length) {
            ByteBuf slice = slice(seed, offset + done, length - done);
            int count = slice.readableBytes();
            slice.readBytes(bytes, done, count);
            done += count;
        }
        return bytes;
    }

    /** A digest over a whole body, in lower-case hexadecimal digits; {@code algorithm} is the JDK's name. */
    public static String digest(String algorithm, long seed, long size) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (long offset = 0; offset < size; ) {
                ByteBuf slice = slice(seed, offset, size - offset);
                offset += slice.readableBytes();
                digest.update(slice.nioBuffer());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalArgumentException(missing);
        }
    }

    /** The bytes from {@code offset} to the end of its chunk, or {@code limit} of them where that is fewer. */
    static ByteBuf slice(long seed, long offset, long limit) {
        long chunk = offset / CHUNK;
        int within = (int) (offset % CHUNK);
        int length = (int) Math.min(CHUNK - within, limit);
        if (chunk == 0) {
            return Unpooled.wrappedBuffer(words(seed, within, length));
        }
        int place = (int) Long.remainderUnsigned(mix(seed + chunk * GOLDEN), BLOCK);
        return SHARED.slice(place + within, length);
    }

    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static byte[] words(long seed, int from, int length) {
        int first = from & ~7;
        byte[] words = new byte[(from + length - first + 7) & ~7];
        for (int i = 0; i < words.length; i += 8) {
            WORDS.set(words, i, mix(seed + (first + i) * GOLDEN));
        }
        if (first == from && words.length == length) {
            return words;
        }
        return Arrays.copyOfRange(words, from - first, from - first + length);
    }

    private static ByteBuf shared() {
        ByteBuf block = Unpooled.directBuffer(BLOCK + CHUNK);
        block.writeBytes(words(0x5EED, 0, BLOCK + CHUNK));
        return Unpooled.unreleasableBuffer(block).asReadOnly();
    }
}
