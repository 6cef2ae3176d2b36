package io.hubstorage.snapshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two processes from working on one folder at once. Held by a run for its data folder, whatever configuration each has,
 * and by a service for its configuration folder; the operating system lets go of it when the process ends, however it ends, so
 * that it is never stale. Where the file system has no locks, a file beside it stands for the lock, and a holder that is gone
 * is told by its process or by a {@link LockFile} that it has not renewed. Blocking.
 */
public final class DataLock implements AutoCloseable {
    /**
     * Those of this process. The system's locks belong to the process: when it closes any channel on the file, even one
     * it only read by, the lock is gone. So the file is not touched while we hold it.
     */
    private static final ConcurrentMap<Path, Holder> OURS = new ConcurrentHashMap<>();

    /**
     * Held while a file is opened, tried and closed again: closing it would let go of what another thread has just locked. One for each
     * file, so that a disk that does not answer keeps nobody from the others.
     */
    private static final ConcurrentMap<Path, ReentrantLock> TRYING = new ConcurrentHashMap<>();

    private static final int MOST_BYTES = 4096;
    /** Longer than a rename takes on a disk that has just to wake up. */
    private static final Duration MOST_MOMENT = Duration.ofSeconds(15);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);
    /** Another process that only looks whether it is held has it meanwhile. */
    private static final int LOOKS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(DataLock.class);

    private final Path file;
    private final AutoCloseable hold;

    private DataLock(Path file, AutoCloseable hold) {
        this.file = file;
        this.hold = hold;
    }

    /**
     * Who works on the folder, as far as is known.
     *
     * @param space within which the pid names a process: this boot of the machine, and the container
     * @param moment whether it lets go at once, so that it pays to wait; false where absent
     */
    public record Holder(
            @Nullable Long pid,
            @Nullable String host,
            @Nullable Instant since,
            @Nullable String space,
            @Nullable Boolean moment) {
        static final Holder UNKNOWN = new Holder(null, null, null, null, null);

        static Holder us(@Nullable Instant since) {
            return us(since, false);
        }

        private static Holder us(@Nullable Instant since, boolean moment) {
            return new Holder(ProcessHandle.current().pid(), thisHost(), since, thisSpace(), moment ? true : null);
        }

        static Holder read(Path file) throws IOException {
            // Only its first lines: it need not be ours.
            try (var in = Files.newInputStream(file)) {
                return BusJson.mapper()
                        .readValue(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8), Holder.class);
            } catch (JsonProcessingException e) {
                return UNKNOWN;
            }
        }

        private static String thisHost() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "this host";
            }
        }

        /** A boot of the machine and, in it, the container; empty where nobody can tell. */
        static String thisSpace() {
            try {
                return Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                                .strip() + " " + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
            } catch (IOException | UnsupportedOperationException _) {
                return "";
            }
        }

        /** Whether a pid names the same process for both. */
        boolean isComparable(Holder other) {
            return Objects.equals(host, other.host) && Objects.equals(space, other.space) && !"".equals(space);
        }

        /** For messages: {@code process 4711 on nas, since 2026-11-20T08:00:00Z}. */
        @Override
        public String toString() {
            return pid == null
                    ? "an unknown process"
                    : "process %d on %s, since %s"
                            .formatted(pid, host, since == null ? null : since.truncatedTo(ChronoUnit.SECONDS));
        }
    }

    /** Somebody else is at work on the folder. */
    public static final class HeldException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Holder holder;

        HeldException(Path file, Holder holder) {
            super("another HubStorage is at work on %s (%s); wait for it to end".formatted(worked(file), holder));
            this.holder = holder;
        }

        /** The lock of a data folder is in our own folder there. */
        private static @Nullable Path worked(Path file) {
            Path folder = file.toAbsolutePath().getParent();
            return folder != null && folder.endsWith(".hubstorage") ? folder.getParent() : folder;
        }

        public Holder holder() {
            return holder;
        }
    }

    /** The system's locks; tests have others. */
    @FunctionalInterface
    interface Locks {
        /** Null when somebody else has it. */
        @Nullable
        FileLock tryLock(FileChannel channel) throws IOException;
    }

    /**
     * Takes the one of a data folder, or finds that somebody has it; who has it {@link #takeForMoment for a moment} is waited for.
     *
     * @param now what is written down as the begin of the work
     */
    public static DataLock take(Layout layout, Instant now) throws IOException, HeldException {
        return takeInTurn(layout.lock(), Holder.us(now));
    }

    /**
     * Takes the one of a data folder for as long as a rename takes, for what must not happen beside a run: no run is refused because
     * of it.
     */
    public static DataLock takeForMoment(Layout layout, Instant now) throws IOException, HeldException {
        return takeInTurn(layout.lock(), Holder.us(now, true));
    }

    private static DataLock takeInTurn(Path file, Holder us) throws IOException, HeldException {
        long begun = System.nanoTime();
        for (int attempt = 0; ; attempt++) {
            try {
                return take(file, us, FileChannel::tryLock, LockFile.USUAL);
            } catch (HeldException e) {
                // Whoever has just taken it may not have written down yet for how long, and whoever only looks
                // never does. Of our own process we know.
                boolean waits = attempt == 0
                        || Boolean.TRUE.equals(e.holder().moment())
                        || (attempt < LOOKS && !OURS.containsKey(file));
                if (!waits
                        || Thread.currentThread().isInterrupted()
                        || System.nanoTime() - begun > MOST_MOMENT.toNanos()) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        }
    }

    /** Takes the one that this file stands for. The file is made, and stays. */
    public static DataLock take(Path file, Instant now) throws IOException, HeldException {
        return take(file, now, FileChannel::tryLock, LockFile.USUAL);
    }

    static DataLock take(Path file, Instant now, Locks locks, LockFile lockFile) throws IOException, HeldException {
        return take(file, Holder.us(now), locks, lockFile);
    }

    private static DataLock take(Path file, Holder us, Locks locks, LockFile lockFile)
            throws IOException, HeldException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Holder ours = OURS.putIfAbsent(file, us);
        if (ours != null) {
            throw new HeldException(file, ours);
        }
        ReentrantLock trying = trying(file);
        trying.lock();
        try {
            return new DataLock(file, hold(file, us, locks, lockFile));
        } catch (IOException | HeldException | RuntimeException e) {
            // Or it would refuse everybody for good.
            OURS.remove(file);
            throw e;
        } finally {
            trying.unlock();
        }
    }

    private static ReentrantLock trying(Path file) {
        return TRYING.computeIfAbsent(file, _ -> new ReentrantLock());
    }

    private static AutoCloseable hold(Path file, Holder us, Locks locks, LockFile lockFile)
            throws IOException, HeldException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            FileLock lock;
            try {
                lock = locks.tryLock(channel);
            } catch (IOException e) {
                channel.close();
                LOG.debug("{} has no locks", file, e);
                return lockFile.take(file, us);
            }
            if (lock == null) {
                throw new HeldException(file, Holder.read(file));
            }
            trySign(channel, us);
            return channel;
        } catch (IOException | HeldException e) {
            channel.close();
            throw e;
        }
    }

    /** Who is at work on the data folder just now; empty when nobody is, or nobody can tell. Writes nothing. */
    public static Optional<Holder> holder(Layout layout) throws IOException {
        return holder(layout.lock());
    }

    /** The same of the one that this file stands for. */
    public static Optional<Holder> holder(Path file) throws IOException {
        return holder(file, FileChannel::tryLock, LockFile.USUAL);
    }

    static Optional<Holder> holder(Path file, Locks locks, LockFile lockFile) throws IOException {
        ReentrantLock trying = trying(file);
        trying.lock();
        try {
            Holder ours = OURS.get(file);
            return ours == null ? foreign(file, locks, lockFile) : Optional.of(ours);
        } finally {
            trying.unlock();
        }
    }

    private static Optional<Holder> foreign(Path file, Locks locks, LockFile lockFile) throws IOException {
        if (!Files.isRegularFile(file) || !Files.isWritable(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            FileLock lock;
            try {
                lock = locks.tryLock(channel);
            } catch (IOException e) {
                return lockFile.holder(file, Holder.us(null));
            }
            return lock == null ? Optional.of(Holder.read(file)) : Optional.empty();
        }
    }

    /** The lock is what counts; on a full disk it is held without a name. */
    private static void trySign(FileChannel channel, Holder us) {
        try {
            channel.truncate(0);
            Durable.writeFully(channel, ByteBuffer.wrap(BusJson.mapper().writeValueAsBytes(us)));
        } catch (IOException e) {
            LOG.debug("who holds the lock cannot be written down", e);
        }
    }

    /** Lets go of it. The file that is locked stays: whoever deleted it could delete the one that somebody has just locked. */
    @Override
    public void close() {
        try {
            hold.close();
        } catch (Exception e) {
            LOG.debug("{} was let go of with an error", file, e);
        } finally {
            OURS.remove(file);
        }
    }
}
