package io.hubstorage.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.Trees;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Shelf;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What snapshots take, from their certificates and, where one was removed, from manifests. */
final class SpaceTest {
    private static final HubConfig CONFIG = ConfigParser.parse(new JsonObject());
    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
    /** A multiple of every disk's blocks. */
    private static final long BIG = 1 << 20;

    @TempDir
    Path folder;

    private Layout layout;
    private Space space;

    @BeforeEach
    void lay() throws IOException {
        layout = new Layout(folder);
        Files.createDirectories(layout.hub());
        space = new Space();
    }

    /** A snapshot in which each key has that content, of {@link #BIG} bytes. */
    private String snapshot(Instant time, @Nullable String previous, Map<String, String> etags, int downloaded)
            throws IOException {
        String name = Layout.name(time);
        Path snapshot = Files.createDirectories(layout.snapshot(name));
        Files.createDirectories(Layout.tree(snapshot, "photos"));
        Files.createDirectories(Layout.manifest(snapshot, "photos").getParent());
        ManifestSummary summary;
        try (ManifestWriter writer = new ManifestWriter(Layout.manifest(snapshot, "photos"))) {
            for (Map.Entry<String, String> each : new TreeMap<>(etags).entrySet()) {
                writer.write(Shelf.entry(each.getKey(), BIG, each.getValue()));
            }
            summary = writer.finish();
        }
        Tally made = new Tally(downloaded, downloaded * BIG);
        Certificate.Bucket bucket = new Certificate.Bucket(
                "photos",
                "",
                new BucketOutcome(
                        RunResult.SUCCESS,
                        false,
                        new BucketCounts(Map.of(BucketCounts.Fate.DOWNLOADED, made)),
                        List.of(),
                        0,
                        null),
                new Certificate.Listing(true, 1, "utf8"),
                new Tally(summary.entries(), summary.bytes()),
                summary,
                null);
        new Certificate(
                        1,
                        name,
                        new Certificate.Run(name, Trigger.MANUAL, RunResult.SUCCESS, true, time, time, 1),
                        new Certificate.Basis("1", null, previous, JsonNodeFactory.instance.objectNode()),
                        List.of(bucket),
                        List.of(),
                        downloaded * BIG + 8_192)
                .write(Layout.certificate(snapshot));
        return name;
    }

    private SpaceMessage.Current current() throws IOException {
        return space.current(layout, CONFIG, NOON);
    }

    private void remove(String snapshot) throws IOException {
        Trees.delete(layout.snapshot(snapshot));
        // Within the same tick of the file system's clock the folder looks as before.
        space.forget();
    }

    private void takeOver() throws IOException {
        while (space.takeOver(layout, NOON)) {
            // Each at its turn.
        }
    }

    @Test
    void whatSnapshotsAddIsAddedUpAndWhatARemovedOneSharedGoesToTheNext() throws IOException {
        String first = snapshot(NOON.minus(Duration.ofDays(3)), null, Map.of("a", "1", "b", "1"), 2);
        String second = snapshot(NOON.minus(Duration.ofDays(2)), first, Map.of("a", "1", "b", "2", "c", "1"), 2);
        String third = snapshot(NOON.minus(Duration.ofDays(1)), second, Map.of("a", "1", "b", "2", "c", "2"), 1);
        assertThat(current().snapshotBytes()).isEqualTo(5 * BIG + 3 * 8_192);
        assertThat(current().counting()).isFalse();
        assertThat(current().buckets()).singleElement().satisfies(photos -> {
            assertThat(photos.bucket()).isEqualTo("photos");
            assertThat(photos.bytes()).isBetween(5 * BIG, 5 * BIG + 50_000);
            assertThat(photos.addedBytesPerDay()).isBetween(BIG, BIG + 50_000);
        });

        remove(second);
        assertThat(current().counting()).isTrue();
        assertThat(current().snapshotBytes()).isEqualTo(3 * BIG + 2 * 8_192);
        takeOver();
        assertThat(current().counting()).isFalse();
        assertThat(current().snapshotBytes())
                .as("a once, b twice, c of the third")
                .isBetween(4 * BIG, 4 * BIG + 50_000);

        remove(first);
        takeOver();
        assertThat(current().snapshotBytes()).as("all of the third").isBetween(3 * BIG, 3 * BIG + 50_000);
        assertThat(layout.snapshot(third)).exists();
    }

    @Test
    void whatWasFoundOutIsNotFoundOutAgainAndADamagedMemoryIsBegunAnew() throws IOException {
        String first = snapshot(NOON.minus(Duration.ofDays(3)), null, Map.of("a", "1"), 1);
        String second = snapshot(NOON.minus(Duration.ofDays(2)), first, Map.of("a", "1", "b", "1"), 1);
        Trees.delete(layout.snapshot(first));
        takeOver();
        long bytes = current().snapshotBytes();

        space = new Space();
        Files.delete(Layout.manifest(layout.snapshot(second), "photos"));
        assertThat(current().counting()).isFalse();
        assertThat(current().snapshotBytes()).isEqualTo(bytes);

        Files.writeString(layout.space(), "{");
        space = new Space();
        assertThat(current().counting()).isTrue();
    }

    @Test
    void aManifestThatCannotBeReadIsTriedOnce() throws IOException {
        String first = snapshot(NOON.minus(Duration.ofDays(3)), null, Map.of("a", "1"), 1);
        String second = snapshot(NOON.minus(Duration.ofDays(2)), first, Map.of("a", "1", "b", "1"), 1);
        String third = snapshot(NOON.minus(Duration.ofDays(1)), second, Map.of("a", "1", "b", "1"), 0);
        Trees.delete(layout.snapshot(second));
        Files.writeString(Layout.manifest(layout.snapshot(third), "photos"), "no zstd");
        takeOver();
        assertThat(current().counting()).isFalse();
    }

    @Test
    void whatTheDiskHasLeftIsRememberedOnceADayAndFromAWeekOnItIsTheTrend() throws IOException {
        for (int day = 30; day > 0; day--) {
            space.remember(layout, CONFIG, NOON.minus(Duration.ofDays(day)));
            space.remember(layout, CONFIG, NOON.minus(Duration.ofDays(day)).plusSeconds(60));
        }
        SpaceMemory memory = SpaceMemory.read(layout);
        assertThat(memory.freeBytes()).hasSize(30);
        assertThat(current().growthBytesPerDay()).isNotNull();
        assertThat(SpaceMemory.read(new Layout(folder.resolve("absent"))).freeBytes())
                .isEmpty();
    }

    @Test
    void withoutWeeksOfThatWhatSnapshotsAddIsTheTrendAndTheDayOnWhichTheDiskIsFullFollows() throws IOException {
        String previous = null;
        for (int day = 20; day >= 0; day--) {
            previous = snapshot(NOON.minus(Duration.ofDays(day)), previous, Map.of("a", String.valueOf(day)), 1);
        }
        SpaceMessage.Current current = current();
        assertThat(current.growthBytesPerDay()).isEqualTo(BIG + 8_192);
        assertThat(current.change())
                .as("each day a file was replaced, so that of what comes all goes with the snapshots that have it")
                .isEqualTo(new SpaceMessage.Change(BIG + 8_192, BIG + 8_192));
        SpaceMessage.Disk disk = current.disk();
        assertThat(disk).isNotNull();
        long days = disk.freeBytes() / (BIG + 8_192);
        if (days < 3_650) {
            assertThat(current.fullAbout())
                    .isEqualTo(LocalDate.ofInstant(NOON, CONFIG.zone()).plusDays(days));
        } else {
            assertThat(current.fullAbout()).isNull();
        }
        HubConfig retaining = CONFIG.with(JsonObject.of("retention", JsonObject.of("enabled", true, "daily", 14)));
        assertThat(space.current(layout, retaining, NOON).growthBytesPerDay())
                .as("what retention removes is not in it")
                .isNull();
    }

    @Test
    void howItWasIsWhatSnapshotsAddedAndFromWhenItIsRememberedWhatItWasAlsoAfterRemovals() throws IOException {
        String first = snapshot(NOON.minus(Duration.ofDays(3)), null, Map.of("a", "1"), 1);
        String second = snapshot(NOON.minus(Duration.ofDays(2)), first, Map.of("a", "1", "b", "1"), 1);
        LocalDate today = LocalDate.ofInstant(NOON, CONFIG.zone());
        long one = BIG + 8_192;
        assertThat(current().history())
                .extracting(SpaceMessage.Day::at, SpaceMessage.Day::snapshotBytes)
                .containsExactly(
                        tuple(today.minusDays(3), one), tuple(today.minusDays(2), 2 * one), tuple(today, 2 * one));

        space.remember(layout, CONFIG, NOON.minus(Duration.ofDays(1)));
        remove(first);
        assertThat(current().history())
                .as("what the first took on its day cannot be told without it")
                .extracting(SpaceMessage.Day::at)
                .containsExactly(today.minusDays(1), today);
        takeOver();
        assertThat(current().history().getFirst())
                .satisfies(day -> assertThat(day.snapshotBytes()).isEqualTo(2 * one))
                .satisfies(day -> assertThat(day.freeBytes()).isNotNull());
        assertThat(layout.snapshot(second)).exists();
    }

    @Test
    void whatGrowsIsToldFromWhatIsReplaced() throws IOException {
        String previous = null;
        Map<String, String> files = new TreeMap<>(Map.of("a", "0"));
        for (int day = 10; day > 0; day--) {
            files.put("a", String.valueOf(day));
            files.put("new" + day, "1");
            previous = snapshot(NOON.minus(Duration.ofDays(day)), previous, files, 2);
            if (day == 6) {
                assertThat(current().change()).as("too early").isNull();
            }
        }
        SpaceMessage.Change change = Objects.requireNonNull(current().change());
        assertThat(change.addedBytesPerDay()).isEqualTo(2 * BIG + 8_192);
        assertThat(change.replacedBytesPerDay()).isBetween(BIG, BIG + 8_192);
    }

    @Test
    void olderThanSixWeeksADayAWeekIsRememberedForTwoYears() {
        SpaceMemory memory = SpaceMemory.nothing();
        LocalDate today = LocalDate.parse("2026-11-27");
        for (int day = 1_000; day >= 0; day--) {
            memory.add(today.minusDays(day), day, (long) day);
        }
        assertThat(memory.freeBytes()).hasSizeBetween(43 + 97, 43 + 100);
        assertThat(memory.freeBytes().firstKey()).isBetween(today.minusDays(730), today.minusDays(723));
        assertThat(memory.freeBytes().tailMap(today.minusDays(42))).hasSize(43);
        assertThat(memory.snapshotBytes().keySet()).isEqualTo(memory.freeBytes().keySet());
        assertThat(memory.add(today.minusDays(1), 7, null))
                .as("the clock was ahead: only the later day is forgotten")
                .isFalse();
        assertThat(memory.freeBytes()).doesNotContainKey(today);
    }

    @Test
    void howLittleIsLittleIsTheDisksOrThePolicysMatter() throws IOException {
        SpaceMessage.Disk disk = Objects.requireNonNull(current().disk());
        assertThat(disk.lowBytes()).isCloseTo(Math.min(disk.totalBytes() / 20, 20L << 30), within(5L));
        HubConfig more = CONFIG.with(JsonObject.of("retention", JsonObject.of("min_free_percent", 50)));
        assertThat(Objects.requireNonNull(space.current(layout, more, NOON).disk())
                        .lowBytes())
                .isCloseTo(disk.totalBytes() / 2, within(1L));
    }

    @Test
    void withoutADataFolderNothingIsToldAndNothingIsWritten() throws IOException {
        Layout absent = new Layout(folder.resolve("absent"));
        SpaceMessage.Current current = space.current(absent, CONFIG, NOON);
        assertThat(current.disk()).isNull();
        assertThat(current.snapshotBytes()).isZero();
        space.remember(absent, CONFIG, NOON);
        assertThat(absent.data()).doesNotExist();
    }

    @Test
    void howTheDiskSharesWhatDidNotChangeIsToldWhenItWasTried() throws IOException {
        assertThat(Objects.requireNonNull(current().disk()).sharing()).isNull();
        // As a process leaves it that was killed.
        Files.createDirectories(layout.hub().resolve("probe/probe-1"));

        space.tryOut(layout);

        assertThat(Objects.requireNonNull(current().disk()).sharing()).startsWith("hard_links");
        assertThat(layout.hub()).isEmptyDirectory();
    }

    @Test
    void whereNothingCanBeTriedItIsNotTold() throws IOException {
        Files.delete(layout.hub());

        space.tryOut(layout);

        assertThat(Objects.requireNonNull(current().disk()).sharing()).isNull();
        assertThat(layout.hub()).doesNotExist();
    }
}
