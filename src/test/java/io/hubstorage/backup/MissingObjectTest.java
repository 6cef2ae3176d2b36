package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.ListOrder;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That a server does not find an object does not mean that there is none: only its listing can say so. */
final class MissingObjectTest extends EngineTest {
    @BeforeEach
    void impatient() {
        hub.patience(Duration.ofMillis(400), 3);
    }

    private static Predicate<S3Request> get(String key) {
        return request -> request.kind() == RequestKind.GET && request.key().equals(key);
    }

    private static Set<String> failed(Audit audit) {
        return audit.certificate("photos").outcome().failures().stream()
                .map(RunRecord.Failure::key)
                .collect(Collectors.toSet());
    }

    private static Fault notFound(String code) {
        return new Fault.Status(404, code, "It is not here.");
    }

    @Test
    void whatIsListedButNotFoundFailsByNameAndKeepsItsPreviousVersion() {
        // Only what the server says counts here, not how busy the machine is.
        hub.patience(Duration.ofSeconds(30), 3);
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(300, 500, "###"));
        hub.configure("photos");
        hub.backUp();
        List<SyntheticObject> before = bucket.objects().toList();
        before.forEach(object -> bucket.change(object.key()));
        s3.faults()
                .when(request -> request.kind() == RequestKind.GET && Integer.parseInt(request.key()) % 20 == 7)
                .then(Fault.noSuchKey());
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.message()).contains("photos: 15 objects could not be copied");
        Audit audit = audit(run);
        assertThat(audit.entries("photos")).hasSize(300);
        assertThat(audit.keys("photos", EntryState.KEPT)).hasSize(15).isEqualTo(failed(audit));
        assertThat(audit.entry("photos", "007").etag()).isEqualTo(before.get(7).etag());
        assertThat(audit.certificate("photos").outcome().failures().getFirst())
                .satisfies(failure -> assertThat(failure.kind() + " " + failure.cause())
                        .contains("not-found", "404 NoSuchKey", "still lists it"));
        assertThat(run.totals().vanished().objects()).isZero();
        assertThat(s3.counts().gets()).as("one further read each").isEqualTo(300 + 15);
        assertThat(s3.counts().lists()).as("one question each").isEqualTo(1 + 15);

        s3.faults().clear();
        audit(hub.backUp()).holds("photos", bucket);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NotFound", "NoSuchVersion", "NoSuchBucket"})
    void whateverItCallsItAServerThatListsAnObjectHasNotDeletedIt(String code) {
        SyntheticBucket bucket = bucket("photos", "a", "b", "large", "new");
        bucket.add("large", 3 << 20);
        bucket.delete("new");
        hub.configure("photos");
        hub.backUp();
        bucket.change("b");
        bucket.change("large");
        bucket.change("a");
        bucket.add("new", 10);
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && !request.key().equals("a"))
                .then(notFound(code));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        Audit audit = audit(run);
        assertThat(audit.keys("photos", EntryState.KEPT)).containsExactlyInAnyOrder("b", "large");
        assertThat(failed(audit)).containsExactlyInAnyOrder("b", "large", "new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NotFound", "NoSuchKey"})
    void whatIsNotListedEitherHasVanished(String code) {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        s3.onRequest(get("b"), _ -> bucket.delete("b"));
        s3.faults().whenGetting("b").then(notFound(code));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().vanished().objects()).isEqualTo(1);
        audit(run).holds("photos", bucket);
    }

    @Test
    void whatIsMissingForAMomentIsReadAgain() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        s3.faults().whenGetting("b").times(1).then(Fault.noSuchKey());
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }

    @Test
    void aVanishedObjectOfAnUnorderedServerIsLookedForAmongAllThatBeginLikeIt() {
        SyntheticBucket bucket = SyntheticBucket.uniform(20, 300, "a##").listedIn(ListOrder.UNORDERED);
        bucket.add("a", 300);
        bucket.add("a1", 300);
        s3.bucket("photos", bucket);
        hub.configure("photos");
        hub.backUp();
        bucket.change("a");
        bucket.change("a1");
        bucket.change("a05");
        s3.faults().whenGetting("a").then(Fault.noSuchKey());
        s3.faults().whenGetting("a1").then(Fault.noSuchKey());

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        assertThat(audit(run).keys("photos", EntryState.KEPT)).containsExactlyInAnyOrder("a", "a1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NoSuchKey", "NoSuchBucket", "AccessDenied"})
    void aListingThatIsRefusedSaysNothingOfWhatItLists(String code) {
        SyntheticBucket bucket = bucket("photos", "a", "b");
        bucket("music", "x");
        hub.configure("photos", "music");
        hub.backUp();
        bucket.change("b");
        s3.faults().whenGetting("b").then(Fault.noSuchKey());
        s3.faults()
                .when(request -> request.kind() == RequestKind.LIST
                        && "b".equals(request.query().get("prefix")))
                .then(new Fault.Status(code.equals("AccessDenied") ? 403 : 404, code, "no"));
        s3.bucket("music").change("x");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.totals().vanished().objects()).isZero();
        assertThat(audit(run).keys("photos", EntryState.KEPT)).contains("b");
        assertThat(audit(run).entries("photos")).hasSize(2);
    }

    @Test
    void aBucketThatGoesAwayInTheMiddleFailsOnceAndKeepsItsPreviousVersionWhole() {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(1_500, 100, "####"));
        bucket("music", "x");
        hub.patience(Duration.ofSeconds(30), 3).configure("photos", "music");
        hub.backUp();
        bucket.objects().toList().forEach(object -> bucket.change(object.key()));
        s3.bucket("music").change("x");
        s3.onRequest(
                request -> request.kind() == RequestKind.GET && request.key().equals("0100"),
                _ -> s3.removeBucket("photos"));
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.message()).contains("photos failed", "the bucket does not exist");
        Audit audit = audit(run).holds("music", s3.bucket("music"));
        assertThat(audit.keys("photos", EntryState.KEPT)).hasSize(1_500);
        assertThat(s3.counts().all()).as("not each object finds out").isLessThan(1_500);
    }

    static Stream<Fault> answersThatAreNoObject() {
        return Stream.of(
                new Fault.Status(304, "NotModified", "not modified"),
                Fault.preconditionFailed(),
                new Fault.Status(416, "InvalidRange", "no such range"),
                new Fault.Status(200, "InternalError", "an error in the body of a success"),
                new Fault.Status(204, "", ""),
                new Fault.Status(405, "MethodNotAllowed", "not here"),
                new Fault.Status(410, "Gone", "gone"),
                new Fault.Status(403, "InvalidObjectState", "archived"),
                Fault.cutAt(0));
    }

    @ParameterizedTest
    @MethodSource("answersThatAreNoObject")
    void noAnswerWithoutTheBodyTakesAPreviousVersionAway(Fault answer) {
        SyntheticBucket bucket = bucket("photos", "a", "b", "large");
        bucket.add("large", 3 << 20);
        hub.configure("photos");
        RunRecord first = hub.backUp();
        List<SyntheticObject> before = bucket.objects().toList();
        bucket.objects().toList().forEach(object -> bucket.change(object.key()));
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && !request.key().equals("a"))
                .then(answer);

        RunRecord run = hub.backUp();

        assertThat(run.snapshot()).isNotEqualTo(first.snapshot());
        Audit audit = audit(run);
        assertThat(audit.keys("photos", EntryState.KEPT)).containsExactlyInAnyOrder("b", "large");
        assertThat(audit.entry("photos", "b").etag()).isEqualTo(before.get(1).etag());
        assertThat(run.totals().failed().plus(run.totals().archived()).objects())
                .isEqualTo(2);
        assertThat(run.totals().vanished().objects()).isZero();
    }

    @Test
    void objectsThatVanishInNumbersRaiseTheAlarmOfABucketThatShrinks() {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(60, 100, "##"));
        hub.configure(config(delete(true), "photos"));
        hub.backUp();
        bucket.objects().toList().forEach(object -> bucket.change(object.key()));
        s3.onRequest(request -> request.kind() == RequestKind.GET, request -> bucket.delete(request.key()));

        RunRecord run = hub.backUp();

        assertThat(run.totals().vanished().objects()).isEqualTo(60);
        assertThat(run.alarms()).singleElement().satisfies(alarm -> {
            assertThat(alarm.kind()).isEqualTo("shrunk");
            assertThat(alarm.now()).isZero();
        });
    }

    @Test
    void whatVanishesWhereDeletionsCountIsLeftOutOfTheNextSnapshot() {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure(config(delete(true), "photos"));
        RunRecord first = hub.backUp();
        bucket.change("b");
        s3.onRequest(get("b"), _ -> bucket.delete("b"));

        RunRecord run = hub.backUp();

        assertThat(run.newSnapshot()).as("a change although nothing came").isTrue();
        assertThat(run.snapshot()).isNotEqualTo(Objects.requireNonNull(first.snapshot()));
        assertThat(run.totals().vanished().objects()).isEqualTo(1);
        assertThat(run.totals().deleted().objects()).isEqualTo(1);
        audit(run).holds("photos", bucket);
    }
}
