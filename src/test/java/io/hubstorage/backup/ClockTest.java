package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The clock of a machine need not go forward. */
final class ClockTest extends EngineTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T08:00:00.500Z"));
    private SyntheticBucket bucket;

    @BeforeEach
    void aClockOfOurOwn() {
        hub = new Hub(home, s3.settings(), now::get);
        bucket = bucket("photos", "a", "b", "c");
        hub.configure("photos");
    }

    @Test
    void aSnapshotMadeAfterTheClockWasSetBackIsTheNewestAllTheSame() throws IOException {
        RunRecord first = hub.backUp();
        now.set(Instant.parse("2026-11-19T23:00:00Z"));
        bucket.change("b");

        RunRecord second = hub.backUp();

        assertThat(second.startedAt())
                .as("the history tells what the clock said")
                .isEqualTo(now.get());
        assertThat(second.snapshot()).isEqualTo("hublink_20261120080001");
        assertThat(hub.snapshots().list())
                .extracting(SnapshotInfo::name)
                .containsExactly(second.snapshot(), first.snapshot());
        assertThat(hub.snapshots().newest().orElseThrow().startedAt())
                .isEqualTo(Instant.parse("2026-11-20T08:00:01.500Z"));
        audit(second).holds("photos", bucket);

        bucket.change("c");
        RunRecord third = hub.backUp();
        assertThat(third.snapshot()).isEqualTo("hublink_20261120080002");
        audit(third).holds("photos", bucket);
        Alarm.Listing alarms =
                BusJson.decode(hub.request(Addresses.ALARMS_LIST, new JsonObject()), Alarm.Listing.class);
        assertThat(alarms.open())
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.kind()).isEqualTo(Alarm.Kind.CLOCK_MOVED));
        assertThat(hub.backUp().snapshot()).as("nothing has changed since").isEqualTo(third.snapshot());
    }

    @Test
    void runsWithinOneSecondGetNamesInTheirOrder() throws IOException {
        RunRecord first = hub.backUp();
        now.updateAndGet(time -> time.plus(Duration.ofMillis(100)));
        bucket.change("a");

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(hub.snapshots().list())
                .extracting(SnapshotInfo::name)
                .containsExactly("hublink_20261120080001", "hublink_20261120080000");
        assertThat(first.snapshot()).isEqualTo("hublink_20261120080000");
    }
}
