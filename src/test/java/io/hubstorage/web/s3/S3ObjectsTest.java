package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.AwkwardKeys;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TestClients;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Objects of a snapshot that a real backup made, beside those of the bucket that it copied. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3ObjectsTest {
    private static final Instant NOW = Instant.parse("2026-11-20T08:00:00Z");
    private static final String TIMED = "photos.20261120080000";
    private static final int LARGE = 300_000;

    private SyntheticS3 source;
    private Hub hub;
    private S3Endpoint endpoint;
    private S3AsyncClient original;
    private RunRecord run;

    @BeforeAll
    void backUp(@TempDir Path home) throws IOException {
        source = SyntheticS3.start();
        SyntheticBucket bucket = source.bucket(
                "photos", SyntheticBucket.ofKeys(33, AwkwardKeys.all()).withChecksums(ChecksumKind.SHA256));
        bucket.add("marker/", 0);
        bucket.add("empty", 0);
        bucket.add("large", LARGE);
        bucket.add("other", LARGE);
        for (String key : List.of("shorter", "changed", "touched", "large-changed", "large-touched", "gone")) {
            bucket.add(key, key.startsWith("large") ? LARGE : 500);
        }
        bucket.put(bucket.add("described", 44)
                .withMetadata(
                        Map.of(
                                "Content-Type", "text/plain; charset=utf-8",
                                "Cache-Control", "no-cache",
                                "Content-Disposition", "attachment; filename=\"x.txt\"",
                                "Content-Encoding", "gzip",
                                "Content-Language", "de"),
                        Map.of("color", "blue", "Mixed-Case", "Yes, and more")));
        bucket.put(bucket.add("page.html", 44).withMetadata(Map.of("Content-Type", "text/html"), Map.of()));
        bucket.put(bucket.add("rare", 44).withStorageClass("STANDARD_IA", false));
        bucket.put(bucket.add("archived", 44).withStorageClass("GLACIER", true));
        bucket.tag("described", Map.of("team", "a & b", "year", "2026"));
        hub = new Hub(home, source.settings(), InstantSource.fixed(NOW)).configure("photos");
        run = hub.backUp();
        assertThat(run.result()).as("%s", run).isEqualTo(RunResult.SUCCESS);
        original = TestClients.s3(source.settings());
        endpoint = S3Endpoint.over(home);
    }

    @AfterAll
    void stop() {
        original.close();
        endpoint.close();
        hub.close();
        source.close();
    }

    private static byte[] bytes(S3AsyncClient client, String bucket, String key) {
        return S3Endpoint.of(client.getObject(
                        get -> get.bucket(bucket).key(key), AsyncResponseTransformer.<GetObjectResponse>toBytes()))
                .asByteArray();
    }

    private HeadObjectResponse head(S3AsyncClient client, String bucket, String key) {
        return S3Endpoint.of(
                client.headObject(head -> head.bucket(bucket).key(key).checksumMode(ChecksumMode.ENABLED)));
    }

    private Path file(String key) {
        return hub.files(run, "photos").resolve(key);
    }

    private void writable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Test
    void everyKeyIsThereWithItsBytesETagAndTime() {
        for (String key : AwkwardKeys.all()) {
            assertThat(bytes(endpoint.client(), "photos", key)).as(key).isEqualTo(bytes(original, "photos", key));
            HeadObjectResponse expected = head(original, "photos", key);
            HeadObjectResponse told = head(endpoint.client(), TIMED, key);
            assertThat(told.eTag()).as(key).isEqualTo(expected.eTag());
            assertThat(told.lastModified()).isEqualTo(expected.lastModified());
            assertThat(told.contentLength()).isEqualTo(expected.contentLength());
            assertThat(told.metadata()).isEqualTo(expected.metadata());
        }
    }

    @Test
    void headersMetadataTagsAndClassesComeBack() {
        HeadObjectResponse expected = head(original, "photos", "described");
        HeadObjectResponse told = head(endpoint.client(), "photos", "described");
        assertThat(told.contentType()).isEqualTo("text/plain; charset=utf-8").isEqualTo(expected.contentType());
        assertThat(told.cacheControl()).isEqualTo("no-cache");
        assertThat(told.contentDisposition()).isEqualTo(expected.contentDisposition());
        assertThat(told.contentEncoding()).isEqualTo("gzip");
        assertThat(told.contentLanguage()).isEqualTo("de");
        assertThat(told.metadata()).containsEntry("color", "blue").hasSize(2).isEqualTo(expected.metadata());
        assertThat(told.tagCount()).isEqualTo(2);
        assertThat(S3Endpoint.of(endpoint.client()
                                .getObjectTagging(get -> get.bucket("photos").key("described")))
                        .tagSet())
                .extracting(Tag::key, Tag::value)
                .containsExactly(tuple("team", "a & b"), tuple("year", "2026"));
        assertThat(head(endpoint.client(), "photos", "rare").storageClassAsString())
                .isEqualTo("STANDARD_IA");
        // Clients would not even try to read it.
        assertThat(head(endpoint.client(), "photos", "archived").storageClass()).isNull();
        assertThat(bytes(endpoint.client(), "photos", "archived")).isEqualTo(bytes(original, "photos", "archived"));
    }

    @Test
    void checksumsAreToldToWhoAsksForThem() {
        HeadObjectResponse expected = head(original, "photos", "large");
        HeadObjectResponse told = head(endpoint.client(), "photos", "large");
        assertThat(told.checksumSHA256()).isNotNull().isEqualTo(expected.checksumSHA256());
        assertThat(endpoint.signed("HEAD", "/photos/large", Map.of()).headers())
                .doesNotContainKey("x-amz-checksum-sha256");
        assertThat(endpoint.signed(
                                "GET", "/photos/large", Map.of("x-amz-checksum-mode", "ENABLED", "Range", "bytes=0-9"))
                        .headers())
                .doesNotContainKey("x-amz-checksum-sha256");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-9, 0, 10",
        "bytes=100-, 100, 299900",
        "bytes=-5, 299995, 5",
        "bytes=299999-400000, 299999, 1",
        "bytes=0-299999, 0, 300000",
        "bytes=-400000, 0, 300000"
    })
    void aRangeIsThatPartOfTheBytes(String range, int first, int length) {
        S3Endpoint.Answer part = endpoint.signed("GET", "/photos/large", Map.of("Range", range));
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.headers())
                .containsEntry("content-range", "bytes %d-%d/%d".formatted(first, first + length - 1, LARGE))
                .containsEntry("content-length", Integer.toString(length));
        assertThat(part.bytes())
                .isEqualTo(Arrays.copyOfRange(bytes(original, "photos", "large"), first, first + length));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"bytes=0-1,5-6|200", "lines=1-2|200", "bytes=9-3|200", "bytes=300000-|416", "bytes=-0|416"})
    void aRangeThatIsNoneIsTheWholeOrRefused(String range, int status) {
        S3Endpoint.Answer answer = endpoint.signed("GET", "/photos/large", Map.of("Range", range));
        assertThat(answer.status()).isEqualTo(status);
        if (status == 416) {
            assertThat(answer.code()).isEqualTo("InvalidRange");
            assertThat(answer.headers()).containsEntry("content-range", "bytes */300000");
        } else {
            assertThat(answer.bytes()).hasSize(LARGE);
        }
    }

    @Test
    void conditionsAreLookedAtInTheirOrder() {
        S3Endpoint.Answer whole = endpoint.get("/photos/described");
        String etag = Objects.requireNonNull(whole.headers().get("etag"));
        String time = Objects.requireNonNull(whole.headers().get("last-modified"));
        String before = "Thu, 01 Jan 2015 00:00:00 GMT";
        assertThat(status(Map.of("If-Match", etag))).isEqualTo(200);
        assertThat(status(Map.of("If-Match", etag.replace("\"", "")))).isEqualTo(200);
        assertThat(status(Map.of("If-Match", "\"x\", " + etag))).isEqualTo(200);
        assertThat(status(Map.of("If-Match", "*"))).isEqualTo(200);
        assertThat(status(Map.of("If-Match", "\"x\""))).isEqualTo(412);
        assertThat(status(Map.of("If-None-Match", etag))).isEqualTo(304);
        assertThat(status(Map.of("If-None-Match", "*"))).isEqualTo(304);
        assertThat(status(Map.of("If-None-Match", "\"x\""))).isEqualTo(200);
        assertThat(status(Map.of("If-Modified-Since", time))).isEqualTo(304);
        assertThat(status(Map.of("If-Modified-Since", before))).isEqualTo(200);
        assertThat(status(Map.of("If-Unmodified-Since", time))).isEqualTo(200);
        assertThat(status(Map.of("If-Unmodified-Since", before))).isEqualTo(412);
        assertThat(status(Map.of("If-Match", etag, "If-Unmodified-Since", before)))
                .isEqualTo(200);
        assertThat(status(Map.of("If-None-Match", "\"x\"", "If-Modified-Since", time)))
                .isEqualTo(200);
        assertThat(status(Map.of("Range", "bytes=0-0", "If-Range", etag))).isEqualTo(206);
        assertThat(status(Map.of("Range", "bytes=0-0", "If-Range", "\"x\""))).isEqualTo(200);
    }

    private int status(Map<String, String> headers) {
        return endpoint.signed("GET", "/photos/described", headers).status();
    }

    @Test
    void anAnswerTakesTheHeadersThatTheRequestWants() {
        Map<String, String> headers = endpoint.get("/photos/described?response-content-type=text%2Fhtml"
                        + "&response-cache-control=private&response-content-disposition=inline"
                        + "&response-content-encoding=identity&response-content-language=fr&response-expires=0")
                .headers();
        assertThat(headers)
                .containsEntry("content-type", "text/html")
                .containsEntry("cache-control", "private")
                .containsEntry("content-disposition", "inline")
                .containsEntry("content-encoding", "identity")
                .containsEntry("content-language", "fr")
                .containsEntry("expires", "0");
        assertThat(endpoint.get("/photos/described?response-content-type=a%0d%0aSet-Cookie:%20x")
                        .code())
                .isEqualTo("InvalidArgument");
    }

    @Test
    void aPageRunsNothingInABrowser() {
        assertThat(endpoint.get("/photos/page.html").headers())
                .containsEntry("content-type", "text/html")
                .containsEntry("content-security-policy", "default-src 'none'; sandbox")
                .containsEntry("x-content-type-options", "nosniff");
    }

    @Test
    void aFolderIsAnObjectOnlyWhereItHasAMarker() {
        assertThat(endpoint.signed("HEAD", "/photos/marker/", Map.of()).status())
                .isEqualTo(200);
        assertThat(endpoint.get("/photos/marker/").bytes()).isEmpty();
        assertThat(endpoint.get("/photos/empty").bytes()).isEmpty();
        assertThat(endpoint.signed("GET", "/photos/empty", Map.of("Range", "bytes=0-"))
                        .status())
                .isEqualTo(416);
        S3Endpoint.Answer none = endpoint.signed("HEAD", "/photos/x/", Map.of());
        assertThat(none.status()).isEqualTo(404);
        assertThat(none.bytes()).isEmpty();
        assertThat(endpoint.get("/photos/x/").code()).isEqualTo("NoSuchKey");
    }

    @Test
    void aPresignedAddressNeedsNothingElseUntilItExpires() {
        URI presigned;
        try (S3Presigner presigner = S3Presigner.builder()
                .endpointOverride(endpoint.url())
                .region(Region.EU_CENTRAL_1)
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Endpoint.ACCESS_KEY, S3Endpoint.SECRET_KEY)))
                .build()) {
            presigned = URI.create(presigner
                    .presignGetObject(presign -> presign.signatureDuration(Duration.ofHours(1))
                            .getObjectRequest(get -> get.bucket("photos").key("large")))
                    .url()
                    .toString());
        }
        String address = presigned.getRawPath() + "?" + presigned.getRawQuery();
        assertThat(endpoint.send("GET", address, Map.of()).bytes()).isEqualTo(bytes(original, "photos", "large"));
        assertThat(endpoint.send("GET", address.replace("/large", "/other"), Map.of())
                        .code())
                .isEqualTo("SignatureDoesNotMatch");
        endpoint.now.set(Instant.now().plus(Duration.ofMinutes(61)));
        try {
            assertThat(endpoint.send("GET", address, Map.of()).code()).isEqualTo("AccessDenied");
        } finally {
            endpoint.now.set(null);
        }
    }

    @Test
    void aFileOfAnotherSizeIsNeverSent() throws IOException {
        writable(file("shorter"));
        Files.writeString(file("shorter"), "x");
        S3Endpoint.Answer refused = endpoint.get("/photos/shorter");
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.code()).isEqualTo("InternalError");
        assertThat(refused.text()).contains("damaged on the disk", "it has 1 bytes, not 500");
        assertThat(endpoint.signed("HEAD", "/photos/shorter", Map.of()).status())
                .isEqualTo(500);
        Files.delete(file("gone"));
        assertThat(endpoint.get("/photos/gone").text()).contains("InternalError", "not on the disk any more");
    }

    /** The same size and even the same time: a bad sector, a slip of somebody who restored the time. */
    @Test
    void aFileWithWrongBytesIsNeverSentWhole() throws IOException {
        for (String key : List.of("changed", "large-changed")) {
            byte[] content = Files.readAllBytes(file(key));
            FileTime time = Files.getLastModifiedTime(file(key));
            content[content.length / 2] ^= 1;
            writable(file(key));
            Files.write(file(key), content);
            Files.setLastModifiedTime(file(key), time);
        }
        S3Endpoint.Answer refused = endpoint.get("/photos/changed");
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.text()).contains("InternalError", "its content is not the one that was stored");
        assertThat(refused.headers()).doesNotContainKeys("etag", "last-modified");
        // Its head has left by then: what comes is too short, which a client takes for no answer.
        assertThatThrownBy(() -> endpoint.get("/photos/large-changed")).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void ofAFileThatSomebodyTouchedEveryRangeIsProven() throws IOException {
        byte[] expected = bytes(original, "photos", "large-touched");
        writable(file("large-touched"));
        Files.setLastModifiedTime(file("large-touched"), FileTime.from(NOW));
        S3Endpoint.Answer part = endpoint.signed("GET", "/photos/large-touched", Map.of("Range", "bytes=10-19"));
        assertThat(part.bytes()).isEqualTo(Arrays.copyOfRange(expected, 10, 20));
        byte[] other = expected.clone();
        other[LARGE - 1] ^= 1;
        Files.write(file("large-touched"), other);
        Files.setLastModifiedTime(file("large-touched"), FileTime.from(NOW.plusSeconds(60)));
        S3Endpoint.Answer refused = endpoint.signed("GET", "/photos/large-touched", Map.of("Range", "bytes=10-19"));
        assertThat(refused.status()).isEqualTo(500);
        assertThat(new String(refused.bytes(), StandardCharsets.UTF_8)).contains("InternalError");
        assertThat(bytes(endpoint.client(), "photos", "touched")).isEqualTo(bytes(original, "photos", "touched"));
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertThatThrownBy(() -> bytes(endpoint.client(), "photos", "nothing"))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(Objects.requireNonNull(e.awsErrorDetails())
                                        .errorCode())
                                .isEqualTo("NoSuchKey"));
        assertThatThrownBy(() -> bytes(endpoint.client(), "nowhere", "nothing"))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        e -> assertThat(Objects.requireNonNull(e.awsErrorDetails())
                                        .errorCode())
                                .isEqualTo("NoSuchBucket"));
        assertThat(endpoint.get("/photos/large?versionId=1").code()).isEqualTo("NoSuchVersion");
    }

    @Test
    void aPartIsToldAsFarAsItIsKnown() {
        S3Endpoint.Answer only = endpoint.get("/photos/large?partNumber=1");
        assertThat(only.status()).isEqualTo(206);
        assertThat(only.bytes()).hasSize(LARGE);
        assertThat(only.headers()).containsEntry("x-amz-mp-parts-count", "1");
        assertThat(endpoint.get("/photos/described?partNumber=2").code()).isEqualTo("InvalidPartNumber");
        assertThat(endpoint.get("/photos/described?partNumber=0").code()).isEqualTo("InvalidArgument");
    }
}
