package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Objects in classes that must be restored before they can be read. */
final class ArchivedObjectTest extends EngineTest {
    @Test
    void anArchivedObjectIsCountedAndNotAskedFor() {
        SyntheticBucket bucket = bucket("photos", "a", "cold", "deep");
        bucket.put(bucket.get("cold").withStorageClass("GLACIER", false));
        bucket.put(bucket.get("deep").withStorageClass("DEEP_ARCHIVE", false));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().archived().objects()).isEqualTo(2);
        assertThat(run.message()).contains("2 archived and not readable");
        assertThat(audit(run).entries("photos").keySet()).containsExactly("a");
        assertThat(gets()).containsOnlyKeys("a");
        assertThat(hub.backUp().newSnapshot()).isFalse();
    }

    @Test
    void anObjectThatWasCopiedBeforeItWasArchivedStaysLinked() {
        SyntheticBucket bucket = bucket("photos", "a", "cold");
        hub.configure("photos");
        hub.backUp();
        bucket.put(bucket.get("cold").withStorageClass("GLACIER", false));
        bucket.change("a");

        RunRecord run = hub.backUp();

        assertThat(run.totals().archived().objects()).isZero();
        audit(run).holds("photos", bucket);
    }

    @Test
    void aNewVersionThatIsArchivedKeepsThePreviousOne() {
        SyntheticBucket bucket = bucket("photos", "a", "cold");
        SyntheticObject old = bucket.get("cold");
        hub.configure("photos");
        hub.backUp();
        bucket.put(bucket.change("cold").withStorageClass("DEEP_ARCHIVE", false));
        bucket.change("a");

        RunRecord run = hub.backUp();

        Audit audit = audit(run);
        assertThat(audit.keys("photos", EntryState.KEPT)).containsExactly("cold");
        assertThat(audit.entry("photos", "cold").etag()).isEqualTo(old.etag());
        assertThat(run.totals().archived().objects()).isEqualTo(1);
    }

    @Test
    void anObjectThatTurnsOutToBeArchivedAtTheReadIsCountedLikeTheOthers() {
        SyntheticBucket bucket = bucket("photos", "a", "cold");
        s3.faults().whenGetting("cold").then(new Fault.Status(403, "InvalidObjectState", "archived"));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().archived().objects()).isEqualTo(1);
        s3.faults().clear();
        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void anArchivedObjectIsCopiedOnceItIsBackInAReadableClass() {
        SyntheticBucket bucket = bucket("photos", "a", "cold");
        bucket.put(bucket.get("cold").withStorageClass("GLACIER", false));
        hub.configure("photos");
        hub.backUp();
        bucket.put(bucket.get("cold").withStorageClass("STANDARD_IA", false));

        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void anArchivedObjectThatHasBeenRestoredIsCopied() {
        SyntheticBucket bucket = bucket("photos", "a", "cold", "deep");
        bucket.put(bucket.get("cold").withStorageClass("GLACIER", true));
        bucket.put(bucket.get("deep").withStorageClass("DEEP_ARCHIVE", false));
        hub.configure("photos");

        RunRecord first = hub.backUp();

        assertThat(first.totals().archived().objects()).isEqualTo(1);
        assertThat(audit(first).entries("photos").keySet()).containsExactly("a", "cold");
        bucket.put(bucket.get("deep").withStorageClass("DEEP_ARCHIVE", true));
        audit(hub.backUp()).holds("photos", bucket);
        bucket.put(bucket.get("deep").withStorageClass("DEEP_ARCHIVE", false));
        assertThat(hub.backUp().newSnapshot())
                .as("the restored copy ends, ours stays")
                .isFalse();
    }

    @Test
    void aFileThatIsLostAndArchivedInS3CostsNoOtherOfItsBucket() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "cold", "z");
        SyntheticBucket music = bucket("music", "song");
        hub.configure("photos", "music");
        Files.delete(hub.files(hub.backUp(), "photos").resolve("cold"));
        bucket.put(bucket.get("cold").withStorageClass("GLACIER", false));
        music.change("song");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        assertThat(audit(run).certificate("photos").outcome().failures())
                .extracting(RunRecord.Failure::key)
                .containsExactly("cold");
        assertThat(audit(run).holds("music", music).entries("photos").keySet()).containsExactly("a", "z");
        assertThat(run.totals().archived().objects()).isEqualTo(1);
    }

    @Test
    void aServerThatRefusesToBeAskedForRestoredObjectsIsListedWithoutThat() {
        SyntheticBucket bucket = bucket("photos", "a", "b");
        s3.faults()
                .when(request -> request.headers().containsKey("x-amz-optional-object-attributes"))
                .then(new Fault.Status(501, "NotImplemented", "A header you provided is not implemented"));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        s3.log().clear();
        hub.backUp();
        assertThat(s3.counts().lists()).as("it is asked once only").isEqualTo(1);
    }

    @Test
    void anObjectInAnArchiveTierThatTheListingDoesNotTellIsCountedAndKept() {
        SyntheticBucket bucket = bucket("photos", "a", "tiered");
        bucket.put(bucket.get("tiered").withStorageClass("INTELLIGENT_TIERING", false));
        hub.configure("photos");
        audit(hub.backUp()).holds("photos", bucket);
        SyntheticObject old = bucket.get("tiered");
        bucket.put(bucket.change("tiered").withStorageClass("INTELLIGENT_TIERING", false));
        s3.faults().whenGetting("tiered").then(new Fault.Status(403, "InvalidObjectState", "archived"));
        bucket.change("a");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().archived().objects()).isEqualTo(1);
        assertThat(audit(run).keys("photos", EntryState.KEPT)).containsExactly("tiered");
        assertThat(audit(run).entry("photos", "tiered").etag()).isEqualTo(old.etag());
    }
}
