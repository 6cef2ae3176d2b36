package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.integrity.ParallelMd5;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.requests.RequestPermits;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.S3Access;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;

/** Shards in the middle of a bucket, which see only their own range of keys. */
final class ShardJobTest {
    @TempDir
    Path home;

    private final SyntheticS3 s3 = SyntheticS3.start();
    private final SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.empty());
    private final S3Access access = new S3Access(s3.settings(), 8, "test", S3Access.STALL);
    private final DownloadRequests requests = new DownloadRequests(
            new RequestPermits(8), new RateLimiter(System::nanoTime), 1 << 20, RetryPolicy.USUAL, new ParallelMd5());

    @AfterEach
    void stop() {
        access.close();
        s3.close();
    }

    private static ManifestEntry held(String key) {
        return new ManifestEntry(
                key,
                key,
                new ManifestEntry.Content(1, "e"),
                new ManifestEntry.Metadata(Instant.EPOCH),
                EntryState.DOWNLOADED);
    }

    private TransferMessage.Source snapshotOf(String... keys) throws IOException {
        Path tree = home.resolve("previous");
        Path manifest = home.resolve("previous.zst");
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            for (String key : keys) {
                Files.createDirectories(tree);
                Files.setLastModifiedTime(Files.write(tree.resolve(key), new byte[1]), FileTime.from(Instant.EPOCH));
                writer.write(held(key));
            }
            writer.finish();
        }
        return new TransferMessage.Source(tree.toString(), manifest.toString(), true, TransferMessage.Trust.MANIFEST);
    }

    private TransferMessage.Result run(
            int index, @Nullable String after, @Nullable String through, boolean delete, TransferMessage.Source source)
            throws IOException {
        TransferMessage.Result copied =
                job(index, after, through, delete, source).run();
        assertThat(copied.outcome()).as(copied.error()).isEqualTo(TransferMessage.Outcome.CHANGED);
        return goOn(shard(index, after, through, delete, source), TransferMessage.Mode.LINK, copied);
    }

    private TransferMessage.Shard shard(
            int index,
            @Nullable String after,
            @Nullable String through,
            boolean delete,
            TransferMessage.Source source) {
        return new TransferMessage.Shard(
                "run",
                new TransferMessage.ShardId("photos", 1, index),
                TransferMessage.Mode.COPY,
                new TransferMessage.Keys("", after, through, false),
                new TransferMessage.Workspace(
                        home.resolve("tree").toString(), home.resolve("journal").toString(), List.of(source)),
                new TransferMessage.Options(delete, List.of(), List.of(), true, false, false, false),
                TransferMessage.Progress.NONE);
    }

    /** All of the bucket, for a disk that does not tell all names apart. */
    private TransferMessage.Shard folded() throws IOException {
        TransferMessage.Shard plain = shard(0, null, null, true, snapshotOf());
        return new TransferMessage.Shard(
                plain.runId(),
                plain.id(),
                plain.mode(),
                plain.keys(),
                plain.workspace(),
                new TransferMessage.Options(true, List.of(), List.of(), true, true, false, false),
                plain.before());
    }

    /** As the run does: the folders and the lease are there. */
    private void prepare(TransferMessage.Shard shard) throws IOException {
        Files.createDirectories(home.resolve("tree"));
        Files.createDirectories(home.resolve("journal"));
        Files.writeString(Path.of(shard.lease()), "run");
    }

    private ShardJob job(
            int index, @Nullable String after, @Nullable String through, boolean delete, TransferMessage.Source source)
            throws IOException {
        TransferMessage.Shard shard = shard(index, after, through, delete, source);
        prepare(shard);
        return new ShardJob(new Shard(shard), requests, () -> access);
    }

    private List<String> paths(int index) throws IOException {
        List<String> paths = new ArrayList<>();
        try (ManifestReader reader =
                ManifestReader.open(home.resolve("journal/shard-%04d.part.zst".formatted(index)))) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                paths.add(entry.path());
            }
        }
        return paths;
    }

    @Test
    void aFileOfAnEarlierShardStandsInTheWayOfAFolder() throws IOException {
        bucket.add("a", 5);
        bucket.add("a/b", 5);
        TransferMessage.Source previous = snapshotOf();

        assertThat(run(1, "a", null, true, previous).outcome()).isEqualTo(TransferMessage.Outcome.LINKED);
        assertThat(run(0, null, "a", true, previous).outcome()).isEqualTo(TransferMessage.Outcome.LINKED);

        assertThat(paths(0)).containsExactly("a");
        assertThat(paths(1)).containsExactly("~hub1~a/b");
    }

    @Test
    void soDoesAFileThatIsGoneFromS3AndCarriedOn() throws IOException {
        bucket.add("a/b", 5);
        bucket.add("0", 5);
        TransferMessage.Source previous = snapshotOf("a");

        assertThat(run(0, null, "a", false, previous).outcome()).isEqualTo(TransferMessage.Outcome.LINKED);
        TransferMessage.Result second = run(1, "a", null, false, previous);

        assertThat(second.outcome()).as(second.error()).isEqualTo(TransferMessage.Outcome.LINKED);
        assertThat(paths(0)).containsExactly("0", "a");
        assertThat(paths(1)).containsExactly("~hub1~a/b");
    }

    @Test
    void aFileThatIsGoneForGoodDoesNot() throws IOException {
        bucket.add("a/b", 5);
        TransferMessage.Source previous = snapshotOf("a");

        run(1, "a", null, true, previous);

        assertThat(paths(1)).containsExactly("a/b");
    }

    @Test
    void whatStaysIsLinkedHoweverManyFilesItIs() throws IOException {
        String[] keys = IntStream.range(0, 1_234).mapToObj("k%04d"::formatted).toArray(String[]::new);
        TransferMessage.Source previous = snapshotOf(keys);
        bucket.add("new", 5);

        assertThat(run(0, null, null, false, previous).outcome()).isEqualTo(TransferMessage.Outcome.LINKED);

        assertThat(paths(0)).hasSize(1_235);
        try (Stream<Path> files = Files.list(home.resolve("tree"))) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .containsExactlyElementsOf(paths(0));
        }
    }

    @Test
    void anObjectThatIsTriedAgainKeepsItsPathAmongFoldedNames() throws IOException {
        bucket.add("A", 5);
        bucket.add("a", 6);
        s3.faults().whenGetting("a").attempts(RetryPolicy.USUAL.attempts()).then(Fault.internalError());
        TransferMessage.Shard folded = folded();
        prepare(folded);

        TransferMessage.Result first = new ShardJob(new Shard(folded), requests, () -> access).run();
        TransferMessage.Result second = goOn(folded, TransferMessage.Mode.RETRY, first);
        goOn(folded, TransferMessage.Mode.LINK, second);

        assertThat(first.failures().remedy()).isEqualTo(TransferMessage.Remedy.RETRY);
        assertThat(first.progress().counts().failed()).isEqualTo(Tally.of(6));
        assertThat(second.failures()).isEqualTo(TransferMessage.Failures.none(TransferMessage.Remedy.NONE, null));
        assertThat(second.progress().counts().downloaded()).isEqualTo(new Tally(2, 11));
        assertThat(second.progress().counts().failed()).isEqualTo(Tally.ZERO);
        assertThat(second.usage().listRequests()).isZero();
        assertThat(paths(0)).containsExactly("A", "~hub1~a");
        assertThat(home.resolve("tree/~hub1~a")).hasSize(6);
    }

    @Test
    void whatIsTriedAgainIsToComeUntilItIsThere() throws Exception {
        bucket.add("a", 6);
        s3.faults().whenGetting("a").attempts(RetryPolicy.USUAL.attempts()).then(Fault.internalError());
        HeldRequests held = new HeldRequests();
        s3.faults().whenGetting("a").then(Fault.hold(held));
        TransferMessage.Shard shard = shard(0, null, null, true, snapshotOf("a"));
        prepare(shard);
        TransferMessage.Result first = new ShardJob(new Shard(shard), requests, () -> access).run();
        ShardJob again = new ShardJob(
                new Shard(shard.goOn(TransferMessage.Mode.RETRY, first.progress())), requests, () -> access);
        CompletableFuture<TransferMessage.Result> second = CompletableFuture.supplyAsync(again::run);

        Awaitility.await().until(() -> held.arrived() > 0);
        assertThat(again.heartbeat().progress().counts().failed()).isEqualTo(Tally.ZERO);
        assertThat(again.heartbeat().progress().counts().kept()).isEqualTo(Tally.ZERO);
        held.open();

        assertThat(first.progress().counts().failed()).isEqualTo(Tally.of(6));
        assertThat(first.progress().counts().kept()).as("the last snapshot's").isEqualTo(Tally.of(1));
        assertThat(second.get().progress().counts().failed()).isEqualTo(Tally.ZERO);
        assertThat(second.get().progress().counts().kept()).isEqualTo(Tally.ZERO);
        assertThat(second.get().progress().counts().downloaded()).isEqualTo(Tally.of(6));
    }

    @Test
    void thatNothingCanBeCopiedAnyMoreIsToldOnceAndEachObjectStaysToBeTriedAgain() throws IOException {
        for (int number = 0; number < 60; number++) {
            bucket.add("k%02d".formatted(number), 5);
        }
        s3.faults()
                .when(RequestKind.GET)
                .times(60 * RetryPolicy.USUAL.attempts())
                .then(Fault.internalError());
        TransferMessage.Shard shard = shard(0, null, null, true, snapshotOf());
        prepare(shard);
        TransferMessage.Result first = new ShardJob(new Shard(shard), requests, () -> access).run();
        assertThat(first.failures().total()).isEqualTo(60);
        s3.faults().clear();
        s3.faults().when(_ -> true).then(Fault.expiredToken());

        try (LogCapture log = LogCapture.of("io.hubstorage.transfer")) {
            TransferMessage.Result again = goOn(shard, TransferMessage.Mode.RETRY, first);

            assertThat(log.lines("WARN")).singleElement(STRING).contains("photos: nothing more can be copied now: ");
            assertThat(again.failures().total()).isEqualTo(60);
            assertThat(again.failures().remedy()).isEqualTo(TransferMessage.Remedy.RETRY);
            assertThat(again.progress().counts().failed()).isEqualTo(new Tally(60, 300));
        }
    }

    private TransferMessage.Result goOn(
            TransferMessage.Shard shard, TransferMessage.Mode mode, TransferMessage.Result before) {
        return new ShardJob(new Shard(shard.goOn(mode, before.progress())), requests, () -> access).run();
    }

    @Test
    void aJobThatWasCancelledBeforeItBeganDoesNothing() throws IOException {
        TransferMessage.Source previous = snapshotOf();
        ShardJob job = job(0, null, null, true, previous);
        job.cancel();

        assertThat(job.run().outcome()).isEqualTo(TransferMessage.Outcome.CANCELLED);
        assertThat(s3.counts().all()).isZero();
        assertThat(home.resolve("journal")).isDirectoryNotContaining("glob:**.journal");
    }

    @ParameterizedTest
    @EnumSource(
            value = TransferMessage.Mode.class,
            names = {"LINK", "KEEP"})
    void whatIsLinkedOverEndsBetweenTwoFilesWhenItIsToldToStop(TransferMessage.Mode mode) throws IOException {
        TransferMessage.Shard shard = shard(0, null, null, true, snapshotOf("a", "b"));
        prepare(shard);
        Files.createFile(home.resolve("journal/shard-0000.journal"));
        Lease lease = new Lease(Path.of(shard.lease()));
        ShardCopy copy = new ShardCopy(
                new Shard(shard.goOn(mode, TransferMessage.Progress.NONE)),
                requests,
                () -> access,
                new ShardProgress(shard.before()),
                lease);
        lease.request();

        assertThatThrownBy(() -> copy.run(new FailureLog(null))).isInstanceOf(CancellationException.class);

        assertThat(home.resolve("tree")).isEmptyDirectory();
    }

    @Test
    void whatWaitedToBeSortedIsNotGoneThroughOnceTheShardIsToldToStop() throws IOException {
        bucket.add("a", 6);
        TransferMessage.Shard folded = folded();
        prepare(folded);
        Lease lease = new Lease(Path.of(folded.lease()));
        ShardCopy copy =
                new ShardCopy(new Shard(folded), requests, () -> access, new ShardProgress(folded.before()), lease);
        // After the last page.
        s3.onRequest(request -> request.kind() == RequestKind.LIST, _ -> lease.request());

        assertThatThrownBy(() -> copy.run(new FailureLog(null))).isInstanceOf(CancellationException.class);

        assertThat(home.resolve("tree")).isEmptyDirectory();
    }

    @Test
    void s3IsSpokenOfAsLongAsAnythingIsToComeFromIt() throws Exception {
        bucket.add("a", 6);
        HeldRequests held = new HeldRequests();
        s3.faults().whenGetting("a").then(Fault.hold(held));
        TransferMessage.Shard shard = shard(0, null, null, true, snapshotOf("b"));
        prepare(shard);
        ShardJob job = new ShardJob(new Shard(shard), requests, () -> access);
        assertThat(job.heartbeat().service()).as("before the listing").isNotNull();
        CompletableFuture<TransferMessage.Result> ended = CompletableFuture.supplyAsync(job::run);
        Awaitility.await()
                .until(() -> held.arrived() > 0 && job.heartbeat().progress().listingComplete());
        assertThat(job.heartbeat().service()).as("while an object comes").isNotNull();
        assertThat(job.heartbeat().inFlight())
                .extracting(TransferMessage.InFlight::key)
                .containsExactly("a");

        held.open();

        assertThat(ended.get(1, TimeUnit.MINUTES).outcome()).isEqualTo(TransferMessage.Outcome.CHANGED);
        assertThat(job.heartbeat().service()).as("when all have come").isNull();
        assertThat(job.heartbeat().inFlight()).isEmpty();
    }

    @Test
    void whereThereIsOnlyToLinkNothingIsToComeFromIt() throws IOException {
        TransferMessage.Shard shard = shard(0, null, null, true, snapshotOf("a"));
        prepare(shard);

        for (TransferMessage.Mode mode : TransferMessage.Mode.values()) {
            ShardJob job =
                    new ShardJob(new Shard(shard.goOn(mode, TransferMessage.Progress.NONE)), requests, () -> access);
            boolean links = mode == TransferMessage.Mode.LINK || mode == TransferMessage.Mode.KEEP;
            assertThat(job.heartbeat().service() == null).as("%s", mode).isEqualTo(links);
        }
    }

    @Test
    void anObjectThatFailedIsNotOnItsWayAnyMore() throws IOException {
        bucket.add("a", 6);
        s3.faults().whenGetting("a").then(Fault.accessDenied());
        ShardJob job = job(0, null, null, true, snapshotOf());

        assertThat(job.run().failures().total()).isEqualTo(1);

        assertThat(job.heartbeat().inFlight()).isEmpty();
    }

    @Test
    void whatIsLoggedOnTheWayNamesTheRun() throws IOException {
        bucket.add("a", 6);
        TransferMessage.Shard shard = shard(0, null, null, true, snapshotOf());
        prepare(shard);
        List<String> runs = new ArrayList<>();
        ShardJob job = new ShardJob(new Shard(shard), requests, () -> {
            runs.add(String.valueOf(MDC.get("run")));
            return access;
        });

        job.run();

        assertThat(runs).isNotEmpty().containsOnly("run");
        assertThat(MDC.get("run")).as("afterwards").isNull();
    }

    @Test
    void aDestinationThatFailsIsNamedAndTheShardIsTriedAgain() throws IOException {
        bucket.add("a", 6);
        ShardJob job = job(0, null, null, true, snapshotOf());
        Files.delete(home.resolve("tree"));

        TransferMessage.Result result = job.run();

        assertThat(result.outcome()).isEqualTo(TransferMessage.Outcome.FAILED);
        assertThat(result.failures().remedy()).isEqualTo(TransferMessage.Remedy.COPY);
        assertThat(result.error()).isEqualTo("the destination disk failed: " + home.resolve("tree"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDiskThatIsFullStopsAllAlsoWhereOnlyAFailureIsStillToBeWrittenDown() throws IOException {
        bucket.add("a", 6);
        s3.faults().whenGetting("a").then(Fault.accessDenied());
        ShardJob job = job(0, null, null, true, snapshotOf());
        Files.createSymbolicLink(home.resolve("journal/shard-0000.failures.jsonl"), Path.of("/dev/full"));

        TransferMessage.Result result = job.run();

        assertThat(result.outcome()).isEqualTo(TransferMessage.Outcome.DISK_FULL);
        assertThat(result.failures().remedy()).isEqualTo(TransferMessage.Remedy.NONE);
        assertThat(result.error()).isNotEmpty();
    }

    @Test
    void whatCannotBeWrittenWhenTheShardIsStoppedIsNoFaultOfTheDisk() throws IOException {
        bucket.add("folder/a", 6);
        ShardJob job = job(0, null, null, true, snapshotOf());
        s3.onRequest(request -> request.kind() == RequestKind.GET, _ -> {
            job.cancel();
            assertThat(home.resolve("tree")
                            .toFile()
                            .renameTo(home.resolve("trash").toFile()))
                    .isTrue();
        });

        TransferMessage.Result result = job.run();

        assertThat(result.outcome()).isEqualTo(TransferMessage.Outcome.CANCELLED);
        assertThat(result.error()).isNull();
    }

    @Test
    void aShardThatIsStoppedWhileItsCredentialsAreTriedIsNotRefused() throws IOException {
        s3.faults().when(RequestKind.LIST).then(Fault.expiredToken());
        s3.faults().when(RequestKind.LIST_BUCKETS).then(Fault.internalError());
        ShardJob job = job(0, null, null, true, snapshotOf());
        s3.onRequest(request -> request.kind() == RequestKind.LIST_BUCKETS, _ -> job.cancel());

        assertThat(job.run().outcome()).isEqualTo(TransferMessage.Outcome.CANCELLED);
    }

    @Test
    void whereTheCredentialsCannotBeTriedTheirRefusalStands() throws IOException {
        s3.faults().when(RequestKind.LIST).then(Fault.expiredToken());
        s3.faults().when(RequestKind.LIST_BUCKETS).then(new Fault.Status(501, "NotImplemented", "no"));

        TransferMessage.Result result = job(0, null, null, true, snapshotOf()).run();

        assertThat(result.outcome()).isEqualTo(TransferMessage.Outcome.AUTH);
        assertThat(result.error()).isNotEmpty();
    }

    @Test
    void aWorkerThatWakesUpAfterItsRunHasGivenItUpWritesNothing() throws Exception {
        HeldRequests held = new HeldRequests();
        for (int index = 0; index < 40; index++) {
            bucket.add("folder%02d/file".formatted(index), 500);
        }
        s3.faults().when(RequestKind.GET).then(Fault.hold(held));
        ShardJob job = job(0, null, null, true, snapshotOf());
        CompletableFuture<TransferMessage.Result> ended = CompletableFuture.supplyAsync(job::run);
        Awaitility.await()
                .until(() -> s3.log().requests(r -> r.kind() == RequestKind.GET).size() >= 8);

        // What a run does that has given a worker up, goes on with others, commits, and clears its staging away.
        Files.delete(home.resolve("journal/shard-0000.lease"));
        Files.createDirectories(home.resolve("trash"));
        Files.move(home.resolve("tree"), home.resolve("trash/tree"));
        Files.move(home.resolve("journal"), home.resolve("trash/journal"));
        held.open();

        assertThat(ended.get(60, TimeUnit.SECONDS).outcome()).isEqualTo(TransferMessage.Outcome.CANCELLED);
        assertThat(job.isGivenUp()).isTrue();
        assertThat(home.resolve("tree")).doesNotExist();
        assertThat(home.resolve("journal")).doesNotExist();
        try (Stream<Path> files = Files.walk(home.resolve("trash/tree"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void aJobThatIsCancelledAfterItHasSeenItselfThatItIsGivenUpDoesNotHang() throws Exception {
        HeldRequests held = new HeldRequests();
        bucket.add("a", 500);
        s3.faults().when(RequestKind.GET).then(Fault.hold(held));
        ShardJob job = job(0, null, null, true, snapshotOf());
        CompletableFuture<TransferMessage.Result> ended = CompletableFuture.supplyAsync(job::run);
        Awaitility.await().until(() -> held.arrived() > 0);
        Files.delete(home.resolve("journal/shard-0000.lease"));
        assertThat(job.isGivenUp()).isTrue();

        job.cancel();

        // Less than a silence of the server is borne.
        assertThat(ended.get(20, TimeUnit.SECONDS).outcome()).isEqualTo(TransferMessage.Outcome.CANCELLED);
    }

    @Test
    void notEvenAWriteThatHadBegunBringsAClearedTreeBack() throws Exception {
        Shard shard = new Shard(shard(0, null, null, true, snapshotOf()));
        Files.createDirectories(home.resolve("tree"));
        Files.createDirectories(home.resolve("journal"));
        // Never looks at its lease: as if the process had been stopped between look and write.
        TreeWriter tree = new TreeWriter(
                shard,
                new SourceFiles(shard.sources(), new LongAdder()),
                new ShardProgress(shard.before()),
                new Lease(null));
        tree.write("folder/one", new byte[5], Instant.EPOCH);
        Files.createDirectories(home.resolve("trash"));
        Files.move(home.resolve("tree"), home.resolve("trash/tree"));

        assertThatThrownBy(() -> tree.write("folder/two", new byte[5], Instant.EPOCH))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> tree.folder("marker")).isInstanceOf(NoSuchFileException.class);
        assertThat(home.resolve("tree")).doesNotExist();
    }
}
