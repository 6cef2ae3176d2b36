package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often what never works is asked for: attempts are counted in one place, so they do not multiply. */
final class StubbornObjectTest extends EngineTest {
    private static final int ATTEMPTS = 6;
    private static final long RANGE = 8 << 20;

    @BeforeEach
    void asUsualButFaster() {
        hub.patience(Duration.ofSeconds(30), ATTEMPTS).configure("photos");
    }

    private static boolean isSecondRange(S3Request request) {
        return request.kind() == RequestKind.GET
                && Objects.requireNonNullElse(request.range(), "").startsWith("bytes=" + RANGE + "-");
    }

    @Test
    void aRangeThatNeverComesCostsSixRequests() {
        SyntheticBucket bucket = bucket("photos", "a");
        bucket.add("large", 3 * RANGE);
        s3.faults().when(StubbornObjectTest::isSecondRange).then(Fault.internalError());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(s3.log().requests(StubbornObjectTest::isSecondRange)).hasSize(ATTEMPTS);
        assertThat(s3.requestsFor("large").size())
                .as("the other ranges once each, and two HEADs at most")
                .isLessThanOrEqualTo(ATTEMPTS + 2 + 2);
    }

    @Test
    void aSmallObjectThatNeverComesCostsSixRequests() {
        bucket("photos", "a", "stubborn");
        s3.faults().whenGetting("stubborn").then(Fault.internalError());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(s3.requestsFor("stubborn")).hasSize(ATTEMPTS);
    }

    @Test
    void aPageThatNeverComesCostsSixRequests() {
        bucket("photos", "a");
        s3.faults().when(RequestKind.LIST).then(Fault.internalError());

        assertThat(hub.backUp().result()).isEqualTo(RunResult.FAILED);

        assertThat(s3.counts().lists()).isEqualTo(ATTEMPTS);
    }

    @Test
    void aHeadThatNeverComesCostsSixRequestsAndFailsNothing() {
        SyntheticBucket bucket = bucket("photos", "a");
        bucket.add("large", 3 << 20);
        s3.faults().when(RequestKind.HEAD).then(Fault.internalError());

        assertThat(hub.backUp().result()).isEqualTo(RunResult.SUCCESS);

        assertThat(s3.counts().heads()).isLessThanOrEqualTo(2 * ATTEMPTS);
    }

    @Test
    void aLargeObjectWhoseBytesAreWrongIsReadThreeTimes() {
        SyntheticBucket bucket = bucket("photos", "a");
        bucket.put(SyntheticObject.of("rotten", 2 * RANGE, 1).inOnePiece());
        s3.faults().whenGetting("rotten").then(Fault.corruptAt(0.5));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        // "a", then twice two ranges, and at last in one piece.
        assertThat(s3.counts().gets()).isEqualTo(1 + 2 * 2 + 1);
    }
}
