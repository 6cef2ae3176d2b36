package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run whose downloads would take minutes for as long as the limit of the day holds. */
final class LimitedRunTest extends EngineTest {
    private static final long MIB = 1 << 20;
    private static final Instant BY_DAY = Instant.parse("2026-11-26T17:00:00Z");
    private static final Instant EVENING = Instant.parse("2026-11-26T18:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(BY_DAY);
    private SyntheticBucket bucket;
    private CompletableFuture<RunRecord> finished;

    private static JsonObject limits(JsonObject... limits) {
        return JsonObject.of(
                "s3_buckets", JsonArray.of("photos"),
                "automation", JsonObject.of("enabled", false, "max_retries", 0, "time_zone", "UTC"),
                "transfer", JsonObject.of("limits", new JsonArray(List.of(limits))));
    }

    private static JsonObject byDay(double rate) {
        return JsonObject.of("from", "08:00", "to", "18:00", "mbit_per_second", rate);
    }

    @BeforeEach
    void aRunByDay() {
        hub = new Hub(home, s3.settings(), now::get)
                .configure(limits(byDay(0.1)))
                .start();
        bucket = s3.bucket("photos", SyntheticBucket.empty());
        for (int i = 0; i < 16; i++) {
            bucket.add("small-" + i, MIB / 4);
        }
        bucket.add("large", 6 * MIB);
        finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, new JsonObject());
        Awaitility.await().until(() -> {
            RunState run = running();
            return run != null
                    && run.progress().bytesReceived() >= MIB / 2
                    && new BandwidthLimit(0.1, EVENING).equals(run.stage().bandwidthLimit());
        });
    }

    private @Nullable RunState running() {
        return BusJson.decode(hub.request(Addresses.BACKUP_STATUS, new JsonObject()), BackupMessage.Status.class)
                .current();
    }

    private StatusMessage.Current status() {
        return BusJson.decode(hub.request(Addresses.STATUS, new JsonObject()), StatusMessage.Current.class);
    }

    private void save(JsonObject config) {
        hub.request(Addresses.CONFIG_UPDATE, JsonObject.of("config", config));
    }

    private RunRecord end() throws Exception {
        return finished.get(2, TimeUnit.MINUTES);
    }

    private void isWhole(RunRecord run) throws IOException {
        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }

    @Test
    void everybodyIsToldOfTheLimitWhileItHoldsAndItEndsWithItsHour() throws Exception {
        assertThat(status().bandwidthLimit()).isEqualTo(new BandwidthLimit(0.1, EVENING));
        assertThat(status().detail()).contains("Limited to 0.1 Mbit/s until {at:2026-11-26T18:00:00Z}.");
        assertThat(finished).isNotDone();

        now.set(EVENING);

        isWhole(end());
        assertThat(status().bandwidthLimit()).isNull();
        assertThat(status().sentence()).doesNotContain("imited");
    }

    @Test
    void aHigherLimitThatIsSavedCountsForTheRunThatIsUnderWay() throws Exception {
        save(limits(byDay(400)));

        isWhole(end());
    }

    @Test
    void soDoesTheEndOfAllLimits() throws Exception {
        save(limits());

        isWhole(end());
    }

    @Test
    void aRunThatIsStoppedDoesNotWait() throws Exception {
        hub.request(Addresses.BACKUP_CANCEL, new JsonObject());

        assertThat(end().result()).isEqualTo(RunResult.CANCELLED);
    }
}
