package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.Faults;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBody;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects that are fetched in ranges of 8 MiB. */
final class LargeObjectTest extends EngineTest {
    private static final long SIZE = 21_000_001;
    private static final String THIRD = "bytes=16777216-21000000";

    @BeforeEach
    void impatient() {
        hub.patience(Duration.ofMillis(1_500), 3);
        hub.configure("films");
    }

    private SyntheticBucket film() {
        SyntheticBucket bucket = s3.bucket("films", SyntheticBucket.empty());
        bucket.add("film", SIZE);
        return bucket;
    }

    /** Like an upload in one piece: the ETag is the MD5 of all of it. */
    private static void trueEtag(SyntheticBucket bucket) {
        SyntheticObject film = bucket.get("film");
        bucket.put(film.withEtag(SyntheticBody.digest("MD5", film.seed(), film.size())));
    }

    private List<String> ranges() {
        return s3.log().requests(request -> request.kind() == RequestKind.GET).stream()
                .map(request -> String.valueOf(request.range()))
                .toList();
    }

    private static boolean third(S3Request request) {
        return request.kind() == RequestKind.GET && THIRD.equals(request.range());
    }

    private static boolean second(S3Request request) {
        return request.kind() == RequestKind.GET && "bytes=8388608-16777215".equals(request.range());
    }

    @Test
    void aLargeObjectComesInRanges() {
        SyntheticBucket bucket = film();

        RunRecord run = hub.backUp();

        assertThat(gets()).containsEntry("film", 3L);
        audit(run).holds("films", bucket);
    }

    @Test
    void oneRangeThatFailsIsFetchedAgainByItself() {
        SyntheticBucket bucket = film();
        s3.faults().when(LargeObjectTest::second).times(1).then(Fault.resetAt(0.5));

        RunRecord run = hub.backUp();

        assertThat(gets()).containsEntry("film", 4L);
        audit(run).holds("films", bucket);
    }

    @Test
    void aRangeThatBreaksOffGoesOnWhereItWas() {
        SyntheticBucket bucket = film();
        trueEtag(bucket);
        s3.faults().when(LargeObjectTest::second).times(1).then(Fault.cutAt(0.5));

        RunRecord run = hub.backUp();

        assertThat(s3.log().requests(request -> request.kind() == RequestKind.GET))
                .extracting(S3Request::range)
                .filteredOn(range -> range != null && range.endsWith("-16777215"))
                .hasSize(2)
                .anySatisfy(range -> assertThat(range).isNotEqualTo("bytes=8388608-16777215"));
        audit(run).holds("films", bucket);
    }

    @Test
    void aRangeThatStallsIsFetchedAgain() {
        SyntheticBucket bucket = film();
        s3.faults().when(LargeObjectTest::second).times(1).then(Fault.stallAt(0.5));

        audit(hub.backUp()).holds("films", bucket);
    }

    @Test
    void rangesThatAreFinishedAreNotFetchedAgainWhenTheirObjectIs() {
        SyntheticBucket bucket = film();
        trueEtag(bucket);
        s3.faults().when(LargeObjectTest::third).times(1).then(Fault.preconditionFailed());

        RunRecord run = hub.backUp();

        assertThat(ranges()).containsExactlyInAnyOrder("bytes=0-8388607", "bytes=8388608-16777215", THIRD, THIRD);
        audit(run).holds("films", bucket);
    }

    @Test
    void norWhenTheirBucketIsTriedAgainLaterInTheRun() {
        SyntheticBucket bucket = film();
        trueEtag(bucket);
        hub.configure(retries(1, "films"));
        s3.faults().when(LargeObjectTest::third).times(3).then(Fault.internalError());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(ranges())
                .containsExactlyInAnyOrder("bytes=0-8388607", "bytes=8388608-16777215", THIRD, THIRD, THIRD, THIRD);
        audit(run).holds("films", bucket);
    }

    @Test
    void ofAnObjectThatHasChangedMeanwhileNothingIsLeft() {
        SyntheticBucket bucket = film();
        hub.configure(retries(1, "films"));
        Faults.Rule broken = s3.faults().when(LargeObjectTest::third).times(3).then(Fault.internalError());
        AtomicBoolean changed = new AtomicBoolean();
        s3.onRequest(LargeObjectTest::third, _ -> {
            if (broken.hits() == 3 && changed.compareAndSet(false, true)) {
                bucket.add("film", SIZE);
            }
        });

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(ranges()).filteredOn("bytes=0-8388607"::equals).hasSize(2);
        audit(run).holds("films", bucket);
    }

    @Test
    void aByteThatIsWrongInTheMiddleIsNoticedWhereTheEtagIsADigest() {
        SyntheticBucket bucket = film();
        trueEtag(bucket);
        s3.faults().when(LargeObjectTest::second).times(1).then(Fault.corruptAt(0.5));

        RunRecord run = hub.backUp();

        assertThat(gets()).containsEntry("film", 6L);
        audit(run).holds("films", bucket);
    }

    @Test
    void anObjectThatChangesInTheMiddleIsFetchedAnewAsAWhole() {
        SyntheticBucket bucket = film();
        AtomicInteger changes = new AtomicInteger();
        s3.onRequest(LargeObjectTest::second, _ -> {
            if (changes.getAndIncrement() == 0) {
                bucket.add("film", SIZE + 5);
            }
        });

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().listed().bytes()).isEqualTo(SIZE + 5);
        audit(run).holds("films", bucket);
    }

    @Test
    void anObjectThatShrinksToASmallOneInTheMiddleIsFetchedInOnePiece() {
        SyntheticBucket bucket = film();
        AtomicInteger changes = new AtomicInteger();
        s3.onRequest(LargeObjectTest::second, _ -> {
            if (changes.getAndIncrement() == 0) {
                bucket.add("film", 5);
            }
        });

        audit(hub.backUp()).holds("films", bucket);
    }

    @Test
    void aRangeThatFailsForGoodFailsTheObjectAndLeavesNoHalfFile() {
        SyntheticBucket bucket = film();
        bucket.add("other", 10);
        s3.faults().when(LargeObjectTest::second).then(Fault.accessDenied());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        // The audit also finds stray files.
        assertThat(audit(run).entries("films").keySet()).containsExactly("other");
    }
}
