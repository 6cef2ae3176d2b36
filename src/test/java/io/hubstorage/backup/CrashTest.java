package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SmallDisk;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a process that died may leave behind: the next run is right all the same. */
final class CrashTest extends EngineTest {
    private SyntheticBucket bucket;

    /** A staging with the objects "00" to "49" in it; the run could not get the others. */
    @BeforeEach
    void aRunThatDied() {
        hub.patience(Duration.ofMinutes(2), 1);
        bucket = s3.bucket("photos", SyntheticBucket.uniform(100, 500, "##"));
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && request.key().compareTo("50") >= 0)
                .then(Fault.hang());
        hub.configure("photos").start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));
        await().until(() -> s3.counts().gets() > 50 && journalLines() == 50);
        hub.stop();
        assertThat(finished).isCompletedWithValueMatching(run -> run.result() == RunResult.INTERRUPTED);
        s3.faults().clear();
        s3.log().clear();
    }

    private Path only(String folder) {
        try (Stream<Path> children =
                Files.list(hub.data().resolve(".hubstorage").resolve(folder))) {
            return children.toList().getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path journal() {
        return only("journal").resolve("pass-1/photos/shard-0000.journal");
    }

    private long journalLines() throws IOException {
        try (Stream<String> lines = Files.lines(journal())) {
            return lines.count();
        } catch (UncheckedIOException | IOException e) {
            return 0;
        }
    }

    private RunRecord recovers() throws IOException {
        RunRecord run = hub.backUp();
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        assertThat(hub.data().resolve(".hubstorage/staging")).isEmptyDirectory();
        assertThat(hub.data().resolve(".hubstorage/journal")).isEmptyDirectory();
        assertThat(hub.snapshots().list()).hasSize(1);
        return run;
    }

    private static void writable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Test
    void whatTheJournalHasIsNotDownloadedAgain() throws IOException {
        recovers();

        assertThat(gets()).hasSize(50).doesNotContainKey("49").containsKey("50");
    }

    @Test
    void whatChangedMeanwhileIsDownloadedAndWhatIsGoneIsNotTaken() throws IOException {
        bucket.change("00");
        bucket.delete("01");

        recovers();

        assertThat(gets()).hasSize(51).containsKey("00");
    }

    @Test
    void aTornLastLineOfTheJournalCostsOneDownload() throws IOException {
        byte[] whole = Files.readAllBytes(journal());
        Files.write(journal(), java.util.Arrays.copyOf(whole, whole.length - 7));

        recovers();

        assertThat(gets()).hasSize(51);
    }

    @Test
    void aStagedFileThatIsMissingOrCutIsDownloadedAgain() throws IOException {
        Path tree = only("staging").resolve("pass-1/photos");
        Files.delete(tree.resolve("03"));
        writable(tree.resolve("04"));
        Files.write(tree.resolve("04"), new byte[17]);

        recovers();

        assertThat(gets()).hasSize(52).containsKeys("03", "04");
    }

    @Test
    void afterARebootEveryStagedFileIsHashedAndACorruptedOneDownloadedAgain() throws IOException {
        Files.writeString(only("journal").resolve("boot-id"), "another boot");
        Path file = only("staging").resolve("pass-1/photos/07");
        writable(file);
        Files.write(file, new byte[500]);

        recovers();

        assertThat(gets()).hasSize(51).containsKey("07");
    }

    @Test
    void aCrashInTheMiddleOfTheAssemblyLosesNoDownload() throws IOException {
        Path staging = only("staging");
        Path assembled = staging.resolve("snapshot/s3/photos");
        Files.createDirectories(assembled.getParent());
        Files.move(staging.resolve("pass-1/photos"), assembled);
        Files.createDirectories(staging.resolve("snapshot/manifest"));
        Files.writeString(staging.resolve("snapshot/manifest/photos.jsonl.zst"), "half");

        recovers();

        assertThat(gets()).hasSize(50);
    }

    @Test
    void aCrashAfterTheRenameLeavesAWholeSnapshotAndAStagingThatIsClearedAway() throws IOException {
        RunRecord first = recovers();
        // As if the process had died between the rename and the removal of the staging.
        Path leftover = hub.data().resolve(".hubstorage/staging/20200101000000/pass-1/photos");
        Files.createDirectories(leftover);
        s3.log().clear();

        RunRecord second = hub.backUp();

        assertThat(second.newSnapshot()).isFalse();
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
        assertThat(hub.data().resolve(".hubstorage/staging")).isEmptyDirectory();
        assertThat(gets()).isEmpty();
    }

    @Test
    void aCrashBeforeTheHistoryKnowsOfTheSnapshotIsToldAsItsCertificateSays() throws IOException {
        recovers();
        IntStream.range(0, 100).forEach(index -> bucket.delete("%02d".formatted(index)));
        RunRecord told = hub.backUp();
        assertThat(told.alarms()).hasSize(1);
        hub.stop();
        Path history = home.resolve("config/history.jsonl");
        List<String> lines = Files.readAllLines(history);
        Files.write(history, lines.subList(0, lines.size() - 1));

        hub.start();

        BackupMessage.History known =
                BusJson.decode(hub.request(Addresses.BACKUP_HISTORY, new JsonObject()), BackupMessage.History.class);
        assertThat(known.runs().getFirst())
                .usingRecursiveComparison()
                .ignoringFields("end.message")
                .isEqualTo(told);
        assertThat(known.runs().getFirst().message())
                .isEqualTo("The snapshot %s is whole; the program ended before it could say so.", told.snapshot());
    }

    @Test
    void aDiskThatIsMountedOnlyAfterTheStartMakesNoInterruptedRunOfACommittedOne() throws IOException {
        RunRecord told = recovers();
        hub.stop();
        Path history = home.resolve("config/history.jsonl");
        List<String> lines = Files.readAllLines(history);
        Files.write(history, lines.subList(0, lines.size() - 1));
        Path unmounted = home.resolve("unmounted");
        Files.move(hub.data(), unmounted);

        hub.start();
        Files.move(unmounted, hub.data());
        RunRecord next = hub.backUp();

        assertThat(next.result()).isEqualTo(RunResult.SUCCESS);
        BackupMessage.History known =
                BusJson.decode(hub.request(Addresses.BACKUP_HISTORY, new JsonObject()), BackupMessage.History.class);
        assertThat(known.runs())
                .filteredOn(run -> run.runId().equals(told.runId()))
                .singleElement()
                .satisfies(run -> {
                    assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
                    assertThat(run.snapshot()).isEqualTo(told.snapshot());
                });
    }

    @Test
    void aStagingThatCannotBeDeletedMakesNoFailedRunOfACommittedOne() throws IOException {
        SmallDisk.mount(home.resolve("probe"), 1, 16).close();
        Path trash = hub.data().resolve(".hubstorage/trash");
        AtomicReference<@Nullable SmallDisk> inTheWay = new AtomicReference<>();
        // Nothing can be moved onto another disk.
        s3.onRequest(request -> inTheWay.get() == null, _ -> inTheWay.set(SmallDisk.mount(trash, 1, 16)));
        try {
            RunRecord run = hub.backUp();

            assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
            assertThat(run.newSnapshot()).isTrue();
            audit(run).holds("photos", bucket);
        } finally {
            Objects.requireNonNull(inTheWay.get()).close();
        }
    }

    @Test
    void staleTrashAndOlderStagingsAreDeleted() throws IOException {
        Path hubFolder = hub.data().resolve(".hubstorage");
        for (String stale : List.of(
                "scratch/probe-1/own",
                "trash/staging-20200101000000/pass-1/photos/x",
                "staging/20200101000000/pass-1/photos/x",
                "journal/20200101000000/pass-1/photos/shard-0000.journal",
                "journal/20190101000000/boot-id")) {
            Files.createDirectories(hubFolder.resolve(stale).getParent());
            Files.writeString(hubFolder.resolve(stale), "stale");
        }

        recovers();

        assertThat(gets()).hasSize(50);
        assertThat(hubFolder.resolve("trash")).doesNotExist();
        assertThat(hubFolder.resolve("scratch")).doesNotExist();
    }

    @Test
    void aJournalThatIsAllGarbageCostsTheDownloadsAndNothingElse() throws IOException {
        Files.writeString(journal(), "garbage\n\n{\"key\":\n", StandardOpenOption.TRUNCATE_EXISTING);

        recovers();

        assertThat(gets()).hasSize(100);
    }

    @Test
    void whatAnEarlierVersionLeftIsTakenAsFarAsItWasDownloaded() throws IOException {
        for (String file : List.of("spool", "slots", "agreement.json")) {
            Files.writeString(journal().resolveSibling("shard-0000." + file), "{\"through\":\"x\"}");
        }
        String linked = Files.readAllLines(journal()).getFirst().replace("downloaded", "linked");
        Files.writeString(journal(), linked.replaceFirst("\"\\d\\d\"", "\"60\"") + "\n", StandardOpenOption.APPEND);

        recovers();

        assertThat(gets()).hasSize(50).containsKey("60");
    }

    @Test
    void aStagingWithoutItsJournalsIsNotTrusted() throws IOException {
        io.hubstorage.fs.Trees.delete(only("journal"));

        recovers();

        assertThat(gets()).hasSize(100);
    }

    @Test
    void aStagingWithoutItsJournalsDoesNotBreakARunThatFails() throws IOException {
        io.hubstorage.fs.Trees.delete(only("journal"));
        s3.removeBucket("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).contains("bucket does not exist");
    }

    @Test
    void otherBucketsAndOptionsOfTheNextRunCountNotThoseOfTheDeadOne() throws IOException {
        SyntheticBucket music = bucket("music", "x");
        hub.configure("music");

        RunRecord run = hub.backUp();

        assertThat(audit(run).holds("music", music).buckets()).containsExactly("music");
        assertThat(gets()).isEqualTo(Map.of("x", 1L));
    }
}
