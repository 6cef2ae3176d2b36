package io.hubstorage.snapshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.DiskMark;
import io.hubstorage.fs.DiskSync;
import io.hubstorage.fs.Durable;
import io.hubstorage.snapshot.LockFile.Kernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
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
 * that it is never stale. That counts on one machine. Where the folder may be another machine's too, or the file system has no
 * locks, a {@link LockFile} beside it says who holds it, and a holder that shows no sign of life loses it. As it may be there all
 * the same, each run has an {@link #epoch}, and asks {@link #isHeld} before it commits. Blocking.
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

    private static final Duration WATCH = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(DataLock.class);

    private final Path file;
    private final Hold hold;

    private DataLock(Path file, Hold hold) {
        this.file = file;
        this.hold = hold;
    }

    /**
     * What it is held by.
     *
     * @param channel with which the system's lock goes; null where there is none
     * @param claim null where the system's lock is enough
     */
    private record Hold(@Nullable FileChannel channel, LockFile.@Nullable Held claim, long epoch)
            implements AutoCloseable {
        /** The claim first: whoever gets the system's lock must find it free. */
        @Override
        public void close() throws IOException {
            try {
                if (claim != null) {
                    claim.close();
                }
            } finally {
                if (channel != null) {
                    channel.close();
                }
            }
        }
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

        private final transient Path file;
        private final transient Holder holder;
        /** Whether it may be gone, which only time can tell. */
        private final boolean watched;

        HeldException(Path file, Holder holder, boolean watched) {
            super("another HubStorage is at work on %s (%s); wait for it to end".formatted(worked(file), holder));
            this.file = file;
            this.holder = holder;
            this.watched = watched;
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

        /** Whether no other machine can have the folder, so that there is nobody whom the locks do not reach. */
        default boolean isLocal(Path folder) throws IOException {
            return DiskSync.isLocal(folder);
        }
    }

    /**
     * Takes the one of a data folder for a run, or finds that somebody has it; who has it {@link #takeForMoment for a moment} is
     * waited for, and so is, for half a minute at most, what becomes of a holder on another machine that may be gone.
     *
     * @param now what is written down as the begin of the work
     */
    public static DataLock take(Layout layout, Instant now) throws IOException, HeldException {
        return take(layout.lock(), Holder.us(now), true, FileChannel::tryLock, LockFile.USUAL);
    }

    /**
     * Takes the one of a data folder for as long as a rename takes, for what must not happen beside a run: no run is refused because
     * of it.
     */
    public static DataLock takeForMoment(Layout layout, Instant now) throws IOException, HeldException {
        return inTurn(
                layout.lock(),
                () -> once(layout.lock(), Holder.us(now, true), false, FileChannel::tryLock, LockFile.USUAL),
                LockFile.USUAL);
    }

    /** Takes the one that this file stands for. The file is made, and stays. */
    public static DataLock take(Path file, Instant now) throws IOException, HeldException {
        return take(file, now, FileChannel::tryLock, LockFile.USUAL);
    }

    static DataLock take(Path file, Instant now, Locks locks, LockFile lockFile) throws IOException, HeldException {
        return watching(() -> once(file, Holder.us(now), false, locks, lockFile), lockFile);
    }

    /** The one of a data folder, with other locks and times. */
    static DataLock take(Layout layout, Instant now, Locks locks, LockFile lockFile) throws IOException, HeldException {
        return take(layout.lock(), Holder.us(now), true, locks, lockFile);
    }

    private static DataLock take(Path file, Holder us, boolean run, Locks locks, LockFile lockFile)
            throws IOException, HeldException {
        return inTurn(file, () -> once(file, us, run, locks, lockFile), lockFile);
    }

    private interface Try {
        DataLock take() throws IOException, HeldException;
    }

    private static DataLock inTurn(Path file, Try once, LockFile lockFile) throws IOException, HeldException {
        long begun = System.nanoTime();
        for (int attempt = 0; ; attempt++) {
            try {
                return watching(once, lockFile);
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

    /** Waits as long as only time can tell whether the holder is gone: whoever came back later would know no more. */
    private static DataLock watching(Try once, LockFile lockFile) throws IOException, HeldException {
        long begun = System.nanoTime();
        for (boolean told = false; ; told = true) {
            try {
                return once.take();
            } catch (HeldException e) {
                if (!e.watched
                        || Thread.currentThread().isInterrupted()
                        || System.nanoTime() - begun > lockFile.patience().toNanos()) {
                    throw e;
                }
                if (!told) {
                    LOG.info(
                            "{} was not given back by {}: taken over in {} seconds, unless that shows a sign of life",
                            HeldException.worked(e.file),
                            e.holder(),
                            lockFile.patience().toSeconds());
                }
                LockSupport.parkNanos(WATCH.toNanos());
            }
        }
    }

    private static DataLock once(Path file, Holder us, boolean run, Locks locks, LockFile lockFile)
            throws IOException, HeldException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Holder ours = OURS.putIfAbsent(file, us);
        if (ours != null) {
            throw new HeldException(file, ours, false);
        }
        ReentrantLock trying = trying(file);
        trying.lock();
        try {
            return new DataLock(file, hold(file, us, run, locks, lockFile));
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

    private static Hold hold(Path file, Holder us, boolean run, Locks locks, LockFile lockFile)
            throws IOException, HeldException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        Hold hold = null;
        try {
            Kernel kernel = ask(file, channel, locks);
            LockFile.Claim claim = claim(file, us, kernel, locks);
            if (kernel == Kernel.FREE) {
                hold = lockedAndClaimed(file, channel, claim, run, lockFile);
                trySign(channel, us);
            } else {
                hold = claimed(file, claim, kernel, lockFile);
            }
            return hold;
        } finally {
            if (hold == null || hold.channel() == null) {
                channel.close();
            }
        }
    }

    private static Kernel ask(Path file, FileChannel channel, Locks locks) {
        try {
            FileLock lock = locks.tryLock(channel);
            return lock == null ? Kernel.HELD : Kernel.FREE;
        } catch (IOException e) {
            LOG.debug("{} has no locks", file, e);
            return Kernel.NONE;
        }
    }

    private static LockFile.Claim claim(Path file, Holder us, Kernel kernel, Locks locks) throws IOException {
        Path folder = Durable.folderOf(file);
        return new LockFile.Claim(us, locks.isLocal(folder), kernel == Kernel.FREE, DiskMark.of(folder));
    }

    /** The system's lock counts; on a full disk it is held without a claim. */
    private static Hold lockedAndClaimed(
            Path file, FileChannel channel, LockFile.Claim us, boolean run, LockFile lockFile) throws HeldException {
        long epoch = 1;
        try {
            Optional<LockFile.Entry> last = lockFile.last(file);
            epoch = last.map(LockFile.Entry::number).orElse(0L) + 1;
            requireGone(file, last, us, Kernel.FREE, lockFile);
            if (!run && us.local()) {
                return new Hold(channel, null, 0);
            }
            LockFile.Held claim = lockFile.take(file, us, last);
            return new Hold(channel, claim, claim.number());
        } catch (FileAlreadyExistsException e) {
            throw new HeldException(file, Holder.UNKNOWN, true);
        } catch (IOException e) {
            LOG.debug("who holds {} cannot be written down for other machines", file, e);
            return new Hold(channel, null, epoch);
        }
    }

    private static Hold claimed(Path file, LockFile.Claim us, Kernel kernel, LockFile lockFile)
            throws IOException, HeldException {
        Optional<LockFile.Entry> last = lockFile.last(file);
        if (kernel == Kernel.HELD && isHeldByAnotherThan(last, file)) {
            throw new HeldException(file, Holder.read(file), false);
        }
        requireGone(file, last, us, kernel, lockFile);
        try {
            LockFile.Held claim = lockFile.take(file, us, last);
            return new Hold(null, claim, claim.number());
        } catch (FileAlreadyExistsException e) {
            throw new HeldException(file, Holder.UNKNOWN, true);
        }
    }

    /** Whether the system's lock is of somebody who has made no claim, as who has it for a moment. */
    private static boolean isHeldByAnotherThan(Optional<LockFile.Entry> last, Path file) throws IOException {
        Holder signed = Holder.read(file);
        return last.filter(entry -> !entry.free() && entry.claim().holder().equals(signed))
                .isEmpty();
    }

    private static void requireGone(
            Path file, Optional<LockFile.Entry> last, LockFile.Claim us, Kernel kernel, LockFile lockFile)
            throws HeldException {
        if (last.isPresent()) {
            LockFile.Life life = lockFile.life(file, last.get(), us, kernel);
            if (life != LockFile.Life.GONE) {
                throw new HeldException(file, last.get().claim().holder(), life == LockFile.Life.WATCHED);
            }
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

    /** The same for the data folder, but where only time can tell whether the holder is gone, waits until it has: half a minute at most. */
    public static Optional<Holder> settledHolder(Layout layout) throws IOException {
        return settledHolder(layout.lock(), FileChannel::tryLock, LockFile.USUAL);
    }

    static Optional<Holder> settledHolder(Path file, Locks locks, LockFile lockFile) throws IOException {
        long begun = System.nanoTime();
        while (true) {
            Optional<Found> found = look(file, locks, lockFile);
            if (found.filter(Found::watched).isEmpty()
                    || Thread.currentThread().isInterrupted()
                    || System.nanoTime() - begun > lockFile.patience().toNanos()) {
                return found.map(Found::holder);
            }
            LockSupport.parkNanos(WATCH.toNanos());
        }
    }

    static Optional<Holder> holder(Path file, Locks locks, LockFile lockFile) throws IOException {
        return look(file, locks, lockFile).map(Found::holder);
    }

    /** @param watched whether it may be gone, which only time can tell */
    private record Found(Holder holder, boolean watched) {}

    private static Optional<Found> look(Path file, Locks locks, LockFile lockFile) throws IOException {
        ReentrantLock trying = trying(file);
        trying.lock();
        try {
            Holder ours = OURS.get(file);
            return ours == null ? foreign(file, locks, lockFile) : Optional.of(new Found(ours, false));
        } finally {
            trying.unlock();
        }
    }

    private static Optional<Found> foreign(Path file, Locks locks, LockFile lockFile) throws IOException {
        if (!Files.isRegularFile(file) || !Files.isWritable(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            Kernel kernel = ask(file, channel, locks);
            Optional<LockFile.Entry> last = lockFile.last(file);
            if (kernel == Kernel.HELD && isHeldByAnotherThan(last, file)) {
                return Optional.of(new Found(Holder.read(file), false));
            }
            if (last.isEmpty()) {
                return Optional.empty();
            }
            LockFile.Claim us = claim(file, Holder.us(null), kernel, locks);
            LockFile.Life life = lockFile.life(file, last.get(), us, kernel);
            return life == LockFile.Life.GONE
                    ? Optional.empty()
                    : Optional.of(new Found(last.get().claim().holder(), life == LockFile.Life.WATCHED));
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

    /**
     * The number of this hold, which grows with each run that takes the data folder, on whichever machine: what bears a lower one is
     * of somebody who has let go of it, or has lost it. 0 where there is none, as for a moment.
     */
    public long epoch() {
        return hold.epoch();
    }

    /**
     * Whether nobody has taken it since, because we showed no sign of life.
     *
     * @throws IOException when the disk does not tell
     */
    public boolean isHeld() throws IOException {
        return hold.claim() == null || hold.claim().isOurs();
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
