package io.hubstorage.restore.targets;

import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.Sha256;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one entry, read from the snapshot. Whoever reads them to the end by {@link #open} gets the last of them only when all
 * together have the size and SHA-256 of the manifest, so that what was damaged on the disk is never restored. Safe for threads,
 * as many may read at once as like; each stream is for one.
 */
public final class Source {
    private final @Nullable Path file;
    private final ManifestEntry entry;
    private final LongAdder read;

    /** @param file of the entry in its snapshot; null for what has no file, a directory marker */
    public Source(@Nullable Path file, ManifestEntry entry) {
        this(file, entry, new LongAdder());
    }

    /** @param read counts the bytes that streams have handed out */
    public Source(@Nullable Path file, ManifestEntry entry, LongAdder read) {
        this.file = file;
        this.entry = entry;
        this.read = read;
    }

    /** The file is not what the manifest says. */
    public static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        public DamagedException(String message) {
            super(message);
        }
    }

    /** By the manifest; the file may turn out to have another. */
    public long size() {
        return entry.size();
    }

    /** In lower-case hex; null where the manifest has none, and then only the size is checked. */
    public @Nullable String sha256() {
        return entry.sha256();
    }

    /**
     * All the bytes in order. The read that would bring the last of them throws instead when they are not the manifest's.
     *
     * @throws IOException also from reading, a {@link DamagedException} among them
     */
    public InputStream open() throws IOException {
        return new Checked(file == null ? null : channel(file, entry));
    }

    /**
     * Some of the bytes, unchecked and not counted: for what was read through {@link #open} before and is sent now. A read throws a
     * {@link DamagedException} where the file ends too early.
     */
    public InputStream open(long from, long length) throws IOException {
        if (file == null) {
            throw new DamagedException("it has no bytes");
        }
        return new Stretch(channel(file, entry).position(from), length);
    }

    /** The same, whose reading is not counted: for a target that counts what it sends. */
    public Source uncounted() {
        return new Source(file, entry, new LongAdder());
    }

    /** Bytes that are on their way to the target. */
    public void count(long bytes) {
        read.add(bytes);
    }

    private static SeekableByteChannel channel(Path file, ManifestEntry entry) throws IOException {
        try {
            return StoredContent.open(file, entry);
        } catch (StoredContent.DamagedException e) {
            throw new DamagedException(String.valueOf(e.getMessage()));
        }
    }

    private DamagedException tooShort(long found) {
        return new DamagedException("The file in the snapshot has %s bytes, not %s; it was damaged on the disk."
                .formatted(Sizes.number(found), Sizes.number(entry.size())));
    }

    private abstract static class FileInput extends InputStream {
        private final @Nullable SeekableByteChannel channel;

        FileInput(@Nullable SeekableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public abstract int read(byte[] bytes, int offset, int length) throws IOException;

        /** Those that there are now, -1 for none. */
        final int next(byte[] bytes, int offset, long most) throws IOException {
            try {
                return channel == null ? -1 : channel.read(ByteBuffer.wrap(bytes, offset, (int) most));
            } catch (StoredContent.DamagedException e) {
                throw new DamagedException(String.valueOf(e.getMessage()));
            }
        }

        /** What the file has by now. */
        final long found() throws IOException {
            return channel == null ? 0 : channel.size();
        }

        @Override
        public void close() throws IOException {
            if (channel != null) {
                channel.close();
            }
        }
    }

    private final class Stretch extends FileInput {
        private long left;

        Stretch(SeekableByteChannel channel, long length) {
            super(channel);
            this.left = length;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int read = next(bytes, offset, Math.min(length, left));
            if (read < 0) {
                throw tooShort(found());
            }
            left -= read;
            return read;
        }
    }

    private final class Checked extends FileInput {
        private final MessageDigest digest = Sha256.digest();
        private long position;
        private boolean right;

        Checked(@Nullable SeekableByteChannel channel) {
            super(channel);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (position == size()) {
                requireEnd();
                return -1;
            }
            int read = next(bytes, offset, Math.min(length, size() - position));
            if (read < 0) {
                throw tooShort(position);
            }
            digest.update(bytes, offset, read);
            position += read;
            if (position == size()) {
                requireEnd();
            }
            Source.this.read.add(read);
            return read;
        }

        private void requireEnd() throws IOException {
            if (right) {
                return;
            }
            if (found() != size()) {
                throw tooShort(found());
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (sha256() != null && !found.equals(sha256())) {
                throw new DamagedException(
                        "The file in the snapshot has the SHA-256 %s, not %s; it was damaged on the disk."
                                .formatted(found, sha256()));
            }
            right = true;
        }
    }
}
