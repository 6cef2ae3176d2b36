package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A server that reads one object after the other, also for those who have long hung up. Asked for too many at once, it answers
 * each too late, is asked anew, and works for nobody any more. Larger figures by system properties: {@code slow.objects},
 * {@code slow.millis}, {@code slow.stall.millis}.
 */
final class SlowServerTest extends EngineTest {
    private static final int OBJECTS = Integer.getInteger("slow.objects", 250);
    private static final int MILLIS = Integer.getInteger("slow.millis", 20);
    private static final int STALL_MILLIS = Integer.getInteger("slow.stall.millis", 2_000);

    @Test
    void aSlowServerIsNotAskedForMoreThanItAnswersInTime() {
        SyntheticBucket photos = s3.bucket("photos", SyntheticBucket.uniform(OBJECTS, 4_096, "k/####"));
        hub.configure("photos").patience(Duration.ofMillis(STALL_MILLIS), 6);
        s3.oneAfterTheOther(Duration.ofMillis(MILLIS));

        RunRecord run = hub.backUp();

        System.out.printf(
                "%d objects, %d ms each: %d s, %d reads, %d answers for nobody%n",
                OBJECTS,
                MILLIS,
                Duration.between(run.startedAt(), run.finishedAt()).toSeconds(),
                s3.log().requests(request -> request.kind() == RequestKind.GET).size(),
                s3.answersForNobody());
        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(s3.answersForNobody()).isLessThanOrEqualTo(OBJECTS / 50);
        audit(run).holds("photos", photos);
    }
}
