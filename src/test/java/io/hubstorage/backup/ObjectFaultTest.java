package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can go wrong with one object between LIST and the last byte of its body. */
final class ObjectFaultTest extends EngineTest {
    @BeforeEach
    void impatient() {
        hub.patience(Duration.ofMillis(400), 3);
    }

    private RunRecord heals(Fault fault) {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(40, 5_000, "##"));
        s3.faults().when(RequestKind.GET).attempts(1).rate(0.5, 7).then(fault);
        hub.configure("photos");
        RunRecord run = hub.backUp();
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        assertThat(s3.counts().gets()).isGreaterThan(40);
        return run;
    }

    @Test
    void aThrottlingServerIsAskedAgain() {
        heals(Fault.slowDown());
    }

    @Test
    void anErrorInsideTheServerIsTriedAgain() {
        heals(Fault.internalError());
    }

    @Test
    void aResetConnectionIsTriedAgain() {
        heals(Fault.reset());
    }

    @Test
    void aBodyThatBreaksOffIsTriedAgain() {
        heals(Fault.resetAt(0.5));
    }

    @Test
    void aBodyThatIsCutShortIsTriedAgain() {
        heals(Fault.cutAt(0.7));
    }

    @Test
    void aBodyThatIsCorruptedOnTheWayIsTriedAgain() {
        heals(Fault.corruptAt(0.3));
    }

    @Test
    void aBodyThatStallsIsGivenUpAndTriedAgain() {
        heals(Fault.stallAt(0.5));
    }

    @Test
    void aRequestThatIsNeverAnsweredIsGivenUpAndTriedAgain() {
        heals(Fault.hang());
    }

    @Test
    void aBodyThatIsAlwaysCorruptNeverComesIntoASnapshot() {
        SyntheticBucket bucket = bucket("photos", "good", "rotten");
        s3.faults().whenGetting("rotten").then(Fault.corruptAt(0.5));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        Audit audit = audit(run);
        assertThat(audit.entries("photos").keySet()).containsExactly("good");
        assertThat(audit.certificate("photos").outcome().failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.key() + " " + failure.kind() + " " + failure.cause())
                        .contains("rotten corrupt")
                        .contains(bucket.get("rotten").etag()));
    }

    @Test
    void objectsThatAreForbiddenAreNamedAndKeepTheirPreviousVersion() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c", "new");
        bucket.delete("new");
        hub.configure("photos");
        RunRecord first = hub.backUp();
        List<SyntheticObject> before = bucket.objects().toList();
        List.of("a", "b", "c").forEach(bucket::change);
        bucket.add("new", 10);
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && !request.key().equals("c"))
                .then(Fault.accessDenied());

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(second.message()).contains("photos: 3 objects could not be copied");
        Audit audit = audit(second);
        assertThat(audit.keys("photos", EntryState.KEPT)).containsExactlyInAnyOrder("a", "b");
        assertThat(audit.entry("photos", "a").etag())
                .isEqualTo(before.getFirst().etag());
        assertThat(inode(audit.file("photos", "a")))
                .isEqualTo(inode(hub.files(first, "photos").resolve("a")));
        assertThat(audit.certificate("photos").outcome().failures())
                .extracting(RunRecord.Failure::key)
                .containsExactlyInAnyOrder("a", "b", "new");
        assertThat(audit.certificate("photos").outcome().failuresTotal()).isEqualTo(3);
        assertThat(Files.readAllLines(hub.data()
                        .resolve(Objects.requireNonNull(second.snapshot()))
                        .resolve(Objects.requireNonNull(
                                audit.certificate("photos").failuresFile()))))
                .hasSize(3);

        s3.faults().clear();
        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void moreFailuresThanTheCertificateNamesAreAllInTheFileBesideIt() throws IOException {
        s3.bucket("photos", SyntheticBucket.uniform(250, 10, "###"));
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && !request.key().equals("000"))
                .then(Fault.accessDenied());
        hub.configure("photos");

        RunRecord run = hub.backUp();

        Audit audit = audit(run);
        assertThat(audit.certificate("photos").outcome().failures()).hasSize(100);
        assertThat(audit.certificate("photos").outcome().failuresTotal()).isEqualTo(249);
        assertThat(Files.readAllLines(hub.data()
                        .resolve(Objects.requireNonNull(run.snapshot()))
                        .resolve("manifest/photos.failures.jsonl")))
                .hasSize(249);
    }

    @Test
    void anObjectThatVanishesBetweenListAndGetIsCountedAsSuch() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        s3.onRequest(
                request -> request.kind() == RequestKind.GET && request.key().equals("b"), _ -> bucket.delete("b"));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().vanished().objects()).isEqualTo(1);
        assertThat(run.message()).contains("1 vanished meanwhile");
        audit(run).holds("photos", bucket);
    }

    @Test
    void anObjectThatVanishesIsCarriedInItsOldVersionWhereDeleteIsOff() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure(config(delete(false), "photos"));
        hub.backUp();
        bucket.change("b");
        bucket.change("c");
        s3.onRequest(
                request -> request.kind() == RequestKind.GET && request.key().equals("b"), _ -> bucket.delete("b"));

        RunRecord run = hub.backUp();

        assertThat(audit(run).keys("photos", EntryState.CARRIED)).containsExactly("b");
    }

    @Test
    void anObjectThatChangesBetweenListAndGetIsReadAgain() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        s3.onRequest(
                request -> request.kind() == RequestKind.GET
                        && request.key().equals("b")
                        && bucket.get("b").size() == 300,
                _ -> bucket.add("b", 7_000));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().listed().bytes()).isEqualTo(7_600);
        audit(run).holds("photos", bucket);
    }

    @Test
    void anObjectThatBecomesADirectoryMarkerMeanwhileIsTakenByTheNextAttempt() {
        SyntheticBucket bucket = bucket("photos", "a", "b/", "c");
        s3.onRequest(
                request -> request.kind() == RequestKind.GET
                        && request.key().equals("b/")
                        && bucket.get("b/").size() == 300,
                _ -> bucket.add("b/", 0));
        hub.configure(retries(1, "photos"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }

    @Test
    void anObjectThatChangesUnderEveryReadFailsByNameAndMayBeTriedAgain() {
        SyntheticBucket bucket = bucket("photos", "a", "restless");
        s3.onRequest(
                request -> request.kind() == RequestKind.GET
                        && request.key().equals("restless")
                        && s3.counts().gets() < 8,
                _ -> bucket.change("restless"));
        hub.configure(retries(1, "photos"));

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).isEqualTo(2);
        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }

    @Test
    void aServerThatDoesNotKnowIfMatchCannotSlipANewerVersionIn() {
        SyntheticBucket bucket = bucket("photos", "a", "b").ignoringIfMatch();
        s3.bucket("photos", bucket);
        s3.onRequest(
                request -> request.kind() == RequestKind.GET
                        && request.key().equals("b")
                        && bucket.get("b").size() == 300,
                _ -> bucket.add("b", 310));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }
}
