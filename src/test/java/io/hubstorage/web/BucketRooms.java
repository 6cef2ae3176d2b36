package io.hubstorage.web;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketCounts.Fate;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Buckets with a past: snapshots of a year, of which manifests and certificates are real, the runs that made them, and how all of it stands. */
final class BucketRooms {
    static final String PHOTOS = "photos";
    static final String ARCHIVED = "photos@archive";
    static final String AWKWARD = "A.very_long-name.with.dots-and_hyphens.that-goes.on-and-on_0123456789@archive";
    static final String LEFT_OUT = "old-website";
    static final int SNAPSHOTS = 60;

    private static final Instant NOW = Instant.parse("2026-11-20T06:00:00Z");
    private static final long MIB = 1L << 20;
    private static final String DENIED = "access-denied";
    private static final String WHY = "access denied (403 AccessDenied)";

    private final WebServer server;
    /** What the newest snapshot holds of each bucket, by name. */
    private final Map<String, Tally> held = new TreeMap<>();

    private String newest = "";

    BucketRooms(WebServer server) throws IOException {
        this.server = server;
        shelve();
    }

    /** A snapshot a week: photos grows by a folder a month, what is archived stays, one bucket ends on the way. */
    private void shelve() throws IOException {
        Map<String, SortedMap<String, Long>> last = new TreeMap<>();
        for (int week = 0; week < SNAPSHOTS; week++) {
            Instant at = NOW.minus(Duration.ofDays(7L * (SNAPSHOTS - 1 - week)));
            Path folder = server.store.dataPath().resolve(Layout.name(at));
            Files.createDirectories(folder.resolve("s3"));
            List<Certificate.Bucket> buckets = new ArrayList<>();
            for (String bucket : List.of(PHOTOS, ARCHIVED, AWKWARD, LEFT_OUT)) {
                if (bucket.equals(LEFT_OUT) && week > 30) {
                    held.remove(bucket);
                    continue;
                }
                SortedMap<String, Long> keys = keys(bucket, week);
                buckets.add(written(folder, bucket, keys, last.getOrDefault(bucket, new TreeMap<>())));
                last.put(bucket, keys);
            }
            newest = folder.getFileName().toString();
            Shelf.certificate(newest, at, "run-" + week, buckets).write(Layout.certificate(folder));
        }
    }

    private static SortedMap<String, Long> keys(String bucket, int week) {
        SortedMap<String, Long> keys = new TreeMap<>(KeyOrder.COMPARATOR);
        keys.put("readme.txt", 4_000L);
        if (bucket.equals(PHOTOS)) {
            LocalDate day = LocalDate.of(2025, 10, 1).plusWeeks(week);
            for (LocalDate each = LocalDate.of(2023, 1, 1); each.isBefore(day); each = each.plusDays(9)) {
                String month = "%d/%02d/".formatted(each.getYear(), each.getMonthValue());
                keys.put(month + "IMG_%02d.raw".formatted(each.getDayOfMonth()), (20 + each.getDayOfYear() % 23) * MIB);
            }
            // Written and taken away again.
            IntStream.range(0, (week % 13) * 2)
                    .forEach(each -> keys.put("exports/album-%02d.zip".formatted(each), 30 * MIB));
        } else {
            IntStream.range(0, 40 + week / 8).forEach(each -> keys.put("scans/%03d.tif".formatted(each), 3 * MIB));
        }
        return keys;
    }

    private Certificate.Bucket written(Path folder, String bucket, Map<String, Long> keys, Map<String, Long> before)
            throws IOException {
        Path manifest = Layout.manifest(folder, bucket);
        Files.createDirectories(Layout.tree(folder, bucket));
        Files.createDirectories(manifest.resolveSibling("."));
        ManifestSummary summary;
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            for (Map.Entry<String, Long> key : keys.entrySet()) {
                ManifestEntry entry = Shelf.entry(key.getKey(), key.getValue(), "e");
                writer.write(entry);
            }
            summary = writer.finish();
        }
        held.put(bucket, new Tally(summary.entries(), summary.bytes()));
        Tally added = sum(keys, before);
        Tally files = new Tally(summary.entries(), summary.bytes());
        return Shelf.bucket(
                bucket,
                summary,
                new BucketCounts(Map.of(
                        Fate.LISTED,
                        files,
                        Fate.DOWNLOADED,
                        added,
                        Fate.LINKED,
                        new Tally(files.objects() - added.objects(), files.bytes() - added.bytes()),
                        Fate.DELETED,
                        sum(before, keys))));
    }

    /** What is in one and not in the other. */
    private static Tally sum(Map<String, Long> one, Map<String, Long> other) {
        return one.entrySet().stream()
                .filter(each -> !other.containsKey(each.getKey()))
                .map(each -> Tally.of(each.getValue()))
                .reduce(Tally.ZERO, Tally::plus);
    }

    /** All is well, but for the bucket that is left out. */
    void safe() {
        judge(StatusMessage.State.SAFE, standings(null, null), List.of());
    }

    /** Photos is not copied whole, the other one not at all, and one has shrunk. */
    void failing() {
        judge(
                StatusMessage.State.FAILING,
                standings("56 objects could not be copied: access denied (403)", WHY),
                List.of(shrunk()));
    }

    /** As many more as that, all of them safe. */
    void many(int more) {
        List<StatusMessage.Bucket> all = new ArrayList<>(standings(null, null));
        IntStream.range(0, more)
                .mapToObj(
                        each -> standing("team-%03d".formatted(each), Standing.SAFE, new Tally(each, each * MIB), null))
                .forEach(all::add);
        judge(StatusMessage.State.SAFE, all, List.of());
    }

    private static Alarm shrunk() {
        return new Alarm(
                "shrunk-photos",
                Alarm.Kind.SHRUNK,
                PHOTOS,
                null,
                "photos holds 61 % fewer objects than before: 312 of 801.",
                "If that is meant, acknowledge it; if not, restore what is missing from an earlier snapshot.",
                new Alarm.Occurrences(NOW, NOW, 1, null));
    }

    private List<StatusMessage.Bucket> standings(@Nullable String partial, @Nullable String failing) {
        return List.of(
                standing(PHOTOS, partial == null ? Standing.SAFE : Standing.PARTIAL, held.get(PHOTOS), partial),
                standing(ARCHIVED, failing == null ? Standing.SAFE : Standing.FAILING, held.get(ARCHIVED), failing),
                standing(AWKWARD, Standing.SAFE, held.get(AWKWARD), null),
                new StatusMessage.Bucket("new-bucket", Standing.NEVER, null, null, null, null, "not backed up yet"));
    }

    private StatusMessage.Bucket standing(
            String name, Standing state, @Nullable Tally holds, @Nullable String problem) {
        Instant at = state == Standing.SAFE ? NOW : NOW.minus(Duration.ofDays(7));
        return new StatusMessage.Bucket(name, state, at, at.plusSeconds(312), newest, holds, problem);
    }

    private void judge(StatusMessage.State state, List<StatusMessage.Bucket> buckets, List<Alarm> alarms) {
        String title = state == StatusMessage.State.SAFE ? "3 buckets are safe." : "2 buckets need attention.";
        server.rooms.history = runs(state == StatusMessage.State.FAILING);
        server.rooms.last = server.rooms.history.getFirst();
        server.rooms.history = server.rooms.history.subList(1, server.rooms.history.size());
        server.rooms.space = new SpaceMessage.Current(
                NOW,
                BusRooms.SPACE.disk(),
                100L,
                null,
                null,
                5_000 * MIB,
                false,
                buckets.stream()
                        .map(each -> new SpaceMessage.Bucket(
                                each.bucket(),
                                each.held() == null ? 0 : each.held().bytes() * 5 / 4,
                                each.bucket().equals(PHOTOS) ? 9 * MIB : 0))
                        .toList(),
                List.of());
        server.rooms.judge(new StatusMessage.Current(
                NOW,
                new StatusMessage.Verdict(state, title, "Last backup {ago:%s}.".formatted(NOW), title),
                buckets,
                List.of(),
                alarms,
                1L << 40,
                null));
    }

    /** The newest first; the last one with what went wrong in it, if that is wanted. */
    private static List<RunRecord> runs(boolean troubled) {
        return IntStream.range(0, SNAPSHOTS)
                .mapToObj(week -> SNAPSHOTS - 1 - week)
                .map(week -> run(week, troubled && week > SNAPSHOTS - 4))
                .toList();
    }

    private static RunRecord run(int week, boolean troubled) {
        Instant at = NOW.minus(Duration.ofDays(7L * (SNAPSHOTS - 1 - week)));
        RunResult result = troubled ? RunResult.PARTIAL : RunResult.SUCCESS;
        return new RunRecord(
                new RunStart("run-" + week, Trigger.SCHEDULE, false, true, at),
                new RunEnd(result, at.plusSeconds(312), 1, null),
                new RunRecord.CurrentSnapshot(Layout.name(at), true, null),
                Stream.of(
                                bucket(
                                        PHOTOS,
                                        troubled ? RunResult.PARTIAL : RunResult.SUCCESS,
                                        week,
                                        troubled ? 56 : 0),
                                bucket(ARCHIVED, troubled ? RunResult.FAILED : RunResult.SUCCESS, 0, 0),
                                bucket(AWKWARD, RunResult.SUCCESS, week % 4 == 0 ? 3 : 0, 0))
                        .toList(),
                List.of());
    }

    private static RunRecord.BucketRecord bucket(String name, RunResult result, int changed, long failed) {
        Tally some = new Tally(changed, changed * 21L * MIB);
        BucketCounts counts = new BucketCounts(Map.of(
                Fate.LISTED, new Tally(120 + changed + failed, 3_000 * MIB),
                Fate.DOWNLOADED, some,
                Fate.LINKED, new Tally(120, 2_500 * MIB),
                Fate.FILTERED, new Tally(12, 40 * MIB),
                Fate.FAILED, new Tally(failed, failed * MIB)));
        return new RunRecord.BucketRecord(
                name,
                new BucketOutcome(
                        result,
                        false,
                        counts,
                        LongStream.range(0, Math.min(failed, 3))
                                .mapToObj(each ->
                                        new RunRecord.Failure("2026/11/IMG_%04d.raw".formatted(each), DENIED, WHY))
                                .toList(),
                        failed,
                        result == RunResult.FAILED ? WHY : null,
                        failed == 0 ? Map.of() : Map.of(DENIED, new Tally(failed, failed * MIB)),
                        result == RunResult.FAILED ? DENIED : null),
                result != RunResult.FAILED);
    }

    /** A run of photos and of all others, as far as this. */
    RunState running(long objects) {
        Instant at = NOW.plus(Duration.ofHours(2));
        Tally listed = new Tally(900, 20_000 * MIB);
        Tally done = new Tally(objects, objects * 22 * MIB);
        BucketCounts counts = new BucketCounts(Map.of(Fate.LISTED, listed, Fate.DOWNLOADED, done));
        TransferMessage.Progress progress = new TransferMessage.Progress(counts, listed, done.bytes(), true);
        TransferMessage.Progress nothing = new TransferMessage.Progress(BucketCounts.ZERO, Tally.ZERO, 0, false);
        return new RunState(
                new RunStart("r2", Trigger.MANUAL, false, false, at.minusSeconds(60)),
                at.plusSeconds(objects),
                new RunState.Stage(RunPhase.TRANSFERRING, 1, 4, null, null, null, null),
                List.of(
                        new RunState.BucketState(PHOTOS, RunPhase.TRANSFERRING, progress, null, null),
                        new RunState.BucketState(ARCHIVED, RunPhase.LISTING, nothing, null, null)),
                new RunState.Progress(counts, listed, done.bytes(), 22.0 * MIB, 1, 900L),
                List.of());
    }
}
