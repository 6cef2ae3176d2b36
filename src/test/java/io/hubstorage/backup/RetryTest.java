package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBucket;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code max_retries}: further attempts of the run itself. */
final class RetryTest extends EngineTest {
    private SyntheticBucket bucket;

    @BeforeEach
    void impatient() {
        hub.patience(Duration.ofMillis(400), 1);
        bucket = s3.bucket("photos", SyntheticBucket.uniform(1_200, 50, "##/##"));
    }

    private static boolean lists(S3Request request) {
        return request.kind() == RequestKind.LIST && request.bucket().equals("photos");
    }

    @Test
    void whatFailedIsTriedAgainAndWhatIsFinishedIsNotDownloadedTwice() {
        s3.faults().whenGetting("05/05").attempts(1).then(Fault.internalError());
        s3.faults().whenGetting("07/07").attempts(1).then(Fault.cutAt(0.5));
        hub.configure(retries(2, "photos"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.attempts()).isEqualTo(2);
        audit(run).holds("photos", bucket);
        assertThat(gets()).hasSize(1_200).containsEntry("05/05", 2L).containsEntry("07/07", 2L);
        assertThat(s3.counts().gets()).isEqualTo(1_202);
        assertThat(run.totals().downloaded().objects()).isEqualTo(1_200);
    }

    @Test
    void aListingThatFailsInTheMiddleIsTriedAgainWithoutRepeatingDownloads() {
        s3.faults()
                .when(request -> lists(request) && request.query().containsKey("continuation-token"))
                .attempts(1)
                .then(Fault.internalError());
        hub.configure(retries(1, "photos"));

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).isEqualTo(2);
        audit(run).holds("photos", bucket);
        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void onlyTheBucketThatIsNotCompleteIsTriedAgain() {
        bucket("music", "x", "y");
        s3.faults().whenGetting("05/05").attempts(1).then(Fault.internalError());
        hub.configure(retries(3, "music", "photos"));

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).isEqualTo(2);
        assertThat(s3.log()
                        .requests(request -> request.kind() == RequestKind.LIST
                                && request.bucket().equals("music")))
                .hasSize(1);
    }

    @Test
    void whatCannotPassIsNotTriedAgain() {
        s3.faults().whenGetting("05/05").then(Fault.accessDenied());
        hub.configure(retries(3, "photos"));

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).isEqualTo(1);
        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(gets()).containsEntry("05/05", 1L);
    }

    @Test
    void anUnknownBucketIsNotTriedAgain() {
        hub.configure(retries(3, "nowhere"));

        assertThat(hub.backUp().attempts()).isEqualTo(1);
    }

    @Test
    void aFaultThatStaysEndsAfterTheLastAttemptWithEverythingElseSafe() {
        s3.faults().whenGetting("05/05").then(Fault.internalError());
        hub.configure(retries(2, "photos"));

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).isEqualTo(3);
        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(gets()).containsEntry("05/05", 3L);
        assertThat(audit(run).entries("photos")).hasSize(1_199);
    }

    @Test
    void aFurtherAttemptThatFailsAltogetherDoesNotThrowAwayWhatTheFirstHad() {
        s3.faults().whenGetting("05/05").then(Fault.internalError());
        s3.faults()
                .when(request -> lists(request) && s3.counts().gets() >= 1_200)
                .then(Fault.internalError());
        hub.configure(retries(1, "photos"));

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).isEqualTo(2);
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        assertThat(audit(run).entries("photos")).hasSize(1_199);
        assertThat(audit(run).certificate("photos").outcome().failures())
                .extracting(RunRecord.Failure::key)
                .containsExactly("05/05");
    }
}
