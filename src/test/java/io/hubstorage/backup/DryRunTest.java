package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.testkit.ListOrder;
import io.hubstorage.testkit.SyntheticBucket;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DryRunTest extends EngineTest {
    @Test
    void aDryRunTellsWhatARunWouldDoAndWritesNothing() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c", "d");
        hub.configure(config(delete(true), "photos"));
        hub.backUp();
        bucket.change("a");
        bucket.add("e", 1_000);
        bucket.delete("d");
        Map<String, String> before = listing(hub.data());
        s3.log().clear();

        RunRecord dry = hub.dryRun();

        assertThat(listing(hub.data())).isEqualTo(before);
        assertThat(dry.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(dry.dryRun()).isTrue();
        assertThat(dry.newSnapshot()).isFalse();
        assertThat(dry.totals().downloaded()).isEqualTo(new Tally(2, 1_300));
        assertThat(dry.totals().linked()).isEqualTo(new Tally(2, 600));
        assertThat(dry.totals().deleted()).isEqualTo(new Tally(1, 300));
        assertThat(dry.message())
                .startsWith("dry run, nothing was written: would download 2 objects (1.27 KiB), link 2 objects");
        assertThat(gets()).isEmpty();
    }

    @Test
    void theRunAfterADryRunDoesWhatWasToldItWould() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure("photos");
        hub.backUp();
        bucket.change("a");
        RunRecord dry = hub.dryRun();

        RunRecord real = hub.backUp();

        assertThat(real.totals()).isEqualTo(dry.totals());
        audit(real).holds("photos", bucket);
    }

    @Test
    void aDryRunBeforeTheFirstRunDoesNotEvenMakeTheDataFolder() {
        bucket("photos", "a", "b");
        hub.configure("photos");

        RunRecord dry = hub.dryRun();

        assertThat(dry.totals().downloaded()).isEqualTo(new Tally(2, 600));
        assertThat(hub.data()).doesNotExist();
    }

    @Test
    void aDryRunOfAnUnorderedServerSortsOutsideOfTheDataFolder() throws IOException {
        s3.bucket("photos", SyntheticBucket.uniform(2_500, 10, "####").listedIn(ListOrder.UNORDERED));
        hub.configure("photos");

        RunRecord dry = hub.dryRun();

        assertThat(dry.message()).contains("would download 2,500 objects");
        assertThat(listing(hub.data())).isEmpty();
    }

    @Test
    void aDryRunNamesTheBucketThatWouldFail() {
        bucket("photos", "a");
        hub.configure("photos", "nowhere");

        RunRecord dry = hub.dryRun();

        assertThat(dry.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(dry.message()).contains("nowhere failed").contains("dry run, nothing was written");
    }

    @Test
    void aDryRunOfNothingButAnUnknownBucketFails() {
        hub.configure("nowhere");

        RunRecord dry = hub.dryRun();

        assertThat(dry.result()).isEqualTo(RunResult.FAILED);
        assertThat(dry.message()).startsWith("nowhere failed: ");
    }

    @Test
    void aDryRunTellsWhenThereWillNotBeRoom() {
        s3.bucket("films", SyntheticBucket.uniform(1, 1L << 50, "film"));
        hub.configure("films");

        assertThat(hub.dryRun().message()).contains("not enough room on").contains("1.10 PiB needed");
    }
}
