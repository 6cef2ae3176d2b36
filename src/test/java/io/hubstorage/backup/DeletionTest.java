package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DeletionTest extends EngineTest {
    @Test
    void withDeleteAKeyGoneFromS3IsAbsentFromTheNextSnapshotAndStaysInTheOlder() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure(config(delete(true), "photos"));
        RunRecord first = hub.backUp();
        Map<String, String> before = listing(hub.files(first, "photos"));
        bucket.delete("b");

        RunRecord second = hub.backUp();

        assertThat(second.newSnapshot()).isTrue();
        assertThat(second.totals().deleted().objects()).isEqualTo(1);
        assertThat(second.message()).contains("1 gone");
        audit(second).holds("photos", bucket);
        assertThat(listing(hub.files(first, "photos"))).isEqualTo(before);
    }

    @Test
    void withoutDeleteAKeyGoneFromS3IsCarriedOn() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure(config(delete(false), "photos"));
        RunRecord first = hub.backUp();
        List<SyntheticObject> all = bucket.objects().toList();
        bucket.delete("b");
        bucket.add("d", 10);

        RunRecord second = hub.backUp();

        Audit audit = audit(second);
        assertThat(audit.keys("photos", EntryState.CARRIED)).containsExactly("b");
        assertThat(audit.entry("photos", "b").sha256())
                .isEqualTo(audit(first).entry("photos", "b").sha256());
        assertThat(audit.entries("photos")).hasSize(all.size() + 1);
        assertThat(second.totals().deleted().objects()).isZero();
    }

    @Test
    void whereNothingButDeletionsHappenedAndNoneCountTheLastSnapshotStillHoldsTheTruth() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure(config(delete(false), "photos"));
        RunRecord first = hub.backUp();
        bucket.delete("b");

        RunRecord second = hub.backUp();

        assertThat(second.newSnapshot()).isFalse();
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
        assertThat(second.totals().carried().objects()).isEqualTo(1);
        assertThat(second.message()).contains("1 gone from S3 and kept");
    }

    @Test
    void aCarriedKeyThatComesBackIsDownloadedAnew() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure(config(delete(false), "photos"));
        hub.backUp();
        bucket.delete("b");
        bucket.change("a");
        audit(hub.backUp());
        bucket.add("b", 17);

        RunRecord third = hub.backUp();

        assertThat(third.totals().downloaded().objects()).isEqualTo(1);
        audit(third).holds("photos", bucket);
    }

    @Test
    void aCarriedKeyThatComesBackAsItWasIsLinked() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        SyntheticObject was = bucket.get("b");
        hub.configure(config(delete(false), "photos"));
        hub.backUp();
        bucket.delete("b");
        bucket.change("a");
        hub.backUp();
        bucket.put(was);
        bucket.change("c");

        RunRecord third = hub.backUp();

        assertThat(third.totals().downloaded().objects()).isEqualTo(1);
        assertThat(audit(third).holds("photos", bucket).keys("photos", EntryState.CARRIED))
                .isEmpty();
    }

    @Test
    void carriedKeysStayCarriedOverSeveralRunsAndGoWhenDeleteIsTurnedOn() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure(config(delete(false), "photos"));
        hub.backUp();
        bucket.delete("b");
        for (int run = 0; run < 3; run++) {
            bucket.change("a");
            assertThat(audit(hub.backUp()).keys("photos", EntryState.CARRIED)).containsExactly("b");
        }
        hub.stop().configure(config(delete(true), "photos"));

        RunRecord last = hub.backUp();

        assertThat(last.newSnapshot()).isTrue();
        audit(last).holds("photos", bucket);
    }

    @Test
    void anEmptiedBucketGetsAnEmptySnapshotAndAnAlarm() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure(config(delete(true), "photos"));
        hub.backUp();
        List.of("a", "b", "c").forEach(bucket::delete);

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(second.message()).contains("shrank from 3 to 0 objects");
        assertThat(audit(second).entries("photos")).isEmpty();
        assertThat(second.alarms()).containsExactly(alarm(second));
        assertThat(audit(second).certificate().alarms())
                .as("what is gone is in older snapshots, so nobody may prune those before somebody has looked")
                .isEqualTo(second.alarms());

        bucket.add("d", 10);
        assertThat(audit(hub.backUp()).certificate().alarms()).isEmpty();
    }

    @Test
    void theAlarmOfAShrunkBucketOutlivesLaterRunsAndTheProcessUntilSomebodyAcknowledgesIt() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure(config(delete(true), "photos"));
        hub.backUp();
        List.of("a", "b", "c").forEach(bucket::delete);
        RunRecord shrunk = hub.backUp();
        hub.backUp();
        hub.stop().start();

        Alarm alarm = alarms(Addresses.ALARMS_LIST, new JsonObject()).open().getFirst();
        assertThat(alarm.kind()).isEqualTo(Alarm.Kind.SHRUNK);
        assertThat(alarm.bucket()).isEqualTo("photos");
        assertThat(alarm.snapshot()).isEqualTo(shrunk.snapshot());
        assertThat(alarm.occurrences().times()).isEqualTo(1);
        assertThat(alarms(Addresses.ALARMS_ACKNOWLEDGE, new JsonObject().put("id", alarm.id()))
                        .open())
                .isEmpty();
        hub.backUp();
        hub.stop().start();
        assertThat(alarms(Addresses.ALARMS_LIST, new JsonObject()).open()).isEmpty();
    }

    private Alarm.Listing alarms(String address, JsonObject body) {
        return BusJson.decode(hub.request(address, body), Alarm.Listing.class);
    }

    private static RunRecord.Alarm alarm(RunRecord run) {
        RunRecord.Alarm alarm = run.alarms().getFirst();
        assertThat(alarm.bucket()).isEqualTo("photos");
        assertThat(alarm.kind()).isEqualTo("shrunk");
        assertThat(alarm.before()).isEqualTo(3);
        assertThat(alarm.now()).isZero();
        return alarm;
    }

    @Test
    void carriedKeysDoNotCountAsShrinking() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c", "d", "e", "f");
        hub.configure(config(delete(false), "photos"));
        hub.backUp();
        // Half of what was listed goes each time, which is no alarm; measured by what is held, it would be one.
        List.of("a", "b", "c").forEach(bucket::delete);
        bucket.change("d");
        assertThat(hub.backUp().message()).doesNotContain("shrank");
        bucket.delete("d");
        bucket.change("e");

        assertThat(hub.backUp().message()).doesNotContain("shrank");
    }
}
