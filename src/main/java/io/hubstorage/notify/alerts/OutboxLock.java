package io.hubstorage.notify.alerts;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That a configuration folder's messages are one process's to send. Where there can be no lock there is none: a message twice is better
 * than none at all.
 *
 * @param file that is locked as long as it is open; absent where it cannot be opened
 */
record OutboxLock(@Nullable FileChannel file) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxLock.class);

    /** @throws IOException when another process has it */
    @SuppressWarnings("MustBeClosed") // whoever takes it closes it
    static OutboxLock take(Path folder) throws IOException {
        Path file = folder.resolve(".notify.lock");
        FileChannel channel;
        try {
            Files.createDirectories(folder);
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            LOG.error("{} cannot be opened ({}); messages are sent all the same", file, e.toString());
            return new OutboxLock(null);
        }
        if (isTaken(channel)) {
            channel.close();
            throw new IOException(
                    "another HubStorage with the configuration folder %s sends its messages".formatted(folder));
        }
        return new OutboxLock(channel);
    }

    /** False also where the file system knows no locks. */
    @SuppressWarnings("MustBeClosed") // the lock is held until its file is closed
    private static boolean isTaken(FileChannel file) {
        try {
            FileLock lock = file.tryLock();
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            LOG.debug("There are no locks here", e);
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
