package io.hubstorage.fs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps apart who reads, changes and writes the same small file: a command beside the service, say, or two threads. Where a file
 * system has no locks, or there is no place for one, two changes of two processes at the same moment may cost one. Blocking; to be
 * closed by the thread that took it.
 */
public final class ChangeLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeLock.class);

    /** A file's lock is the process's. A few files have one, so none is ever forgotten. */
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final @Nullable FileChannel channel;

    private ChangeLock(ReentrantLock thread, @Nullable FileChannel channel) {
        this.thread = thread;
        this.channel = channel;
    }

    /**
     * Waits until nobody else has it. Never fails.
     *
     * @param lock a file for this purpose alone
     */
    public static ChangeLock take(Path lock) {
        ReentrantLock thread = THREADS.computeIfAbsent(lock.toAbsolutePath().normalize(), _ -> new ReentrantLock());
        thread.lock();
        FileChannel opened = null;
        try {
            Files.createDirectories(Durable.folderOf(lock));
            opened = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            opened.lock();
        } catch (IOException | OverlappingFileLockException e) {
            LOG.debug("{} cannot be locked: what it stands for is changed without", lock, e);
        }
        return new ChangeLock(thread, opened);
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
        } finally {
            thread.unlock();
        }
    }
}
