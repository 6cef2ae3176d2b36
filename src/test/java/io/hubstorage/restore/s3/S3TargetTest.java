package io.hubstorage.restore.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestEntry.Upload;
import io.hubstorage.restore.s3.TestTarget.Item;
import io.hubstorage.restore.s3.TestTarget.Traits;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.restore.targets.Target.Condition;
import io.hubstorage.restore.targets.Target.ConflictException;
import io.hubstorage.restore.targets.Target.Found;
import io.hubstorage.restore.targets.Target.TargetException;
import io.hubstorage.restore.targets.Target.Written;
import io.hubstorage.s3.S3Access;
import io.hubstorage.testkit.AwkwardKeys;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBody;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.TestClients;
import io.hubstorage.testkit.WriteSide.Care;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.Tag;

final class S3TargetTest extends SyntheticTarget {
    private static final Condition ANY = new Condition.Any();
    private static final int MIB = 1 << 20;

    private static Found found(SyntheticObject object) {
        return new Found(object.key(), object.key(), object.size(), object.etag(), object.lastModified());
    }

    /** In the characters of a header: one for each byte of UTF-8. */
    private static String bytes(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    private static Traits traits(int number) {
        Map<String, String> headers = new HashMap<>(Map.of("content-type", "text/x-" + number));
        if (number % 3 == 0) {
            headers.putAll(Map.of(
                    "content-encoding", "gzip",
                    "content-disposition", bytes("attachment; filename=\"ä%d.txt\"".formatted(number)),
                    "content-language", "de",
                    "cache-control", "max-age=" + number,
                    "expires", "Thu, 01 Dec 2026 16:00:00 GMT"));
        }
        Map<String, String> user = number % 2 == 0
                ? Map.of("plain", "v" + number, "encoded", "=?UTF-8?B?w6Q=?=", "raw", bytes("日本 " + number))
                : Map.of();
        Map<String, String> tags = number % 5 == 0 ? Map.of("team", "a & b", "größe", "+=@:/ " + number) : Map.of();
        return new Traits(
                number % 7 == 0 ? TestTarget.inPartsOf(700) : Upload.UNKNOWN,
                Traits.metadata(headers, user, tags, number % 4 == 0 ? "STANDARD_IA" : null));
    }

    @Test
    void awkwardKeysComeBackWithAllThatTheyHad() throws Exception {
        TestTarget target = open();
        List<Item> items = new ArrayList<>();
        for (String key : AwkwardKeys.all()) {
            int number = items.size();
            items.add(target.item(key, SyntheticBody.bytes(number, 0, 13 * number + 1), traits(number)));
        }
        for (Item item : items) {
            Written written = target.write(item, ABSENT);
            assertThat(written.proof()).as(item.entry().key()).isEqualTo("etag");
            assertThat(written.differences()).isEmpty();
        }

        List<String> listed = new ArrayList<>();
        try (Target.Listing listing = target.target().list("")) {
            for (Found found = listing.next(); found != null; found = listing.next()) {
                listed.add(found.key());
            }
        }
        assertThat(listed)
                .isEqualTo(
                        AwkwardKeys.all().stream().sorted(KeyOrder.COMPARATOR).toList());
        try (S3AsyncClient client = TestClients.s3(server.settings())) {
            for (Item item : items) {
                assertSame(client, item);
                assertThat(target.target().holds(item.entry().key(), item.entry()))
                        .as(item.entry().key())
                        .isPresent();
            }
        }
        assertThat(writes.unfinished()).isZero();
    }

    private static void assertSame(S3AsyncClient client, Item item) throws Exception {
        String key = item.entry().key();
        HeadObjectResponse head = client.headObject(
                        request -> request.bucket(TestTarget.BUCKET).key(key))
                .join();
        var metadata = item.entry().metadata();
        assertThat(head.eTag()).isEqualTo('"' + item.entry().etag() + '"');
        assertThat(head.contentLength()).isEqualTo(item.entry().size());
        metadata.headers()
                .forEach((name, value) -> assertThat(head.sdkHttpResponse().firstMatchingHeader(name))
                        .as("%s of %s", name, key)
                        .contains(value));
        assertThat(head.metadata()).isEqualTo(metadata.user());
        assertThat(head.storageClassAsString()).isEqualTo(metadata.storageClass());
        Map<String, String> tags = new HashMap<>();
        client.getObjectTagging(request -> request.bucket(TestTarget.BUCKET).key(key))
                .join()
                .tagSet()
                .forEach((Tag tag) -> tags.put(tag.key(), tag.value()));
        assertThat(tags).isEqualTo(metadata.tags());
        assertThat(client.getObject(
                                request -> request.bucket(TestTarget.BUCKET).key(key),
                                AsyncResponseTransformer.toBytes())
                        .join()
                        .asByteArray())
                .isEqualTo(Files.readAllBytes(item.file()));
    }

    @Test
    void aRealServerTakesWhatItCan() throws Exception {
        try (EmbeddedS3 real = EmbeddedS3.start();
                TestTarget target = new TestTarget(
                        real.settings(),
                        folder,
                        new ObjectAttributes("STANDARD", false, true, Map.of()),
                        true,
                        S3Access.STALL)) {
            target.target().prepare();
            Map<String, String> user = Map.of("plain", "v", "raw", bytes("ä日"));
            Item small = target.item(
                    "a/small",
                    SyntheticBody.bytes(1, 0, 1000),
                    new Traits(
                            Upload.UNKNOWN,
                            Traits.metadata(Map.of("content-type", "text/x-a"), user, Map.of("t", "v"), null)));
            Item large = target.item("large", SyntheticBody.bytes(2, 0, 3 * MIB), Traits.NONE);
            Item parted = target.item(
                    "parted",
                    SyntheticBody.bytes(3, 0, 12 * MIB),
                    new Traits(TestTarget.inPartsOf(5 * MIB), Traits.NONE.metadata()));
            for (Item item : List.of(small, large, parted)) {
                assertThat(target.write(item, ABSENT).proof())
                        .as(item.entry().key())
                        .isIn("etag", "md5", "length");
                assertThat(real.get(TestTarget.BUCKET, item.entry().key())).isEqualTo(Files.readAllBytes(item.file()));
                assertThatThrownBy(() -> target.write(item, ABSENT)).isInstanceOf(ConflictException.class);
            }
            HeadObjectResponse head = real.client()
                    .headObject(request -> request.bucket(TestTarget.BUCKET).key("a/small"))
                    .join();
            assertThat(head.metadata()).containsEntry("plain", "v");
            assertThat(head.contentType()).isEqualTo("text/x-a");
        }
    }

    @Test
    void whatTheServerKeepsOtherwiseIsTold() throws Exception {
        writes.onlyKnowing("STANDARD");
        TestTarget target = open();
        Item item = target.item("k", new byte[9], traits(4));

        assertThat(target.write(item, ABSENT).differences())
                .containsExactly("storage class STANDARD instead of STANDARD_IA");
    }

    @Test
    void aChecksumThatWasRecordedComesBackToo() throws Exception {
        TestTarget target = open();
        byte[] body = SyntheticBody.bytes(5, 0, 5000);
        Upload whole = new Upload(0, List.of(), Map.of("CRC64NVME", ChecksumKind.CRC64NVME.of(body)), "FULL_OBJECT");
        Upload parts = new Upload(2000, List.of(), Map.of("CRC32", ChecksumKind.CRC32.of(body)), "FULL_OBJECT");
        target.write(target.item("one", body, new Traits(whole, Traits.NONE.metadata())), ABSENT);
        target.write(target.item("many", body, new Traits(parts, Traits.NONE.metadata())), ABSENT);
        target.write(target.item("none", body, Traits.NONE), ABSENT);

        assertThat(checksums("one")).containsEntry("x-amz-checksum-crc64nvme", ChecksumKind.CRC64NVME.of(body));
        assertThat(checksums("many"))
                .containsEntry("x-amz-checksum-crc32", ChecksumKind.CRC32.of(body))
                .containsEntry("x-amz-checksum-type", "FULL_OBJECT");
        assertThat(checksums("none"))
                .as("the SHA-256 of the manifest")
                .containsEntry("x-amz-checksum-sha256", ChecksumKind.SHA256.of(body));
    }

    private Map<String, String> checksums(String key) {
        return Objects.requireNonNull(there(key).written()).checksums();
    }

    @Test
    void partsThatThisServerFindsTooSmallAreMadeLarger() throws Exception {
        writes.demandingPartsOf(5 * MIB);
        TestTarget target = open();
        byte[] body = SyntheticBody.bytes(6, 0, 6 * MIB);
        Item item = target.item("k", body, new Traits(TestTarget.inPartsOf(MIB), Traits.NONE.metadata()));

        assertThat(target.write(item, ABSENT).proof()).isNotEqualTo("etag");

        assertThat(there("k").body()).isEqualTo(body);
        assertThat(writes.unfinished()).isZero();
    }

    @Test
    void aDamagedFileIsNeverSentToItsEnd() throws Exception {
        TestTarget target = open();
        List<Item> items = List.of(
                target.item("small", 1000),
                target.item("large", 3 * MIB),
                target.item(
                        "parts",
                        SyntheticBody.bytes(7, 0, 3 * MIB),
                        new Traits(TestTarget.inPartsOf(MIB), Traits.NONE.metadata())));
        for (Item item : items) {
            byte[] body = Files.readAllBytes(item.file());
            body[body.length / 2] ^= 1;
            Files.write(item.file(), body);
            assertThatThrownBy(() -> target.write(item, ANY)).isInstanceOf(Source.DamagedException.class);
            Files.write(item.file(), Arrays.copyOf(body, body.length - 1));
            assertThatThrownBy(() -> target.write(item, ANY)).isInstanceOf(Source.DamagedException.class);
            Files.write(item.file(), new byte[1], StandardOpenOption.APPEND);
            assertThatThrownBy(() -> target.write(item, ANY)).isInstanceOf(Source.DamagedException.class);
        }
        assertThat(bucket.objects()).isEmpty();
        assertThat(writes.unfinished()).isZero();
    }

    /** What is asked of a server that has nothing of it, or does not heed it. */
    @ParameterizedTest
    @EnumSource(Care.class)
    void whatIsThereIsNeverReplacedAgainstTheCondition(Care care) throws Exception {
        writes.conditions(care);
        TestTarget target = open();
        for (Traits traits : List.of(Traits.NONE, new Traits(TestTarget.inPartsOf(400), Traits.NONE.metadata()))) {
            String key = "k" + traits.upload().partSize();
            Item item = target.item(key, SyntheticBody.bytes(8, 0, 1000), traits);
            SyntheticObject planned = bucket.add(key, 10);
            assertThatThrownBy(() -> target.write(item, ABSENT))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("10 B");
            SyntheticObject newer = bucket.change(key);
            assertThatThrownBy(() -> target.write(item, new Condition.Unchanged(found(planned))))
                    .isInstanceOf(ConflictException.class);
            assertThat(there(key)).isEqualTo(newer);

            target.write(item, new Condition.Unchanged(found(newer)));
            assertThat(there(key).body()).isEqualTo(Files.readAllBytes(item.file()));
            SyntheticObject ours = there(key);
            bucket.delete(key);
            assertThatThrownBy(() -> target.write(item, new Condition.Unchanged(found(ours))))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("not there any more");
        }
        assertThat(writes.unfinished()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = RequestKind.class,
            names = {"PUT", "COMPLETE_UPLOAD"})
    void whatAppearsInTheMomentOfTheWriteIsLeftAlone(RequestKind kind) throws Exception {
        TestTarget target = open();
        target.target().prepare();
        Traits traits =
                kind == RequestKind.PUT ? Traits.NONE : new Traits(TestTarget.inPartsOf(400), Traits.NONE.metadata());
        Item absent = target.item("absent", SyntheticBody.bytes(8, 0, 1000), traits);
        Item changed = target.item("changed", SyntheticBody.bytes(9, 0, 1000), traits);
        SyntheticObject planned = bucket.add("changed", 10);
        server.onRequest(request -> request.kind() == kind, request -> bucket.add(request.key(), 20));

        assertThatThrownBy(() -> target.write(absent, ABSENT)).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> target.write(changed, new Condition.Unchanged(found(planned))))
                .isInstanceOf(ConflictException.class);

        assertThat(there("absent").size()).isEqualTo(20);
        assertThat(there("changed").size()).isEqualTo(20);
        assertThat(writes.unfinished()).isZero();
    }

    @Test
    void tagsGoWithARequestOfTheirOwnWhereTheHeaderDoesNothing() throws Exception {
        writes.tagging(Care.IGNORED, Care.HEEDED);
        TestTarget target = open();
        Item item = target.item(
                "k",
                new byte[9],
                new Traits(Upload.UNKNOWN, Traits.metadata(Map.of(), Map.of(), Map.of("a", "b"), null)));

        target.write(item, ABSENT);

        assertThat(bucket.tags("k")).isEqualTo(Map.of("a", "b"));
        bucket.tag("k", Map.of("somebody", "else's"));
        assertThat(target.target().holds("k", item.entry())).isEmpty();

        // As after a kill between the two requests.
        bucket.tag("k", Map.of());
        assertThat(target.target().holds("k", item.entry())).isPresent();
        assertThat(bucket.tags("k")).isEqualTo(Map.of("a", "b"));
    }

    @Test
    void whatTheServerDroppedIsToldOfAWriteThatWasCutOffToo() throws Exception {
        writes.onlyKnowing("STANDARD");
        TestTarget target = open();
        Item item = target.item(
                "k", new byte[9], new Traits(Upload.UNKNOWN, Traits.metadata(Map.of(), Map.of(), Map.of(), "GLACIER")));
        target.write(item, ABSENT);

        assertThat(target.target().holds("k", item.entry()).orElseThrow().differences())
                .containsExactly("storage class STANDARD instead of GLACIER");
    }

    @Test
    void anAnswerThatGotLostIsNoReasonToWriteAgain() throws Exception {
        TestTarget target = open();
        target.target().prepare();
        for (int size : new int[] {1000, 2 * MIB}) {
            Item item = target.item("k" + size, size);
            server.faults()
                    .when(request -> request.kind() == RequestKind.PUT
                            && request.key().equals(item.entry().key()))
                    .times(1)
                    .then(Fault.resetAt(1));

            assertThat(target.write(item, ABSENT).proof()).isEqualTo("etag");

            assertThat(requests(RequestKind.PUT, item.entry().key())).isEqualTo(1);
        }
    }

    @Test
    void deletingLeavesAloneWhatIsNewer() throws Exception {
        for (Care care : Care.values()) {
            writes.conditions(care);
            TestTarget target = open();
            SyntheticObject old = bucket.add("k", 10);
            SyntheticObject newer = bucket.change("k");
            assertThatThrownBy(() -> target.target().delete(found(old))).isInstanceOf(ConflictException.class);
            assertThat(there("k")).isEqualTo(newer);

            target.target().delete(found(newer));
            assertThat(bucket.find("k")).isNull();
            target.target().delete(found(newer));
        }
    }

    @Test
    void whatHasNoETagIsComparedByItsTimeToo() throws Exception {
        writes.conditions(Care.IGNORED);
        TestTarget target = open();
        SyntheticObject there = bucket.add("k", 10);
        Found older = new Found("k", "k", 10, null, there.lastModified().minusSeconds(60));

        assertThatThrownBy(() -> target.target().delete(older)).isInstanceOf(ConflictException.class);
        target.target()
                .delete(new Found("k", "k", 10, null, there.lastModified().plusMillis(1)));
        assertThat(bucket.find("k")).isNull();
    }

    @Test
    void whatIsSentCountsAndNotWhatIsReadForItsDigests() throws Exception {
        writes.checksums(Care.IGNORED);
        TestTarget target = open();
        Traits parts = new Traits(TestTarget.inPartsOf(1000), Traits.NONE.metadata());
        for (Item item : List.of(
                target.item("small", 1000),
                target.item("large", 2 * MIB),
                target.item("parts", SyntheticBody.bytes(1, 0, 2500), parts))) {
            LongAdder counted = new LongAdder();

            target.target()
                    .write(item.entry().key(), item.entry(), new Source(item.file(), item.entry(), counted), ABSENT);

            assertThat(counted.sum()).isEqualTo(item.entry().size());
        }
    }

    @Test
    void whoeverIsInterruptedLeavesNothing() throws Exception {
        TestTarget target = open();
        target.target().prepare();
        server.faults().when(RequestKind.PUT_PART).then(Fault.hang());
        Item item = target.item(
                "k", SyntheticBody.bytes(1, 0, 1000), new Traits(TestTarget.inPartsOf(400), Traits.NONE.metadata()));
        CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
        Thread writing = Thread.ofVirtual().start(() -> {
            try {
                target.write(item, ABSENT);
                end.complete(null);
            } catch (Throwable e) {
                end.complete(e);
            }
        });
        Awaitility.await().until(() -> requests(RequestKind.PUT_PART, "k") > 0);

        writing.interrupt();

        assertThat(end.get()).isInstanceOf(InterruptedException.class);
        assertThat(writes.unfinished()).isZero();
        assertThat(bucket.find("k")).isNull();
    }

    @Test
    void whatIsThereIsFoundAndCompared() throws Exception {
        TestTarget target = open();
        Item item = target.item("k", 10);
        assertThat(target.target().find("k", "k")).isEmpty();
        assertThat(target.target().holds("k", item.entry())).isEmpty();
        target.write(item, ABSENT);
        Optional<Found> found = target.target().find("k", "k");

        assertThat(found)
                .get()
                .satisfies(it ->
                        assertThat(target.target().isSame(it, item.entry())).isTrue());
        assertThat(target.target().holds("k", item.entry())).isPresent();
        SyntheticObject other = bucket.change("k");
        assertThat(target.target().isSame(found(other), item.entry())).isFalse();
        assertThat(target.target().holds("k", item.entry())).isEmpty();
        assertThat(target.target().refuses("x".repeat(1024), item.entry())).isEmpty();
        assertThat(target.target().refuses("é".repeat(513), item.entry())).isPresent();
    }

    @Test
    void aRefusalIsToldInTheWordsOfTheServer() throws Exception {
        TestTarget target = open();
        target.target().prepare();
        server.faults()
                .when(RequestKind.PUT)
                .then(new Fault.Status(400, "InvalidStorageClass", "The storage class you specified is not valid"));

        assertThatThrownBy(() -> target.write(target.item("k", 10), ABSENT))
                .isInstanceOfSatisfying(TargetException.class, failure -> {
                    assertThat(failure.code()).isEqualTo("InvalidStorageClass");
                    assertThat(failure.mayPass()).isFalse();
                    assertThat(failure).hasMessageContaining("--storage-class");
                });
        assertThat(requests(RequestKind.PUT, "k")).isEqualTo(1);
    }

    /** In a heap that is smaller than the object; by hand. */
    @Test
    @EnabledIfSystemProperty(named = "hubstorage.large", matches = "true")
    void aGibibyteOfPartsTakesLittleMemory() throws Exception {
        writes.forgettingBodies();
        TestTarget target = open();
        Path file = folder.resolve("sparse");
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), (1L << 30) - 1);
        }
        var entry = new ManifestEntry(
                "k",
                "sparse",
                new ManifestEntry.Content(
                        1L << 30, "0123456789abcdef0123456789abcdef-128", null, null, TestTarget.inPartsOf(8L << 20)),
                Traits.NONE.metadata(),
                EntryState.DOWNLOADED);

        target.target().write("k", entry, new Source(file, entry), ABSENT);

        assertThat(there("k").size()).isEqualTo(1L << 30);
    }
}
