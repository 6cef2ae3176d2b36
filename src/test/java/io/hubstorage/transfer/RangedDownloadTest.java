package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RangedDownloadTest extends WithTestShard {
    private static final long SIZE = (20 << 20) + 1;
    private static final String FIRST = "bytes=0-8388607";
    private static final String SECOND = "bytes=8388608-16777215";
    private static final String THIRD = "bytes=16777216-20971520";

    @BeforeEach
    void fill() {
        shard.bucket().put(SyntheticObject.of("film", SIZE, 1).inOnePiece());
    }

    private static boolean third(S3Request request) {
        return request.kind() == RequestKind.GET && THIRD.equals(request.range());
    }

    private List<String> ranges() {
        return shard.s3().log().requests(request -> request.kind() == RequestKind.GET).stream()
                .map(request -> String.valueOf(request.range()))
                .toList();
    }

    private ManifestEntry copied() throws IOException {
        TransferMessage.Result result = shard.backUp();
        assertThat(result.outcome()).as(result.error()).isEqualTo(Outcome.CHANGED);
        assertThat(result.failures().first()).isEmpty();
        SyntheticObject film = shard.bucket().get("film");
        ManifestEntry entry = shard.line("film");
        assertThat(entry.sha256()).isEqualTo(film.sha256());
        Path file = shard.tree().resolve("film");
        assertThat(Files.readAllBytes(file)).isEqualTo(film.body());
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.from(film.lastModified()));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--r--r--");
        assertThat(drafts()).isEmpty();
        return entry;
    }

    private List<String> drafts() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".draft"))
                    .forEach(found::add);
        }
        return found;
    }

    @Test
    void rangesOfEightMebibytesMakeOneFile() throws IOException {
        assertThat(copied().verified()).isEqualTo("md5");

        assertThat(ranges()).containsExactlyInAnyOrder(FIRST, SECOND, THIRD);
        assertThat(shard.heads()).as("for the record").isEqualTo(1);
    }

    @Test
    void whatFitsInOneRangeIsReadWithoutAskingForARange() throws IOException {
        shard.bucket().put(SyntheticObject.of("film", 8 << 20, 1).inOnePiece());

        copied();

        assertThat(ranges()).containsExactly("null");
        assertThat(shard.heads()).as("its ETag proves it").isZero();
    }

    @Test
    void checksumsThatOnlyAHeadTellsAreInTheManifest() throws IOException {
        shard.on(bucket -> bucket.withChecksums(ChecksumKind.CRC64NVME));

        assertThat(copied().content().upload().checksums()).containsKey("CRC64NVME");
    }

    @Test
    void partsThatTheServerTellsAreInTheManifestToo() throws IOException {
        shard.on(bucket -> bucket.tellingParts());
        shard.bucket().put(SyntheticObject.of("film", SIZE, 1).inParts(5L << 20));

        ManifestEntry entry = copied();

        assertThat(entry.verified()).isEqualTo("multipart-md5");
        assertThat(entry.content().upload().partSize()).isEqualTo(5 << 20);
    }

    @Test
    void aRangeThatBreaksOffGoesOnWhereItWas() throws IOException {
        shard.s3().faults().when(RangedDownloadTest::third).times(1).then(Fault.cutAt(0.5));

        copied();

        assertThat(ranges()).hasSize(4).filteredOn(THIRD::equals).hasSize(1);
    }

    @Test
    void ofOneThatBreaksOffAfterItsLastByteThatByteAloneIsAskedForAgain() throws IOException {
        shard.s3().faults().when(RangedDownloadTest::third).times(1).then(Fault.openEnd());

        copied();

        assertThat(ranges()).containsExactlyInAnyOrder(FIRST, SECOND, THIRD, "bytes=20971520-20971520");
    }

    @Test
    void whatIsFinishedOutlivesAnAttemptAtTheObject() throws IOException {
        shard.s3().faults().when(RangedDownloadTest::third).times(1).then(Fault.preconditionFailed());

        copied();

        assertThat(ranges()).containsExactlyInAnyOrder(FIRST, SECOND, THIRD, THIRD);
    }

    @Test
    void whatIsFinishedOutlivesAnAttemptAtTheShard() throws IOException {
        shard.s3().faults().when(RangedDownloadTest::third).times(3).then(Fault.internalError());
        assertThat(shard.run(Mode.COPY).failures().first()).hasSize(1);
        assertThat(drafts()).hasSize(1);
        shard.s3().log().clear();

        copied();

        assertThat(ranges()).containsExactly(THIRD);
    }

    @Test
    void whatWasFinishedAndIsGoneIsReadFromItsBeginning() throws IOException {
        shard.s3().faults().when(RangedDownloadTest::third).times(3).then(Fault.internalError());
        shard.run(Mode.COPY);
        Files.delete(shard.journal().resolve(drafts().getFirst()));
        shard.s3().log().clear();

        copied();

        assertThat(ranges()).containsExactlyInAnyOrder(FIRST, SECOND, THIRD);
    }

    @Test
    void whatWasFinishedAndCannotBeOpenedIsReadFromItsBeginning() throws IOException {
        shard.s3().faults().when(RangedDownloadTest::third).times(3).then(Fault.internalError());
        shard.run(Mode.COPY);
        Path draft = shard.journal().resolve(drafts().getFirst());
        Files.delete(draft);
        Files.createDirectory(draft);
        shard.s3().log().clear();

        copied();

        assertThat(ranges()).containsExactlyInAnyOrder(FIRST, SECOND, THIRD);
    }

    @Test
    void ofAnObjectThatIsUnderWayWhenItsShardIsStoppedNothingIsLeft() throws Exception {
        HeldRequests held = new HeldRequests();
        shard.s3().faults().when(RangedDownloadTest::third).then(Fault.hold(held));
        ShardJob job = shard.job(Mode.COPY);
        Thread runner = Thread.ofVirtual().start(job::run);
        await().until(() -> job.heartbeat().progress().bytesReceived() == 16 << 20 && held.arrived() > 0);
        assertThat(drafts()).hasSize(1);

        job.cancel();
        runner.join();

        assertThat(drafts()).isEmpty();
        held.open();
    }

    @Test
    void aFirstRangeThatFailsIsTheOnlyOneThatIsMissing() throws IOException {
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && FIRST.equals(request.range()))
                .times(3)
                .then(Fault.internalError());
        shard.run(Mode.COPY);
        shard.s3().log().clear();

        copied();

        assertThat(ranges()).contains(FIRST).doesNotContain("null");
    }

    @Test
    void aBodyThatIsWrongIsReadAnewAndAtLastInOnePiece() throws IOException {
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && request.range() != null)
                .then(Fault.corruptAt(0.5));

        copied();

        assertThat(ranges())
                .hasSize(7)
                .endsWith("null")
                .filteredOn(FIRST::equals)
                .hasSize(2);
    }

    @Test
    void aBodyThatStaysWrongFailsAndLeavesNothing() throws IOException {
        shard.s3().faults().when(RequestKind.GET).then(Fault.corruptAt(0.5));

        TransferMessage.Result result = shard.run(Mode.COPY);

        assertThat(result.failures().first())
                .singleElement()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo("corrupt"));
        assertThat(ranges()).hasSize(7);
        assertThat(drafts()).isEmpty();
        assertThat(shard.tree()).isEmptyDirectory();
    }

    @Test
    void anotherObjectOfThatNameIsReadFromItsBeginning() throws IOException {
        shard.s3().faults().when(RangedDownloadTest::third).times(3).then(Fault.internalError());
        shard.run(Mode.COPY);
        shard.bucket().put(SyntheticObject.of("film", SIZE, 2).inOnePiece());
        shard.s3().log().clear();

        copied();

        assertThat(ranges()).containsExactlyInAnyOrder(FIRST, SECOND, THIRD);
    }

    @Test
    void whereNoEtagIsPinnedNothingIsBelievedLater() throws IOException {
        shard.bucket().put(shard.bucket().get("film").withEtag(""));
        shard.s3().faults().when(RangedDownloadTest::third).times(3).then(Fault.internalError());
        shard.run(Mode.COPY);
        assertThat(drafts()).isEmpty();
        shard.s3().log().clear();

        copied();

        assertThat(ranges()).containsExactlyInAnyOrder(FIRST, SECOND, THIRD);
    }

    @Test
    void anObjectOfWhichNothingHasArrivedLeavesNoDraft() throws IOException {
        shard.s3().faults().when(RequestKind.GET).then(Fault.accessDenied());

        shard.run(Mode.COPY);

        assertThat(drafts()).isEmpty();
    }

    @Test
    void ofManyLargeObjectsEachIsReadFrontToBack() throws IOException {
        for (int number = 0; number < 6; number++) {
            shard.bucket()
                    .put(SyntheticObject.of("film" + number, 9 << 20, number).inOnePiece());
        }

        copied();

        assertThat(shard.part()).hasSize(7);
        for (SyntheticObject object : shard.bucket().objects().toList()) {
            assertThat(Files.readAllBytes(shard.tree().resolve(object.key()))).isEqualTo(object.body());
        }
    }

    @Test
    void besideOthersItIsAskedForInSeveralRangesTogether() throws IOException {
        shard.besideLargeObjects(3);
        shard.bucket().put(SyntheticObject.of("film", (40 << 20) + 1, 1).inOnePiece());

        copied();

        assertThat(ranges()).containsExactly("bytes=0-33554431", "bytes=33554432-41943040");
    }

    @Test
    void ofRangesThatBreakOffTogetherThoseThatHaveArrivedOutliveTheAttempt() throws IOException {
        shard.besideLargeObjects(3);
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && request.range() == null)
                .then(Fault.cutAt(0.5));
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && request.range() != null)
                .times(2)
                .then(Fault.internalError());
        assertThat(shard.run(Mode.COPY).failures().first()).hasSize(1);
        shard.s3().log().clear();

        copied();

        assertThat(ranges()).containsExactly("bytes=8388608-20971520");
    }

    @Test
    void whatIsAskedForTogetherEndsBeforeARangeThatIsThere() throws IOException {
        shard.bucket().put(SyntheticObject.of("film", (40 << 20) + 1, 1).inOnePiece());
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && "bytes=25165824-33554431".equals(request.range()))
                .times(3)
                .then(Fault.internalError());
        assertThat(shard.run(Mode.COPY).failures().first()).hasSize(1);
        shard.finished("film", 0, 2).besideLargeObjects(3).s3().log().clear();

        copied();

        assertThat(ranges()).containsExactly("bytes=8388608-16777215", "bytes=25165824-41943040");
    }

    @Test
    void theProofBeginsWithTheHeadOfTheFirstRangeAndBeforeItsEnd() throws Exception {
        shard.on(bucket -> bucket.tellingParts());
        shard.bucket().put(SyntheticObject.of("film", SIZE, 1).inParts(5L << 20));
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && FIRST.equals(request.range()))
                .then(Fault.stallAt(0.5));
        ShardJob job = shard.job(Mode.COPY);
        Thread runner = Thread.ofVirtual().start(job::run);

        await().until(() -> shard.s3()
                        .log()
                        .requests(request -> request.query().containsKey("partNumber"))
                        .size()
                == 1);
        assertThat(ranges()).filteredOn(FIRST::equals).as("its only attempt").hasSize(1);

        job.cancel();
        runner.join();
    }

    /** The rest of the third range. */
    private static boolean resumed(S3Request request) {
        return request.kind() == RequestKind.GET
                && !List.of(FIRST, SECOND, THIRD).contains(String.valueOf(request.range()));
    }

    @Test
    void aServerThatSendsAnotherRangeThanTheRestIsAskedForTheWholeRangeAgain() throws IOException {
        shard.s3().faults().when(RangedDownloadTest::third).times(1).then(Fault.cutAt(0.5));
        shard.s3()
                .faults()
                .when(RangedDownloadTest::resumed)
                .times(1)
                .then(new Fault.Status(200, "Ignored", "the range was ignored"));

        copied();

        assertThat(ranges()).hasSize(5).filteredOn(THIRD::equals).hasSize(2);
    }

    private static boolean ranged(S3Request request) {
        return request.kind() == RequestKind.GET && request.range() != null;
    }

    private static final Fault IGNORED = new Fault.Status(200, "Ignored", "the range was ignored");

    @Test
    void whereEveryRangeIsIgnoredWhatBreaksOffIsReadAnewFromItsStart() throws IOException {
        shard.besideLargeObjects(3);
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && request.range() == null)
                .times(1)
                .then(Fault.cutAt(0.5));
        shard.s3().faults().when(RangedDownloadTest::ranged).then(IGNORED);

        copied();

        assertThat(ranges()).hasSize(3).startsWith("null").endsWith("null");
    }

    @Test
    void whatCannotBeGoneOnWithByRangesIsReadAnewTheNextTime() throws IOException {
        shard.besideLargeObjects(3);
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && request.range() == null)
                .times(1)
                .then(Fault.cutAt(0.5));
        shard.s3().faults().when(RangedDownloadTest::ranged).times(2).then(Fault.internalError());
        shard.s3().faults().when(RangedDownloadTest::ranged).then(IGNORED);
        assertThat(shard.run(Mode.COPY).failures().first()).hasSize(1);
        assertThat(drafts()).hasSize(1);
        assertThat(shard.run(Mode.COPY).failures().first())
                .singleElement()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo("range"));
        shard.s3().log().clear();

        copied();

        assertThat(ranges()).containsExactly("null");
    }

    @Test
    void oneThatSendsAnotherThanAWholeRangeFailsItsObject() throws IOException {
        shard.s3()
                .faults()
                .when(RangedDownloadTest::third)
                .then(new Fault.Status(200, "Ignored", "the range was ignored"));

        TransferMessage.Result result = shard.run(Mode.COPY);

        assertThat(result.failures().first())
                .singleElement()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo("range"));
        assertThat(ranges()).filteredOn(THIRD::equals).hasSize(1);
    }

    @Test
    void ofOneObjectEightRangesAreReadAtOnceAndTheNextWhenTheFirstIsThere() throws Exception {
        shard.bucket().put(SyntheticObject.of("film", 8 * (8 << 20) + 1, 1).inOnePiece());
        HeldRequests held = new HeldRequests();
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && FIRST.equals(request.range()))
                .then(Fault.hold(held));
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> ended = CompletableFuture.supplyAsync(job::run);
        await().until(() -> job.heartbeat().progress().bytesReceived() >= 7 * (8 << 20) && held.arrived() == 1);

        assertThat(ranges()).hasSize(8);
        held.open();

        assertThat(ended.get(1, TimeUnit.MINUTES).failures().first()).isEmpty();
        assertThat(ranges()).hasSize(9);
    }

    @ParameterizedTest
    @CsvSource({"1, 4, 5", "2, 2, 5", "3, 1, 2", "4, 1, 2"})
    void besideOthersFewerAreReadAtOnceAndAtLastSeveralByOneRequest(int others, int atOnce, int requests)
            throws Exception {
        shard.bucket().put(SyntheticObject.of("film", 4 * (8 << 20) + 1, 1).inOnePiece());
        shard.largeObjects().set(others);
        HeldRequests held = new HeldRequests();
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET
                        && Objects.requireNonNull(request.range()).startsWith("bytes=0-"))
                .then(Fault.hold(held));
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> ended = CompletableFuture.supplyAsync(job::run);
        await().until(() ->
                job.heartbeat().progress().bytesReceived() >= (atOnce - 1) * (8L << 20) && held.arrived() == 1);

        assertThat(ranges()).hasSize(atOnce);
        held.open();

        assertThat(ended.get(1, TimeUnit.MINUTES).failures().first()).isEmpty();
        assertThat(ranges()).hasSize(requests);
        assertThat(shard.largeObjects()).hasValue(others);
    }
}
