package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.fs.Durable;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two accounts on two servers, each with a bucket called {@code photos}. */
final class SeveralAccountsTest extends EngineTest {
    private final SyntheticS3 archive = SyntheticS3.start();
    private SyntheticBucket photos;
    private SyntheticBucket archived;

    @BeforeEach
    void fillBoth() throws IOException {
        photos = bucket("photos", "a", "b", "only/here");
        archived = archive.bucket("photos", SyntheticBucket.ofKeys(700, List.of("a", "b", "only/there")));
        variables("ARCHIVE_AWS_ACCESS_KEY_ID=archive-key", "ARCHIVE_AWS_SECRET_ACCESS_KEY=archive-secret-key");
        archive.requireAccessKey("archive-key");
        hub.patience(Duration.ofSeconds(20), 2).configure(both());
    }

    @AfterEach
    void stopArchive() {
        archive.close();
    }

    /** In {@code .env}, beside where the account is. */
    private void variables(String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of(lines));
        all.add("ARCHIVE_AWS_ENDPOINT_URL=" + archive.endpoint());
        Files.write(home.resolve(".env"), all);
    }

    private static JsonObject of(String bucket, String account) {
        return JsonObject.of("name", bucket, "account", account);
    }

    private static JsonObject accounts() {
        return JsonObject.of("accounts", JsonObject.of("archive", new JsonObject()));
    }

    private static JsonObject both() {
        return accounts().put("s3_buckets", new JsonArray().add("photos").add(of("photos", "archive")));
    }

    private static JsonObject dynamic() {
        return accounts().put("use_dynamic_buckets", true);
    }

    private static RunRecord.BucketRecord record(RunRecord run, String bucket) {
        return run.buckets().stream()
                .filter(each -> each.bucket().equals(bucket))
                .findFirst()
                .orElseThrow(() -> new AssertionError(bucket + " is not in " + run));
    }

    private StatusMessage.Current status() {
        return BusJson.decode(hub.request(Addresses.STATUS, new JsonObject()), StatusMessage.Current.class);
    }

    private Path snapshot(RunRecord run) {
        return new Layout(hub.data()).snapshot(Objects.requireNonNull(run.snapshot()));
    }

    @Test
    void bucketsOfOneNameLieSideBySideAndAreNotMistakenForEachOther() throws IOException {
        RunRecord first = hub.backUp();

        assertThat(first.message()).startsWith("all 2 buckets are safe: 6 objects");
        audit(first).holds("photos", photos).holds("photos@archive", archived);
        assertThat(snapshot(first).resolve("s3/photos/only/here")).isRegularFile();
        assertThat(snapshot(first).resolve("s3@archive/photos/only/there")).isRegularFile();
        assertThat(snapshot(first).resolve("manifest@archive/photos.jsonl.zst")).isRegularFile();
        assertThat(s3.log().requests(request -> request.key().equals("only/there")))
                .isEmpty();

        assertThat(hub.backUp().newSnapshot()).isFalse();
        archived.change("a");
        RunRecord third = hub.backUp();
        Audit audit = audit(third).holds("photos", photos).holds("photos@archive", archived);
        assertThat(third.totals().downloaded().objects()).isEqualTo(1);
        assertThat(inode(audit.file("photos@archive", "b")))
                .isEqualTo(inode(hub.files(first, "photos@archive").resolve("b")));
    }

    @Test
    void aSnapshotOfNamedAccountsAloneIsASnapshot() throws IOException {
        hub.configure(accounts().put("s3_buckets", new JsonArray().add(of("photos", "archive"))));

        RunRecord first = hub.backUp();
        archived.change("a");
        RunRecord second = hub.backUp();

        assertThat(second.totals().downloaded().objects()).isEqualTo(1);
        assertThat(audit(second).holds("photos@archive", archived).buckets()).containsExactly("photos@archive");
        assertThat(hub.snapshots().count()).isEqualTo(2);
        assertThat(s3.log().requests(request -> true)).isEmpty();
        assertThat(first.result()).isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void anAccountThatIsDownCostsTheOtherNothingAndIsNamed() {
        hub.backUp();
        archive.down();
        photos.change("a");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.message())
                .startsWith("photos@archive failed (")
                .contains("check ARCHIVE_AWS_ENDPOINT_URL")
                .doesNotContain("photos failed");
        assertThat(record(run, "photos").result()).isEqualTo(RunResult.SUCCESS);
        Audit audit = audit(run).holds("photos", photos);
        assertThat(audit.keys("photos@archive", EntryState.KEPT)).containsExactlyInAnyOrder("a", "b", "only/there");
        assertThat(status().verdict().title()).isEqualTo("Bucket photos@archive needs attention.");
    }

    @Test
    void keysThatOneAccountRefusesEndNoRun() {
        hub.backUp();
        archive.requireAccessKey("another-key");
        photos.change("b");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(record(run, "photos@archive").outcome().error()).contains("does not accept the credentials");
        audit(run).holds("photos", photos);
    }

    @Test
    void anAccountWithoutKeysIsNotAskedWithThoseOfAnother() throws IOException {
        variables();

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(record(run, "photos@archive").outcome().error()).contains("ARCHIVE_AWS_ACCESS_KEY_ID");
        assertThat(archive.log().requests(request -> true)).isEmpty();
        assertThat(audit(run).holds("photos", photos).buckets()).containsExactly("photos");
    }

    @Test
    void aWrongVariableOfAnAccountFailsItsBucketsByName() throws IOException {
        Files.writeString(home.resolve(".env"), "ARCHIVE_AWS_ENDPOINT_URL=nowhere\n");

        RunRecord run = hub.backUp();

        assertThat(record(run, "photos@archive").outcome().error())
                .contains("ARCHIVE_AWS_ENDPOINT_URL", "a URL such as");
        audit(run).holds("photos", photos);
    }

    @Test
    void aSilentServerTakesNoPlaceOfAnothers() {
        archive.faults().when(RequestKind.LIST).then(Fault.hang());
        JsonArray buckets = new JsonArray();
        IntStream.range(0, 20).forEach(i -> buckets.add(of("bucket-" + i, "archive")));
        hub.patience(Duration.ofMinutes(5), 1).configure(accounts().put("s3_buckets", buckets.add("photos")));
        hub.start();

        CompletableFuture<RunRecord> run = hub.nextFinished();
        JsonObject start = BusJson.encode(new BackupMessage.Start(null, false, null));
        String id = hub.request(Addresses.BACKUP_START, start).getString("run_id");
        Awaitility.await().until(() -> gets().size() == 3);
        hub.request(Addresses.BACKUP_CANCEL, new JsonObject());

        assertThat(run.join().runId()).isEqualTo(id);
        assertThat(run.join().result()).isEqualTo(RunResult.CANCELLED);
    }

    @Test
    void bucketsAreFoundInEveryAccount() {
        hub.configure(dynamic());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", photos).holds("photos@archive", archived);
        S3Message.Buckets found =
                BusJson.decode(hub.request(Addresses.S3_DISCOVER, new JsonObject()), S3Message.Buckets.class);
        assertThat(found.buckets()).extracting(S3Message.Bucket::name).containsExactly("photos", "photos@archive");
        assertThat(found.buckets()).extracting(S3Message.Bucket::account).containsExactly(null, "archive");
        assertThat(found.undiscovered()).isEmpty();
    }

    @Test
    void anAccountThatDoesNotTellItsBucketsIsAFailureThatIsNamed() {
        archive.down();
        hub.configure(dynamic());

        RunRecord first = hub.backUp();

        assertThat(first.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(first.message()).startsWith("*@archive failed (the buckets could not be discovered: ");
        audit(first).holds("photos", photos);
        assertThat(status().verdict().title()).isEqualTo("Bucket *@archive needs attention.");
        S3Message.Buckets found =
                BusJson.decode(hub.request(Addresses.S3_DISCOVER, new JsonObject()), S3Message.Buckets.class);
        assertThat(found.buckets()).extracting(S3Message.Bucket::name).containsExactly("photos");
        assertThat(found.undiscovered())
                .extracting(S3Message.Undiscovered::account)
                .containsExactly("archive");

        archive.up();
        RunRecord second = hub.backUp();
        assertThat(second.result()).isEqualTo(RunResult.SUCCESS);
        audit(second).holds("photos", photos).holds("photos@archive", archived);
        assertThat(status().verdict().state()).isEqualTo(StatusMessage.State.SAFE);

        archive.down();
        photos.change("a");
        RunRecord third = hub.backUp();
        assertThat(third.message()).contains("photos@archive failed", "*@archive failed");
        assertThat(audit(third).holds("photos", photos).keys("photos@archive", EntryState.KEPT))
                .hasSize(3);
    }

    @Test
    void anAccountThatIsTakenOutTakesItsBucketsOutAsAnyOther() {
        hub.backUp();
        hub.stop().configure("photos");
        photos.change("a");

        RunRecord second = hub.backUp();

        assertThat(audit(second).holds("photos", photos).buckets()).containsExactly("photos");
    }

    @Test
    void whatIsOnlyLinkedOverNeedsNoAccount() {
        hub.configure(dynamic());
        hub.backUp();
        hub.stop().configure(new JsonObject().put("use_dynamic_buckets", true));
        photos.change("a");

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(audit(second).holds("photos", photos).keys("photos@archive", EntryState.KEPT))
                .hasSize(3);
    }

    @Test
    void theAccountsAreDiagnosedEachByItself() {
        archive.requireAccessKey("another-key");
        hub.start();

        S3Message.Diagnosis diagnosis =
                BusJson.decode(hub.request(Addresses.S3_DIAGNOSE, new JsonObject()), S3Message.Diagnosis.class);

        assertThat(diagnosis.ok()).isFalse();
        assertThat(diagnosis.steps()).allMatch(step -> step.outcome() != S3Message.Outcome.FAILED);
        S3Message.AccountDiagnosis named = diagnosis.accounts().getFirst();
        assertThat(named.account()).isEqualTo("archive");
        assertThat(named.endpoint()).isEqualTo(archive.endpoint().toString());
        assertThat(named.credentials().source()).isEqualTo("ARCHIVE_AWS_ACCESS_KEY_ID");
        assertThat(named.steps())
                .anySatisfy(step -> assertThat(step.remedy()).contains("ARCHIVE_AWS_SECRET_ACCESS_KEY"));
        assertThat(diagnosis.toString()).doesNotContain("archive-secret-key");
    }

    @Test
    void anAccountThatNothingIsBackedUpFromSpoilsNoDiagnosis() {
        s3.down();
        hub.configure(accounts().put("s3_buckets", new JsonArray().add(of("photos", "archive"))))
                .start();

        S3Message.Diagnosis diagnosis =
                BusJson.decode(hub.request(Addresses.S3_DIAGNOSE, new JsonObject()), S3Message.Diagnosis.class);

        assertThat(diagnosis.ok()).isTrue();
        assertThat(diagnosis.steps()).isEmpty();
        assertThat(diagnosis.allSteps()).anyMatch(step -> step.name().equals("archive: bucket photos@archive"));
    }

    @Test
    void patternsAreTriedOnTheKeysOfTheAccountThatTheBucketIsOf() {
        hub.start();
        JsonObject trial = BusJson.encode(new S3Message.FilterTrial("photos@archive", null, List.of("only/*"), null));

        // A trial looks for some seconds only, which a busy machine may not have.
        S3Message.FilterOutcome outcome = Awaitility.await()
                .until(
                        () -> BusJson.decode(
                                hub.request(Addresses.S3_FILTER_PREVIEW, trial), S3Message.FilterOutcome.class),
                        S3Message.FilterOutcome::complete);

        assertThat(outcome.excluded().sample()).containsExactly("only/there");
    }

    @Test
    void aCrashInTheMiddleOfAnAssemblyGivesEachTreeBackToTheAttemptItCameFrom() throws IOException {
        Layout layout = new Layout(Files.createDirectories(hub.data()));
        Staging staging = Staging.open(layout, Instant.EPOCH, 1);
        for (String bucket : List.of("photos", "photos@archive")) {
            int attempt = staging.nextAttempt();
            Files.createDirectories(staging.journal(attempt, bucket));
            Files.createDirectories(staging.tree(attempt, bucket));
            Files.writeString(staging.tree(attempt, bucket).resolve("of"), bucket);
        }
        Path assembly = staging.beginAssembly();
        staging.assemble(1, "photos");
        staging.assemble(2, "photos@archive");
        assertThat(assembly.resolve("s3@archive/photos/of")).hasContent("photos@archive");

        Staging adopted = Staging.open(layout, Instant.EPOCH, 2);

        assertThat(adopted.tree(1, "photos").resolve("of")).hasContent("photos");
        assertThat(adopted.tree(2, "photos@archive").resolve("of")).hasContent("photos@archive");
        assertThat(assembly).doesNotExist();
        assertThat(Durable.folderOf(Durable.folderOf(adopted.tree(1, "photos"))))
                .isDirectoryNotContaining("glob:**/{snapshot,undone}");
    }

    private List<String> problems(RunRecord run) throws Exception {
        List<String> problems = new ArrayList<>();
        Files.createDirectories(home.resolve("scratch"));
        String name = Objects.requireNonNull(run.snapshot());
        VerifyRequest request = new VerifyRequest(new Layout(hub.data()), List.of(name), Set.of(), 100, 1);
        new SnapshotVerifier(InstantSource.system(), home.resolve("scratch"))
                .verify(
                        request,
                        new VerifyProgress(),
                        found -> found.problems()
                                .forEach(problem -> problems.add(
                                        "%s %s %s".formatted(problem.kind(), problem.bucket(), problem.path()))));
        return problems;
    }

    @Test
    void eachIsVerifiedAndAFolderOfAnAccountThatTheCertificateDoesNotKnowIsAFinding() throws Exception {
        RunRecord run = hub.backUp();
        assertThat(problems(run)).isEmpty();

        Path folder = snapshot(run);
        Files.createDirectories(folder.resolve("s3@other/photos"));
        Files.createDirectories(folder.resolve("s3@archive/more"));
        Files.writeString(folder.resolve("manifest@archive/more.jsonl.zst"), "");
        Files.delete(folder.resolve("s3@archive/photos/b"));

        assertThat(problems(run))
                .containsExactlyInAnyOrder(
                        "STRAY null s3@other",
                        "STRAY null s3@archive/more",
                        "STRAY null manifest@archive/more.jsonl.zst",
                        "MISSING photos@archive b");
    }

    @Test
    void aSnapshotIsLookedIntoByTheNameWithTheAccount() throws IOException {
        RunRecord run = hub.backUp();
        SnapshotInfo info =
                hub.snapshots().find(Objects.requireNonNull(run.snapshot())).orElseThrow();
        SnapshotReader reader = new SnapshotReader(info);

        assertThat(info.buckets()).containsExactly("photos", "photos@archive");
        assertThat(reader.entry("photos@archive", "only/there").size()).isEqualTo(700);
        assertThat(reader.file("photos@archive", reader.entry("photos@archive", "a")))
                .isEqualTo(snapshot(run).resolve("s3@archive/photos/a"));
        for (String none : List.of("photos@other", "..@archive", ".@archive", "@archive", "../s3@archive/photos")) {
            assertThat(reader.has(none)).as(none).isFalse();
        }
    }

    @Test
    void aFolderInTheUnnamedAccountsThatIsCalledLikeABucketOfANamedOneIsNoBucket() throws IOException {
        RunRecord run = hub.backUp();
        Files.createDirectories(snapshot(run).resolve("s3/photos@other"));

        assertThat(hub.snapshots().newest().orElseThrow().buckets()).containsExactly("photos", "photos@archive");
    }
}
