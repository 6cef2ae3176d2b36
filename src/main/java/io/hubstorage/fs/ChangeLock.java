package io.hubstorage.fs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps processes apart that read, change and write the same small file: a command beside the service, say. Where there are no
 * locks, or no place for one, two changes at the same moment may cost one. Blocking; threads of one process have to be kept apart
 * by other means.
 */
public final class ChangeLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeLock.class);

    private final @Nullable FileChannel channel;

    private ChangeLock(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits until nobody else has it. Never fails.
     *
     * @param lock a file for this purpose alone
     */
    public static ChangeLock take(Path lock) {
        FileChannel opened = null;
        try {
            Files.createDirectories(Durable.folderOf(lock));
            opened = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            opened.lock();
        } catch (IOException | OverlappingFileLockException e) {
            LOG.debug("{} cannot be locked: what it stands for is changed without", lock, e);
        }
        return new ChangeLock(opened);
    }

    /** With the channel its lock goes. */
    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("A lock could not be given back", e);
        }
    }
}
