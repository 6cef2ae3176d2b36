package io.hubstorage.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The content of an entry, read from its file, in whichever form that holds it. */
public final class StoredContent {
    private StoredContent() {}

    /** The file does not hold what it should. Nothing but a hash tells this of a file that is the content as it is. */
    public static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        /** @param what is wrong with the file, as the end of a sentence */
        DamagedException(String what) {
            super("The file in the snapshot was damaged on the disk: " + what + ".");
        }
    }

    /**
     * Opens it for reading, from any position: the size and the positions are those of the content. A compressed file costs
     * two megabytes of memory while it is read, and a position in it no more than the megabyte that it is in. The channel is for one
     * thread.
     *
     * @param file of the entry; no symbolic link is followed
     * @throws DamagedException when a compressed file is not what the entry says, as far as that shows; so may its reads
     */
    public static SeekableByteChannel open(Path file, ManifestEntry entry) throws IOException {
        return open(file, entry.size(), entry.stored());
    }

    /**
     * The same, of what is known without its entry.
     *
     * @param size of the content
     * @param stored what the file is, where that holds the content compressed
     */
    public static SeekableByteChannel open(Path file, long size, ManifestEntry.@Nullable Stored stored)
            throws IOException {
        FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        if (stored == null) {
            return channel;
        }
        try {
            return new ZstdContent(channel, stored.size(), size);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** All of it in order; see {@link #open}. */
    public static InputStream stream(Path file, ManifestEntry entry) throws IOException {
        return Channels.newInputStream(open(file, entry));
    }
}
