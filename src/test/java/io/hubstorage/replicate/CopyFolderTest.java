package io.hubstorage.replicate;

import static io.hubstorage.replicate.ReplicationKit.NOW;
import static io.hubstorage.replicate.ReplicationKit.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.ReplicationRecord.Failure;
import io.hubstorage.bus.RunResult;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.SmallDisk;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a copy may be, and what happens when its disk is not as it should be. */
final class CopyFolderTest {
    @TempDir
    Path folder;

    @AutoClose
    private ReplicationKit kit;

    @BeforeEach
    void open() throws IOException {
        kit = new ReplicationKit(folder.toRealPath());
    }

    private ReplicationRecord failed(Path to) {
        ReplicationRecord record = ReplicationKit.replicate(kit.work(to, false));
        assertThat(record.result()).as(record.message()).isEqualTo(RunResult.FAILED);
        return record;
    }

    @Test
    void itIsNotInTheDataFolderNorAroundItNorInAnother() throws IOException {
        kit.put("a", "1").snapshot(0);
        Path other = Files.createDirectories(folder.toRealPath().resolve("other"));
        new Destination(new Layout(other), folder.resolve("config")).claim();
        Path link = Files.createSymbolicLink(folder.toRealPath().resolve("link"), kit.data);
        for (Path place : new Path[] {
            kit.data, kit.data.resolve("copy"), kit.folder, link, link.resolve("copy"), other.resolve("copy")
        }) {
            assertThatThrownBy(() -> ReplicationKit.replicate(kit.work(place, false)))
                    .as("%s", place)
                    .isInstanceOf(ReplyException.class)
                    .hasMessageContaining("The copy cannot be in");
        }
        assertThat(failed(other).message()).contains("is a data folder of its own");
        assertThat(failed(folder.resolve("not/there")).message()).contains("is not there: mount its disk");
        assertThat(names(kit.data)).hasSize(1);
    }

    @Test
    void aFolderWithAnythingElseInItIsLeftAsItIs() throws IOException {
        kit.put("a", "1").snapshot(0);
        Path photos = Files.createDirectories(folder.resolve("photos"));
        Files.writeString(photos.resolve("cat.jpg"), "cat");

        assertThat(failed(photos).message()).contains("is not empty");

        try (Stream<Path> left = Files.list(photos)) {
            assertThat(left).containsExactly(photos.resolve("cat.jpg"));
        }
        Files.delete(photos.resolve("cat.jpg"));
        Files.createDirectory(photos.resolve("lost+found"));
        assertThat(ReplicationKit.replicate(kit.work(photos, false)).result()).isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void theCopyOfAnotherDataFolderIsNotWrittenTo() throws IOException {
        kit.put("a", "1").snapshot(0);
        kit.replicate();
        try (ReplicationKit other = new ReplicationKit(
                Files.createDirectories(folder.resolve("other")).toRealPath())) {
            other.put("b", "2").snapshot(1);
            ReplicationRecord record = ReplicationKit.replicate(other.work(kit.copy, false));

            assertThat(record.result()).isEqualTo(RunResult.FAILED);
            assertThat(record.message()).contains("is a copy of another data folder");
        }
        assertThat(names(kit.copy)).isEqualTo(names(kit.data));
    }

    @Test
    void aDiskThatIsNotMountedIsNotTakenForAnEmptyCopy() throws IOException {
        kit.put("a", "1").snapshot(0);
        kit.replicate();
        Path away = folder.resolve("away");
        Files.move(kit.copy, away);
        Files.createDirectory(kit.copy);

        assertThat(failed(kit.copy).message()).contains("not mounted");
        assertThat(kit.copy).isEmptyDirectory();

        Files.delete(kit.copy);
        Files.move(away, kit.copy);
        assertThat(kit.replicate().outcome().snapshots().there()).isEqualTo(1);
    }

    @Test
    void aDiskThatGoesAwayInTheMiddleEndsItAndNothingIsWrittenInItsPlace() throws IOException {
        for (int i = 0; i < 10; i++) {
            kit.put("key-" + i, "body");
        }
        kit.snapshot(0);
        kit.snapshot(1);
        Path away = folder.resolve("away");
        kit.stops = () -> new Cancellation() {
            private int steps;

            @Override
            public synchronized void check() {
                if (++steps == 20) {
                    try {
                        Files.move(kit.copy, away);
                        Files.createDirectory(kit.copy);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        };

        failed(kit.copy);

        assertThat(kit.copy).isEmptyDirectory();
        Files.delete(kit.copy);
        Files.move(away, kit.copy);
        kit.letLive();
        assertThat(kit.replicate().result()).isEqualTo(RunResult.SUCCESS);
        kit.assertCopied(names(kit.data).toArray(new String[0]));
    }

    @Test
    void aDiskThatIsGoneIsNoticedWhileNothingIsWritten() throws IOException {
        kit.put("a", "1").snapshot(0);
        ReplicationWork work = kit.work(kit.copy, false);
        work.admit();
        try (AutoCloseable _ = work::close) {
            assertThat(work.trouble()).isEmpty();
            Files.delete(new Layout(kit.copy).marker());
            assertThat(work.trouble()).hasValueSatisfying(why -> assertThat(why).contains("not mounted"));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "incoming", "parts", "removed", "scratch"})
    void aPlantedLinkInThePlaceOfAFolderOfOursIsNotFollowed(String name) throws IOException {
        kit.put("a", "1").snapshot(0);
        kit.replicate();
        kit.put("a", "2").snapshot(1);
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "mine");
        Path ours = new Layout(kit.copy).replication().resolve(name);
        io.hubstorage.fs.Trees.delete(ours);
        Files.createSymbolicLink(ours, outside);

        ReplicationRecord record = kit.replicate();

        if (name.isEmpty()) {
            assertThat(record.message()).contains("is a symbolic link");
        } else {
            assertThat(record.result()).as(record.message()).isEqualTo(RunResult.SUCCESS);
            kit.assertCopied(names(kit.data).toArray(new String[0]));
        }
        try (Stream<Path> left = Files.list(outside)) {
            assertThat(left).containsExactly(outside.resolve("precious"));
        }
        assertThat(outside.resolve("precious")).hasContent("mine");
    }

    /** In what an earlier replication left, which is gone on with. */
    @ParameterizedTest
    @ValueSource(strings = {"s3", "s3/photos", "s3/photos/dir", "manifest", "s3/photos/dir/a", "run.json"})
    void aPlantedLinkInAHalfCopyIsNotFollowed(String place) throws IOException {
        String name = kit.put("dir/a", "1").put("dir/b", "2").put("z", "3").snapshot(0);
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Path precious = Files.writeString(outside.resolve("precious"), "mine");
        kit.killAt(14);
        assertThatThrownBy(() -> kit.replicate()).isInstanceOf(ReplicationKit.Killed.class);
        kit.letLive();
        Path planted = kit.incoming(name).resolve(place);
        boolean isFile = place.endsWith("a") || place.endsWith("json");
        io.hubstorage.fs.Trees.delete(planted);
        Files.createDirectories(planted.getParent());
        Files.createSymbolicLink(planted, isFile ? precious : outside);

        ReplicationRecord record = kit.replicate();

        if (record.result() == RunResult.SUCCESS) {
            kit.assertCopied(name);
        } else {
            assertThat(isFile).isFalse();
            assertThat(record.message()).contains(planted.toString());
            assertThat(names(kit.copy)).isEmpty();
        }
        try (Stream<Path> left = Files.list(outside)) {
            assertThat(left).containsExactly(precious);
        }
        assertThat(precious).hasContent("mine");
    }

    /** The next time it tells nothing, and the system still has the bytes in its memory. */
    @Test
    void whatADiskCouldNotWriteIsNotGoneOnWith() throws Exception {
        String first = kit.put("a", "1").snapshot(0);
        String second = kit.put("a", "2").snapshot(1);
        Path config = kit.folder.resolve("config");
        Layout data = new Layout(kit.data);
        String id = String.valueOf(new Destination(data, config).inspect().id());
        try (CopyFolder copy = CopyFolder.take(data, id, kit.copy, config, NOW, TargetNames::of)) {
            for (String name : new String[] {first, second}) {
                Path file = copy.stage(name, "certified").folder().resolve("file");
                Files.writeString(file, "lost");
                assertThat(copy.stage(name, "certified").left()).isEqualTo(CopyFolder.Left.KNOWN);
            }

            assertThatThrownBy(() -> copy.commit(second, _ -> {
                        throw new IOException("could not be synced");
                    }))
                    .hasMessage("could not be synced");

            assertThat(names(kit.copy)).isEmpty();
            for (String name : new String[] {first, second}) {
                CopyFolder.Staging anew = copy.stage(name, "certified");
                assertThat(anew.left()).as(name).isEqualTo(CopyFolder.Left.NOTHING);
                assertThat(anew.folder()).isEmptyDirectory();
            }
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the small disk is a tmpfs")
    void aFullDiskIsToldNothingIsHalfDoneAndItGoesOnWithRoom() throws IOException {
        Random random = new Random(3);
        for (int day = 0; day < 3; day++) {
            for (int i = 0; i < 4; i++) {
                byte[] body = new byte[30_000];
                random.nextBytes(body);
                kit.made.put(ReplicationKit.BUCKET, "day-%d/key-%d".formatted(day, i), body, ReplicationKit.T0);
            }
            kit.snapshot(day);
        }
        try (SmallDisk disk = SmallDisk.mount(kit.copy, 8, 4_000)) {
            int full = 0;
            ReplicationRecord record;
            disk.leave(20);
            assertThat(ReplicationKit.replicate(kit.work(disk(), false)).message())
                    .contains(names(kit.data).getFirst() + " takes 117 KiB, and the disk of", "Make room there");
            for (int pages = 31; ; pages += 6) {
                disk.leave(pages);
                record = ReplicationKit.replicate(kit.work(kit.copy, false));
                disk.free();
                kit.assertNothingHalfDone();
                if (record.result() == RunResult.SUCCESS) {
                    break;
                }
                assertThat(record.message())
                        .contains("is full, or allows no further files", "goes on with what was copied");
                full++;
            }
            assertThat(full).isGreaterThan(2);
            assertThat(record.outcome().resumed().objects()).isLessThan(12);
            kit.assertCopied(names(kit.data).toArray(new String[0]));
        }
    }

    /** Claimed before it is filled: a folder with anything in it is no new copy. */
    private Path disk() throws IOException {
        Layout layout = new Layout(kit.copy);
        if (!Files.exists(layout.marker())) {
            Path ballast = kit.copy.resolve("ballast");
            Path aside = layout.hub().resolve("ballast");
            Files.createDirectories(layout.hub());
            Files.move(ballast, aside);
            String id = new Destination(
                            new Layout(kit.data), folder.toRealPath().resolve("config"))
                    .inspect()
                    .id();
            new Destination(layout, folder.toRealPath().resolve("config")).claimCopy(String.valueOf(id));
            Files.move(aside, ballast);
        }
        return kit.copy;
    }

    @Test
    void namesThatItsDiskTakesForTheSameAreFoundBeforeAnythingIsCopied() {
        String fine = kit.put("Case/File.txt", "1").put("Case/other", "x").snapshot(0);
        String clash = kit.put("case/FILE.txt", "2").snapshot(1);
        kit.probe = path -> new TargetNames(true, 255, true);

        ReplicationRecord record = kit.replicate();

        assertThat(record.outcome().failures()).singleElement().satisfies(failure -> {
            assertThat(failure.snapshot()).isEqualTo(clash);
            assertThat(failure.why()).contains("Case/File.txt", "case/FILE.txt", "for the same name");
        });
        assertThat(record.outcome().linked().objects())
                .as("of the one that clashes")
                .isZero();
        kit.assertCopied(fine);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file and folder", "spelling of a folder", "normalisation"})
    void whateverFoldsToOneNameClashes(String how) {
        switch (how) {
            case "file and folder" -> kit.put("Dir", "1").put("dir/x", "2").put("dir!", "3");
            case "spelling of a folder" -> kit.put("Dir/a", "1").put("dir/b", "2");
            default -> kit.put("\u00e9", "1").put("e\u0301", "2");
        }
        kit.snapshot(0);
        kit.probe = path -> new TargetNames(true, 255, true);

        assertThat(kit.replicate().outcome().failures())
                .singleElement()
                .extracting(Failure::why)
                .asString()
                .contains("for the same name");
    }

    @Test
    void namesThatAreTooLongOrOddForItsDiskAreFoundBeforeAnythingIsCopied() {
        String fine = kit.put("plain", "1").put("dir/" + "n".repeat(143), "2").snapshot(0);
        String odd = kit.put("what?", "3").snapshot(1);
        kit.made.remove(ReplicationKit.BUCKET, "what?");
        String long144 = kit.put("dir/" + "ä".repeat(72), "4").snapshot(2);
        kit.probe = path -> new TargetNames(false, 143, false);

        ReplicationRecord record = kit.replicate();

        assertThat(record.outcome().failures()).extracting(Failure::snapshot).containsExactly(odd, long144);
        assertThat(record.outcome().failures().getFirst().why()).contains("no names with any of");
        assertThat(record.outcome().failures().getLast().why()).contains("143 bytes at most, and this one needs 144");
        kit.assertCopied(fine);
    }

    @Test
    void anOrdinaryDiskTakesEveryName() throws IOException {
        assertThat(TargetNames.of(folder)).isEqualTo(new TargetNames(false, 255, true));
    }

    @Test
    void aLimitHoldsItUpAndStoppingItDoesNotWait() throws Exception {
        kit.made.put(ReplicationKit.BUCKET, "film", new byte[8 << 20], ReplicationKit.T0);
        kit.snapshot(0);
        ReplicationWork work = new ReplicationWork(
                new ReplicationWork.Asked(
                        "20261127-061500-slow",
                        new io.hubstorage.bus.ReplicationStart(null, null, java.util.List.of(), false, 0.1),
                        kit.copy,
                        NOW),
                kit.around());
        AtomicReference<Throwable> end = new AtomicReference<>();
        work.admit();
        Thread worker = Thread.ofVirtual().start(() -> {
            try {
                work.run(new io.hubstorage.jobs.Job());
            } catch (Throwable e) {
                end.set(e);
            }
        });
        // A MiB comes at once; the rest would take more than a minute.
        Awaitility.await().until(() -> part() >= 1 << 19);

        work.stopping();
        worker.join();
        work.close();

        assertThat(end.get()).isInstanceOf(CancellationException.class);
        assertThat(work.state().outcome().copied().objects()).isZero();
        assertThat(names(kit.copy)).isEmpty();
    }

    private long part() throws IOException {
        Path parts = new Layout(kit.copy).replication().resolve("parts");
        try (Stream<Path> files = Files.list(parts)) {
            long most = 0;
            for (Path file : files.toList()) {
                most = Math.max(most, Files.exists(file) ? Files.size(file) : 0);
            }
            return most;
        }
    }
}
