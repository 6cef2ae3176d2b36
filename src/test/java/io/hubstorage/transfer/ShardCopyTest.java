package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.ListOrder;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.OpenFiles;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A shard from its listing to its part of the manifest. */
final class ShardCopyTest extends WithTestShard {
    @BeforeEach
    void fill() {
        shard.bucket().add("a", 300);
        shard.bucket().add("b", 300);
        shard.bucket().add("c", 300);
    }

    private static TransferMessage.Options options(boolean delete, boolean folded) {
        return new TransferMessage.Options(delete, List.of(), List.of(), true, folded, false, false);
    }

    private static Object inode(Path file) throws IOException {
        return Objects.requireNonNull(Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void whatStaysIsLinkedWhatIsNewIsDownloadedAndWhatIsGoneIsNot() throws IOException {
        shard.backUp();
        Path before = shard.tree();
        shard.bucket().change("b");
        shard.bucket().delete("c");
        shard.bucket().add("d", 200);

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().listed()).isEqualTo(new Tally(3, 800));
        assertThat(result.progress().counts().linked()).isEqualTo(new Tally(1, 300));
        assertThat(result.progress().counts().downloaded()).isEqualTo(new Tally(2, 500));
        assertThat(result.progress().counts().deleted()).isEqualTo(new Tally(1, 300));
        assertThat(result.progress().toDownload()).isEqualTo(new Tally(2, 500));
        assertThat(result.progress().bytesReceived()).isEqualTo(500);
        assertThat(result.progress().listingComplete()).isTrue();
        assertThat(result.usage().listRequests()).isEqualTo(1);
        assertThat(shard.part().keySet()).containsExactly("a", "b", "d");
        assertThat(inode(shard.tree().resolve("a"))).isEqualTo(inode(before.resolve("a")));
        assertThat(shard.tree()).isDirectoryNotContaining("glob:**/c");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void thatTheLastKeyIsGoneIsNoticedToo(boolean folded) throws IOException {
        shard.options(options(true, folded));
        shard.backUp();
        shard.bucket().delete("c");

        TransferMessage.Result result = shard.backUp();

        assertThat(result.outcome()).isEqualTo(Outcome.CHANGED);
        assertThat(result.progress().counts().deleted()).isEqualTo(new Tally(1, 300));
        assertThat(shard.part().keySet()).containsExactly("a", "b");
    }

    @Test
    void nothingNewIsUnchangedAndLeavesAnEmptyTree() throws IOException {
        shard.backUp();

        assertThat(shard.run(Mode.COPY).outcome()).isEqualTo(Outcome.UNCHANGED);

        assertThat(shard.tree()).isEmptyDirectory();
        assertThat(shard.run(Mode.LINK).outcome()).isEqualTo(Outcome.LINKED);
        assertThat(shard.part()).hasSize(3);
        assertThat(shard.tree().resolve("c")).exists();
    }

    @Test
    void aDryRunWritesNothingAndCountsWhatARunWouldDo() throws IOException {
        shard.bucket().add("c", 500);
        shard.backUp();
        shard.bucket().change("b");
        shard.bucket().put(shard.bucket().get("c").withLastModified(Instant.now()));

        TransferMessage.Result result = shard.run(Mode.DRY_RUN);

        assertThat(result.outcome()).isEqualTo(Outcome.CHANGED);
        assertThat(result.progress().counts().downloaded()).isEqualTo(new Tally(1, 300));
        assertThat(result.progress().counts().linked()).isEqualTo(new Tally(2, 800));
        assertThat(result.progress().counts().metadataRefreshed()).isEqualTo(new Tally(1, 500));
        assertThat(shard.tree()).isEmptyDirectory();
        assertThat(shard.journal()).isDirectoryNotContaining("glob:**journal");
    }

    @Test
    void aDryRunOfWhatIsTheSameIsUnchangedAndOneOfANewBucketIsNot() throws IOException {
        shard.bucket().delete("a");
        shard.bucket().delete("b");
        shard.bucket().delete("c");
        assertThat(shard.run(Mode.DRY_RUN).outcome())
                .as("a new bucket, although empty")
                .isEqualTo(Outcome.CHANGED);
        shard.bucket().add("a", 300);
        shard.backUp();

        assertThat(shard.run(Mode.DRY_RUN).outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void aKeptBucketIsLinkedOverWithoutAskingS3() throws IOException {
        shard.backUp();
        shard.s3().log().clear();

        TransferMessage.Result result = shard.run(Mode.KEEP);

        assertThat(result.outcome()).isEqualTo(Outcome.LINKED);
        assertThat(result.progress().counts().kept()).isEqualTo(new Tally(3, 900));
        assertThat(shard.s3().counts().all()).isZero();
        assertThat(shard.part().values()).extracting(ManifestEntry::state).containsOnly(EntryState.KEPT);
        assertThat(shard.tree().resolve("b")).exists();
    }

    @Test
    void aDamagedFileOfAKeptBucketIsNamedAndLeftOut() throws IOException {
        shard.backUp();
        Path damaged = shard.tree().resolve("b");
        Files.delete(damaged);

        TransferMessage.Result result = shard.run(Mode.KEEP);

        assertThat(result.outcome()).isEqualTo(Outcome.LINKED);
        assertThat(result.failures().first()).singleElement().satisfies(failure -> {
            assertThat(failure.key()).isEqualTo("b");
            assertThat(failure.kind()).isEqualTo("missing");
            assertThat(failure.cause()).contains("it is missing");
        });
        assertThat(shard.part().keySet()).containsExactly("a", "c");
        assertThat(result.progress().counts().kept().objects()).isEqualTo(2);
    }

    @Test
    void aFileThatIsMissingWhereItIsToBeLinkedAsksForALookAtAll() throws IOException {
        shard.backUp();
        Files.delete(shard.tree().resolve("b"));
        shard.bucket().change("a");

        assertThat(shard.backUp().outcome()).isEqualTo(Outcome.DAMAGED);
    }

    @ParameterizedTest
    @EnumSource(
            value = TransferMessage.Trust.class,
            names = {"PRESENCE", "HASH"})
    void aLookFindsItAndItIsDownloadedAgain(TransferMessage.Trust trust) throws IOException {
        shard.backUp();
        Files.delete(shard.tree().resolve("b"));
        shard.believe(trust);

        TransferMessage.Result result = shard.backUp();

        assertThat(result.outcome()).isEqualTo(Outcome.CHANGED);
        assertThat(result.progress().counts().refetched()).isEqualTo(new Tally(1, 300));
        assertThat(result.usage().lookMillis()).isNotNegative();
        assertThat(shard.part()).hasSize(3);
        assertThat(shard.tree().resolve("b"))
                .hasBinaryContent(shard.bucket().get("b").body());
    }

    @Test
    void onlyReadingFindsOtherContentOfTheSameSizeAndTime() throws IOException {
        shard.backUp();
        Path file = shard.tree().resolve("b");
        FileTime time = Files.getLastModifiedTime(file);
        Files.delete(file);
        Files.write(file, new byte[300]);
        Files.setLastModifiedTime(file, time);
        shard.believe(TransferMessage.Trust.PRESENCE);
        assertThat(shard.run(Mode.COPY).outcome()).isEqualTo(Outcome.UNCHANGED);

        shard.believe(TransferMessage.Trust.HASH);
        TransferMessage.Result result = shard.run(Mode.COPY);

        assertThat(result.progress().counts().refetched()).isEqualTo(new Tally(1, 300));
    }

    @Test
    void aServerThatListsInAnotherOrderIsFoundOutAndSorted() throws IOException {
        shard.bucket().add("B", 300);
        shard.on(bucket -> bucket.listedIn(ListOrder.UNORDERED));
        for (int number = 0; number < 20; number++) {
            shard.bucket().add("k" + number, 10);
        }

        assertThat(shard.run(Mode.COPY).outcome()).isEqualTo(Outcome.UNORDERED);
        shard.keys(new TransferMessage.Keys("", null, null, true));
        assertThat(shard.backUp().outcome()).isEqualTo(Outcome.CHANGED);

        assertThat(shard.part()).hasSize(24);
    }

    @Test
    void onADiskThatFoldsNamesEachFileHasItsOwn() throws IOException {
        shard.options(options(true, true));
        shard.bucket().add("A", 200);

        shard.backUp();

        assertThat(shard.part()).hasSize(4);
        assertThat(shard.part().values())
                .extracting(entry -> entry.path().toLowerCase(java.util.Locale.ROOT))
                .doesNotHaveDuplicates();
        shard.bucket().change("b");
        TransferMessage.Result result = shard.backUp();
        assertThat(result.progress().counts().linked().objects()).isEqualTo(3);
    }

    @Test
    void thereWhatIsCarriedOnKeepsItsNameApartToo() throws IOException {
        shard.options(options(false, true));
        shard.backUp();
        shard.bucket().delete("a");
        shard.bucket().add("A", 200);

        shard.backUp();

        assertThat(shard.part().keySet()).containsExactly("A", "a", "b", "c");
        assertThat(shard.line("a").state()).isEqualTo(EntryState.CARRIED);
        assertThat(shard.part().values())
                .extracting(entry -> entry.path().toLowerCase(java.util.Locale.ROOT))
                .doesNotHaveDuplicates();
    }

    @Test
    void thereTooTheListingIsKnownToBeCompleteWhileObjectsStillCome() throws Exception {
        shard.options(options(true, true));
        HeldRequests held = new HeldRequests();
        shard.s3().faults().when(RequestKind.GET).then(Fault.hold(held));
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> ended = CompletableFuture.supplyAsync(job::run);

        Awaitility.await().until(() -> job.heartbeat().progress().listingComplete());
        assertThat(ended).isNotDone();
        held.open();

        assertThat(ended.get(1, TimeUnit.MINUTES).outcome()).isEqualTo(Outcome.CHANGED);
    }

    @Test
    void aFilterCountsWhatItLeavesOutAndDropsItFromTheNextSnapshot() throws IOException {
        shard.backUp();
        shard.options(new TransferMessage.Options(false, List.of("b"), List.of(), true, false, false, false));

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().filtered()).isEqualTo(new Tally(1, 300));
        assertThat(shard.part().keySet()).containsExactly("a", "c");
    }

    @Test
    void onlyThePrefixIsListedAndWhatIsOutsideOfItGoes() throws IOException {
        shard.bucket().add("folder/x", 300);
        shard.backUp();
        shard.keys(new TransferMessage.Keys("folder/", null, null, false));
        shard.options(options(false, false));

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().listed().objects()).isEqualTo(1);
        assertThat(shard.part().keySet()).containsExactly("folder/x");
    }

    @Test
    void whereAServerListsInNoOrderAnObjectThatChangedIsFoundAgainAmongThoseThatBeginLikeIt() throws IOException {
        for (int number = 0; number < 20; number++) {
            shard.bucket().add("a" + number, 10);
        }
        SyntheticBucket bucket = shard.on(before -> before.listedIn(ListOrder.UNORDERED));
        assertThat(bucket.objects().filter(object -> object.key().startsWith("a")))
                .first()
                .as("what the server lists first")
                .extracting(SyntheticObject::key)
                .isNotEqualTo("a");
        shard.keys(new TransferMessage.Keys("", null, null, true));
        shard.s3()
                .onRequest(
                        request -> request.kind() == RequestKind.GET
                                && request.key().equals("a")
                                && bucket.get("a").size() == 300,
                        _ -> bucket.add("a", 400));

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().vanished()).isEqualTo(Tally.ZERO);
        assertThat(shard.line("a").sha256()).isEqualTo(bucket.get("a").sha256());
    }

    @Test
    void anObjectThatWasReplacedSinceItWasListedCountsAsItIsNow() throws IOException {
        shard.s3()
                .onRequest(
                        request -> request.kind() == RequestKind.GET
                                && request.key().equals("a")
                                && shard.bucket().get("a").size() == 300,
                        _ -> shard.bucket().add("a", 400));

        TransferMessage.Result result = shard.run(Mode.COPY);

        assertThat(result.progress().counts().listed()).isEqualTo(new Tally(3, 1_000));
        assertThat(result.progress().counts().downloaded()).isEqualTo(new Tally(3, 1_000));
    }

    /** The paths of a range of keys, by key; the last snapshot stays the same. */
    private Map<String, String> paths(@Nullable String after, @Nullable String through) throws IOException {
        shard.keys(new TransferMessage.Keys("", after, through, false));
        assertThat(shard.run(Mode.COPY).outcome().isComplete()).isTrue();
        assertThat(shard.run(Mode.LINK).outcome()).isEqualTo(Outcome.LINKED);
        Map<String, String> paths = new TreeMap<>();
        shard.part().forEach((key, entry) -> paths.put(key, entry.path()));
        return paths;
    }

    @Test
    void whereverABucketIsCutEachObjectHasTheSamePath() throws IOException {
        shard.options(new TransferMessage.Options(false, List.of("*.no"), List.of(), true, false, false, false));
        // Files, markers, what is left out and what is gone: each before keys in a folder of its name.
        Stream.of("a-", "a/b", "d//x", "e/", "e//x", "f.no", "f.no/x", "f.no/y", "g", "g/x", "h//x", "h//y")
                .forEach(key -> shard.bucket().add(key, 300));
        shard.bucket().add("d/", 0);
        shard.bucket().add("h/", 0);
        shard.backUp();
        shard.bucket().delete("g");
        shard.bucket().delete("h/");
        Map<String, String> whole = paths(null, null);
        assertThat(whole).hasSize(16).containsEntry("a/b", "~hub1~a/b").containsEntry("g/x", "~hub1~g/x");

        for (String key : whole.keySet()) {
            Map<String, String> cut = paths(null, key);
            cut.putAll(paths(key, null));

            assertThat(cut).as("cut after %s", key).isEqualTo(whole);
        }
    }

    @Test
    void aFileThatAnEarlierShardMayHaveIsAskedForAlone() throws IOException {
        shard.bucket().add("a/b", 300);
        shard.keys(new TransferMessage.Keys("", "a", null, false));

        shard.run(Mode.COPY);

        assertThat(shard.s3()
                        .log()
                        .requests(request -> "a".equals(request.query().get("prefix"))))
                .singleElement()
                .satisfies(request -> assertThat(request.query()).containsEntry("max-keys", "1"));
    }

    @Test
    void whereTheReaderPaysOnlyWhoSaysSoIsGivenAnything() throws IOException {
        shard.on(SyntheticBucket::demandingPayer);
        assertThat(shard.run(Mode.COPY).outcome()).isEqualTo(Outcome.FAILED);

        shard.options(new TransferMessage.Options(true, List.of(), List.of(), true, false, false, true));

        assertThat(shard.backUp().outcome()).isEqualTo(Outcome.CHANGED);
        assertThat(shard.part()).hasSize(3);
    }

    @Test
    void aBodyThatNothingExplainsIsNamedWhereThoseOfMostOthersAreExplained() throws IOException {
        shard.bucket().put(SyntheticObject.of("film1", 2 << 20, 1).inParts(1 << 20));
        shard.bucket().put(SyntheticObject.of("film2", 2 << 20, 2).inParts(1 << 20));
        shard.bucket().put(SyntheticObject.of("odd", 2 << 20, 3).withEtag("0".repeat(32) + "-2"));

        try (LogCapture log = LogCapture.of("io.hubstorage.transfer")) {
            assertThat(shard.run(Mode.COPY).failures().total()).isZero();

            assertThat(log.lines("WARN"))
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .contains("photos/odd: its body agrees with its ETag for no usual size of parts"));
        }
    }

    @Test
    void aBucketThatIsNotThereFailsWithItsReason() throws IOException {
        shard.s3().removeBucket("photos");

        TransferMessage.Result result = shard.run(Mode.COPY);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.failures().remedy()).isEqualTo(TransferMessage.Remedy.NONE);
        assertThat(result.error()).contains("the bucket does not exist");
    }

    @Test
    void refusedCredentialsAreTheBucketsMatterWhereTheAccountTakesThem() throws IOException {
        shard.s3().faults().when(RequestKind.LIST).then(new Fault.Status(403, "InvalidAccessKeyId", "no"));

        TransferMessage.Result result = shard.run(Mode.COPY);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.error()).contains("this is about the bucket alone");
    }

    private TransferMessage.Source staged(TransferMessage.Trust trust, @Nullable String sha256, byte[] content)
            throws IOException {
        SyntheticObject object = shard.bucket().get("a");
        Path tree = Files.createDirectories(home.resolve("staged"));
        Files.setLastModifiedTime(Files.write(tree.resolve("a"), content), FileTime.from(object.lastModified()));
        Path manifest = home.resolve("staged.zst");
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            writer.write(new ManifestEntry(
                    "a",
                    "a",
                    new ManifestEntry.Content(300, object.etag(), sha256, "md5", ManifestEntry.Upload.UNKNOWN),
                    new ManifestEntry.Metadata(object.lastModified()),
                    EntryState.DOWNLOADED));
            writer.finish();
        }
        return new TransferMessage.Source(tree.toString(), manifest.toString(), false, trust);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAnInterruptedRunHasDownloadedIsNotDownloadedAgain(boolean doubtful) throws IOException {
        SyntheticObject object = shard.bucket().get("a");
        shard.source(staged(
                doubtful ? TransferMessage.Trust.HASH : TransferMessage.Trust.MANIFEST,
                object.sha256(),
                object.body()));

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().downloaded().objects()).isEqualTo(3);
        assertThat(shard.gets()).isEqualTo(2);
        assertThat(inode(shard.tree().resolve("a"))).isEqualTo(inode(home.resolve("staged/a")));
        assertThat(shard.line("a").sha256()).isEqualTo(object.sha256());
        assertThat(shard.line("a").state()).isEqualTo(EntryState.DOWNLOADED);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatListsItIsClosedWhenAllIsCompared() throws IOException {
        shard.source(staged(
                TransferMessage.Trust.MANIFEST,
                shard.bucket().get("a").sha256(),
                shard.bucket().get("a").body()));

        shard.run(Mode.COPY);

        assertThat(OpenFiles.isOpen(home.resolve("staged.zst"))).isFalse();
    }

    @Test
    void unlessItsContentIsAnother() throws IOException {
        shard.source(staged(TransferMessage.Trust.HASH, shard.bucket().get("a").sha256(), new byte[300]));

        shard.backUp();

        assertThat(shard.gets()).isEqualTo(3);
        assertThat(shard.tree().resolve("a"))
                .hasBinaryContent(shard.bucket().get("a").body());
    }

    @Test
    void orItsFileIsGone() throws IOException {
        shard.source(
                staged(TransferMessage.Trust.MANIFEST, shard.bucket().get("a").sha256(), new byte[300]));
        Files.delete(home.resolve("staged/a"));

        shard.backUp();

        assertThat(shard.gets()).isEqualTo(3);
    }

    private void oldTool(byte[] content, Duration moved) throws IOException {
        SyntheticObject object = shard.bucket().get("a");
        Instant time = object.lastModified().plus(moved);
        Path tree = Files.createDirectories(home.resolve("old"));
        Files.setLastModifiedTime(Files.write(tree.resolve("a"), content), FileTime.from(time));
        Path manifest = home.resolve("old.zst");
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            writer.write(new ManifestEntry(
                    "a",
                    "a",
                    new ManifestEntry.Content(300, null),
                    new ManifestEntry.Metadata(time),
                    EntryState.LINKED));
            writer.finish();
        }
        shard.source(
                new TransferMessage.Source(tree.toString(), manifest.toString(), true, TransferMessage.Trust.MANIFEST));
    }

    @Test
    void aFileOfTheOldToolIsLinkedWhenItsBytesAreWhatTheEtagSays() throws IOException {
        oldTool(shard.bucket().get("a").body(), Duration.ZERO);

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().linked().objects()).isEqualTo(1);
        assertThat(shard.gets()).isEqualTo(2);
        ManifestEntry entry = shard.line("a");
        assertThat(entry.sha256()).isEqualTo(shard.bucket().get("a").sha256());
        assertThat(entry.verified()).isEqualTo("md5");
        assertThat(entry.etag()).isEqualTo(shard.bucket().get("a").etag());
        assertThat(inode(shard.tree().resolve("a"))).isEqualTo(inode(home.resolve("old/a")));
    }

    @Test
    void oneWithOtherBytesOrAnotherTimeIsDownloaded() throws IOException {
        oldTool(new byte[300], Duration.ZERO);
        shard.run(Mode.COPY);
        assertThat(shard.gets()).isEqualTo(3);

        oldTool(shard.bucket().get("a").body(), Duration.ofSeconds(1));
        shard.run(Mode.COPY);

        assertThat(shard.gets()).isEqualTo(6);
    }
}
