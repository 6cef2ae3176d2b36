package io.hubstorage.restore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.restore.s3.TestTarget.Item;
import io.hubstorage.restore.s3.TestTarget.Traits;
import io.hubstorage.restore.targets.Target.TargetException;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBody;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a restore began in its bucket and did not end: it is ended later, and nothing of anybody else. */
final class TrackedUploadsTest extends SyntheticTarget {
    @Test
    void afterAKillItsOwnUploadsAreGivenUpAndNobodyElses() throws Exception {
        TestTarget killed = open();
        killed.target().prepare();
        HeldRequests held = new HeldRequests();
        server.faults().when(RequestKind.PUT_PART).then(Fault.hold(held));
        Item item = killed.item(
                "k", SyntheticBody.bytes(1, 0, 1000), new Traits(TestTarget.inPartsOf(400), Traits.NONE.metadata()));
        Thread writing = Thread.ofVirtual().start(() -> {
            try {
                killed.write(item, ABSENT);
            } catch (Exception ended) {
                // It is killed.
            }
        });
        Awaitility.await().until(() -> requests(RequestKind.PUT_PART, "k") > 0);
        String foreign = writes.beginUpload("k");
        writes.beginUpload("other");
        assertThat(writes.unfinished()).isEqualTo(3);

        // What a process that is killed does not do: its uploads stay.
        TestTarget next = open();
        next.target().clear();

        assertThat(writes.unfinished()).as("those of others, %s", foreign).isEqualTo(2);
        writing.interrupt();
        writing.join();
        next.target().clear();
        assertThat(writes.unfinished()).isEqualTo(2);
    }

    private UploadJournal journal() {
        return S3Target.journal(folder.resolve("restore"));
    }

    @Test
    void whatSomebodyBeganAfterOurWaitWasOverIsLeftAlone() throws Exception {
        Instant now = Instant.now();
        journal().begins("k", now.minus(Duration.ofHours(1)));
        journal().begins("ours", now);
        writes.beginUpload("k");
        writes.beginUpload("ours");

        open().target().clear();

        assertThat(writes.unfinished()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = RequestKind.class,
            names = {"ABORT_UPLOAD", "LIST_UPLOADS"})
    void whatCannotBeEndedNowStaysKnownAndHoldsNothingElseUp(RequestKind kind) throws Exception {
        Instant now = Instant.now();
        journal().begins("asked", now);
        journal().begun("begun", now, writes.beginUpload("begun"));
        journal().begun("last", now, writes.beginUpload("last"));
        writes.beginUpload("asked");
        server.faults()
                .when(request -> request.kind() == kind
                        && (kind == RequestKind.LIST_UPLOADS || request.key().equals("begun")))
                .then(Fault.accessDenied());
        TestTarget target = open();

        assertThatThrownBy(() -> target.target().clear()).isInstanceOf(TargetException.class);
        assertThat(writes.unfinished()).isEqualTo(1);
        server.faults().clear();
        target.target().clear();

        assertThat(writes.unfinished()).isZero();
        assertThat(journal().open()).isEmpty();
    }

    @Test
    void aServerThatIsNotThereIsAskedForOneUploadAlone() throws Exception {
        for (int upload = 0; upload < 5; upload++) {
            journal().begins("k" + upload, Instant.now());
        }
        TestTarget target = open();
        server.close();

        assertThatThrownBy(() -> target.target().clear())
                .isInstanceOfSatisfying(
                        TargetException.class,
                        failure -> assertThat(failure.concernsAll()).isTrue());
        assertThat(journal().open()).hasSize(5);
    }

    @Test
    void whatAKilledProbeLeftIsClearedAway() throws Exception {
        TestTarget target = open();
        target.target().prepare();
        assertThat(journal().open()).isEmpty();
        journal().begins(".hubstorage-probe-r1", Instant.now());
        writes.beginUpload(".hubstorage-probe-r1");
        bucket.add(".hubstorage-probe-r1", 9);

        target.target().clear();

        assertThat(writes.unfinished()).isZero();
        assertThat(bucket.find(".hubstorage-probe-r1")).isNull();
    }

    @Test
    void aJournalThatCannotBeWrittenIsNoDamagedSnapshot() throws Exception {
        TestTarget target = open();
        Item item = target.item(
                "k", SyntheticBody.bytes(1, 0, 1000), new Traits(TestTarget.inPartsOf(400), Traits.NONE.metadata()));
        Files.writeString(folder.resolve("restore"), "in the way");

        assertThatThrownBy(() -> target.write(item, ABSENT))
                .isInstanceOfSatisfying(TargetException.class, failure -> {
                    assertThat(failure.code()).isEqualTo("journal");
                    assertThat(failure.concernsAll()).isTrue();
                })
                .hasMessageContaining("uploads.jsonl");
    }
}
