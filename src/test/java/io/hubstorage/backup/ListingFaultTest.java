package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.ListOrder;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A listing that cannot be believed authorises nothing. */
final class ListingFaultTest extends EngineTest {
    private SyntheticBucket bucket;

    @BeforeEach
    void aBucketOfTwoPages() {
        hub.patience(Duration.ofMillis(400), 3);
        bucket = s3.bucket("photos", SyntheticBucket.uniform(1_100, 3, "##/##"));
        hub.configure(config(delete(true), "photos", "music"));
        bucket("music", "x");
    }

    private static boolean secondPage(io.hubstorage.testkit.S3Request request) {
        return request.kind() == RequestKind.LIST
                && request.bucket().equals("photos")
                && request.query().containsKey("continuation-token");
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.PageTrick.class,
            names = {"MALFORMED_XML", "NO_TOKEN", "REPEATED_TOKEN", "DUPLICATE_KEY"})
    void aListingThatMakesNoSenseFailsItsBucketAndDeletesNothing(Fault.PageTrick trick) throws IOException {
        RunRecord first = hub.backUp();
        assertThat(first.result()).isEqualTo(RunResult.SUCCESS);
        s3.bucket("music").change("x");
        // In the next listing this key would be gone, if the listing counted.
        bucket.delete("00/00");
        s3.faults().when(ListingFaultTest::secondPage).then(Fault.page(trick));

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(second.message()).contains("photos failed");
        Audit audit = audit(second).holds("music", s3.bucket("music"));
        assertThat(audit.keys("photos", EntryState.KEPT)).hasSize(1_100).contains("00/00");
        assertThat(audit.certificate("photos").listing().complete()).isFalse();
        assertThat(second.totals().deleted()).isEqualTo(Tally.ZERO);
    }

    @Test
    void aKeyOutsideOfThePrefixThatWasAskedForFailsTheBucket() {
        hub.configure(new JsonObject()
                .put(
                        "s3_buckets",
                        new JsonArray()
                                .add(new JsonObject().put("name", "photos").put("prefix", "0"))));
        s3.faults().when(RequestKind.LIST).then(Fault.page(Fault.PageTrick.FOREIGN_KEY));

        assertThat(hub.backUp().message()).contains("photos failed").contains("does not begin with \"0\"");
    }

    @Test
    void aPageThatFailsForAMomentIsAskedForAgain() {
        s3.faults().when(ListingFaultTest::secondPage).attempts(2).then(Fault.slowDown());

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }

    /** What can happen to the bytes of a page. */
    static Stream<Fault> brokenPages() {
        return Stream.of(
                Fault.hang(),
                Fault.reset(),
                Fault.stallAt(0.5),
                Fault.resetAt(0.5),
                Fault.cutAt(0.5),
                Fault.page(Fault.PageTrick.MALFORMED_XML));
    }

    @ParameterizedTest
    @MethodSource("brokenPages")
    void aPageThatBreaksOnTheWayIsAskedForAgain(Fault fault) {
        s3.faults().when(ListingFaultTest::secondPage).times(1).then(fault);

        audit(hub.backUp()).holds("photos", bucket);
    }

    @ParameterizedTest
    @MethodSource("brokenPages")
    void aPageThatNeverComesWholeFailsItsBucketAndDeletesNothing(Fault fault) {
        hub.backUp();
        bucket.delete("00/00");
        s3.bucket("music").change("x");
        s3.faults().when(ListingFaultTest::secondPage).then(fault);

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        Audit audit = audit(run).holds("music", s3.bucket("music"));
        assertThat(audit.keys("photos", EntryState.KEPT)).hasSize(1_100).contains("00/00");
        assertThat(audit.certificate("photos").listing().complete()).isFalse();
    }

    @Test
    void rawTokensAndUnencodedKeysAreUnderstoodToTheLastPage() {
        SyntheticBucket base = SyntheticBucket.uniform(2_100, 3, "a b+%20##/ü##");
        bucket = s3.bucket("photos", base.ignoringEncodingType().withRawTokens());

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        assertThat(hub.backUp().newSnapshot()).isFalse();
    }

    @Test
    void aListingThatEndsEarlyRaisesTheAlarm() {
        hub.backUp();
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.LIST && request.bucket().equals("photos"))
                .times(1)
                .then(Fault.page(Fault.PageTrick.ENDS_EARLY));

        assertThat(hub.backUp().message()).contains("The bucket photos shrank from 1,100 to ");
    }

    @Test
    void keysOutOfOrderAreSortedOnDiskIntoAFullBackup() {
        s3.faults().when(ListingFaultTest::secondPage).times(1).then(Fault.page(Fault.PageTrick.OUT_OF_ORDER));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }

    @ParameterizedTest
    @EnumSource(
            value = ListOrder.class,
            names = {"UTF16", "UNORDERED"})
    void aServerWithAnOrderOfItsOwnIsBackedUpInFullAndThenIncrementally(ListOrder order) {
        SyntheticBucket base = SyntheticBucket.uniform(1_100, 3, "##/##");
        List.of("\uE000", "\uFFFD", "\uFFFF", "😀", "😀/x", "\uD83D\uDC00", "a/\uE000", "a/😀", "é", "z")
                .forEach(key -> base.add(key, 20));
        bucket = s3.bucket("photos", base.listedIn(order));

        RunRecord first = hub.backUp();

        assertThat(first.result()).as(first.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(audit(first)
                        .holds("photos", bucket)
                        .certificate("photos")
                        .listing()
                        .order())
                .isEqualTo("sorted");
        bucket.change("😀");
        bucket.delete("\uFFFF");
        s3.log().clear();

        RunRecord second = hub.backUp();

        audit(second).holds("photos", bucket);
        assertThat(gets()).containsOnlyKeys("😀");
        assertThat(hub.backUp().newSnapshot()).isFalse();
    }

    @Test
    void refusedCredentialsStopTheWholeRunWithOneMessageAndNothingIsCommitted() throws IOException {
        RunRecord first = hub.backUp();
        bucket.change("00/00");
        s3.bucket("music").change("x");
        s3.requireAccessKey("another");

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.FAILED);
        assertThat(second.message()).contains("does not accept the credentials").contains("check AWS_ACCESS_KEY_ID");
        assertThat(second.snapshot()).isNull();
        assertThat(hub.snapshots().list()).hasSize(1);
        assertThat(hub.snapshots().newest().orElseThrow().name()).isEqualTo(first.snapshot());
    }

    @Test
    void credentialsThatExpireInTheMiddleStopTheRunWithoutFurtherAttempts() {
        hub.stop().configure(retries(3, "photos", "music"));
        s3.onRequest(
                request -> request.kind() == RequestKind.GET && request.key().compareTo("05") > 0,
                _ -> s3.requireAccessKey("another"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.attempts()).isEqualTo(1);
        assertThat(run.message()).contains("does not accept the credentials");
        // How many are under way when the first refusal arrives is chance; that none is asked for twice is not.
        assertThat(s3.counts().gets()).isLessThanOrEqualTo(1_101);
        assertThat(s3.counts().lists())
                .as("one question for all refusals that come together")
                .isLessThan(20);
    }

    @Test
    void aBucketThatAloneRefusesTheCredentialsFailsAlone() {
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.LIST && request.bucket().equals("music"))
                .then(new Fault.Status(403, "SignatureDoesNotMatch", "no"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.message()).contains("music failed", "does not accept the credentials", "about the bucket alone");
        audit(run).holds("photos", bucket);
    }

    @Test
    void credentialsThatAreRefusedForOneBucketAndElsewhereDoNotWaitForTheOthers() {
        s3.onRequest(
                request ->
                        request.kind() == RequestKind.LIST && request.bucket().equals("music"),
                _ -> s3.requireAccessKey("another"));
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && request.bucket().equals("photos"))
                .then(Fault.late(Duration.ofMillis(200)));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).contains("does not accept the credentials");
        assertThat(s3.counts().gets()).isLessThan(800);
    }

    @Test
    void anEndpointThatIsDownFailsTheRunAndTellsIt() {
        hub.backUp();
        s3.close();

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).contains("all 2 buckets failed").contains("endpoint cannot be reached");
        s3 = io.hubstorage.testkit.SyntheticS3.start();
    }
}
