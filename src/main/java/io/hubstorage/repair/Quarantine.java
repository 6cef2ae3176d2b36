package io.hubstorage.repair;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Reflinks;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the files that were replaced, for somebody who wants to look, or whose edit it was: each under a name of its own, with a line in
 * {@code list.jsonl} that says where it was. For 30 days, and up to 10 GiB together, of which the last one may be more while there is
 * room. Used by one thread; blocking.
 */
final class Quarantine {
    static final Duration KEPT = Duration.ofDays(30);
    static final long MOST = 10L << 30;
    /** With less room than this nothing is kept that is too much. */
    private static final long ROOM = 1L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
    private static final String LIST = "list.jsonl";
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss").withZone(ZoneOffset.UTC);
    private static final Pattern NAME = Pattern.compile("(\\d{14})-(\\d{6})");

    private final Path folder;
    private final long most;
    private final Reflinks reflinks = new Reflinks();
    /** The oldest first. */
    private final List<Kept> kept = new ArrayList<>();

    /** How many of them are one file: what was damaged under several names is kept under several. */
    private final Map<Object, Integer> names = new HashMap<>();
    /** Bytes of all, each file once. */
    private long sum;

    private int number;

    /** @param what the same for all names of a file */
    private record Kept(Path file, Instant since, int number, long size, Object what) {}

    private Quarantine(Path folder, long most) {
        this.folder = folder;
        this.most = most;
    }

    /** The one of a data folder, without what has been there long enough. */
    static Quarantine open(Layout layout, Instant now) throws IOException {
        return open(layout, now, MOST);
    }

    static Quarantine open(Layout layout, Instant now, long most) throws IOException {
        Quarantine quarantine = new Quarantine(layout.quarantine(), most);
        if (Files.isDirectory(quarantine.folder, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(quarantine.folder)) {
                for (Path file : files) {
                    quarantine.know(file);
                }
            }
            quarantine.kept.sort(Comparator.comparing(Kept::since).thenComparingInt(Kept::number));
            quarantine.prune(now);
        }
        return quarantine;
    }

    private void know(Path file) throws IOException {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
            try {
                Instant since = Instant.from(SECOND.parse(name.group(1)));
                int its = Integer.parseInt(name.group(2));
                add(file, since, its);
                number = Math.max(number, its);
            } catch (DateTimeException e) {
                LOG.debug("{} is none of ours", file, e);
            }
        }
    }

    /**
     * Keeps what stands at a path, whatever it is but a folder, by a further name; where the disk cannot, by a file that
     * shares its blocks, or a copy.
     *
     * @param line what is to be written down of it, with its name added as {@code file}
     * @return its name; null where it cannot be read, and so cannot be kept
     * @throws IOException when there is no room for it, or nothing can be written
     */
    @Nullable
    String keep(Path damaged, ObjectNode line, Instant now) throws IOException {
        Files.createDirectories(folder);
        number = (number + 1) % 1_000_000;
        String name = "%s-%06d".formatted(SECOND.format(now), number);
        Path file = folder.resolve(name);
        try {
            Files.createLink(file, damaged);
        } catch (IOException | UnsupportedOperationException _) {
            try {
                FileTime time = Files.getLastModifiedTime(damaged, LinkOption.NOFOLLOW_LINKS);
                if (!reflinks.make(damaged, file, time, true)) {
                    Files.copy(damaged, file, LinkOption.NOFOLLOW_LINKS);
                    if (!Files.isSymbolicLink(file)) {
                        Durable.syncFile(file);
                    }
                }
            } catch (IOException e) {
                Files.deleteIfExists(file);
                if (DiskFull.isCauseOf(e)) {
                    throw e;
                }
                LOG.warn("{} cannot be kept in quarantine: {}", damaged, e.toString());
                return null;
            }
        }
        RepairLog.append(
                folder.resolve(LIST),
                BusJson.mapper().createObjectNode().put("file", name).setAll(line));
        Durable.syncFolder(folder);
        add(file, now, number);
        prune(now);
        return name;
    }

    private void add(Path file, Instant since, int number) throws IOException {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Kept one = new Kept(file, since, number, found.size(), Objects.requireNonNullElse(found.fileKey(), file));
        kept.add(one);
        if (names.merge(one.what, 1, Integer::sum) == 1) {
            sum += one.size;
        }
    }

    private Kept removeOldest() {
        Kept oldest = kept.removeFirst();
        if (names.computeIfPresent(oldest.what, (_, many) -> many == 1 ? null : many - 1) == null) {
            sum -= oldest.size;
        }
        return oldest;
    }

    private void prune(Instant now) throws IOException {
        while (!kept.isEmpty()
                && (kept.getFirst().since.plus(KEPT).isBefore(now)
                        || (sum > most && (kept.size() > 1 || isRoomShort())))) {
            Files.deleteIfExists(removeOldest().file);
        }
    }

    private boolean isRoomShort() throws IOException {
        return Files.getFileStore(folder).getUsableSpace() < ROOM;
    }
}
