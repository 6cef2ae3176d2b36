package io.hubstorage.bench;

import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Every read of a file by a JVM, as Flight Recorder has taken it down: what of the data folder, when, and how much of it. */
final class FileReads {
    /** Takes down each of them, and nothing else. */
    static final String[] SETTINGS = {
        "settings=none",
        "+jdk.FileRead#enabled=true",
        "+jdk.FileRead#threshold=0ns",
        "+jdk.FileRead#throttle=off",
        "+jdk.FileRead#stackTrace=false",
        "+jdk.DataLoss#enabled=true"
    };

    private static final String TREES =
            String.valueOf(Layout.trees(Path.of(""), null).getFileName());

    /** What belongs to what. */
    enum Kind {
        /** Of the snapshots: what is to be proven. */
        FILE,
        /** Manifests and certificates. */
        MANIFEST,
        /** What HubStorage keeps in the data folder for itself: ledger, sorting, lists. */
        OWN,
        /** Outside of the data folder. */
        ELSEWHERE
    }

    private record Read(Kind kind, Instant at, long bytes) {}

    private final Path data;
    private final List<Read> reads = new ArrayList<>();
    private final Map<Kind, Long> bytes = new EnumMap<>(Kind.class);
    private final Map<String, Long> byFile = new HashMap<>();

    private FileReads(Path data) {
        this.data = data;
    }

    /**
     * The files of snapshots, each inode once.
     *
     * @param sizes by what tells inodes apart
     * @param names how many they have together
     */
    record Inodes(Map<Object, Long> sizes, long names) {
        /** Looks at every name. */
        static Inodes below(Path data) throws IOException {
            Map<Object, Long> sizes = new HashMap<>();
            long[] names = {0};
            Files.walkFileTree(data, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    Path way = data.relativize(folder);
                    return (way.getNameCount() < 2 && !way.startsWith(".hubstorage")) || kind(way) == Kind.FILE
                            ? FileVisitResult.CONTINUE
                            : FileVisitResult.SKIP_SUBTREE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (kind(data.relativize(file)) == Kind.FILE) {
                        names[0]++;
                        sizes.put(attributes.fileKey(), attributes.size());
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
            return new Inodes(sizes, names[0]);
        }

        long bytes() {
            return sizes.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * How often inodes were read.
     *
     * @param once from the first byte to the last, and no byte more
     */
    record HowOften(long once, long moreThanOnce, long notWhole) {
        boolean isOnceEach() {
            return moreThanOnce == 0 && notWhole == 0;
        }
    }

    /** What a recording with {@link #SETTINGS} says of a data folder. */
    static FileReads of(Path recording, Path data) throws IOException {
        FileReads all = new FileReads(data);
        try (RecordingFile events = new RecordingFile(recording)) {
            while (events.hasMoreEvents()) {
                RecordedEvent event = events.readEvent();
                switch (event.getEventType().getName()) {
                    case "jdk.FileRead" -> all.add(event);
                    case "jdk.DataLoss" -> throw new IOException("Flight Recorder has lost some of the reads");
                    default -> {}
                }
            }
        }
        all.reads.sort(Comparator.comparing(Read::at));
        return all;
    }

    private void add(RecordedEvent event) {
        String path = event.getString("path");
        long read = event.getLong("bytesRead");
        if (path == null || read <= 0) {
            return;
        }
        Path file = Path.of(path);
        Kind kind = file.startsWith(data) ? kind(data.relativize(file)) : Kind.ELSEWHERE;
        reads.add(new Read(kind, event.getStartTime(), read));
        bytes.merge(kind, read, Long::sum);
        if (kind == Kind.FILE) {
            byFile.merge(path, read, Long::sum);
        }
    }

    /** @param way relative to the data folder */
    private static Kind kind(Path way) {
        if (!way.getName(0).toString().startsWith(Layout.SNAPSHOT_PREFIX)) {
            return Kind.OWN;
        }
        return way.getNameCount() > 1 && way.getName(1).toString().equals(TREES) ? Kind.FILE : Kind.MANIFEST;
    }

    long bytes(Kind kind) {
        return bytes.getOrDefault(kind, 0L);
    }

    /** Bytes for which the limit holds: files, manifests and certificates. */
    long limitedBytes() {
        return bytes(Kind.FILE) + bytes(Kind.MANIFEST);
    }

    /** How often each of these was read, by whichever of its names. */
    HowOften howOften(Inodes inodes) throws IOException {
        Map<Object, Long> read = new HashMap<>();
        for (Map.Entry<String, Long> each : byFile.entrySet()) {
            Object inode = Files.readAttributes(Path.of(each.getKey()), BasicFileAttributes.class)
                    .fileKey();
            read.merge(inode, each.getValue(), Long::sum);
        }
        long once = 0;
        long more = 0;
        for (Map.Entry<Object, Long> each : inodes.sizes.entrySet()) {
            long of = read.getOrDefault(each.getKey(), 0L);
            once += of == each.getValue() ? 1 : 0;
            more += of > each.getValue() ? 1 : 0;
        }
        return new HowOften(once, more, inodes.sizes.size() - once - more);
    }

    /** How many reads of files there were from a moment until before another. */
    long filesBetween(Instant from, Instant to) {
        return between(from, to).count();
    }

    /** How long after a moment the last read of a file was, before another moment; zero if there was none. */
    Duration lastAfter(Instant from, Instant to) {
        return between(from, to)
                .reduce((_, later) -> later)
                .map(last -> Duration.between(from, last.at))
                .orElse(Duration.ZERO);
    }

    private Stream<Read> between(Instant from, Instant to) {
        return reads.stream().filter(each -> each.kind == Kind.FILE && !each.at.isBefore(from) && each.at.isBefore(to));
    }

    /** From the first read for which the limit holds to the last, in seconds. */
    double seconds() {
        return seconds(FileReads::isLimited);
    }

    /** From the first read of a file to the last, in seconds. */
    double secondsOfFiles() {
        return seconds(each -> each.kind == Kind.FILE);
    }

    private double seconds(Predicate<Read> which) {
        List<Read> some = reads.stream().filter(which).toList();
        return some.isEmpty()
                ? 0
                : Duration.between(some.getFirst().at, some.getLast().at).toNanos() / 1e9;
    }

    /** The most bytes for which the limit holds in any second. */
    long mostInASecond() {
        List<Read> limited = reads.stream().filter(FileReads::isLimited).toList();
        long most = 0;
        long now = 0;
        int first = 0;
        for (Read each : limited) {
            now += each.bytes;
            while (Duration.between(limited.get(first).at, each.at).toSeconds() >= 1) {
                now -= limited.get(first++).bytes;
            }
            most = Math.max(most, now);
        }
        return most;
    }

    private static boolean isLimited(Read read) {
        return read.kind == Kind.FILE || read.kind == Kind.MANIFEST;
    }
}
