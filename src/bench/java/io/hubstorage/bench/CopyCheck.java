package io.hubstorage.bench;

import io.hubstorage.testkit.BucketOptions;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * What a copy came to: how many objects have no file, how many files are wrong, and how many belong to no object.
 */
record CopyCheck(long missing, long wrong, long stray) {
    private static final int CHUNK = 64 * 1024;
    private static final int SAMPLES = 200;

    /** All chunks of a file up to this size are read, and of a larger one so much. */
    private static final long SAMPLE_BYTES = 4 * 1024 * 1024;

    boolean right() {
        return missing == 0 && wrong == 0 && stray == 0;
    }

    @Override
    public String toString() {
        return right() ? "right" : "%,d missing, %,d wrong, %,d stray".formatted(missing, wrong, stray);
    }

    /** The worse of two. */
    CopyCheck or(CopyCheck other) {
        return other.missing + other.wrong + other.stray > missing + wrong + stray ? other : this;
    }

    /**
     * Looks at every file's size, and at the bytes of some or all.
     *
     * @param everyByte else those of a sample
     */
    static CopyCheck of(Path tree, BucketOptions bucket, boolean everyByte) throws IOException {
        int step = everyByte ? 1 : Math.max(1, bucket.objects() / SAMPLES);
        long missing = 0;
        long wrong = 0;
        int index = 0;
        for (Iterator<SyntheticObject> objects = bucket.bucket(1).objects().iterator(); objects.hasNext(); index++) {
            SyntheticObject object = objects.next();
            Path file = tree.resolve(object.key());
            if (!Files.isRegularFile(file)) {
                missing++;
            } else if (Files.size(file) != object.size()
                    || (index % step == 0 && !hasBytesOf(object, file, everyByte))) {
                wrong++;
            }
        }
        return new CopyCheck(missing, wrong, files(tree) - (bucket.objects() - missing));
    }

    private static boolean hasBytesOf(SyntheticObject object, Path file, boolean everyByte) throws IOException {
        long stride = everyByte || object.size() <= SAMPLE_BYTES ? CHUNK : object.size() / SAMPLE_BYTES * CHUNK;
        try (FileChannel channel = FileChannel.open(file)) {
            for (long offset = 0; offset < object.size(); offset += stride) {
                ByteBuffer expected =
                        ByteBuffer.wrap(object.body(offset, (int) Math.min(CHUNK, object.size() - offset)));
                ByteBuffer actual = ByteBuffer.allocate(expected.capacity());
                while (actual.hasRemaining() && channel.read(actual, offset + actual.position()) >= 0) {
                    // A read may bring less than was asked for.
                }
                if (!actual.flip().equals(expected)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static long files(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.filter(Files::isRegularFile).count();
        }
    }
}
