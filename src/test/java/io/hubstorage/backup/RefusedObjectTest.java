package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Credentials that are refused for one thing and accepted for all others. */
final class RefusedObjectTest extends EngineTest {
    @BeforeEach
    void impatient() {
        hub.patience(Duration.ofSeconds(20), 3);
    }

    @ParameterizedTest
    @CsvSource({"403, SignatureDoesNotMatch", "401, ''", "403, InvalidAccessKeyId", "400, ExpiredToken"})
    void aRefusalOfOneKeyIsThatObjectsFailure(int status, String code) {
        SyntheticBucket photos = s3.bucket("photos", SyntheticBucket.uniform(300, 100, "###"));
        photos.add("a//b", 100);
        photos.add("large//b", 3 << 20);
        SyntheticBucket music = bucket("music", "x");
        hub.configure(retries(1, "photos", "music"));
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && request.key().contains("//"))
                .then(new Fault.Status(status, code, "no"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        Audit audit = audit(run).holds("music", music);
        assertThat(audit.entries("photos")).hasSize(300);
        assertThat(audit.certificate("photos").outcome().failures())
                .extracting(RunRecord.Failure::key)
                .containsExactlyInAnyOrder("a//b", "large//b");
        assertThat(audit.certificate("photos").outcome().failures().getFirst().cause())
                .contains("does not accept the credentials", "about the object alone");
        assertThat(run.causes()).singleElement().satisfies(cause -> {
            assertThat(cause.cause()).isEqualTo("credentials");
            assertThat(cause.objects()).isEqualTo(2);
            assertThat(cause.bytes()).isEqualTo(100 + (3 << 20));
            assertThat(cause.buckets()).containsExactly("photos");
        });
        assertThat(audit.certificate().causes()).isEqualTo(run.causes());
        assertThat(run.attempts()).as("nothing that would pass").isEqualTo(1);
        assertThat(s3.counts().gets()).isLessThanOrEqualTo(303);
        assertThat(s3.counts().lists()).isLessThanOrEqualTo(4);
    }

    @Test
    void aBucketThatCanBeListedAndNothingOfItReadFailsAsAWholeAfterAFewReads() {
        SyntheticBucket photos = s3.bucket("photos", SyntheticBucket.uniform(5_000, 100, "####"));
        SyntheticBucket music = bucket("music", "x");
        hub.configure("photos", "music");
        hub.backUp();
        photos.objects().toList().forEach(object -> photos.change(object.key()));
        music.change("x");
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && request.bucket().equals("photos"))
                .then(new Fault.Status(403, "SignatureDoesNotMatch", "no"));
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.message()).contains("photos failed", "does not accept the credentials");
        assertThat(run.causes()).singleElement().satisfies(cause -> {
            assertThat(cause.cause()).isEqualTo("credentials");
            assertThat(cause.objects()).as("the bucket as a whole").isZero();
            assertThat(cause.buckets()).containsExactly("photos");
        });
        Audit audit = audit(run).holds("music", music);
        assertThat(audit.keys("photos", EntryState.KEPT)).hasSize(5_000);
        assertThat(s3.counts().gets()).as("far less than all").isLessThan(1_500);
    }
}
