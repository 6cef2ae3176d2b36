package io.hubstorage.snapshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who holds a {@link DataLock}, as files of a folder beside it say, for whoever the system's locks do not reach: other machines, and
 * all where there are none. Each holder makes a file whose name is one more than the last number, which only one can make, and
 * deletes those before it: so the number, the <em>epoch</em>, grows with each holder, and one that was taken for gone and is not
 * finds that its file is. A holder counts its file up every few seconds; whoever sees it stand still for long enough, by a clock of
 * his own and never by comparing clocks, takes it for gone.
 */
final class LockFile {
    static final LockFile USUAL = new LockFile(Duration.ofSeconds(5), Duration.ofSeconds(20), System::nanoTime);

    private static final Logger LOG = LoggerFactory.getLogger(LockFile.class);

    private static final String FREE = "%-20s%n".formatted("free");
    private static final int MOST_BYTES = 4096;

    private final Duration every;
    private final Duration stale;
    private final LongSupplier nanos;
    private final Map<Path, Seen> seen = new ConcurrentHashMap<>();

    /**
     * With these times.
     *
     * @param every how often a holder counts up
     * @param stale when it has not done so for as long, it is gone
     * @param nanos a clock that is never set
     */
    LockFile(Duration every, Duration stale, LongSupplier nanos) {
        this.every = every;
        this.stale = stale;
        this.nanos = nanos;
    }

    /** What the system's lock says. */
    enum Kernel {
        FREE,
        HELD,
        NONE
    }

    /** Whether a holder is there. */
    enum Life {
        GONE,
        ALIVE,
        /** It is looked whether it counts up. */
        WATCHED
    }

    /**
     * The first line of a file.
     *
     * @param local whether the file system is one of the holder's own machine
     * @param locked whether it has the system's lock
     * @param disk the {@link io.hubstorage.fs.DiskMark} of the file system as the holder has it mounted; null with earlier versions
     */
    record Claim(
            DataLock.Holder holder,
            boolean local,
            boolean locked,
            @Nullable String disk) {
        static final Claim UNKNOWN = of(DataLock.Holder.UNKNOWN);

        /** Of somebody about whom nothing else is known. */
        static Claim of(DataLock.Holder holder) {
            return new Claim(holder, false, false, null);
        }

        /**
         * Whether one kernel keeps the locks of both. That it runs both is not enough: a network file system that is mounted twice may
         * have locks for each mount.
         */
        boolean sharesLocksWith(Claim other) {
            return (local && other.local) || (disk != null && disk.equals(other.disk));
        }
    }

    /**
     * A file as it is.
     *
     * @param state changes as long as its holder is there
     */
    record Entry(Path file, long number, Claim claim, String state) {
        boolean free() {
            return state.endsWith(FREE);
        }
    }

    /** Since when a file is as it is, by whoever looked. */
    private record Seen(long number, String state, long since, boolean alive) {}

    /** The folder of the files that belong to a lock. */
    static Path folder(Path lock) {
        return lock.resolveSibling(lock.getFileName() + ".epochs");
    }

    /** The newest; empty where nobody has held it yet. */
    Optional<Entry> last(Path lock) throws IOException {
        while (true) {
            Optional<Long> number = numbers(folder(lock)).stream().max(Comparator.naturalOrder());
            Path file = number.map(known -> file(lock, known)).orElseGet(() -> ofEarlierVersions(lock));
            try {
                String text = text(file);
                return Optional.of(number.map(known -> entry(file, known, text))
                        .orElseGet(() -> new Entry(file, 0, Claim.of(holder(text)), text + touched(file))));
            } catch (NoSuchFileException e) {
                if (number.isEmpty()) {
                    return Optional.empty();
                }
                // A later one has just deleted it.
            }
        }
    }

    private static Path file(Path lock, long number) {
        return folder(lock).resolve(Long.toString(number));
    }

    /** They had one file, and touched it. */
    private static Path ofEarlierVersions(Path lock) {
        return lock.resolveSibling(lock.getFileName() + ".held");
    }

    private static List<Long> numbers(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[1-9]\\d{0,17}"))
                    .map(Long::valueOf)
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static Entry entry(Path file, long number, String text) {
        try {
            return new Entry(file, number, BusJson.mapper().readValue(text, Claim.class), text);
        } catch (JsonProcessingException e) {
            // Not written yet, or by somebody else: whoever it is counts up or is gone.
            return new Entry(file, number, Claim.UNKNOWN, text);
        }
    }

    private static DataLock.Holder holder(String text) {
        try {
            return BusJson.mapper().readValue(text, DataLock.Holder.class);
        } catch (JsonProcessingException e) {
            return DataLock.Holder.UNKNOWN;
        }
    }

    private static String text(Path file) throws IOException {
        // Opened each time, because NFS asks its server only then.
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        }
    }

    private static String touched(Path file) {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Whether the holder is still there.
     *
     * @param us what we would claim
     */
    Life life(Path lock, Entry entry, Claim us, Kernel kernel) {
        if (entry.free()) {
            return Life.GONE;
        }
        Claim claim = entry.claim();
        DataLock.Holder holder = claim.holder();
        if (claim.locked() && kernel != Kernel.NONE && claim.sharesLocksWith(us)) {
            return kernel == Kernel.FREE ? Life.GONE : Life.ALIVE;
        }
        Long pid = holder.pid();
        if (pid != null && holder.isComparable(us.holder())) {
            // Not we: what this process holds is known without looking at the file.
            boolean alive = !pid.equals(us.holder().pid())
                    && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
            return alive ? Life.ALIVE : Life.GONE;
        }
        return watch(lock, entry);
    }

    private Life watch(Path lock, Entry entry) {
        long now = nanos.getAsLong();
        Seen known = seen.compute(lock, (_, before) -> {
            boolean same = before != null && before.number() == entry.number();
            return same && before.state().equals(entry.state())
                    ? before
                    : new Seen(entry.number(), entry.state(), now, same);
        });
        if (now - known.since() >= stale.toNanos()) {
            return Life.GONE;
        }
        return known.alive() ? Life.ALIVE : Life.WATCHED;
    }

    /** How long it may take until a holder that is watched is known to be there or gone. */
    Duration patience() {
        return stale.plus(every);
    }

    /**
     * Makes the file of the next number, deletes those before, and counts up until closed.
     *
     * @param last the newest so far
     * @throws FileAlreadyExistsException when somebody else was quicker
     */
    Held take(Path lock, Claim us, Optional<Entry> last) throws IOException {
        long number = last.map(Entry::number).orElse(0L) + 1;
        Path file = file(lock, number);
        Files.createDirectories(folder(lock));
        byte[] line = (BusJson.mapper().writeValueAsString(us) + "\n").getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            try {
                Durable.writeFully(channel, ByteBuffer.wrap(line));
                Durable.writeFully(channel, counted(0));
                channel.force(true);
                Durable.syncFolder(folder(lock));
            } catch (IOException e) {
                Files.deleteIfExists(file);
                throw e;
            }
        }
        for (long before : numbers(folder(lock))) {
            if (before < number) {
                Files.deleteIfExists(file(lock, before));
            }
        }
        Files.deleteIfExists(ofEarlierVersions(lock));
        last.filter(before -> !before.free())
                .ifPresent(before -> LOG.info(
                        "{} was left behind by {}", lock, before.claim().holder()));
        return new Held(file, number, line.length);
    }

    private static ByteBuffer counted(long beats) {
        return ByteBuffer.wrap("%020d%n".formatted(beats).getBytes(StandardCharsets.UTF_8));
    }

    /** A file that is ours until somebody takes us for gone. */
    final class Held implements AutoCloseable {
        private final Path file;
        private final long number;
        private final int line;
        private final CountDownLatch closed = new CountDownLatch(1);
        private final Thread counting;

        private Held(Path file, long number, int line) {
            this.file = file;
            this.number = number;
            this.line = line;
            this.counting = Thread.ofVirtual().name("lock-file").start(this::countUp);
        }

        long number() {
            return number;
        }

        /** Whether nobody has taken it since; asks the disk, and when that does not answer, throws. */
        boolean isOurs() throws IOException {
            try {
                text(file);
            } catch (NoSuchFileException e) {
                return false;
            }
            return numbers(Durable.folderOf(file)).stream().noneMatch(other -> other > number);
        }

        private void countUp() {
            try {
                for (long beats = 1; !closed.await(every.toMillis(), TimeUnit.MILLISECONDS); beats++) {
                    write(counted(beats));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** In its place, so that nobody finds it half. Never makes the file anew. */
        private void write(ByteBuffer text) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                channel.write(text, line);
            } catch (IOException e) {
                LOG.debug("{} could not be written", file, e);
            }
        }

        /** The file stays, so that no number comes twice. Also where the thread was interrupted, or it would seem held. */
        @Override
        public void close() {
            closed.countDown();
            boolean interrupted = false;
            while (counting.isAlive()) {
                try {
                    counting.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            write(ByteBuffer.wrap(FREE.getBytes(StandardCharsets.UTF_8)));
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
