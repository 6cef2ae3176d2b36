package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.RandomKeys;
import io.vertx.core.MultiMap;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quicktheories.core.Gen;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** Against the examples that AWS publishes, and against the SDK's signer. */
final class SignatureV4Test {
    private static final String ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE";
    private static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private static final Instant DAY = Instant.parse("2013-05-24T00:00:00Z");
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String SCOPE =
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,";

    private final AtomicReference<Instant> now = new AtomicReference<>(DAY);
    private final SignatureV4 signature = new SignatureV4(() -> new SignatureV4.Keys(ACCESS_KEY, SECRET_KEY), now::get);

    private static S3Request request(String method, String path, @Nullable String query, Map<String, String> headers) {
        MultiMap all = MultiMap.caseInsensitiveMultiMap();
        headers.forEach(all::add);
        return S3Request.of(method, path, query, all);
    }

    private static Map<String, String> headers(String authorization, String... further) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("Host", "examplebucket.s3.amazonaws.com");
        headers.put("x-amz-date", "20130524T000000Z");
        headers.put("x-amz-content-sha256", EMPTY);
        headers.put("Authorization", authorization);
        for (int i = 0; i < further.length; i += 2) {
            headers.put(further[i], further[i + 1]);
        }
        return headers;
    }

    private void assertAccepted(S3Request request) {
        assertThatCode(() -> signature.verify(request)).doesNotThrowAnyException();
    }

    private void assertRefused(S3Request request, String code) {
        assertThatThrownBy(() -> signature.verify(request))
                .isInstanceOfSatisfying(
                        S3Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    /** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
    @Test
    void theExamplesThatAwsPublishesAreAccepted() {
        assertAccepted(request(
                "GET",
                "/test.txt",
                null,
                headers(
                        SCOPE + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
                        "Range",
                        "bytes=0-9")));
        assertAccepted(request(
                "PUT",
                "/test%24file.text",
                null,
                headers(
                        SCOPE + "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
                                + "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
                        "Date",
                        "Fri, 24 May 2013 00:00:00 GMT",
                        "x-amz-storage-class",
                        "REDUCED_REDUNDANCY",
                        "x-amz-content-sha256",
                        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")));
        assertAccepted(request(
                "GET",
                "/",
                "lifecycle",
                headers(SCOPE + " SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                        + " Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")));
        assertAccepted(request(
                "GET",
                "/",
                "max-keys=2&prefix=J",
                headers(SCOPE + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                        + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")));
    }

    private static String presigned(String expires) {
        return "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=" + expires + "&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    }

    /** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
    @Test
    void aPresignedAddressIsGoodUntilItExpires() {
        S3Request request =
                request("GET", "/test.txt", presigned("86400"), Map.of("Host", "examplebucket.s3.amazonaws.com"));
        for (Duration later : List.of(Duration.ofMinutes(-15), Duration.ZERO, Duration.ofDays(1))) {
            now.set(DAY.plus(later));
            assertAccepted(request);
        }
        for (Duration later : List.of(Duration.ofMinutes(-16), Duration.ofSeconds(86_401))) {
            now.set(DAY.plus(later));
            assertRefused(request, "AccessDenied");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "604801", "x", "", "99999999999999999999"})
    void aPresignedAddressIsGoodForAWeekAtMost(String expires) {
        assertRefused(
                request("GET", "/test.txt", presigned(expires), Map.of("Host", "examplebucket.s3.amazonaws.com")),
                "AuthorizationQueryParametersError");
    }

    @ParameterizedTest
    @CsvSource({"-901", "901"})
    void aClockThatIsWrongByMoreThanAQuarterOfAnHourIsTold(long seconds) {
        S3Request request = request(
                "GET",
                "/",
                "max-keys=2&prefix=J",
                headers(SCOPE + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                        + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
        now.set(DAY.plusSeconds(seconds - Long.signum(seconds)));
        assertAccepted(request);
        now.set(DAY.plusSeconds(seconds));
        assertRefused(request, "RequestTimeTooSkewed");
    }

    @Test
    void whatTheSdkSignsIsAcceptedAndNothingElse() {
        Gen<List<Integer>> picks = lists().of(integers().between(0, 1_000)).ofSize(4);
        qt().withExamples(Examples.upTo(500))
                .forAll(RandomKeys.nasty(), lists().of(RandomKeys.nasty()).ofSizeBetween(0, 4), picks)
                .checkAssert((key, values, pick) -> {
                    now.set(DAY.plusSeconds(86_400L * pick.get(0)));
                    SdkHttpRequest signed = signed(key, values, pick.get(1) % 2 == 0);
                    S3Request request = received(signed);
                    assertThat(request.path()).isEqualTo("/bucket/" + key);
                    assertAccepted(request);
                    assertFlipped(request, pick);
                });
    }

    /** As the SDK's own client sends it; header values with blanks that count once. */
    private SdkHttpRequest signed(String key, List<String> values, boolean inQuery) {
        SdkHttpRequest.Builder request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.GET)
                .protocol("http")
                .host("nas.example")
                .port(9000)
                .encodedPath("/bucket/" + SdkHttpUtils.urlEncodeIgnoreSlashes(key))
                .putHeader("x-amz-checksum-mode", "ENABLED")
                .putHeader("If-Match", "  \"a   b\"  c ");
        for (int i = 0; i < values.size(); i++) {
            request.putRawQueryParameter(i % 2 == 0 ? "p" + i : values.get(i), values.get(i));
        }
        return AwsV4HttpSigner.create()
                .sign(sign -> {
                    sign.identity(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY))
                            .request(request.build())
                            .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                            .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-central-1")
                            .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                            .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                            .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(now.get(), ZoneOffset.UTC));
                    if (inQuery) {
                        sign.putProperty(
                                        AwsV4FamilyHttpSigner.AUTH_LOCATION,
                                        AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                                .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, Duration.ofHours(1))
                                .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, false);
                    }
                })
                .request();
    }

    private static S3Request received(SdkHttpRequest signed) {
        URI uri = signed.getUri();
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        signed.forEachHeader((name, values) -> values.forEach(value -> headers.add(name, value)));
        return S3Request.of("GET", uri.getRawPath(), uri.getRawQuery(), headers);
    }

    /** Changes one character of what was signed, or of the signature, and the request is another one. */
    private void assertFlipped(S3Request request, List<Integer> pick) {
        String path = request.path();
        assertOther(new S3Request("HEAD", path, request.query(), request.headers()));
        assertOther(new S3Request(
                "GET", flipped(path, 1 + pick.get(2) % (path.length() - 1)), request.query(), request.headers()));
        for (S3Request.Parameter each : request.query()) {
            List<S3Request.Parameter> others = request.query().stream()
                    .map(one -> one.equals(each)
                            ? new S3Request.Parameter(
                                    one.name(),
                                    one.value().isEmpty()
                                            ? "x"
                                            : flipped(
                                                    one.value(),
                                                    pick.get(3) % one.value().length()))
                            : one)
                    .toList();
            assertOther(new S3Request("GET", path, others, request.headers()));
        }
        for (String name : request.headers().names()) {
            MultiMap others = MultiMap.caseInsensitiveMultiMap().addAll(request.headers());
            String value = request.headers().get(name);
            others.set(name, flipped(value, value.length() / 2));
            assertOther(new S3Request("GET", path, request.query(), others));
        }
        SignatureV4 another = new SignatureV4(() -> new SignatureV4.Keys(ACCESS_KEY, SECRET_KEY + "x"), now::get);
        assertThatThrownBy(() -> another.verify(request)).isInstanceOf(S3Refusal.class);
        SignatureV4 none = new SignatureV4(() -> null, now::get);
        assertThatThrownBy(() -> none.verify(request)).isInstanceOf(S3Refusal.class);
    }

    private void assertOther(S3Request request) {
        assertThatThrownBy(() -> signature.verify(request)).as("%s", request).isInstanceOf(S3Refusal.class);
    }

    /** Another character of the same kind, which stays one where it was one of a pair. */
    private static String flipped(String text, int at) {
        char unit = text.charAt(at);
        char other = unit == ' ' ? 'x' : (char) (unit ^ 1);
        return text.substring(0, at) + other + text.substring(at + 1);
    }

    @Test
    void headersThatMustBeSignedAreAskedFor() {
        String authorization = SCOPE + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
        assertRefused(
                request("GET", "/", "max-keys=2&prefix=J", headers(authorization, "x-amz-checksum-mode", "ENABLED")),
                "AccessDenied");
        assertRefused(
                request("GET", "/", "max-keys=2&prefix=J", headers(authorization.replace("=host;", "="))),
                "AccessDenied");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=|InvalidRequest",
                "Basic dXNlcjpwYXNz|InvalidRequest",
                "AWS4-HMAC-SHA256|AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=x|AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256"
                    + " Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request|AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256"
                        + " Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,"
                        + "Signature=zz|AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256"
                        + " Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/ec2/aws4_request,SignedHeaders=host,"
                        + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
                        + "|AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256"
                        + " Credential=AKIAIOSFODNN7EXAMPLE/20130523/us-east-1/s3/aws4_request,SignedHeaders=host,"
                        + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
                        + "|AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256"
                    + " Credential=AKIAIOSFODNN7EXAMPLA/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,"
                    + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7|InvalidAccessKeyId"
            })
    void whatIsWrongIsNamed(String authorization, String code) {
        assertRefused(request("GET", "/", "max-keys=2&prefix=J", headers(authorization)), code);
    }

    @Test
    void twoSignaturesAreOneTooMany() {
        assertRefused(
                request("GET", "/test.txt", presigned("86400"), headers(SCOPE + "SignedHeaders=host,Signature=00")),
                "InvalidArgument");
        assertRefused(request("GET", "/test.txt", null, Map.of("Host", "x")), "AccessDenied");
    }
}
