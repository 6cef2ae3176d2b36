package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.config.Settings;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.core.SdkGlobalTime;

/** What goes past the SDK, and what comes back to it. */
@ExtendWith(VertxExtension.class)
final class BodyClientTest {
    private static final Duration STALL = Duration.ofSeconds(3);

    private Vertx vertx;
    private volatile Handler<HttpServerRequest> gets = BodyClientTest::hello;
    private final AtomicInteger bySdk = new AtomicInteger();
    private S3Access s3;

    /** A server that lists one object, and answers GETs as a test wants it. */
    @BeforeEach
    void start(Vertx given) throws Exception {
        vertx = given;
        s3 = new S3Access(SyntheticS3.settings(serve(this::answer)), 4, "7.8", STALL);
        s3.tryListing("things", "");
    }

    @AfterEach
    void stop() {
        s3.close();
        // The SDK keeps what it has learned of the time for the whole process.
        SdkGlobalTime.setGlobalTimeOffset(0);
    }

    /** For what ends by the client's patience alone. */
    private void beImpatient() throws Exception {
        Settings.Aws settings = s3.clients().settings();
        s3.close();
        s3 = new S3Access(settings, 4, "7.8", Duration.ofSeconds(1));
        s3.tryListing("things", "");
    }

    private void answer(HttpServerRequest request) {
        if (request.getHeader("User-Agent").contains("aws-sdk-java")) {
            bySdk.incrementAndGet();
        }
        if (request.uri().contains("list-type=2")) {
            request.response().end("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
        } else {
            gets.handle(request);
        }
    }

    private URI serve(Handler<HttpServerRequest> handler) {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(handler)
                .listen(0, "127.0.0.1")
                .await();
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    private static void hello(HttpServerRequest request) {
        request.response().putHeader("ETag", "\"e\"").end("hello");
    }

    private String read(String key) throws Exception {
        return new String(s3.object("things", key).readSmall(5, count -> {}).body(), StandardCharsets.UTF_8);
    }

    @Test
    void aBodyGoesPastTheSdkWhenAListingHasShownTheWay() throws Exception {
        AtomicReference<String> asked = new AtomicReference<>();
        AtomicReference<String> agent = new AtomicReference<>();
        gets = request -> {
            asked.set(request.uri());
            agent.set(request.getHeader("User-Agent"));
            hello(request);
        };
        assertThat(read("a b/../\u00e9%\u0001+~")).isEqualTo("hello");
        assertThat(asked).hasValue("/things/a%20b/../%C3%A9%25%01%2B~");
        assertThat(agent).hasValue("hubstorage/7.8");
        assertThat(bySdk).as("the listing").hasValue(1);
    }

    @Test
    void theFirstBodyShowsTheWayTooWhereNothingWasListed() throws Exception {
        try (S3Access fresh = new S3Access(s3.clients().settings(), 4, "test", STALL)) {
            for (int i = 0; i < 3; i++) {
                assertThat(fresh.object("things", "k/\u00fc")
                                .readSmall(5, count -> {})
                                .body())
                        .hasSize(5);
            }
        }
        assertThat(bySdk).as("the listing and the first body").hasValue(2);
    }

    @Test
    void aBucketThatIsElsewhereIsLeftToTheSdk() throws Exception {
        gets = request -> {
            if (request.getHeader("User-Agent").contains("aws-sdk-java")) {
                hello(request);
            } else {
                refuse(request.response().setStatusCode(301), "PermanentRedirect", "elsewhere");
            }
        };
        assertThat(read("k")).isEqualTo("hello");
        assertThat(bySdk).as("the listing and the body").hasValue(2);
    }

    @Test
    void aRefusalIsUnderstoodAsTheSdkUnderstandsIt() {
        gets = request ->
                refuse(request.response().setStatusCode(503).putHeader("Retry-After", "7"), "SlowDown", "be slow");
        assertThatThrownBy(() -> read("k"))
                .isInstanceOfSatisfying(
                        S3Failure.Throttled.class,
                        failure -> assertThat(failure.retryAfter()).hasSeconds(7))
                .hasMessageContaining("(503 SlowDown: be slow)");
        gets = request -> refuse(request.response().setStatusCode(404), "NoSuchKey", "<![CDATA[no <such> key]]>");
        assertThatThrownBy(() -> read("k"))
                .isInstanceOfSatisfying(
                        S3Failure.class, failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.NOT_FOUND))
                .hasMessageContaining("(404 NoSuchKey: no <such> key)");
        assertThat(bySdk).as("only the listing").hasValue(1);
    }

    @Test
    void aRefusalThatIsNoXmlIsOneByItsStatusAlone() {
        gets = request ->
                request.response().setStatusCode(502).end("<html><body>Bad Gateway</p></html>".repeat(20_000));
        assertThatThrownBy(() -> read("k"))
                .isInstanceOfSatisfying(
                        S3Failure.Retriable.class,
                        failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.GATEWAY));
        gets = request -> request.response().setStatusCode(403).end();
        assertThatThrownBy(() -> read("k")).hasMessageContaining("access is denied (403)");
    }

    @Test
    void nothingOutsideTheRefusalIsReadBecauseOfIt() {
        gets = request -> request.response()
                .setStatusCode(403)
                .end("<!DOCTYPE Error [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                        + "<Error><Code>AccessDenied</Code><Message>&x;</Message></Error>");
        assertThatThrownBy(() -> read("k"))
                .isInstanceOf(S3Failure.class)
                .hasMessageContaining("access is denied")
                .hasMessageNotContaining("root:");
    }

    @Test
    void aServerThatFallsSilentIsGivenUpBeforeAndWithinABody() throws Exception {
        beImpatient();
        AtomicInteger closed = new AtomicInteger();
        gets = request -> request.connection().closeHandler(_ -> closed.incrementAndGet());
        assertThatThrownBy(() -> read("k"))
                .isInstanceOfSatisfying(
                        S3Failure.class, failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.TIMEOUT));
        await().untilAtomic(closed, org.hamcrest.Matchers.is(1));
        gets = request -> {
            request.connection().closeHandler(_ -> closed.incrementAndGet());
            request.response().putHeader("Content-Length", "5").write("he");
        };
        assertThatThrownBy(() -> read("k"))
                .isInstanceOfSatisfying(
                        S3Failure.class, failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.TIMEOUT));
        await().untilAtomic(closed, org.hamcrest.Matchers.is(2));
    }

    @Test
    void aBodyWhoseLengthNobodyAnnouncesIsTaken() throws Exception {
        gets = request -> {
            HttpServerResponse response = request.response().setChunked(true);
            response.write("hel");
            response.end("lo");
        };
        for (int i = 0; i < 10; i++) {
            assertThat(read("k")).isEqualTo("hello");
        }
        gets = request -> request.response().setChunked(true).end("hell");
        assertThatThrownBy(() -> read("k"))
                .isInstanceOfSatisfying(
                        S3Failure.class, failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.CUT_BODY));
    }

    @Test
    void aRangeThatIsIgnoredIsSaidToBeWhateverItsLength() {
        gets = request -> request.response().end("hello world");
        assertThatThrownBy(() -> s3.object("things", "k").readRange(2, 5, (bytes, at) -> {}, count -> {}))
                .isInstanceOfSatisfying(
                        S3Failure.class, failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.RANGE));
    }

    @Test
    void theHeadIsToldBeforeTheBodyComes() throws Exception {
        gets = BodyClientTest::hello;
        List<String> told = new ArrayList<>();
        s3.object("things", "k")
                .readWhole(
                        5,
                        new ObjectReader.Sink() {
                            @Override
                            public void begins(ObjectHead head) {
                                told.add("head of " + head.size());
                            }

                            @Override
                            public void write(ByteBuffer bytes, long position) {
                                told.add(StandardCharsets.UTF_8.decode(bytes).toString());
                            }
                        },
                        count -> {});
        assertThat(told).containsExactly("head of 5", "hello");
    }

    @Test
    void whatComesInLittlePiecesIsHandedOnInLargerOnes() throws Exception {
        gets = request -> {
            HttpServerResponse response = request.response().putHeader("Content-Length", "400000");
            for (int piece = 0; piece < 25; piece++) {
                response.write(Buffer.buffer(new byte[16_000]));
            }
            response.end();
        };
        List<Integer> sizes = new ArrayList<>();
        s3.object("things", "k").readWhole(400_000, (bytes, at) -> sizes.add(bytes.remaining()), count -> {});
        assertThat(sizes.stream().mapToInt(size -> size).sum()).isEqualTo(400_000);
        sizes.removeLast();
        assertThat(sizes).isNotEmpty().allSatisfy(size -> assertThat(size).isBetween(64 << 10, 128 << 10));
    }

    /** Sends the first 1,000 bytes of a body, and no more. */
    private static void breakOff(HttpServerRequest request) {
        HttpServerResponse response = request.response().putHeader("Content-Length", "400000");
        response.write(Buffer.buffer(new byte[1_000]))
                .onComplete(_ -> request.connection().close());
    }

    @Test
    void whatHasComeOfABodyThatBreaksOffIsHandedOn() {
        gets = BodyClientTest::breakOff;
        AtomicLong taken = new AtomicLong();
        assertThatThrownBy(() -> s3.object("things", "k")
                        .readWhole(400_000, (bytes, at) -> taken.addAndGet(bytes.remaining()), count -> {}))
                .isInstanceOf(S3Failure.class);
        assertThat(taken).hasValue(1_000);
    }

    @Test
    void whereThatCannotBeWrittenBothAreTold() {
        gets = BodyClientTest::breakOff;
        IOException full = new IOException("no space left");
        assertThatThrownBy(() -> s3.object("things", "k")
                        .readWhole(
                                400_000,
                                (bytes, at) -> {
                                    throw full;
                                },
                                count -> {}))
                .isSameAs(full);
        assertThat(full.getSuppressed()).singleElement().isInstanceOf(S3Failure.class);
    }

    @Test
    void aRefusalThatBreaksOffIsARefusalStill() {
        gets = request -> {
            HttpServerResponse response = request.response().setStatusCode(503).putHeader("Content-Length", "500");
            response.write("<Error><Code>SlowDown</Code>")
                    .onComplete(_ -> request.connection().close());
        };
        assertThatThrownBy(() -> read("k")).isInstanceOf(S3Failure.Throttled.class);
    }

    @Test
    void aSlowReaderHoldsUpNobodyElse() throws Exception {
        for (int chunks = 17; chunks <= 48; chunks++) {
            byte[] large = new byte[chunks * 16 * 1024];
            gets = request -> {
                if (request.uri().endsWith("large")) {
                    request.response().end(Buffer.buffer(large));
                } else {
                    hello(request);
                }
            };
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch others = new CountDownLatch(1);
            AtomicLong taken = new AtomicLong();
            FutureTask<ObjectHead> reader = new FutureTask<>(() -> s3.object("things", "large")
                    .readWhole(
                            large.length,
                            (bytes, at) -> {
                                begun.countDown();
                                awaitUnchecked(others);
                                taken.addAndGet(bytes.remaining());
                            },
                            count -> {}));
            Thread.ofVirtual().start(reader);
            try {
                begun.await();
                for (int i = 0; i < 6; i++) {
                    assertThat(read("k")).as("beside %d chunks", chunks).isEqualTo("hello");
                }
            } finally {
                others.countDown();
            }
            reader.get(30, TimeUnit.SECONDS);
            assertThat(taken).hasValue(large.length);
        }
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anEtagThatNoHeaderCanHoldTakesNoConnection() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        gets = request -> {
            asked.incrementAndGet();
            hello(request);
        };
        ObjectReader odd = s3.object("things", "k", "a\nX-Amz-Other: b", false);
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(() -> odd.readSmall(5, count -> {})).hasMessageContaining("control character");
        }
        assertThat(asked).hasValue(0);
        assertThat(read("k")).isEqualTo("hello");
    }

    @Test
    void whoWatchesIsToldOfAServerThatNeverAnswers() throws Exception {
        beImpatient();
        Availability watcher = new Availability(STALL, System::nanoTime);
        S3Access watched = s3.watchedBy(watcher);
        gets = _ -> {};
        assertThatThrownBy(() -> watched.object("things", "k").readSmall(5, count -> {}))
                .isInstanceOf(S3Failure.class);
        assertThat(Objects.requireNonNull(watcher.service().trouble()).cause()).isEqualTo("timed out");
    }

    @Test
    void aConnectionIsUsedAgainWhenItsBodyHasComeAndOnlyThen() throws Exception {
        Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
        gets = request -> {
            connections.add(request.connection());
            hello(request);
        };
        for (int i = 0; i < 10; i++) {
            read("k");
        }
        assertThat(connections).hasSize(1);
        assertThatThrownBy(() -> s3.object("things", "k").readSmall(4, count -> {}))
                .isInstanceOf(S3Failure.Retriable.class);
        read("k");
        assertThat(connections).as("of the refused body nothing was read").hasSize(2);
    }

    @Test
    void aConnectionThatTheServerHasClosedMeanwhileCostsNoAttempt() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        gets = request -> {
            request.connection().closeHandler(_ -> closed.incrementAndGet());
            request.response()
                    .putHeader("ETag", "\"e\"")
                    .end("hello")
                    .onComplete(_ -> request.connection().close());
        };
        for (int i = 1; i <= 5; i++) {
            assertThat(read("k")).isEqualTo("hello");
            await().untilAtomic(closed, org.hamcrest.Matchers.is(i));
        }
    }

    @Test
    void moreThanAnAnswerIsNotTheBeginningOfTheNext() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        URI server = URI.create("http://127.0.0.1:"
                + vertx.createNetServer()
                        .connectHandler(socket -> {
                            connections.incrementAndGet();
                            socket.handler(_ -> socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
                                    + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong"));
                        })
                        .listen(0, "127.0.0.1")
                        .await()
                        .actualPort());
        for (int i = 1; i <= 3; i++) {
            assertThat(text(direct(server))).isEqualTo("hi");
            assertThat(connections).hasValue(i);
        }
    }

    @Test
    void whatIsUnderWayBreaksOffWhenTheAccessIsClosed() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        gets = request -> {
            asked.incrementAndGet();
            request.response().putHeader("Content-Length", "5").write("he");
        };
        BodyClient client = s3.clients().bodies();
        FutureTask<String> reader = new FutureTask<>(() -> read("k"));
        Thread.ofVirtual().start(reader);
        await().untilAtomic(asked, org.hamcrest.Matchers.is(1));

        s3.close();

        assertThatThrownBy(() -> reader.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(S3Failure.class);
        BucketPlaces.Place place = new BucketPlaces.Place(
                Objects.requireNonNull(s3.clients().settings().endpoint()), "/things", "us-east-1", Duration.ZERO);
        assertThatThrownBy(() -> client.get(place, "k", AwsBasicCredentials.create("id", "secret"), Map.of()))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining("closed");
    }

    /** Of a server that says the same to everybody, and closes the connection. */
    private Body saying(String answer) throws Exception {
        return direct(URI.create("http://127.0.0.1:"
                + vertx.createNetServer()
                        .connectHandler(socket ->
                                socket.handler(_ -> socket.write(answer).onComplete(_ -> socket.close())))
                        .listen(0, "127.0.0.1")
                        .await()
                        .actualPort()));
    }

    private static String text(Body body) throws Exception {
        StringBuilder text = new StringBuilder();
        byte[] into = new byte[3];
        for (int count = body.read(into, 0, 3); count >= 0; count = body.read(into, 0, 3)) {
            text.append(new String(into, 0, count, StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    @Test
    void answersBeforeTheAnswerArePassedOverButNotForEver() throws Exception {
        String early = "HTTP/1.1 103 Early Hints\r\n\r\n";
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        assertThat(text(saying(early.repeat(3) + answer))).isEqualTo("hello");
        assertThatThrownBy(() -> saying(early.repeat(100) + answer)).hasMessageContaining("goes on announcing");
    }

    @Test
    void aHeadMayBeLongButNotEndless() throws Exception {
        StringBuilder metadata = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            metadata.append("x-amz-meta-%03d: abc\r\n".formatted(i));
        }
        Body body = saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + metadata + "\r\nhi");
        assertThat(body.headers()).hasSize(501).containsEntry("X-AMZ-META-499", List.of("abc"));
        assertThat(text(body)).isEqualTo("hi");
        assertThatThrownBy(
                        () -> saying("HTTP/1.1 200 OK\r\n" + metadata.toString().repeat(10) + "\r\n"))
                .isInstanceOf(java.io.IOException.class);
    }

    /** Half of an object's metadata would pass for all of it, and a range without its place for another one. */
    @Test
    void aHeadThatTheConnectionCutsIsNone() {
        for (String cut : List.of(
                "HTTP/1.1 404",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-amz-meta-a: 1\r\nx-amz-me",
                "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n")) {
            assertThatThrownBy(() -> saying(cut))
                    .as(cut)
                    .isInstanceOf(java.io.IOException.class)
                    .hasMessageContaining("within the head");
        }
    }

    @Test
    void aHeadThatDripsIsNotWaitedForAsLongAsItDrips() throws Exception {
        beImpatient();
        URI dripping = URI.create("http://127.0.0.1:"
                + vertx.createNetServer()
                        .connectHandler(socket -> socket.handler(_ -> socket.write("HTTP/1.1 200 OK\r\nx-amz-meta-a: ")
                                .onComplete(_ -> vertx.setPeriodic(100, _ -> socket.write("x")))))
                        .listen(0, "127.0.0.1")
                        .await()
                        .actualPort());
        assertThatThrownBy(() -> direct(dripping)).isInstanceOf(java.net.SocketTimeoutException.class);
    }

    @Test
    void norIsTheTextOfARefusal() throws Exception {
        beImpatient();
        gets = request -> {
            HttpServerResponse response = request.response().setStatusCode(503).setChunked(true);
            vertx.setPeriodic(100, _ -> response.write("x"));
        };
        assertThatThrownBy(() -> read("k")).isInstanceOf(S3Failure.Throttled.class);
    }

    @Test
    void whatHasNoBodyIsNotWaitedFor() {
        gets = request -> request.response().setStatusCode(304).end();
        assertThatThrownBy(() -> read("k"))
                .isInstanceOfSatisfying(
                        S3Failure.class, failure -> assertThat(failure.kind()).isNotEqualTo(S3Failure.Kind.TIMEOUT));
        gets = request -> request.response().setStatusCode(204).end();
        assertThatThrownBy(() -> read("k"))
                .isInstanceOfSatisfying(
                        S3Failure.class, failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.CUT_BODY));
    }

    @Test
    void anInterruptEndsAReadThatAlwaysFindsMore() throws Exception {
        int size = 8 << 20;
        gets = request -> request.response().end(Buffer.buffer(new byte[size]));
        FutureTask<Boolean> reader = new FutureTask<>(() -> {
            try {
                s3.object("things", "k")
                        .readWhole(size, (bytes, at) -> Thread.currentThread().interrupt(), count -> {});
                return false;
            } catch (InterruptedException stopped) {
                return true;
            }
        });
        Thread.ofVirtual().start(reader);
        assertThat(reader.get(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Where a bucket is part of the host's name, such a path begins with two slashes. */
    @Test
    void aKeyThatBeginsWithASlashIsNoHost() throws Exception {
        AtomicReference<String> asked = new AtomicReference<>();
        URI server = serve(request -> {
            asked.set(request.uri());
            hello(request);
        });
        s3.clients()
                .bodies()
                .get(
                        new BucketPlaces.Place(server, "", "us-east-1", Duration.ZERO),
                        "/other/k",
                        AwsBasicCredentials.create("id", "secret"),
                        Map.of())
                .cancel();
        assertThat(asked).hasValue("//other/k");
    }

    @Test
    void whatIsNoHttpIsABrokenConnection() {
        URI garbage = URI.create("http://127.0.0.1:"
                + vertx.createNetServer()
                        .connectHandler(socket -> socket.handler(_ -> socket.write("220 mail ready\r\n\r\n")))
                        .listen(0, "127.0.0.1")
                        .await()
                        .actualPort());
        assertThatThrownBy(() -> direct(garbage)).isInstanceOf(java.io.IOException.class);
    }

    @Test
    void nobodyAtTheOtherEndIsSaidSoEachTime() throws Exception {
        int port;
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> direct(URI.create("http://127.0.0.1:" + port)))
                    .isInstanceOf(java.net.ConnectException.class);
        }
        assertThatThrownBy(() -> direct(URI.create("http://nowhere.invalid:80")))
                .isInstanceOf(java.net.UnknownHostException.class);
    }

    private Body direct(URI server) throws Exception {
        return direct(new BucketPlaces.Place(server, "/things", "us-east-1", Duration.ZERO));
    }

    private Body direct(BucketPlaces.Place place) throws Exception {
        return s3.clients().bodies().get(place, "k", AwsBasicCredentials.create("id", "secret"), Map.of());
    }

    @Test
    void whatIsRefusedForItsCredentialsAloneIsNotAskedForTwice() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        gets = request -> {
            asked.incrementAndGet();
            refuse(request.response().setStatusCode(400), "ExpiredToken", "too old");
        };
        assertThatThrownBy(() -> read("k")).isInstanceOf(S3Failure.Auth.class);
        assertThat(asked).as("there are no newer ones").hasValue(1);
        assertThat(s3.clients().place("things")).isNotNull();
    }

    @Test
    void aClockThatDiffersIsSetBySdkAndFollowedFromThenOn() throws Exception {
        List<String> signed = new ArrayList<>();
        gets = request -> {
            signed.add(request.getHeader("X-Amz-Date"));
            boolean right = request.getHeader("X-Amz-Date").startsWith("2031");
            if (right) {
                hello(request);
            } else {
                refuse(
                        request.response().setStatusCode(403).putHeader("Date", "Wed, 01 Jan 2031 12:00:00 GMT"),
                        "RequestTimeTooSkewed",
                        "no");
            }
        };
        assertThat(read("k")).isEqualTo("hello");
        assertThat(read("k")).isEqualTo("hello");
        assertThat(signed)
                .as("past the SDK, by it, with its new time, past it with that")
                .hasSize(4);
    }

    @Test
    void aClockThatIsWrongIsWrongForBothWays() throws Exception {
        AtomicReference<String> signed = new AtomicReference<>();
        gets = request -> {
            signed.set(request.getHeader("X-Amz-Date"));
            hello(request);
        };
        BucketPlaces.Place place = Objects.requireNonNull(s3.clients().place("things"));
        direct(new BucketPlaces.Place(place.server(), place.path(), place.region(), Duration.ofHours(-5)))
                .cancel();
        Instant at = Instant.parse(Objects.requireNonNull(signed.get())
                .replaceFirst("(....)(..)(..)T(..)(..)(..)Z", "$1-$2-$3T$4:$5:$6Z"));
        assertThat(at).isCloseTo(Instant.now().minus(Duration.ofHours(5)), within());
    }

    private static org.assertj.core.data.TemporalUnitOffset within() {
        return new org.assertj.core.data.TemporalUnitWithinOffset(1, java.time.temporal.ChronoUnit.MINUTES);
    }

    private static void refuse(HttpServerResponse response, String code, String message) {
        response.end("<?xml version=\"1.0\"?>\n<Error>\n  <Code>%s</Code><Message>%s</Message>\n</Error>"
                .formatted(code, message));
    }
}
