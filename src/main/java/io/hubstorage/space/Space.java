package io.hubstorage.space;

import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.DiskCompression;
import io.hubstorage.fs.DiskProbe;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the snapshots take, added up from their certificates: what each was made with that no older one had. Where an older one was
 * removed, {@link #takeOver} finds out from the manifests what the next one shared with it, once. Never walks a tree. Blocking;
 * thread-safe.
 */
final class Space {
    private static final Logger LOG = LoggerFactory.getLogger(Space.class);
    private static final long SECONDS_OF_DAY = 86_400;
    private static final long NEVER = Long.MIN_VALUE;
    private static final int TREND_DAYS = SpaceMemory.DAYS;
    private static final int BUCKET_DAYS = 28;
    private static final int LEAST_DAYS = 6;
    private static final double HOURS_OF_DAY = 24;
    /** Nobody plans further ahead. */
    private static final long FURTHEST_DAYS = 3_650;

    private static final long LOW_PERCENT = 5;
    private static final long LOW_BYTES = 20L << 30;

    private final SnapshotCatalog catalog = new SnapshotCatalog();
    private @Nullable Seen seen;
    private Sums sums = Sums.NOTHING;
    private SpaceMemory memory = SpaceMemory.nothing();
    /** Of the data folder that was tried. */
    private @Nullable Path tried;

    private volatile @Nullable List<String> sharing;

    /** @param day on which it was looked, since what counts as lately changes with it */
    private record Seen(Path data, @Nullable FileTime changed, long day) {}

    /** A snapshot, and the one before it now. */
    private record Pair(String snapshot, @Nullable String previous) {}

    /**
     * What follows from the snapshots alone.
     *
     * @param added by the snapshots of each day, the oldest snapshot's first
     * @param isWhole whether none is known to have been removed between the others
     * @param pending those of which it is not known what they take over
     */
    private record Sums(
            long bytes,
            Map<String, Long> byBucket,
            Map<String, Long> lately,
            @Nullable Instant oldest,
            List<Dated> added,
            boolean isWhole,
            SpaceMessage.@Nullable Change change,
            List<Pair> pending) {
        static final Sums NOTHING = new Sums(0, Map.of(), Map.of(), null, List.of(), false, null, List.of());
    }

    private record Dated(Instant begun, long bytes) {}

    /** As it is now. Reads what has changed since it was asked last. */
    synchronized SpaceMessage.Current current(Layout layout, HubConfig config, Instant now) throws IOException {
        look(layout, now);
        SpaceMessage.Disk disk = disk(layout, config);
        LocalDate today = LocalDate.ofInstant(now, config.zone());
        OptionalDouble growth = growth(config, today, disk);
        return new SpaceMessage.Current(
                now,
                disk,
                growth.isPresent() ? Math.round(growth.getAsDouble()) : null,
                fullAbout(disk, growth, today),
                sums.change,
                sums.bytes,
                !sums.pending.isEmpty(),
                buckets(now),
                history(config, today, disk));
    }

    /** Remembers once a day what the disk has left, and what the snapshots take. */
    synchronized void remember(Layout layout, HubConfig config, Instant now) throws IOException {
        look(layout, now);
        SpaceMessage.Disk disk = disk(layout, config);
        // Without our folder it is not the disk that we know.
        boolean isOurs = Files.isDirectory(layout.hub(), LinkOption.NOFOLLOW_LINKS);
        if (isOurs
                && disk != null
                && memory.add(
                        LocalDate.ofInstant(now, config.zone()),
                        disk.freeBytes(),
                        sums.pending.isEmpty() ? sums.bytes : null)) {
            memory.write(layout);
        }
    }

    /** Finds out by trying, once a data folder, how its disk can share what did not change; says so in the log. For one thread. */
    void tryOut(Layout layout) {
        if (layout.data().equals(tried) || !Files.isDirectory(layout.hub(), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path room = layout.hub().resolve("probe");
        DiskProbe found;
        try {
            // What a process left that was killed.
            Trees.delete(room);
            found = DiskProbe.probe(room, null);
            Trees.delete(room);
        } catch (IOException e) {
            LOG.debug("nothing can be tried on the disk of {} now", layout.data(), e);
            return;
        }
        sharing = Stream.of("hard_links", "reflinks")
                .filter(each -> each.equals("reflinks") ? found.reflinks() : found.links())
                .toList();
        LOG.info("On the disk of {}, unchanged files are shared by {}", layout.data(), words(sharing));
        tried = layout.data();
    }

    private static String words(List<String> sharing) {
        return sharing.isEmpty()
                ? "nothing, so they are copied"
                : String.join(", then ", sharing).replace('_', ' ');
    }

    /**
     * Finds out, for one snapshot whose predecessor was removed, what it shared with that. Compares two manifests.
     *
     * @return false when there is none left
     */
    boolean takeOver(Layout layout, Instant now) throws IOException {
        Optional<Pair> next = nextPending(layout, now);
        if (next.isEmpty()) {
            return false;
        }
        Pair pair = next.get();
        TakenOver found;
        try {
            found = TakenOver.count(layout, pair.snapshot, pair.previous);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            if (!isThere(layout, pair.snapshot) || (pair.previous != null && !isThere(layout, pair.previous))) {
                forget();
                return true;
            }
            LOG.warn("What {} takes cannot be told whole: {}", pair.snapshot, e.getMessage());
            found = new TakenOver(pair.previous, Map.of());
        }
        keep(layout, pair, found);
        return true;
    }

    private static boolean isThere(Layout layout, String snapshot) {
        return Files.isDirectory(layout.snapshot(snapshot), LinkOption.NOFOLLOW_LINKS);
    }

    private synchronized Optional<Pair> nextPending(Layout layout, Instant now) throws IOException {
        look(layout, now);
        return sums.pending.stream().findFirst();
    }

    private synchronized void keep(Layout layout, Pair pair, TakenOver found) {
        if (seen != null && layout.data().equals(seen.data)) {
            memory.taken().keySet().removeIf(each -> !isThere(layout, each));
            memory.taken().put(pair.snapshot, found);
            memory.write(layout);
            forget();
        }
    }

    /** The next look adds up anew. */
    synchronized void forget() {
        sums = Sums.NOTHING;
        seen = seen == null ? null : new Seen(seen.data, null, NEVER);
    }

    private void look(Layout layout, Instant now) throws IOException {
        Seen found = new Seen(layout.data(), changed(layout.data()), now.getEpochSecond() / SECONDS_OF_DAY);
        if (found.equals(seen)) {
            return;
        }
        if (seen == null || !seen.data.equals(found.data)) {
            memory = SpaceMemory.read(layout);
        }
        sums = add(catalog.list(layout), now);
        seen = found;
    }

    private Sums add(List<SnapshotSummary> newestFirst, Instant now) {
        Set<String> names = new HashSet<>();
        newestFirst.forEach(each -> names.add(each.name()));
        Instant lately = now.minus(Duration.ofDays(BUCKET_DAYS));
        long bytes = 0;
        Map<String, Long> byBucket = new HashMap<>();
        Map<String, Long> latelyByBucket = new HashMap<>();
        List<Dated> added = new ArrayList<>();
        List<Pair> pending = new ArrayList<>();
        boolean isWhole = true;
        Instant oldest = null;
        String previous = null;
        for (SnapshotSummary each : newestFirst.reversed()) {
            Instant begun = each.begun();
            if (begun != null) {
                bytes += each.added().bytes();
                added.add(new Dated(begun, each.added().bytes()));
                boolean isLate = oldest != null && begun.isAfter(lately);
                for (int i = 0; i < each.buckets().size(); i++) {
                    String bucket = each.buckets().get(i).name();
                    byBucket.merge(bucket, each.added().ofBucket(i), Long::sum);
                    latelyByBucket.merge(bucket, isLate ? each.added().ofBucket(i) : 0, Long::sum);
                }
                String then = each.added().previous();
                isWhole &= then == null || names.contains(then);
                TakenOver taken = takenOver(each, previous, names, pending);
                bytes += taken.sum();
                taken.bytes().forEach((bucket, its) -> byBucket.merge(bucket, its, Long::sum));
                oldest = oldest == null ? begun : oldest;
                previous = each.name();
            }
        }
        return new Sums(bytes, byBucket, latelyByBucket, oldest, added, isWhole, change(newestFirst, lately), pending);
    }

    private static SpaceMessage.@Nullable Change change(List<SnapshotSummary> newestFirst, Instant since) {
        List<SnapshotSummary> late = newestFirst.stream()
                .filter(each -> each.begun() != null && each.begun().isAfter(since))
                .toList();
        if (late.isEmpty()) {
            return null;
        }
        SnapshotSummary first = late.getLast();
        SnapshotSummary last = late.getFirst();
        long days = Math.round(Duration.between(first.time(), last.time()).toHours() / HOURS_OF_DAY);
        if (days < LEAST_DAYS) {
            return null;
        }
        long added = late.stream()
                .filter(each -> !each.equals(first))
                .mapToLong(each -> each.added().bytes())
                .sum();
        long grown = last.added().held() - first.added().held();
        return new SpaceMessage.Change(added / days, Math.clamp(added - grown, 0, added) / days);
    }

    private TakenOver takenOver(
            SnapshotSummary snapshot, @Nullable String previous, Set<String> names, List<Pair> pending) {
        String then = snapshot.added().previous();
        if (then == null || names.contains(then)) {
            return new TakenOver(then, Map.of());
        }
        TakenOver known = memory.taken().get(snapshot.name());
        if (known != null && Objects.equals(known.previous(), previous)) {
            return known;
        }
        pending.add(new Pair(snapshot.name(), previous));
        return known == null ? new TakenOver(previous, Map.of()) : known;
    }

    private List<SpaceMessage.Bucket> buckets(Instant now) {
        long days = sums.oldest == null ? 1 : Math.clamp(ChronoUnit.DAYS.between(sums.oldest, now), 1, BUCKET_DAYS);
        return sums.byBucket.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> new SpaceMessage.Bucket(
                        each.getKey(), each.getValue(), sums.lately.getOrDefault(each.getKey(), 0L) / days))
                .toList();
    }

    /** By what the disk had left, which knows of all that comes and goes; before that is known, by what snapshots add. */
    private OptionalDouble growth(HubConfig config, LocalDate today, SpaceMessage.@Nullable Disk disk) {
        NavigableMap<LocalDate, Long> used = new TreeMap<>();
        if (disk != null) {
            memory.freeBytes().tailMap(today.minusDays(TREND_DAYS)).forEach((day, free) -> used.put(day, -free));
            used.put(today, -disk.freeBytes());
        }
        OptionalDouble measured = Growth.perDay(used);
        // What retention removes would have to be taken off.
        return measured.isPresent() || config.retention().enabled() ? measured : Growth.perDay(added(config, today));
    }

    private NavigableMap<LocalDate, Long> added(HubConfig config, LocalDate today) {
        NavigableMap<LocalDate, Long> ofDay = new TreeMap<>();
        sums.added.forEach(each -> ofDay.merge(LocalDate.ofInstant(each.begun, config.zone()), each.bytes, Long::sum));
        NavigableMap<LocalDate, Long> amounts = new TreeMap<>();
        if (ofDay.isEmpty()) {
            return amounts;
        }
        LocalDate first =
                ofDay.firstKey().isBefore(today.minusDays(TREND_DAYS)) ? today.minusDays(TREND_DAYS) : ofDay.firstKey();
        long amount = 0;
        for (LocalDate day = first; !day.isAfter(today); day = day.plusDays(1)) {
            amount += ofDay.getOrDefault(day, 0L);
            amounts.put(day, amount);
        }
        return amounts;
    }

    /** What was remembered, what snapshots had added before that, as long as all of them are there, and how it is now. */
    private List<SpaceMessage.Day> history(HubConfig config, LocalDate today, SpaceMessage.@Nullable Disk disk) {
        SortedMap<LocalDate, Long> taken = new TreeMap<>();
        if (sums.isWhole) {
            long amount = 0;
            for (Dated each : sums.added) {
                amount += each.bytes;
                taken.put(LocalDate.ofInstant(each.begun, config.zone()), amount);
            }
            SpaceMemory.thinOut(taken, today);
        }
        taken.putAll(memory.snapshotBytes());
        SortedMap<LocalDate, Long> free = new TreeMap<>(memory.freeBytes());
        if (disk != null) {
            taken.put(today, sums.bytes);
            free.put(today, disk.freeBytes());
        }
        SortedSet<LocalDate> days = new TreeSet<>(taken.keySet());
        days.addAll(free.keySet());
        return days.headSet(today.plusDays(1)).stream()
                .map(day -> new SpaceMessage.Day(day, taken.get(day), free.get(day)))
                .toList();
    }

    private static @Nullable LocalDate fullAbout(
            SpaceMessage.@Nullable Disk disk, OptionalDouble growth, LocalDate today) {
        if (disk == null || growth.isEmpty() || growth.getAsDouble() <= 0) {
            return null;
        }
        double days = disk.freeBytes() / growth.getAsDouble();
        return days > FURTHEST_DAYS ? null : today.plusDays((long) days);
    }

    private SpaceMessage.@Nullable Disk disk(Layout layout, HubConfig config) {
        try {
            FileStore store = Files.getFileStore(layout.data());
            DiskCompression compression = DiskCompression.of(layout.data());
            long total = store.getTotalSpace();
            return new SpaceMessage.Disk(
                    total,
                    store.getUsableSpace(),
                    low(total, config.retention().minFreePercent()),
                    new SpaceMessage.Compression(
                            compression.fileSystem(),
                            compression.state().name().toLowerCase(Locale.ROOT),
                            compression.sentence(),
                            compression.remedy()),
                    sharing);
        } catch (IOException e) {
            LOG.debug("nothing can be told of the disk", e);
            return null;
        }
    }

    /** Where nobody has said how much is to be free, a disk of any size has one in twenty, and a large one 20 GiB. */
    private static long low(long total, double percent) {
        return percent > 0 ? Math.round(total * percent / 100) : Math.min(total / 100 * LOW_PERCENT, LOW_BYTES);
    }

    private static @Nullable FileTime changed(Path data) throws IOException {
        try {
            return Files.getLastModifiedTime(data);
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
