package io.hubstorage.web.s3;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.config.ExtraPort;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.BlockedLoops;
import io.hubstorage.testkit.TestClients;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** The real endpoint on a free port, over the snapshots in {@code data} of a folder, and its clients. */
final class S3Endpoint implements AutoCloseable {
    static final String ACCESS_KEY = "look-at-yesterday";
    static final String SECRET_KEY = "a-secret-of-twenty-characters-or-more";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Where it is set, the endpoint's clock stands still. */
    final AtomicReference<@Nullable Instant> now = new AtomicReference<>();

    final Vertx vertx = Vertx.vertx();
    final S3Verticle verticle;

    private final S3AsyncClient client;
    private final BlockedLoops blocked = BlockedLoops.watch();

    static S3Endpoint over(Path home) throws IOException {
        return new S3Endpoint(home, Map.of(), "127.0.0.1");
    }

    private S3Endpoint(Path home, Map<String, String> further, String host) throws IOException {
        ConfigStore store = store(vertx, home, further);
        InstantSource clock = () -> Objects.requireNonNullElseGet(now.get(), Instant::now);
        verticle = new S3Verticle(
                store, clock, new ExtraPort("snapshots as S3", S3Verticle.PORT, S3Verticle.HOST, host, 0));
        await(vertx.deployVerticle(verticle));
        client = TestClients.s3(settings());
    }

    /** A configuration of that folder, with the endpoint's keys unless told otherwise. */
    static ConfigStore store(Vertx vertx, Path home, Map<String, String> further) throws IOException {
        for (String name : new String[] {"config", "data", "logs"}) {
            Files.createDirectories(home.resolve(name));
        }
        Map<String, String> variables = new TreeMap<>(Map.of(
                "HUBSTORAGE_CONFIG_PATH",
                home.resolve("config").toString(),
                "HUBSTORAGE_DATA_PATH",
                home.resolve("data").toString(),
                "HUBSTORAGE_LOG_PATH",
                home.resolve("logs").toString(),
                S3Verticle.ACCESS_KEY,
                ACCESS_KEY,
                S3Verticle.SECRET_KEY,
                SECRET_KEY));
        variables.putAll(further);
        Environment env = Environment.load(variables, home.resolve(".env"));
        return await(ConfigStore.open(vertx, env, UnaryOperator.identity(), InstantSource.system()));
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + verticle.actualPort());
    }

    Settings.Aws settings() {
        return TestClients.settings(url(), ACCESS_KEY, SECRET_KEY);
    }

    S3AsyncClient client() {
        return client;
    }

    /** The variables by which the command line tools find it. */
    Map<String, String> variables() {
        return Map.of(
                "AWS_ACCESS_KEY_ID", ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY", SECRET_KEY,
                "AWS_SESSION_TOKEN", "",
                "AWS_PROFILE", "",
                "AWS_CA_BUNDLE", "",
                "AWS_CONFIG_FILE", "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE", "/dev/null",
                "AWS_EC2_METADATA_DISABLED", "true",
                "AWS_DEFAULT_REGION", "eu-central-1",
                "AWS_ENDPOINT_URL", url().toString());
    }

    /** An answer, read whole. */
    record Answer(int status, Map<String, String> headers, Buffer body) {
        byte[] bytes() {
            return body.getBytes();
        }

        String text() {
            return body.toString(StandardCharsets.UTF_8);
        }

        /** The code of S3's error. */
        String code() {
            return text().contains("<Code>")
                    ? text().substring(text().indexOf("<Code>") + 6, text().indexOf("</Code>"))
                    : "";
        }
    }

    /** Sends a request as it is, to a path with its query. */
    Answer send(String method, String address, Map<String, String> headers) {
        return exchange(method, address, headers, HttpRequest.BodyPublishers.noBody());
    }

    private Answer exchange(
            String method, String address, Map<String, String> headers, HttpRequest.BodyPublisher body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url() + address)).method(method, body);
        headers.forEach(request::setHeader);
        try {
            HttpResponse<byte[]> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Map<String, String> got = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            answer.headers().map().forEach((name, values) -> got.put(name, String.join(",", values)));
            return new Answer(answer.statusCode(), got, Buffer.buffer(answer.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signs a request by the SDK's signer, and sends it. */
    Answer signed(String method, String address, Map<String, String> headers) {
        return send(method, address, signature(method, address, headers));
    }

    Answer get(String address) {
        return signed("GET", address, Map.of());
    }

    /** Those headers and the ones that the SDK's signer adds, without Host, which the client sends by itself. */
    Map<String, String> signature(String method, String address, Map<String, String> headers) {
        URI uri = URI.create(url() + address);
        // However a client writes it, what is signed is the path encoded in one way.
        String path = URLDecoder.decode(uri.getRawPath().replace("+", "%2B"), StandardCharsets.UTF_8);
        SdkHttpRequest.Builder request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(method))
                .uri(uri)
                .encodedPath(SdkHttpUtils.urlEncodeIgnoreSlashes(path));
        headers.forEach(request::putHeader);
        SdkHttpRequest signed = AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY))
                        .request(request.build())
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-central-1")
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false))
                .request();
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        signed.forEachHeader((name, values) -> all.put(name, values.getFirst()));
        all.remove("Host");
        return all;
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing happened for a minute", e);
        }
    }

    /** The result of a call of the SDK, or its exception as it is. */
    static <T> T of(CompletableFuture<T> call) {
        try {
            return call.orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        client.close();
        await(vertx.close());
        blocked.close();
    }
}
