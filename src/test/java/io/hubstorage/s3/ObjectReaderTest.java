package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.EmbeddedS3;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/** Against a real server, which looks at signatures; by the SDK, and past it where a listing has shown the way. */
@ParameterizedClass(name = "past the SDK: {0}")
@ValueSource(booleans = {false, true})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ObjectReaderTest {
    private static final int LARGE = 5_000_000;

    @Parameter
    boolean pastTheSdk;

    private final byte[] large = new byte[LARGE];
    private EmbeddedS3 server;
    private S3Access s3;
    private String largeEtag;

    @BeforeAll
    void start() throws Exception {
        new Random(7).nextBytes(large);
        server = EmbeddedS3.start();
        server.createBucket("things");
        server.put("things", "small", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8), Map.of("owner", "me"));
        server.put("things", "empty", new byte[0]);
        server.put("things", "large", large);
        s3 = new S3Access(server.settings(), 8, "test", S3Access.STALL);
        showTheWay(s3);
        largeEtag = HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("MD5").digest(large));
    }

    private void showTheWay(S3Access access) throws Exception {
        if (pastTheSdk) {
            access.tryListing("things", "");
        }
        assertThat(access.clients().place("things") != null).isEqualTo(pastTheSdk);
    }

    @AfterAll
    void stop() {
        s3.close();
        server.close();
    }

    @Test
    void aSmallObjectComesWhole() throws Exception {
        AtomicLong received = new AtomicLong();
        ObjectReader.Small object =
                object("small", "5d41402abc4b2a76b9719d911017c592").readSmall(5, received::addAndGet);
        assertThat(object.body()).asString().isEqualTo("hello");
        assertThat(received).hasValue(5);
        assertThat(object.head().size()).isEqualTo(5);
        assertThat(object.head().etag()).isEqualTo("5d41402abc4b2a76b9719d911017c592");
        assertThat(object.head().description().metadata()).containsEntry("owner", "me");
    }

    @Test
    void anEmptyObjectIsAnObject() throws Exception {
        assertThat(object("empty", null).readSmall(0, count -> {}).body()).isEmpty();
    }

    @Test
    void contentHeadersComeWithTheBody() throws Exception {
        server.client()
                .putObject(
                        request -> request.bucket("things")
                                .key("page")
                                .contentType("text/html")
                                .contentEncoding("identity")
                                .contentDisposition("inline")
                                .contentLanguage("de")
                                .cacheControl("no-cache"),
                        AsyncRequestBody.fromString("<p>"))
                .join();
        ObjectHead head = object("page", null).readSmall(3, count -> {}).head();
        assertThat(head.description().headers())
                .containsEntry("content-type", "text/html")
                .containsEntry("content-disposition", "inline")
                .containsEntry("content-language", "de")
                .containsEntry("cache-control", "no-cache");
        assertThat(head.lastModified()).isAfter(java.time.Instant.EPOCH);
    }

    @Test
    void aSizeOtherThanListedIsACutBody() {
        for (long wrong : new long[] {0, 4, 6, 1000}) {
            assertThatThrownBy(() -> object("small", null).readSmall(wrong, count -> {}))
                    .isInstanceOfSatisfying(
                            S3Failure.Retriable.class,
                            failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.CUT_BODY));
        }
    }

    @Test
    void rangesTogetherAreTheObject() throws Exception {
        byte[] got = new byte[LARGE];
        AtomicLong received = new AtomicLong();
        int step = 1_500_000;
        for (int from = 0; from < LARGE; from += step) {
            ObjectHead head = object("large", largeEtag)
                    .readRange(
                            from,
                            Math.min(step, LARGE - from),
                            (bytes, position) -> bytes.get(got, Math.toIntExact(position), bytes.remaining()),
                            received::addAndGet);
            assertThat(head.size()).isEqualTo(LARGE);
            assertThat(head.etag()).isEqualTo(largeEtag);
        }
        assertThat(got).isEqualTo(large);
        assertThat(received).hasValue(LARGE);
    }

    @Test
    void theSinkIsCalledInOrderOnTheReadingThread() throws Exception {
        AtomicLong next = new AtomicLong(10);
        Thread here = Thread.currentThread();
        object("large", null)
                .readRange(
                        10,
                        400_000,
                        (bytes, position) -> {
                            assertThat(Thread.currentThread()).isSameAs(here);
                            assertThat(position).isEqualTo(next.getAndAdd(bytes.remaining()));
                        },
                        count -> {});
        assertThat(next).hasValue(400_010);
    }

    @Test
    void aChangedObjectIsSaidToBeChanged() {
        String old = "00000000000000000000000000000000";
        assertThatThrownBy(() -> object("small", old).readSmall(5, count -> {})).isInstanceOf(S3Failure.Changed.class);
        assertThatThrownBy(() -> range("large", old, 0, 100)).isInstanceOf(S3Failure.Changed.class);
    }

    @Test
    void anObjectThatIsNotFoundIsSaidToBeMissingWhichIsNotYetVanished() {
        assertThatThrownBy(() -> object("gone", "abc").readSmall(5, count -> {}))
                .isInstanceOfSatisfying(
                        S3Failure.Permanent.class,
                        failure -> assertThat(failure.saysMissing()).isTrue())
                .hasMessageStartingWith("Reading \"gone\" in bucket \"things\" failed: the object does not exist (404");
        assertThatThrownBy(() -> range("gone", null, 0, 100))
                .isInstanceOfSatisfying(
                        S3Failure.Permanent.class,
                        failure -> assertThat(failure.saysMissing()).isTrue());
    }

    @Test
    void aMissingBucketIsPermanent() {
        assertThatThrownBy(() -> s3.object("missing", "a").readSmall(5, count -> {}))
                .isInstanceOf(S3Failure.Permanent.class)
                .hasMessageContaining("bucket does not exist");
    }

    @Test
    void aRangeBeyondTheEndMeansThatTheObjectChanged() {
        assertThatThrownBy(() -> range("small", null, 100, 5)).isInstanceOf(S3Failure.Changed.class);
    }

    @Test
    void aRangeAcrossTheEndIsACutBody() {
        assertThatThrownBy(() -> range("small", null, 3, 5)).isInstanceOf(S3Failure.Retriable.class);
    }

    @Test
    void aSinkThatFailsEndsTheDownloadWithItsOwnError() {
        IOException full = new IOException("no space left on device");
        assertThatThrownBy(() -> object("large", null)
                        .readRange(
                                0,
                                LARGE,
                                (bytes, position) -> {
                                    throw full;
                                },
                                count -> {}))
                .isSameAs(full);
    }

    @Test
    void noMoreThanAChunkIsInMemory() throws Exception {
        AtomicLong largest = new AtomicLong();
        object("large", null)
                .readRange(
                        0,
                        LARGE,
                        (bytes, position) -> largest.accumulateAndGet(bytes.remaining(), Math::max),
                        count -> {});
        assertThat(largest.get()).isBetween(1L, 128L * 1024);
    }

    @Test
    void anInterruptAbortsTheRequest() throws Exception {
        EmbeddedS3 slow = EmbeddedS3.start();
        try (S3Access access = new S3Access(slow.settings(), 2, "test", S3Access.STALL)) {
            slow.createBucket("things");
            slow.put("things", "large", large);
            showTheWay(access);
            slow.throttle(200_000);
            AtomicLong received = new AtomicLong();
            AtomicReference<Throwable> ended = new AtomicReference<>();
            for (boolean whole : new boolean[] {true, false}) {
                received.set(0);
                ended.set(null);
                Thread thread = Thread.ofVirtual().start(() -> {
                    try {
                        if (whole) {
                            access.object("things", "large").readSmall(LARGE, received::addAndGet);
                        } else {
                            access.object("things", "large").readRange(0, LARGE, (b, p) -> {}, received::addAndGet);
                        }
                    } catch (Exception failure) {
                        ended.set(failure);
                    }
                });
                await().untilAtomic(received, org.hamcrest.Matchers.greaterThan(0L));
                thread.interrupt();
                await().untilAtomic(ended, org.hamcrest.Matchers.notNullValue());
                assertThat(ended.get()).isInstanceOf(InterruptedException.class);
                assertThat(received.get()).isLessThan(LARGE);
            }
        } finally {
            slow.close();
        }
    }

    private ObjectReader object(String key, @org.jspecify.annotations.Nullable String etag) {
        return s3.object("things", key, etag, false);
    }

    private ByteBuffer range(String key, @org.jspecify.annotations.Nullable String etag, long from, int length)
            throws Exception {
        ByteBuffer got = ByteBuffer.allocate(length);
        object(key, etag).readRange(from, length, (bytes, position) -> got.put(bytes), count -> {});
        return got.flip();
    }
}
