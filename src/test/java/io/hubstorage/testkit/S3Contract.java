package io.hubstorage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.hubstorage.config.Settings;
import io.hubstorage.s3.BucketListing;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.S3Access;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.OptionalObjectAttributes;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * What an S3 server must do as HubStorage uses it: the same assertions for every server that tests run against, so that the
 * synthetic one is no easier than real ones. What a server cannot do it must be known not to do: a flag that is no longer
 * needed fails.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class S3Contract {
    private static final String BUCKET = "contract";
    private static final int PLAIN = 25;
    /** Where the orders of UTF-8 bytes and UTF-16 units differ. */
    private static final List<String> HIGH = List.of("order/\uFFFD", "order/😀");

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Type", "text/x-contract",
            "Content-Encoding", "identity-ish",
            "Content-Disposition", "attachment; filename=\"a b.txt\"",
            "Content-Language", "de",
            "Cache-Control", "max-age=60");
    private static final Map<String, String> METADATA = Map.of("colour", "blue", "x-long", "y".repeat(300));

    private final Map<String, byte[]> bodies = new LinkedHashMap<>();
    private final List<String> refusedKeys = new ArrayList<>();
    private Settings.Aws settings;
    private S3AsyncClient client;

    /** What some servers cannot do. */
    enum Lack {
        /** List in the order of UTF-8 bytes. */
        UTF8_ORDER,
        /** Keep a key with control characters, and list it. */
        CONTROL_CHARACTERS,
        /** Keep a key that begins with a slash. */
        LEADING_SLASH,
        /** Keep keys with {@code .} and {@code ..} as segments. */
        DOT_SEGMENTS,
        /** Keep keys with empty segments. */
        EMPTY_SEGMENTS,
        /** Keep an object beside others that have it as their folder. */
        FILE_BESIDE_FOLDER,
        /** Keep a non-empty object whose key ends in a slash. */
        FOLDER_WITH_CONTENT,
        /** Give the checksum that an object was stored with. */
        CHECKSUMS,
        /** Notice a signature made with a wrong secret. */
        SIGNATURES;

        /** The keys that a server must be able to keep; none where it is about something else. */
        List<String> keys() {
            return switch (this) {
                case CONTROL_CHARACTERS -> List.of("control/a\u0001b", "control/line\nbreak");
                case LEADING_SLASH -> List.of("/leading/slash");
                case DOT_SEGMENTS -> List.of("dots/../up", "dots/./here");
                case EMPTY_SEGMENTS -> List.of("empty//segment");
                case FILE_BESIDE_FOLDER -> List.of("beside", "beside/inside");
                case FOLDER_WITH_CONTENT -> List.of("folder-with-content/");
                case UTF8_ORDER, CHECKSUMS, SIGNATURES -> List.of();
            };
        }
    }

    /** Starts the server with the bucket {@code contract}, empty, and says how to reach it. */
    abstract Settings.Aws startServer(String bucket);

    abstract void stopServer();

    /** Stores an object of that size with a CRC32 checksum where possible, and returns its body. */
    abstract byte[] store(
            String bucket, String key, int size, Map<String, String> headers, Map<String, String> metadata);

    /** What this server cannot do. */
    abstract Set<Lack> lacks();

    @BeforeAll
    void fill() {
        settings = startServer(BUCKET);
        client = TestClients.s3(settings);
        for (int index = 0; index < PLAIN; index++) {
            store("plain/%02d".formatted(index), 100 + index);
        }
        List.of("folders/a/1", "folders/a/2", "folders/b/1", "folders/c", "empty", "big")
                .forEach(key -> {
                    store(key, key.equals("empty") ? 0 : key.equals("big") ? 200_000 : 10);
                });
        List.of("odd/with space", "odd/a+b", "odd/100%", "odd/%2F", "odd/quote\"'", "odd/<xml>&amp;", "odd/ünï/ö")
                .forEach(key -> store(key, 10));
        HIGH.forEach(key -> store(key, 10));
        bodies.put("described", store(BUCKET, "described", 50, HEADERS, METADATA));
        for (Lack lack : Lack.values()) {
            lack.keys().stream()
                    .filter(key -> catchThrowable(() -> store(key, 10)) != null)
                    .forEach(refusedKeys::add);
        }
    }

    @AfterAll
    void stop() {
        if (client != null) {
            client.close();
        }
        stopServer();
    }

    private void store(String key, int size) {
        bodies.put(key, store(BUCKET, key, size, Map.of(), Map.of()));
    }

    /** The server meets this, or is known not to, and then it does not. */
    private void meets(Lack lack, ThrowingCallable check) {
        Throwable failure = catchThrowable(check);
        if (lacks().contains(lack)) {
            assertThat(failure)
                    .as("%s is met after all: take it off the list of what this server lacks", lack)
                    .isNotNull();
        } else if (failure != null) {
            throw new AssertionError("not met: " + lack, failure);
        }
    }

    private ListObjectsV2Response list(Consumer<ListObjectsV2Request.Builder> how) {
        return client.listObjectsV2(request -> how.accept(request.bucket(BUCKET).encodingType(EncodingType.URL)))
                .join();
    }

    private static List<String> keys(ListObjectsV2Response page) {
        return page.contents().stream().map(S3Object::key).toList();
    }

    private ResponseBytes<GetObjectResponse> get(String key, Consumer<GetObjectRequest.Builder> how) {
        return client.getObject(
                        request -> how.accept(request.bucket(BUCKET).key(key)), AsyncResponseTransformer.toBytes())
                .join();
    }

    private byte[] body(String key) {
        return Objects.requireNonNull(bodies.get(key), key);
    }

    private static void assertRefused(ThrowingCallable call, int status, String code) {
        Throwable failure = catchThrowable(call);
        assertThat(failure).as("expected %d %s", status, code).hasCauseInstanceOf(S3Exception.class);
        S3Exception refusal = (S3Exception) Objects.requireNonNull(failure.getCause());
        assertThat(refusal.statusCode()).isEqualTo(status);
        if (!code.isEmpty()) {
            assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
        }
    }

    @Test
    void pagesHoldEveryKeyOnceAndSayWhenTheyEnd() {
        List<String> found = new ArrayList<>();
        Set<String> tokens = new TreeSet<>();
        String token = null;
        do {
            String from = token;
            ListObjectsV2Response page =
                    list(request -> request.prefix("plain/").maxKeys(10).continuationToken(from));
            assertThat(page.contents()).hasSizeLessThanOrEqualTo(10);
            assertThat(page.keyCount()).isEqualTo(page.contents().size());
            found.addAll(keys(page));
            token = page.nextContinuationToken();
            assertThat(page.isTruncated()).isEqualTo(token != null);
            assertThat(token == null || tokens.add(token))
                    .as("each token is another")
                    .isTrue();
        } while (token != null);
        assertThat(found).hasSize(PLAIN).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aPageThatEndsWithTheLastKeyIsTheLastOne() {
        ListObjectsV2Response page = list(request -> request.prefix("plain/").maxKeys(PLAIN));
        assertThat(page.contents()).hasSize(PLAIN);
        assertThat(page.isTruncated()).isFalse();
        assertThat(list(request -> request.prefix("nothing/")).contents()).isEmpty();
    }

    @Test
    void aPrefixLimitsTheListingToItsKeys() {
        assertThat(keys(list(request -> request.prefix("plain/1"))))
                .hasSize(10)
                .allMatch(key -> key.startsWith("plain/1"));
        assertThat(keys(list(request -> request.prefix("plain/11").maxKeys(1)))).containsExactly("plain/11");
    }

    @Test
    void aDelimiterFoldsWhatLiesBehindItIntoCommonPrefixes() {
        ListObjectsV2Response page = list(request -> request.prefix("folders/").delimiter("/"));
        assertThat(page.commonPrefixes()).extracting(CommonPrefix::prefix).containsExactly("folders/a/", "folders/b/");
        assertThat(keys(page)).containsExactly("folders/c");
    }

    @Test
    void aListingBeginsBehindTheKeyItIsToStartAfter() {
        assertThat(keys(list(request -> request.prefix("plain/").startAfter("plain/22"))))
                .containsExactly("plain/23", "plain/24");
        assertThat(keys(list(request ->
                        request.prefix("plain/").startAfter("plain/22x").maxKeys(1))))
                .as("which need not be there")
                .containsExactly("plain/23");
    }

    @Test
    void keysAreListedInTheOrderOfTheirUtf8Bytes() {
        meets(
                Lack.UTF8_ORDER,
                () -> assertThat(keys(list(request -> request.prefix("order/"))))
                        .containsExactlyElementsOf(HIGH));
        assertThat(keys(list(request -> request.prefix("order/")))).containsExactlyInAnyOrderElementsOf(HIGH);
    }

    @Test
    void oddKeysComeThroughUrlEncoded() {
        ListObjectsV2Response page = list(request -> request.prefix("odd/"));
        assertThat(page.encodingType()).isEqualTo(EncodingType.URL);
        assertThat(keys(page))
                .containsExactlyInAnyOrderElementsOf(bodies.keySet().stream()
                        .filter(key -> key.startsWith("odd/"))
                        .toList());
    }

    @Test
    void aListingTellsSizeTimeAndEtag() throws Exception {
        S3Object object = list(request -> request.prefix("plain/07")).contents().getFirst();
        assertThat(object.size()).isEqualTo(107);
        assertThat(object.lastModified()).isNotNull();
        assertThat(object.eTag()).isEqualTo(md5(body("plain/07")));
        assertThat(object.eTag())
                .isEqualTo(get("plain/07", request -> {}).response().eTag());
    }

    @Test
    void aListingBearsToBeAskedForRestoredObjects() {
        assertThat(list(request -> request.prefix("plain/")
                                .optionalObjectAttributes(OptionalObjectAttributes.RESTORE_STATUS))
                        .contents())
                .hasSize(PLAIN);
    }

    @ParameterizedTest
    @EnumSource(Lack.class)
    void specialKeysAreKeptListedAndRead(Lack lack) {
        if (lack.keys().isEmpty()) {
            return;
        }
        meets(lack, () -> {
            List<String> all = new ArrayList<>();
            try (S3Access access = new S3Access(settings, 4, "contract", S3Access.STALL)) {
                try (BucketListing pages = access.list(BUCKET, "", null, null)) {
                    for (BucketListing.Page page = pages.nextPage(); page != null; page = pages.nextPage()) {
                        page.objects().forEach(object -> all.add(object.key()));
                    }
                }
            }
            for (String key : lack.keys()) {
                assertThat(refusedKeys).doesNotContain(key);
                assertThat(all).contains(key);
                assertThat(get(key, request -> {}).asByteArray()).isEqualTo(body(key));
            }
        });
    }

    @Test
    void anObjectIsReadWholeWithWhatTheListingSaidOfIt() throws Exception {
        ResponseBytes<GetObjectResponse> whole = get("big", request -> {});
        assertThat(whole.asByteArray()).isEqualTo(body("big"));
        assertThat(whole.response().contentLength()).isEqualTo(200_000);
        assertThat(whole.response().eTag()).isEqualTo(md5(body("big")));
        assertThat(whole.response().lastModified()).isNotNull();
        assertThat(get("empty", request -> {}).asByteArray()).isEmpty();
    }

    @Test
    void rangesAreSentAsAskedFor() {
        byte[] whole = body("big");
        for (int[] range : new int[][] {{0, 999}, {50_000, 149_999}, {199_999, 199_999}, {0, 199_999}}) {
            ResponseBytes<GetObjectResponse> part =
                    get("big", request -> request.range("bytes=%d-%d".formatted(range[0], range[1])));
            assertThat(part.asByteArray()).isEqualTo(Arrays.copyOfRange(whole, range[0], range[1] + 1));
            assertThat(part.response().contentRange()).isEqualTo("bytes %d-%d/200000".formatted(range[0], range[1]));
        }
    }

    @Test
    void aRangeBehindTheEndIsRefused() {
        assertRefused(() -> get("big", request -> request.range("bytes=200000-200001")), 416, "InvalidRange");
    }

    @Test
    void anEtagCanBePinnedForWholesAndRanges() throws Exception {
        String right = md5(body("big"));
        String wrong = "\"" + "0".repeat(32) + "\"";
        assertThat(get("big", request -> request.ifMatch(right)).asByteArray()).hasSize(200_000);
        assertThat(get("big", request -> request.ifMatch(right).range("bytes=5-9"))
                        .asByteArray())
                .hasSize(5);
        assertRefused(() -> get("big", request -> request.ifMatch(wrong)), 412, "PreconditionFailed");
        assertRefused(
                () -> get("big", request -> request.ifMatch(wrong).range("bytes=5-9")), 412, "PreconditionFailed");
        assertRefused(() -> get("big", request -> request.ifNoneMatch(right)), 304, "");
    }

    @Test
    void headersAndUserMetadataComeBack() {
        GetObjectResponse got = get("described", request -> {}).response();
        assertThat(got.contentType()).isEqualTo(HEADERS.get("Content-Type"));
        assertThat(got.contentEncoding()).isEqualTo(HEADERS.get("Content-Encoding"));
        assertThat(got.contentDisposition()).isEqualTo(HEADERS.get("Content-Disposition"));
        assertThat(got.contentLanguage()).isEqualTo(HEADERS.get("Content-Language"));
        assertThat(got.cacheControl()).isEqualTo(HEADERS.get("Cache-Control"));
        assertThat(got.metadata()).isEqualTo(METADATA);
        HeadObjectResponse head = client.headObject(
                        request -> request.bucket(BUCKET).key("described"))
                .join();
        assertThat(head.contentLength()).isEqualTo(50);
        assertThat(head.eTag()).isEqualTo(got.eTag());
        assertThat(head.contentType()).isEqualTo(got.contentType());
        assertThat(head.metadata()).isEqualTo(METADATA);
    }

    @Test
    void checksumsComeToWhoAsks() {
        meets(Lack.CHECKSUMS, () -> {
            GetObjectResponse got = get("big", request -> request.checksumMode(ChecksumMode.ENABLED))
                    .response();
            CRC32 crc = new CRC32();
            crc.update(body("big"));
            byte[] value =
                    java.nio.ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
            assertThat(got.checksumCRC32()).isEqualTo(Base64.getEncoder().encodeToString(value));
        });
    }

    @Test
    void theBucketIsListedAndFound() {
        assertThat(client.listBuckets().join().buckets())
                .extracting(Bucket::name)
                .contains(BUCKET);
        client.headBucket(request -> request.bucket(BUCKET)).join();
        assertRefused(
                () -> client.headBucket(request -> request.bucket("no-such-contract"))
                        .join(),
                404,
                "");
    }

    @Test
    void whatIsNotThereIsNamedInTheError() {
        assertRefused(() -> get("no-such-key", request -> {}), 404, "NoSuchKey");
        assertRefused(
                () -> client.listObjectsV2(request -> request.bucket("no-such-contract"))
                        .join(),
                404,
                "NoSuchBucket");
    }

    @Test
    void aWrongSecretIsRefusedByName() {
        Settings.Aws stranger =
                settings.withKeys(new Settings.Keys(settings.keys().accessKeyId(), "wrong", null));
        meets(Lack.SIGNATURES, () -> {
            try (S3AsyncClient other = TestClients.s3(stranger)) {
                assertRefused(
                        () -> other.listObjectsV2(request -> request.bucket(BUCKET))
                                .join(),
                        403,
                        "SignatureDoesNotMatch");
            }
        });
    }

    /** The product's own view: every object that the server keeps, with the right body. */
    @Test
    void hubStorageReadsAllOfIt() throws Exception {
        try (S3Access access = new S3Access(settings, 4, "contract", S3Access.STALL);
                BucketListing pages = access.list(BUCKET, "", null, null)) {
            List<String> read = new ArrayList<>();
            for (BucketListing.Page page = pages.nextPage(); page != null; page = pages.nextPage()) {
                for (ListedObject object : page.objects()) {
                    if (isKept(object.key())) {
                        assertThat(access.object(BUCKET, object.key(), object.etag(), false)
                                        .readSmall(object.size(), count -> {})
                                        .body())
                                .as(object.key())
                                .isEqualTo(body(object.key()));
                        read.add(object.key());
                    }
                }
            }
            assertThat(read).hasSizeGreaterThanOrEqualTo(PLAIN + 16);
        }
    }

    /** Whether the server keeps a key as it is; what it makes of others is its own. */
    private boolean isKept(String key) {
        return bodies.containsKey(key)
                && lacks().stream().noneMatch(lack -> lack.keys().contains(key));
    }

    private static String md5(byte[] body) throws Exception {
        return '"' + HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(body)) + '"';
    }

    /** A body that is another for each key. */
    static byte[] bodyOf(String key, int size) {
        byte[] seed = key.getBytes(StandardCharsets.UTF_8);
        byte[] body = new byte[size];
        for (int index = 0; index < size; index++) {
            body[index] = (byte) (seed[index % seed.length] + index * 31 + index / 251);
        }
        return body;
    }
}
