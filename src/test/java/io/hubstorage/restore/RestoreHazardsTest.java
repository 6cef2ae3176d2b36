package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.DiskMark;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.RestoreKit.Item;
import io.hubstorage.restore.folder.FoldingFolder;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.testkit.SmallDisk;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores to folders where something is in the way: links, our own folders, and disks that are full, gone, slow or fold names. */
final class RestoreHazardsTest extends RestoreKitTest {
    private static final Instant SAVED = RestoreKit.SAVED;
    private static final JsonObject ALL = new JsonObject();

    @Test
    void nothingIsWrittenThroughALinkThatLeadsOut() throws IOException {
        kit.photos("in/a", "1", "b", "2", "c", "3");
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("victim"), "untouched");
        Files.createDirectories(kit.target);
        Files.createSymbolicLink(kit.target.resolve("in"), outside);
        Files.createSymbolicLink(kit.target.resolve("b"), outside.resolve("victim"));

        for (String mode : List.of("never", "if-different", "always")) {
            RestoreRecord record = kit.restore(new JsonObject().put("overwrite", mode));
            assertThat(record.outcome().skipped()).as(mode).containsEntry("changed", new Tally(2, 2));
        }

        assertThat(outside.toFile().list()).containsExactly("victim");
        assertThat(outside.resolve("victim")).hasContent("untouched");
        assertThat(kit.target.resolve("c")).hasContent("3");
    }

    @Test
    void nothingIsDeletedThroughALinkThatLeadsOut() throws IOException {
        kit.photos("1", "1", "2", "2", "3", "3");
        Path outside = Files.createDirectory(folder.resolve("outside"));
        kit.write("1", "1", SAVED);
        kit.write("2", "2", SAVED);
        kit.write("3", "3", SAVED);
        kit.write("in/extra", "x", SAVED);
        Files.writeString(outside.resolve("extra"), "x");
        Files.setLastModifiedTime(outside.resolve("extra"), FileTime.from(SAVED));
        Restores.Planned plan = kit.plan(new JsonObject().put("delete_extra", true));
        assertThat(RestoreKit.made(plan).problems()).isEmpty();
        Files.move(kit.target.resolve("in"), folder.resolve("away"));
        Files.createSymbolicLink(kit.target.resolve("in"), outside);

        RestoreRecord record = kit.run(plan);

        assertThat(outside.resolve("extra")).exists();
        assertThat(record.outcome().spared()).isEqualTo(Map.of("changed", Tally.of(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"data", "data/hublink_20261120080000", "data/new", "config/x", "logs", ".", "linked"})
    void noFolderOfOursIsWrittenTo(String where) throws IOException {
        kit.photos("a", "1");
        Files.createSymbolicLink(folder.resolve("linked"), kit.data);

        Restores.Planned plan = kit.plan(
                new JsonObject().put("to_dir", folder.resolve(where).normalize().toString()));

        assertThat(RestoreKit.made(plan).problems())
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem).contains("restore to another folder"));
    }

    @Test
    void anotherDataFolderIsNotWrittenTo() throws IOException {
        kit.photos("a", "1");
        Files.createDirectories(kit.target.resolve(".hubstorage"));
        Files.writeString(kit.target.resolve(".hubstorage/marker.json"), "{}");

        Restores.Planned plan =
                kit.plan(new JsonObject().put("to_dir", kit.target.resolve("s3").toString()));

        assertThat(RestoreKit.made(plan).problems())
                .singleElement()
                .asString()
                .contains("is a data folder of HubStorage");
    }

    @Test
    void aFullDiskStopsItAndItGoesOnWhenThereIsRoom() {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("small"), 4, 1_000);
                RestoreKit small =
                        new RestoreKit(folder.resolve("on-small"), folder.resolve("small/target"), new JsonObject())) {
            SortedMap<String, Item> items = RestoreKit.items();
            for (int i = 0; i < 20; i++) {
                items.put("file-" + i, Item.of("%d".formatted(i % 10).repeat(50_000)));
            }
            small.snapshot(SAVED, Map.of("photos", items));
            Restores.Planned plan = small.plan(ALL);
            assertThat(RestoreKit.made(plan).problems()).isEmpty();
            small.around = target -> new WrappedTarget(target) {
                private final AtomicInteger writes = new AtomicInteger();

                @Override
                public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                        throws ConflictException, TargetException, IOException, InterruptedException {
                    if (writes.incrementAndGet() == 5) {
                        disk.leave(3);
                    }
                    return super.write(name, entry, source, condition);
                }
            };

            RestoreRecord full = small.run(plan);
            assertThat(full.result()).isEqualTo(RunResult.FAILED);
            assertThat(full.message()).contains("no room left");
            assertThat(full.outcome().left().objects()).isPositive();
            assertThat(full.outcome().failed()).isEmpty();

            disk.free();
            small.around = target -> target;
            RestoreRecord whole = small.run(plan);
            assertThat(whole.result()).isEqualTo(RunResult.SUCCESS);
            assertThat(whole.outcome().written().objects()).isEqualTo(20);
            items.forEach((key, item) -> assertThat(small.target.resolve(key)).hasBinaryContent(item.bytes()));
            assertThat(small.target.toFile().list()).hasSize(20);
        }
    }

    @Test
    void moreThanFitsIsToldBeforeTheFirstByte() {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("small"), 1, 1_000);
                RestoreKit small =
                        new RestoreKit(folder.resolve("on-small"), folder.resolve("small/target"), new JsonObject())) {
            small.snapshot(SAVED, Map.of("photos", RestoreKit.items("large", "x".repeat(1_100_000))));

            assertThat(RestoreKit.made(small.plan(ALL)).problems())
                    .singleElement()
                    .asString()
                    .contains("The restore needs", "free: make room");
            assertThat(disk).isNotNull();
        }
    }

    @Test
    void aDiskThatIsNotMountedWhenItStartsIsNotMadeUpFor() {
        Path place = folder.resolve("place");
        try (RestoreKit other = new RestoreKit(folder.resolve("other"), place, new JsonObject())) {
            other.photos("a", "1");
            Restores.Planned plan;
            try (SmallDisk disk = SmallDisk.mount(place, 4, 1_000)) {
                plan = other.plan(ALL);
                assertThat(RestoreKit.made(plan).problems()).isEmpty();
                assertThat(disk).isNotNull();
            }

            RestoreRecord record = other.run(plan);

            assertThat(record.result()).isEqualTo(RunResult.FAILED);
            assertThat(record.message()).contains("is on another disk than when the plan was made");
            assertThat(place).isEmptyDirectory();

            try (SmallDisk again = SmallDisk.mount(place, 4, 1_000)) {
                assertThat(other.run(plan).result()).isEqualTo(RunResult.SUCCESS);
                assertThat(other.files()).isEqualTo(Map.of("a", "1"));
                assertThat(again).isNotNull();
            }
        }
    }

    @Test
    void onADiskThatSpellsNamesInItsOwnWayNothingIsDeleted() {
        kit.photos("photo.jpg", "1", "2", "2", "3", "3");
        kit.write("Photo.jpg", "1", SAVED);
        kit.write("2", "2", SAVED);
        kit.write("3", "3", SAVED);
        kit.around = _ -> FoldingFolder.open(kit.target, folder.resolve("scratch"));

        assertThat(RestoreKit.made(kit.plan(new JsonObject().put("delete_extra", true)))
                        .problems())
                .singleElement()
                .asString()
                .contains("does not tell X from x", "Restore without deleting");
        assertThat(RestoreKit.made(kit.plan(ALL)).problems()).isEmpty();
    }

    @Test
    void whatIsRestoredAloneToSuchADiskHasTheNameThatItHasAmongAll() {
        kit.photos("A.txt", "1", "a.txt", "2");
        kit.around = _ -> FoldingFolder.open(kit.target, folder.resolve("scratch"));

        Restores.Planned all = kit.plan(ALL);
        Restores.Planned one = kit.plan(new JsonObject().put("keys", new JsonArray().add("a.txt")));

        assertThat(kit.lines(one))
                .singleElement()
                .satisfies(line -> assertThat(line.to())
                        .isEqualTo(kit.lines(all).getLast().to())
                        .isNotEqualToIgnoringCase("A.txt"));
    }

    @Test
    void whatIsOursAndWhatADiskHasForItselfIsNotDeleted() throws IOException {
        kit.photos("1", "1", "2", "2", "3", "3");
        for (String each : List.of("1", "2", "3")) {
            kit.write(each, each, SAVED);
        }
        kit.write("hubstorage-names-20261126-061500-aaaa.jsonl", "{}", SAVED);
        kit.write(".hubstorage-restore-20261126-061500-aaaa/1.part", "x", SAVED);
        kit.write("backups/.hubstorage/marker.json", "{}", SAVED);
        kit.write("backups/hublink_20261126000000/s3/photos/a", "x", SAVED);
        kit.write("lost+found/1", "x", SAVED);
        SortedMap<String, String> before = kit.files();
        kit.write("extra", "x", SAVED);

        RestoreRecord record = kit.restore(new JsonObject().put("delete_extra", true));

        assertThat(record.outcome().deleted()).isEqualTo(Tally.of(1));
        assertThat(kit.files()).isEqualTo(before);
    }

    /** The target fails with the second file, as often as it is tried. */
    private Restores.Planned stoppedInTheMiddle() {
        kit.photos("1", "1", "2", "2", "3", "3");
        Restores.Planned plan = kit.plan(ALL);
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public int atOnce() {
                return 1;
            }

            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                if (name.equals("2")) {
                    throw new TargetException("stop", "stopped", false, true, null);
                }
                return super.write(name, entry, source, condition);
            }
        };
        assertThat(kit.run(plan).message()).isEqualTo("stopped");
        kit.around = target -> target;
        return plan;
    }

    @Test
    void oneThatGoesOnFindsTheFolderThatItBeganInOrStops() throws IOException {
        Restores.Planned plan = stoppedInTheMiddle();
        Path away = folder.resolve("away");
        Files.move(kit.target, away);
        Files.createDirectory(kit.target);

        RestoreRecord record = kit.run(plan);

        assertThat(record.result()).isEqualTo(RunResult.FAILED);
        assertThat(record.message()).contains("is its disk mounted?");
        assertThat(record.outcome().left().objects()).isEqualTo(2);
        assertThat(kit.target).isEmptyDirectory();

        Files.delete(kit.target);
        Files.move(away, kit.target);
        assertThat(kit.run(plan).result()).isEqualTo(RunResult.SUCCESS);
        assertThat(kit.files()).isEqualTo(Map.of("1", "1", "2", "2", "3", "3"));
        assertThat(kit.target.toFile().list()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheDiskMayHaveLostIsWrittenAgainHoweverRightItLooks(boolean away) throws IOException {
        kit.photos("1", "1", "2", "2");
        Restores.Planned plan = kit.plan(ALL);
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public void sync() throws TargetException, IOException {
                if (away) {
                    throw new TargetException("folder_gone", "is its disk mounted?", false, true, null);
                }
                throw new IOException("could not be synced");
            }
        };
        assertThat(kit.run(plan).result()).isEqualTo(RunResult.FAILED);
        // The disk has told it once, and tells nobody again.
        kit.around = target -> target;
        Path lost = Files.createLink(folder.resolve("lost"), kit.target.resolve("1"));

        RestoreRecord record = kit.run(plan);

        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.outcome().written()).isEqualTo(new Tally(2, 2));
        assertThat(Files.isSameFile(lost, kit.target.resolve("1"))).isFalse();
        assertThat(kit.files()).isEqualTo(Map.of("1", "1", "2", "2"));
    }

    @Test
    void whatOfOursCannotBeRemovedAtTheEndIsNoReasonToDoubtWhatIsOnTheDisk() {
        kit.photos("1", "1", "2", "2");
        Restores.Planned plan = kit.plan(ALL);
        AtomicReference<@Nullable SmallDisk> busy = new AtomicReference<>();
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public void sync() throws TargetException, IOException {
                busy.set(
                        SmallDisk.mount(kit.target.resolve(".hubstorage-restore-%s/busy".formatted(plan.id())), 1, 10));
                super.sync();
            }
        };
        try {
            assertThat(kit.run(plan).result()).isEqualTo(RunResult.SUCCESS);
            assertThat(kit.restores.journal(plan.id())).content().doesNotContain("lost");
        } finally {
            SmallDisk disk = busy.get();
            if (disk != null) {
                disk.close();
            }
        }
    }

    @Test
    void aDiskThatDoesNotAnswerKeepsOnlyThreadsOfTheRestore() {
        kit.photos("1", "1");
        AtomicBoolean virtual = new AtomicBoolean(true);
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                virtual.set(Thread.currentThread().isVirtual());
                return super.write(name, entry, source, condition);
            }
        };

        kit.restore(ALL);

        assertThat(virtual).isFalse();
    }

    @Test
    void aDiskThatGoesAwayStopsItAndLosesNothing() throws IOException {
        kit.photos("1", "1", "2", "2", "3", "3");
        Restores.Planned plan = kit.plan(ALL);
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                if (Files.exists(kit.target) && !Files.exists(folder.resolve("away"))) {
                    Files.move(kit.target, folder.resolve("away"));
                    Files.createDirectory(kit.target);
                }
                return super.write(name, entry, source, condition);
            }

            @Override
            public int atOnce() {
                return 1;
            }
        };

        RestoreRecord record = kit.run(plan);

        assertThat(record.message()).contains("is its disk mounted?");
        assertThat(record.outcome().failed()).isEmpty();
        assertThat(record.outcome().left().objects()).isEqualTo(3);
        assertThat(kit.target).isEmptyDirectory();
    }

    @Test
    void whatAPowerLossToreIsWrittenAgain() throws IOException {
        Restores.Planned plan = stoppedInTheMiddle();
        Path journal = kit.restores.journal(plan.id());
        Files.writeString(
                journal, Files.readString(journal).replaceFirst("\"boot\":\"[^\"]*\"", "\"boot\":\"another\""));
        kit.write("1", "", SAVED);

        RestoreRecord record = kit.run(plan);

        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(kit.files()).isEqualTo(Map.of("1", "1", "2", "2", "3", "3"));
    }

    @Test
    void whatWasWrittenBeforeTheDiskWasUnpluggedIsReadAgain() throws IOException {
        Restores.Planned plan = stoppedInTheMiddle();
        Path journal = kit.restores.journal(plan.id());
        String mark = DiskMark.of(kit.target);
        assertThat(journal).content().contains("\"boot\":\"%s\"".formatted(mark));
        // The machine was not started since, but the kernel counts the disk anew.
        Files.writeString(journal, Files.readString(journal).replace(mark, mark + "1"));
        kit.write("1", "", SAVED);

        assertThat(kit.run(plan).result()).isEqualTo(RunResult.SUCCESS);
        assertThat(kit.files()).isEqualTo(Map.of("1", "1", "2", "2", "3", "3"));
    }

    @Test
    void whatSomebodyWroteAfterAPowerLossStays() throws IOException {
        Restores.Planned plan = stoppedInTheMiddle();
        Path journal = kit.restores.journal(plan.id());
        Files.writeString(
                journal, Files.readString(journal).replaceFirst("\"boot\":\"[^\"]*\"", "\"boot\":\"another\""));
        kit.write("1", "theirs", SAVED.plusSeconds(70));

        assertThat(kit.run(plan).outcome().skipped()).containsKey("changed");
        assertThat(kit.files()).containsEntry("1", "theirs");
    }

    @Test
    void aCertificateIsNotReplacedByOneThatKnowsLess() throws IOException {
        Restores.Planned plan = stoppedInTheMiddle();
        Restores.Planned edited = new Restores.Planned(
                plan.id(),
                plan.createdAt(),
                kit.request(new JsonObject().put("overwrite", "always")),
                plan.place(),
                plan.plan());

        assertThat(kit.run(edited).message()).contains("plan has been changed");

        assertThat(kit.restores
                        .certified(plan.id())
                        .orElseThrow()
                        .record()
                        .outcome()
                        .written())
                .isEqualTo(Tally.of(1));
    }
}
