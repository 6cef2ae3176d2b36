package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.s3.S3Failure;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of one object, whatever its server does. */
final class ObjectFetchTest extends WithTestShard {
    private static final String KEY =
            Base64.getEncoder().encodeToString("k".repeat(32).getBytes(StandardCharsets.US_ASCII));

    private static Predicate<S3Request> get(String key) {
        return request -> request.kind() == RequestKind.GET && request.key().equals(key);
    }

    private ManifestEntry copied(String key) throws IOException {
        TransferMessage.Result result = shard.backUp();
        assertThat(result.outcome()).as(result.error()).isEqualTo(Outcome.CHANGED);
        assertThat(result.failures().first()).isEmpty();
        SyntheticObject object = shard.bucket().get(key);
        ManifestEntry entry = shard.line(key);
        assertThat(entry).isNotNull();
        assertThat(entry.sha256()).isEqualTo(object.sha256());
        assertThat(Files.readAllBytes(shard.tree().resolve(entry.path()))).isEqualTo(object.body());
        return entry;
    }

    private RunRecord.Failure failed(String key) throws IOException {
        TransferMessage.Result result = shard.run(Mode.COPY);
        assertThat(result.failures().total()).isEqualTo(1);
        RunRecord.Failure failure = result.failures().first().getFirst();
        assertThat(failure.key()).isEqualTo(key);
        return failure;
    }

    @Test
    void aSmallObjectIsOneRequestAndAReadOnlyFileOfItsTime() throws IOException {
        SyntheticObject object = shard.bucket().add("folder/a", 300);
        shard.bucket().put(object.withMetadata(Map.of("Content-Type", "image/png"), Map.of("mood", "good")));

        ManifestEntry entry = copied("folder/a");

        assertThat(shard.gets()).isEqualTo(1);
        assertThat(shard.heads()).isZero();
        assertThat(entry.verified()).isEqualTo("md5");
        assertThat(entry.state()).isEqualTo(EntryState.DOWNLOADED);
        assertThat(entry.metadata().headers()).containsEntry("content-type", "image/png");
        assertThat(entry.metadata().user()).containsExactly(Map.entry("mood", "good"));
        Path file = shard.tree().resolve("folder/a");
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.from(object.lastModified()));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--r--r--");
    }

    @Test
    void anObjectOfExactlyAMebibyteIsReadInOnePieceAndOneByteMoreIsNot() throws IOException {
        shard.bucket().add("small", 1 << 20);
        shard.bucket().add("large", (1 << 20) + 1);

        shard.backUp();

        assertThat(shard.s3().requestsFor("small"))
                .filteredOn(request -> request.kind() == RequestKind.HEAD)
                .isEmpty();
        assertThat(shard.s3().requestsFor("large"))
                .filteredOn(request -> request.kind() == RequestKind.HEAD)
                .hasSize(1);
        assertThat(shard.line("large").sha256())
                .isEqualTo(shard.bucket().get("large").sha256());
    }

    @Test
    void aDirectoryMarkerIsAFolderAndCostsNoRequest() throws IOException {
        shard.bucket().add("folder/", 0);

        shard.backUp();

        assertThat(shard.gets()).isZero();
        assertThat(shard.tree().resolve("folder")).isDirectory();
        ManifestEntry entry = shard.line("folder/");
        assertThat(entry.verified()).isEqualTo(ManifestEntry.EMPTY);
        assertThat(entry.sha256()).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void tagsAreAskedForOfObjectsThatHaveSome() throws IOException {
        shard.bucket().add("a", 300);
        shard.bucket().add("b", 300);
        shard.bucket().tag("a", Map.of("colour", "red"));

        assertThat(copied("a").metadata().tags()).containsExactly(Map.entry("colour", "red"));
        assertThat(shard.line("b").metadata().tags()).isEmpty();
        assertThat(shard.line("a").metadata().properties()).doesNotContainKey("x-amz-tagging-count");
        assertThat(shard.s3().log().requests())
                .as("a listing, two reads and a question")
                .hasSize(4);
    }

    @Test
    void anObjectEncryptedWithTheCustomersKeyIsReadWithIt() throws IOException {
        shard.customerKey(KEY);
        shard.bucket().put(shard.bucket().add("secret", 300).withCustomerKey(KEY));

        copied("secret");

        assertThat(shard.gets()).as("without and with the key").isEqualTo(2);
    }

    @Test
    void thenTheKeyIsSentAtOnceUntilAnObjectRefusesIt() throws IOException {
        shard.customerKey(KEY);
        shard.bucket().put(shard.bucket().add("secret", 300).withCustomerKey(KEY));
        shard.bucket().put(shard.bucket().add("large", 9 << 20).withCustomerKey(KEY));
        shard.bucket().add("plain", 300);

        copied("secret");

        assertThat(shard.part().keySet()).containsExactly("large", "plain", "secret");
        assertThat(shard.line("large").sha256())
                .isEqualTo(shard.bucket().get("large").sha256());
    }

    @Test
    void withoutTheKeyItFailsAfterOneRequest() throws IOException {
        shard.bucket().put(shard.bucket().add("secret", 300).withCustomerKey(KEY));

        assertThat(failed("secret").kind()).isEqualTo("customer-key");
        assertThat(shard.gets()).isEqualTo(1);
    }

    @Test
    @Timeout(60)
    void aServerThatRefusesAnObjectWithTheKeyAndWithoutItIsNotAskedForEver() throws IOException {
        shard.customerKey(KEY);
        shard.bucket().add("a", 300);
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET && hasKey(request))
                .then(new Fault.Status(
                        400, "InvalidRequest", "The encryption parameters are not applicable to this object."));
        shard.s3()
                .faults()
                .when(RequestKind.GET)
                .then(new Fault.Status(
                        400,
                        "InvalidRequest",
                        "The object was stored using a form of Server Side Encryption. The correct parameters must be"
                                + " provided to retrieve the object."));

        failed("a");

        assertThat(shard.s3().requestsFor("a"))
                .extracting(ObjectFetchTest::hasKey)
                .as("the first, and five in the other way")
                .containsExactly(false, true, false, true, false, true);
    }

    private static boolean hasKey(S3Request request) {
        return request.headers().containsKey("x-amz-server-side-encryption-customer-key");
    }

    @Test
    void whatIsListedButNotFoundIsListedOnceMoreAndFails() throws IOException {
        shard.bucket().add("a", 300);
        shard.s3().faults().when(RequestKind.GET).then(Fault.noSuchKey());

        RunRecord.Failure failure = failed("a");

        assertThat(failure.kind()).isEqualTo("not-found");
        assertThat(failure.cause()).contains("still lists it");
        assertThat(shard.gets()).isEqualTo(2);
        assertThat(shard.s3().counts().lists()).isEqualTo(2);
    }

    @Test
    void whatIsNotListedAnyMoreHasVanished() throws IOException {
        shard.bucket().add("a", 300);
        shard.bucket().add("b", 300);
        shard.s3().onRequest(get("a"), _ -> shard.bucket().delete("a"));

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().vanished()).isEqualTo(new Tally(1, 300));
        assertThat(result.failures().total()).isZero();
        assertThat(shard.part().keySet()).containsExactly("b");
    }

    @Test
    void anObjectThatWasReplacedIsReadAsItIsNow() throws IOException {
        shard.bucket().add("a", 300);
        shard.s3()
                .onRequest(
                        request -> get("a").test(request)
                                && shard.bucket().get("a").size() == 300,
                        _ -> shard.bucket().add("a", 400));

        assertThat(copied("a").size()).isEqualTo(400);
    }

    @Test
    void anObjectThatChangesUnderEachReadFailsAtLast() throws IOException {
        shard.bucket().add("a", 300);
        shard.s3().onRequest(get("a"), _ -> shard.bucket().change("a"));

        assertThat(failed("a").kind()).isEqualTo("changed");
        assertThat(shard.gets()).as("the first, and three more").isEqualTo(4);
        assertThat(shard.run(Mode.COPY).failures().remedy()).isEqualTo(TransferMessage.Remedy.RETRY);
    }

    @Test
    void oneThatIsAMarkerNowWaitsForAnotherPlan() throws IOException {
        shard.bucket().add("folder/", 300);
        shard.s3().onRequest(get("folder/"), _ -> shard.bucket().add("folder/", 0));

        assertThat(failed("folder/").kind()).isEqualTo("changed");
        assertThat(shard.gets()).isEqualTo(1);
    }

    @Test
    void aBodyOfAnotherSizeIsAnotherObjectWhereNoEtagIsPinned() throws IOException {
        shard.bucket().put(shard.bucket().add("a", 300).withEtag(""));
        shard.s3()
                .onRequest(
                        request -> get("a").test(request)
                                && shard.bucket().get("a").size() == 300,
                        _ -> shard.bucket().put(shard.bucket().add("a", 400).withEtag("")));

        assertThat(copied("a").size()).isEqualTo(400);
    }

    @Test
    void aBodyThatIsCutOffAgainAndAgainFailsItsObject() throws IOException {
        shard.bucket().add("a", 300);
        shard.s3().faults().when(RequestKind.GET).then(Fault.cutAt(0.5));

        failed("a");

        assertThat(shard.gets()).isEqualTo(3);
    }

    @Test
    void anArchivedObjectIsCountedAndFailsNothing() throws IOException {
        shard.bucket().add("a", 300);
        shard.s3()
                .faults()
                .when(RequestKind.GET)
                .then(new Fault.Status(403, "InvalidObjectState", "The operation is not valid for the storage class"));

        TransferMessage.Result result = shard.run(Mode.COPY);

        assertThat(result.progress().counts().archived()).isEqualTo(new Tally(1, 300));
        assertThat(result.failures().total()).isZero();
    }

    @Test
    void whereItWasArchivedSinceThePreviousVersionIsKept() throws IOException {
        shard.bucket().add("a", 300);
        shard.backUp();
        shard.bucket().add("a", 400);
        shard.s3()
                .faults()
                .when(RequestKind.GET)
                .then(new Fault.Status(403, "InvalidObjectState", "The operation is not valid for the storage class"));

        TransferMessage.Result result = shard.run(Mode.COPY);

        assertThat(result.progress().counts().archived()).isEqualTo(new Tally(1, 400));
        assertThat(result.progress().counts().kept()).isEqualTo(new Tally(1, 300));
        shard.run(Mode.LINK);
        assertThat(shard.line("a").state()).isEqualTo(EntryState.KEPT);
    }

    @Test
    void aRefusalOfOneKeysSignatureIsThatKeysFailure() throws IOException {
        shard.bucket().add("a", 300);
        shard.bucket().add("b", 300);
        shard.s3().faults().whenGetting("a").then(new Fault.Status(403, "SignatureDoesNotMatch", "no"));

        RunRecord.Failure failure = failed("a");

        assertThat(failure.cause()).contains("about the object alone");
    }

    @Test
    void aRefusalOfAllSignaturesStopsTheShard() throws IOException {
        shard.bucket().add("a", 300);
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.GET)
                .then(new Fault.Status(403, "InvalidAccessKeyId", "no"));
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.LIST
                        && shard.s3().counts().gets() > 0)
                .then(new Fault.Status(403, "InvalidAccessKeyId", "no"));
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.LIST_BUCKETS)
                .then(new Fault.Status(403, "InvalidAccessKeyId", "no"));

        assertThat(shard.run(Mode.COPY).outcome()).isEqualTo(Outcome.AUTH);
    }

    @Test
    void aFailureKeepsThePreviousVersion() throws IOException {
        shard.bucket().add("a", 300);
        shard.bucket().add("b", 300);
        shard.backUp();
        shard.bucket().change("a");
        shard.bucket().change("b");
        shard.s3().faults().whenGetting("a").then(Fault.accessDenied());

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().failed()).isEqualTo(new Tally(1, 300));
        assertThat(result.progress().counts().kept()).isEqualTo(new Tally(1, 300));
        assertThat(result.failures().remedy()).isEqualTo(TransferMessage.Remedy.NONE);
        assertThat(shard.line("a").state()).isEqualTo(EntryState.KEPT);
        assertThat(shard.tree().resolve("a")).exists();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatVanishesIsDeletedOrCarriedOnAsAsked(boolean delete) throws IOException {
        shard.options(new TransferMessage.Options(delete, List.of(), List.of(), true, false, false, false));
        shard.bucket().add("a", 300);
        shard.bucket().add("b", 300);
        shard.backUp();
        shard.bucket().change("a");
        shard.bucket().change("b");
        shard.s3().onRequest(get("a"), _ -> shard.bucket().delete("a"));

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().vanished()).isEqualTo(new Tally(1, 300));
        assertThat(result.progress().counts().deleted().objects()).isEqualTo(delete ? 1 : 0);
        assertThat(result.progress().counts().carried().objects()).isEqualTo(delete ? 0 : 1);
        assertThat(shard.part()).hasSize(delete ? 1 : 2);
    }

    @Test
    void aServerOutOfReachStopsTheShardInsteadOfFailingEachObject() throws Exception {
        shard.bucket().add("a", 300);
        shard.bucket().add("b", 300);
        HeldRequests held = new HeldRequests();
        shard.s3().faults().when(RequestKind.GET).then(Fault.hold(held));
        CompletableFuture<TransferMessage.Result> ended = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                ended.complete(shard.run(Mode.COPY));
            } catch (IOException e) {
                ended.completeExceptionally(e);
            }
        });
        Awaitility.await().until(() -> shard.gets() == 2);
        shard.s3().down();

        TransferMessage.Result result = ended.get(1, TimeUnit.MINUTES);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.failures().first()).isEmpty();
    }

    @Test
    void aServerThatKnowsNoIfMatchIsNoticedByTheEtagOfItsAnswer() throws IOException {
        shard.bucket().add("a", 300);
        SyntheticBucket bucket = shard.on(SyntheticBucket::ignoringIfMatch);
        shard.s3()
                .onRequest(
                        request -> get("a").test(request) && bucket.get("a").size() == 300, _ -> bucket.add("a", 400));

        assertThat(copied("a").size()).isEqualTo(400);
    }

    @Test
    void whereNoEtagIsPinnedTheTimeTellsAnotherObject() throws IOException {
        SyntheticObject object = shard.bucket().add("a", 300).withEtag("");
        shard.bucket().put(object);
        shard.s3().onRequest(get("a"), request -> {
            if (request.attempt() <= 1 && shard.bucket().get("a").lastModified().equals(object.lastModified())) {
                shard.bucket().put(object.withLastModified(object.lastModified().plus(Duration.ofSeconds(2))));
            }
        });

        assertThat(copied("a").lastModified()).isEqualTo(object.lastModified().plus(Duration.ofSeconds(2)));
        assertThat(shard.gets()).isEqualTo(2);
    }

    @Test
    @Timeout(60)
    void whatIsAnotherEachTimeItIsListedAndNeverFoundFailsAtLast() throws IOException {
        shard.bucket().add("a", 300);
        shard.s3().onRequest(get("a"), _ -> shard.bucket().change("a"));
        shard.s3().faults().when(RequestKind.GET).then(Fault.noSuchKey());

        assertThat(failed("a").kind()).isEqualTo("not-found");
        assertThat(shard.gets()).as("the first, and three more").isEqualTo(4);
    }

    @Test
    void refusalsOfSingleKeysAreNoMatterOfTheCredentialsAsLongAsOthersAreRead() throws Exception {
        shard.bucket().add("good", 300);
        shard.bucket().add("bad", 300);
        shard.s3().faults().whenGetting("bad").then(new Fault.Status(403, "SignatureDoesNotMatch", "no"));
        ObjectFetch fetch = shard.fetch();
        FetchTask good = task("good");
        FetchTask bad = task("bad");

        for (int round = 0; round < 25; round++) {
            assertThatThrownBy(() -> fetch.fetch(bad))
                    .hasMessageContaining("about the object alone")
                    .isNotInstanceOf(S3Failure.Auth.class);
            assertThat(fetch.fetch(good).key()).isEqualTo("good");
        }
    }

    @Test
    void soManyInARowAre() throws Exception {
        shard.bucket().add("bad", 300);
        shard.s3().faults().whenGetting("bad").then(new Fault.Status(403, "SignatureDoesNotMatch", "no"));
        ObjectFetch fetch = shard.fetch();
        FetchTask bad = task("bad");

        for (int round = 0; round < 20; round++) {
            assertThatThrownBy(() -> fetch.fetch(bad)).isNotInstanceOf(S3Failure.Auth.class);
        }

        assertThatThrownBy(() -> fetch.fetch(bad)).isInstanceOf(S3Failure.Auth.class);
    }

    private FetchTask task(String key) {
        SyntheticObject object = shard.bucket().get(key);
        return new FetchTask(
                key,
                null,
                new ListedObject(key, object.size(), object.etag(), object.lastModified(), null, false),
                null,
                null,
                false);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 300, 0, true",
        "'', 300, 1000, true",
        "'', 300, -1000, true",
        "'', 300, 1001, false",
        "'', 300, -1001, false",
        "'', 301, 0, false",
        "e, 300, 60000, true",
        "e, 301, 0, false"
    })
    void theListedObjectIsToldByItsSizeAndWhereNoEtagIsPinnedByItsTimeToTheSecond(
            String etag, long size, long millisLater, boolean same) {
        Instant time = SyntheticObject.FIRST_MODIFIED;
        ListedObject listed = new ListedObject("a", 300, etag, time, null, false);
        ObjectHead head = head(size, time.plusMillis(millisLater));

        if (same) {
            assertThatCode(() -> ObjectFetch.requireListed(listed, head)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> ObjectFetch.requireListed(listed, head)).isInstanceOf(S3Failure.Changed.class);
        }
    }

    @Test
    void aServerThatTellsNoTimesIsTakenAtItsSizes() {
        ListedObject listed = new ListedObject("a", 300, "", SyntheticObject.FIRST_MODIFIED, null, false);

        assertThatCode(() -> ObjectFetch.requireListed(listed, head(300, Instant.EPOCH)))
                .doesNotThrowAnyException();
    }

    private static ObjectHead head(long size, Instant lastModified) {
        return new ObjectHead(size, "", true, lastModified, ObjectHead.Description.NONE, ObjectHead.Checksums.NONE);
    }
}
