package io.hubstorage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.InvalidObjectStateException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

final class SyntheticObjectsTest {
    private SyntheticS3 server;
    private SyntheticBucket bucket;
    private S3AsyncClient client;

    @BeforeEach
    void start() {
        server = SyntheticS3.start();
        bucket = server.bucket("things", SyntheticBucket.ruled(100, "key-##", index -> index * 5_000L));
        client = TestClients.s3(server.settings());
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void bodiesAreWhatTheBucketSaysAndSmallEtagsAreTheirMd5() throws Exception {
        for (String key : List.of("key-00", "key-01", "key-49", "key-99")) {
            ResponseBytes<GetObjectResponse> got = get(request -> request.key(key));
            assertThat(got.asByteArray()).isEqualTo(bucket.get(key).body());
            assertThat(got.response().lastModified()).isEqualTo(SyntheticObject.FIRST_MODIFIED);
            byte[] md5 = MessageDigest.getInstance("MD5").digest(got.asByteArray());
            if (got.asByteArray().length <= SyntheticObject.REAL_ETAG_LIMIT) {
                assertThat(got.response().eTag()).isEqualTo('"' + HexFormat.of().formatHex(md5) + '"');
            } else {
                assertThat(got.response().eTag()).matches("\"[0-9a-f]{32}-\\d+\"");
            }
        }
        assertThat(server.counts().gets()).isEqualTo(4);
        assertThat(server.requestsFor("key-49")).hasSize(1);
        assertThat(server.counts().bytes()).isEqualTo((1 + 49 + 99) * 5_000L);
    }

    @Test
    void rangesAreCutFromTheWhole() {
        byte[] whole = bucket.get("key-90").body();
        assertThat(get(request -> request.key("key-90").range("bytes=70000-200000"))
                        .asByteArray())
                .isEqualTo(Arrays.copyOfRange(whole, 70_000, 200_001));
        int edge = SyntheticBody.CHUNK;
        assertThat(get(request -> request.key("key-90").range("bytes=" + (edge - 1) + "-" + edge))
                        .asByteArray())
                .as("a small range across two chunks")
                .isEqualTo(Arrays.copyOfRange(whole, edge - 1, edge + 1));
        ResponseBytes<GetObjectResponse> open =
                get(request -> request.key("key-90").range("bytes=449999-"));
        assertThat(open.asByteArray()).isEqualTo(Arrays.copyOfRange(whole, 449_999, 450_000));
        assertThat(open.response().contentRange()).isEqualTo("bytes 449999-449999/450000");
        assertThat(get(request -> request.key("key-90").range("bytes=-10")).asByteArray())
                .isEqualTo(Arrays.copyOfRange(whole, 449_990, 450_000));
        assertThatThrownBy(() -> get(request -> request.key("key-90").range("bytes=450000-")))
                .hasCauseInstanceOf(S3Exception.class)
                .hasMessageContaining("416");
        assertThat(server.requestsFor("key-90").getFirst().range()).isEqualTo("bytes=70000-200000");
    }

    @Test
    void conditionsHoldOrFail() {
        String etag = bucket.get("key-05").etag();
        assertThat(get(request -> request.key("key-05").ifMatch('"' + etag + '"'))
                        .asByteArray())
                .hasSize(25_000);
        assertThatThrownBy(() -> get(request -> request.key("key-05").ifNoneMatch(etag)))
                .hasMessageContaining("304");
        bucket.change("key-05");
        assertThatThrownBy(() -> get(request -> request.key("key-05").ifMatch(etag)))
                .hasMessageContaining("412");
    }

    @Test
    void whatIsNotThereIsSaid() {
        bucket.delete("key-05");
        assertThatThrownBy(() -> get(request -> request.key("key-05"))).hasCauseInstanceOf(NoSuchKeyException.class);
        assertThatThrownBy(() -> client.headObject(
                                request -> request.bucket("things").key("none"))
                        .join())
                .hasCauseInstanceOf(NoSuchKeyException.class);
        assertThatThrownBy(() -> client.listObjectsV2(request -> request.bucket("nowhere"))
                        .join())
                .hasMessageContaining("bucket does not exist");
        assertThatThrownBy(() -> client.deleteObject(
                                request -> request.bucket("things").key("key-01"))
                        .join())
                .hasMessageContaining("501");
    }

    @Test
    void archivedObjectsAreRefusedUntilRestored() {
        SyntheticObject plain = bucket.get("key-01");
        bucket.put(plain.withStorageClass("DEEP_ARCHIVE", false));
        assertThatThrownBy(() -> get(request -> request.key("key-01")))
                .hasCauseInstanceOf(InvalidObjectStateException.class);
        bucket.put(plain.withStorageClass("DEEP_ARCHIVE", true));
        GetObjectResponse restored = get(request -> request.key("key-01")).response();
        assertThat(restored.restore()).contains("ongoing-request=\"false\"");
        assertThat(restored.storageClassAsString()).isEqualTo("DEEP_ARCHIVE");
    }

    @Test
    void metadataAndHeadersComeAlong() {
        bucket.put(bucket.get("key-01")
                .withMetadata(Map.of("Content-Type", "text/plain", "Cache-Control", "no-store"), Map.of("who", "me")));
        GetObjectResponse response = get(request -> request.key("key-01")).response();
        assertThat(response.contentType()).isEqualTo("text/plain");
        assertThat(response.cacheControl()).isEqualTo("no-store");
        assertThat(response.metadata()).containsEntry("who", "me");
        assertThat(client.headObject(request -> request.bucket("things").key("key-01"))
                        .join()
                        .contentLength())
                .isEqualTo(5_000);
    }

    @Test
    void theSizeFromWhichEtagsAreThoseOfAnUploadInPartsCanBeChosen() {
        server.bucket("things", bucket.withPlainEtagsBelow(400_000));
        SyntheticObject below = bucket.get("key-79");
        assertThat(get(request -> request.key("key-79")).response().eTag())
                .isEqualTo('"' + SyntheticBody.digest("MD5", below.seed(), below.size()) + '"');
        assertThat(get(request -> request.key("key-80")).response().eTag()).endsWith("-1\"");
    }

    @Test
    void thatEtagCanBeTheOneThatPartsOfEightMebibytesMake() throws Exception {
        int part = 8 << 20;
        SyntheticBucket large =
                SyntheticBucket.uniform(2, 2L * part + 5, "key-#").withTruePartEtags();
        server.bucket("large", large);
        byte[] body = large.get("key-1").body();
        MessageDigest whole = MessageDigest.getInstance("MD5");
        for (int from = 0; from < body.length; from += part) {
            whole.update(MessageDigest.getInstance("MD5")
                    .digest(Arrays.copyOfRange(body, from, Math.min(body.length, from + part))));
        }

        String etag = client.headObject(request -> request.bucket("large").key("key-1"))
                .join()
                .eTag();

        assertThat(etag).isEqualTo('"' + HexFormat.of().formatHex(whole.digest()) + "-3\"");
        assertThat(large.get("key-1").etag()).as("the one that was kept").isEqualTo(etag.replace("\"", ""));
    }

    @Test
    void severalEventLoopsShareAFreePort() {
        try (SyntheticS3 shared = SyntheticS3.start(0, 3);
                S3AsyncClient other = TestClients.s3(shared.settings())) {
            shared.bucket("things", bucket);
            assertThat(other.listObjectsV2(request -> request.bucket("things"))
                            .join()
                            .keyCount())
                    .isEqualTo(100);
        }
    }

    @ParameterizedTest
    @EnumSource
    void checksumsAreGivenToWhoAsks(ChecksumKind kind) {
        server.bucket("things", bucket.withChecksums(kind));
        GetObjectResponse response = get(request -> request.key("key-30").checksumMode(ChecksumMode.ENABLED))
                .response();
        String header =
                response.sdkHttpResponse().firstMatchingHeader(kind.header()).orElseThrow();
        SyntheticObject object = bucket.get("key-30");
        assertThat(header).isEqualTo(kind.of(object.seed(), 0, object.size()));
        assertThat(get(request -> request.key("key-30"))
                        .response()
                        .sdkHttpResponse()
                        .firstMatchingHeader(kind.header()))
                .isEmpty();
    }

    @Test
    void onlyTheRightAccessKeyGetsIn() {
        server.requireAccessKey("somebody else");
        assertThatThrownBy(() -> get(request -> request.key("key-01"))).hasMessageContaining("access key");
        server.requireAccessKey("synthetic");
        assertThat(get(request -> request.key("key-01")).asByteArray()).hasSize(5_000);
    }

    private ResponseBytes<GetObjectResponse> get(Consumer<GetObjectRequest.Builder> request) {
        GetObjectRequest.Builder builder = GetObjectRequest.builder().bucket("things");
        request.accept(builder);
        return client.getObject(builder.build(), AsyncResponseTransformer.toBytes())
                .join();
    }
}
