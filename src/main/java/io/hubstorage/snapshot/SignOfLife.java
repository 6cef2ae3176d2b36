package io.hubstorage.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a file whose maker is still there from one that a killed process left behind, on file systems without locks: the
 * maker touches it now and then.
 *
 * @param every how often it is touched
 * @param stale untouched for so long, its maker is gone; by the clocks of whoever touches and whoever looks, so that this is
 *     long
 * @param clock by which it is touched and looked at
 */
record SignOfLife(Duration every, Duration stale, InstantSource clock) {
    static final SignOfLife USUAL =
            new SignOfLife(Duration.ofSeconds(15), Duration.ofMinutes(3), InstantSource.system());

    private static final Logger LOG = LoggerFactory.getLogger(SignOfLife.class);

    /** Within which a pid names one process: a boot of the machine and, in it, the container; empty where nobody can tell. */
    static String space() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip() + " "
                    + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
        } catch (IOException | UnsupportedOperationException _) {
            return "";
        }
    }

    /** Touches the file until closed, which deletes it. */
    AutoCloseable keep(Path file) {
        CountDownLatch closed = new CountDownLatch(1);
        Thread toucher = Thread.ofVirtual().name("sign-of-life").start(() -> {
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

    /** Whether the maker of the file may still be there; when in doubt, it is. */
    boolean isAlive(Path file, DataLock.Holder maker, DataLock.Holder us) {
        Long pid = maker.pid();
        boolean comparable = Objects.equals(maker.host(), us.host())
                && Objects.equals(maker.space(), us.space())
                && !"".equals(us.space());
        if (comparable && pid != null) {
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
