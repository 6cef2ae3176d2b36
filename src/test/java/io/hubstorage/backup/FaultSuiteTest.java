package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.testkit.BadDay;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything at once, at the rates of a bad day, through the whole engine. */
final class FaultSuiteTest extends EngineTest {
    private SyntheticBucket bucket;

    @BeforeEach
    void aBadDay() {
        hub.patience(Duration.ofSeconds(2), 6);
        bucket = s3.bucket("photos", BadDay.bucket());
        hub.configure("photos");
    }

    @Test
    void faultsThatHealLeaveNothingBehind() {
        BadDay day = BadDay.of(s3);

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.attempts()).isEqualTo(1);
        Audit audit = audit(run).holds("photos", bucket);
        assertThat(audit.entries("photos")).hasSize(BadDay.OBJECTS);
        assertThat(audit.certificate("photos").outcome().failuresTotal()).isZero();
        assertThat(day.strikes().get("throttled")).isBetween(30, 80);
        assertThat(day.strikes().get("reset")).isBetween(12, 45);
        assertThat(day.strikes().get("cut")).isBetween(12, 45);
        assertThat(day.strikes().get("corrupt")).isBetween(5, 25);
    }

    @Test
    void sevenFaultsThatNeverHealAreSevenNamedFailuresAndTheirPreviousVersionsStay() {
        assertThat(hub.backUp().result()).isEqualTo(RunResult.SUCCESS);
        Map<String, SyntheticObject> before = BadDay.change(bucket);
        List<String> never = BadDay.neverHeal(s3);
        BadDay.of(s3);

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.message()).contains("photos: 7 objects could not be copied");
        Audit audit = audit(run).holds("photos", BadDay.expected(bucket, never, before));
        assertThat(audit.keys("photos", EntryState.KEPT)).containsExactlyInAnyOrderElementsOf(never);
        Certificate.Bucket certificate = audit.certificate("photos");
        assertThat(certificate.outcome().failuresTotal()).isEqualTo(7);
        assertThat(certificate.outcome().failures())
                .extracting(RunRecord.Failure::key)
                .containsExactlyInAnyOrderElementsOf(never);
        BucketCounts counts = certificate.counts();
        assertThat(counts.balanced()).as("to the object and to the byte").isTrue();
        assertThat(counts.listed().objects()).isEqualTo(BadDay.OBJECTS);
        assertThat(counts.failed().objects()).isEqualTo(7);
        assertThat(counts.kept().objects()).isEqualTo(7);

        s3.faults().clear();
        RunRecord healed = hub.backUp();
        assertThat(healed.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(healed.totals().downloaded().objects()).isEqualTo(7);
        audit(healed).holds("photos", bucket);
    }
}
