package io.hubstorage.notify.channels;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.config.ChannelConfig;
import io.hubstorage.config.ChannelConfig.Address;
import io.hubstorage.config.ChannelConfig.Routing;
import io.hubstorage.config.ChannelConfig.WebhookSecrets;
import io.hubstorage.config.Environment;
import io.hubstorage.config.HubConfig;
import io.hubstorage.testkit.TestCertificates;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One attempt over HTTP, by a webhook to a real server: what is sent, where to, and what an answer means. */
final class HttpDeliveryTest {
    private static final String KEY = "key-of-signatures-1234";
    private static final String PATH_SECRET = "/hooks/T0123456/s3cr3tp4th";

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, String> variables = new HashMap<>(Map.of("HUBSTORAGE_NOTIFY_PRIVATE", "localhost"));
    private Receiver receiver;

    @BeforeEach
    void start() throws Exception {
        receiver = Receiver.start(vertx);
        variables.put("HUBSTORAGE_NOTIFY_URL", receiver.url(PATH_SECRET));
        variables.put("HUBSTORAGE_NOTIFY_KEY", KEY);
        variables.put("HUBSTORAGE_NOTIFY_TOKEN", "bearer-token-5678");
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(60, TimeUnit.SECONDS);
    }

    private Receipt deliver(ChannelConfig.Webhook webhook, @Nullable TrustOptions trust) throws Exception {
        HubConfig.Notify config = new HubConfig.Notify(List.of(webhook), 24, 20, null, null, null);
        Environment environment = Environment.load(variables, folder.resolve(".env"));
        Channels channels =
                Channels.of(config, environment, vertx, InstantSource.fixed(Messages.AT), Duration.ofMinutes(1), trust);
        assertThat(channels.unusable()).isEmpty();
        return Objects.requireNonNull(channels.usable().get("hook"))
                .deliver(Messages.failed())
                .await(70, TimeUnit.SECONDS);
    }

    private static ChannelConfig.Webhook webhook(Address address, List<String> headers, @Nullable String body) {
        return new ChannelConfig.Webhook(
                new Routing("hook", true, null, "info", true),
                address,
                "POST",
                headers,
                body,
                new WebhookSecrets("HUBSTORAGE_NOTIFY_TOKEN", "HUBSTORAGE_NOTIFY_KEY"));
    }

    private Receipt deliver() throws Exception {
        return deliver(webhook(new Address(null, "HUBSTORAGE_NOTIFY_URL"), List.of("X-Team: storage"), null), null);
    }

    @Test
    void aWebhookGetsTheWholeMessageSignedWithItsTime() throws Exception {
        receiver.answers(202, "thanks\nfor that");

        assertThat(deliver()).isEqualTo(new Receipt.Delivered(202, "thanks for that"));

        Receiver.Request request = receiver.only();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.uri()).isEqualTo(PATH_SECRET);
        assertThat(request.json()).isEqualTo(Webhook.json(Messages.failed()));
        assertThat(request.json().getString("event")).isEqualTo("backup_failed");
        assertThat(request.header("Authorization")).isEqualTo("Bearer bearer-token-5678");
        assertThat(request.header("X-Team")).isEqualTo("storage");
        assertThat(request.header("X-HubStorage-Message-Id")).isEqualTo("m-1");
        assertThat(request.header("Content-Type")).isEqualTo("application/json; charset=utf-8");
        String time = String.valueOf(Messages.AT.getEpochSecond());
        assertThat(request.header("X-HubStorage-Signature"))
                .isEqualTo("t=%s,v1=%s".formatted(time, hmac(time, request.body())));
    }

    private static String hmac(String time, Buffer body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal((time + "." + body.toString()).getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aTemplateMakesTheBodyAndItIsWhatIsSigned() throws Exception {
        Address address = new Address(receiver.url("/in"), null);
        deliver(
                webhook(
                        address,
                        List.of("content-type: text/plain"),
                        "{\"text\": ${json.title}, \"n\": ${facts?size}}"),
                null);

        Receiver.Request request = receiver.only();
        assertThat(request.body().toString()).isEqualTo("{\"text\": \"Backup failed: photos\", \"n\": 2}");
        assertThat(request.headers().getAll("Content-Type")).containsExactly("text/plain");
        String time = String.valueOf(Messages.AT.getEpochSecond());
        assertThat(request.header("X-HubStorage-Signature")).endsWith(hmac(time, request.body()));
    }

    @ParameterizedTest
    @CsvSource({"408", "425", "429", "500", "502", "503", "504"})
    void whatMayPassIsTriedAgain(int status) throws Exception {
        receiver.answers(status, "not now");

        assertThat(deliver()).isEqualTo(new Receipt.TryAgain("HTTP %d: not now".formatted(status), null));
    }

    @ParameterizedTest
    @CsvSource({"400", "401", "403", "404", "410", "413", "422"})
    void whatDoesNotPassIsRefusedWithTheFirstWordsOfTheAnswer(int status) throws Exception {
        receiver.answers(status, "no\u0007 such   hook");

        assertThat(deliver()).isEqualTo(new Receipt.Refused("HTTP %d: no such hook".formatted(status)));
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> howLongToWaitIsHeard() {
        return Stream.of(
                org.junit.jupiter.params.provider.Arguments.of(Map.of("Retry-After", "30"), "", Duration.ofSeconds(30)),
                org.junit.jupiter.params.provider.Arguments.of(
                        Map.of(
                                "Date", "Fri, 27 Nov 2026 07:00:00 GMT",
                                "Retry-After", "Fri, 27 Nov 2026 07:02:00 GMT"),
                        "",
                        Duration.ofMinutes(2)),
                org.junit.jupiter.params.provider.Arguments.of(Map.of("Retry-After", "-5"), "", Duration.ZERO),
                org.junit.jupiter.params.provider.Arguments.of(Map.of("Retry-After", "9e99"), "", Duration.ofDays(1)),
                // Discord, with and without its header; Telegram.
                org.junit.jupiter.params.provider.Arguments.of(
                        Map.of(), "{\"retry_after\": 0.5}", Duration.ofMillis(500)),
                org.junit.jupiter.params.provider.Arguments.of(
                        Map.of(), "{\"ok\": false, \"parameters\": {\"retry_after\": 7}}", Duration.ofSeconds(7)));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource
    void howLongToWaitIsHeard(Map<String, String> headers, String body, Duration wait) throws Exception {
        receiver.answer = response -> {
            headers.forEach(response::putHeader);
            response.setStatusCode(429).end(body);
        };

        assertThat(deliver())
                .isInstanceOfSatisfying(
                        Receipt.TryAgain.class,
                        again -> assertThat(again.after()).isEqualTo(wait));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void noRedirectIsFollowedNotEvenToTheSameServer(int status) throws Exception {
        receiver.answer = response -> response.setStatusCode(status)
                .putHeader("Location", receiver.url("/elsewhere"))
                .end();

        assertThat(deliver()).isInstanceOf(Receipt.Refused.class);
        assertThat(receiver.requests).hasSize(1);
    }

    @Test
    void ofAnEndlessAnswerOnlyTheBeginningIsRead() throws Exception {
        receiver.answer = response -> {
            response.setChunked(true).setStatusCode(400);
            String part = "x".repeat(1_000);
            vertx.setPeriodic(1, timer -> {
                if (response.closed()) {
                    vertx.cancelTimer(timer);
                } else {
                    response.write(part);
                }
            });
        };

        assertThat(deliver())
                .isInstanceOfSatisfying(
                        Receipt.Refused.class,
                        refused -> assertThat(refused.why()).hasSizeLessThan(220));
    }

    @Test
    void noSecretComesBackWhateverTheServerAnswers() throws Exception {
        receiver.answers(400, KEY + " bearer-token-5678 " + PATH_SECRET + " s3cr3tp4th");

        assertThat(deliver().toString())
                .contains("HTTP 400: (not shown) (not shown)")
                .doesNotContain(KEY, "bearer-token", "s3cr3tp4th", "T0123456");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "other.example", "10.0.0.0/8"})
    void aPrivateAddressIsReachedOnlyWhereTheOperatorSaysSo(String allowed) throws Exception {
        variables.put("HUBSTORAGE_NOTIFY_PRIVATE", allowed);

        assertThat(deliver())
                .isInstanceOfSatisfying(
                        Receipt.Refused.class,
                        refused -> assertThat(refused.why())
                                .contains("localhost is in a private network", "HUBSTORAGE_NOTIFY_PRIVATE"));
        assertThat(receiver.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "LocalHost", "127.0.0.0/8,::1"})
    void theOperatorAllowsAllOrAHostOrANetwork(String allowed) throws Exception {
        variables.put("HUBSTORAGE_NOTIFY_PRIVATE", allowed);

        assertThat(deliver()).isInstanceOf(Receipt.Delivered.class);
    }

    @Test
    void overTlsTheCertificateIsOfTheNameAndNotOfTheAddress() throws Exception {
        TrustOptions trust =
                new PemTrustOptions().addCertPath(TestCertificates.get().caPem().toString());
        try (Receiver secure = Receiver.startSecure(vertx)) {
            ChannelConfig.Webhook webhook = webhook(new Address(secure.url("/in"), null), List.of(), null);
            assertThat(deliver(webhook, trust)).isInstanceOf(Receipt.Delivered.class);
            assertThat(secure.only().header("Host")).startsWith("localhost:");
            assertThat(deliver(webhook, null))
                    .as("an authority that nobody knows")
                    .isInstanceOf(Receipt.TryAgain.class);
            assertThat(secure.requests).hasSize(1);
        }
    }

    @Test
    void whatNobodyAnswersIsTriedAgain() throws Exception {
        receiver.close();

        assertThat(deliver()).isEqualTo(new Receipt.TryAgain("cannot connect to localhost", null));
    }

    @Test
    void anAttemptEndsAtItsDeadlineAndItsThreadWithIt() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Attempt stuck = new Attempt(
                vertx,
                _ -> {
                    try {
                        new CountDownLatch(1).await();
                        throw new AssertionError("nobody counts down");
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                },
                UnaryOperator.identity(),
                Duration.ofMillis(20));

        assertThat(stuck.deliver(Messages.failed()).await(60, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Receipt.TryAgain.class, again -> assertThat(again.why()).startsWith("no answer within"));
        assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
    }
}
