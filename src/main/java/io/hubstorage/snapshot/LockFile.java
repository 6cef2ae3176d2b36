package io.hubstorage.snapshot;

import io.hubstorage.bus.BusJson;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands for a {@link DataLock} where the file system has no locks: a file that only one can make and that its holder touches
 * now and then, so that one which a killed process left behind is told from one that is held.
 *
 * @param every how often it is touched
 * @param stale untouched for so long, its holder is gone; by the clocks of whoever touches and whoever looks, so that this is
 *     long
 * @param clock by which it is touched and looked at
 */
record LockFile(Duration every, Duration stale, InstantSource clock) {
    static final LockFile USUAL = new LockFile(Duration.ofSeconds(15), Duration.ofMinutes(3), InstantSource.system());

    private static final Logger LOG = LoggerFactory.getLogger(LockFile.class);

    /** Takes the place of the lock that this file would be. */
    AutoCloseable take(Path lock, DataLock.Holder us) throws IOException, DataLock.HeldException {
        Path file = file(lock);
        byte[] text = BusJson.mapper().writeValueAsBytes(us);
        for (int attempt = 0; ; attempt++) {
            try {
                Files.createFile(file);
                write(file, text);
                return keep(file);
            } catch (FileAlreadyExistsException e) {
                DataLock.Holder holder = DataLock.Holder.read(file);
                if (attempt > 0 || isAlive(file, holder, us)) {
                    throw new DataLock.HeldException(lock, holder);
                }
                LOG.info("{} was left behind by {}", file, holder);
                Files.deleteIfExists(file);
            }
        }
    }

    Optional<DataLock.Holder> holder(Path lock, DataLock.Holder us) {
        Path file = file(lock);
        return Optional.of(file)
                .filter(Files::exists)
                .map(LockFile::readOrUnknown)
                .filter(holder -> isAlive(file, holder, us));
    }

    private static DataLock.Holder readOrUnknown(Path file) {
        try {
            return DataLock.Holder.read(file);
        } catch (IOException _) {
            return DataLock.Holder.UNKNOWN;
        }
    }

    private static Path file(Path lock) {
        return lock.resolveSibling(lock.getFileName() + ".held");
    }

    private static void write(Path file, byte[] text) throws IOException {
        try {
            Files.write(file, text);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** Touches the file until closed, which deletes it. */
    private AutoCloseable keep(Path file) {
        CountDownLatch closed = new CountDownLatch(1);
        Thread toucher = Thread.ofVirtual().name("lock-file").start(() -> {
            try {
                while (!closed.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                    touch(file);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return () -> {
            closed.countDown();
            toucher.join();
            Files.deleteIfExists(file);
        };
    }

    private void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        } catch (IOException e) {
            LOG.debug("{} could not be touched", file, e);
        }
    }

    /** Whether the holder may still be there; when in doubt, it is. */
    private boolean isAlive(Path file, DataLock.Holder holder, DataLock.Holder us) {
        Long pid = holder.pid();
        if (pid != null && holder.isComparable(us)) {
            // Not we: what this process holds is known without looking at the file.
            return !pid.equals(us.pid())
                    && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        }
        try {
            long age = clock.millis() - Files.getLastModifiedTime(file).toMillis();
            return Math.abs(age) < stale.toMillis();
        } catch (IOException _) {
            return false;
        }
    }
}
