package io.hubstorage.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.s3.MultipartUploads.Part;
import io.hubstorage.s3.ObjectWriter.Bytes;
import io.hubstorage.s3.ObjectWriter.Head;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBody;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TestClients;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ObjectWriterTest {
    /** For the tests that are about silence; in the others a busy machine must not be taken for it. */
    private static final Duration STALL = Duration.ofSeconds(2);

    private static final int MIB = 1 << 20;
    private static final byte[] LARGE = SyntheticBody.bytes(1, 0, 3 * MIB);

    private SyntheticS3 server;
    private SyntheticBucket bucket;
    private S3Access s3;
    private ObjectWriter writer;
    private MultipartUploads uploads;

    @BeforeEach
    void start() {
        server = SyntheticS3.start();
        bucket = server.bucket("b", SyntheticBucket.empty());
        bucket.writable();
        s3 = new S3Access(server.settings(), 8, "test", S3Access.STALL);
        writer = s3.writer("b");
        uploads = s3.uploads("b");
    }

    @AfterEach
    void stop() {
        s3.close();
        server.close();
    }

    /** A body whose reading is up to the test. */
    private abstract static class Source implements Bytes {
        final AtomicLong read = new AtomicLong();
        final long length;

        Source(long length) {
            this.length = length;
        }

        /** Before the byte at this position is read. */
        abstract void at(long position) throws IOException;

        @Override
        public long length() {
            return length;
        }

        @Override
        public InputStream open() {
            return new InputStream() {
                private long position;

                @Override
                public int read() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public int read(byte[] into, int offset, int most) throws IOException {
                    if (position == length) {
                        return -1;
                    }
                    at(position);
                    int count = (int) Math.min(most, length - position);
                    position += count;
                    read.addAndGet(count);
                    return count;
                }
            };
        }
    }

    @Test
    void anObjectIsThereWithItsHeaders() throws Exception {
        String raw = new String("ä 日本".getBytes(UTF_8), ISO_8859_1);
        writer.put(
                "a b/ü",
                Bytes.of(LARGE),
                Map.of("content-type", "text/x", "x-amz-meta-raw", raw, "x-amz-storage-class", "STANDARD_IA"));

        Head head = Objects.requireNonNull(writer.head("a b/ü", false));
        assertThat(head.head().size()).isEqualTo(LARGE.length);
        assertThat(head.storageClass()).isEqualTo("STANDARD_IA");
        assertThat(head.head().description().headers()).containsEntry("content-type", "text/x");
        assertThat(head.head().description().metadata()).containsEntry("raw", raw);
        assertThat(bucket.get("a b/ü").body()).isEqualTo(LARGE);
        assertThat(writer.head("none", false)).isNull();
    }

    /** Only a server that compares signatures shows whether what is sent is what was signed. */
    @Test
    void headersBeyondAsciiAreSentAsTheyWereSigned() throws Exception {
        try (EmbeddedS3 real = EmbeddedS3.start();
                S3Access access = new S3Access(real.settings(), 4, "test", S3Access.STALL)) {
            real.createBucket("bucket");
            ObjectWriter here = access.writer("bucket");
            String raw = new String("ä 日本".getBytes(UTF_8), ISO_8859_1);
            here.put("k", Bytes.of(new byte[] {1}), Map.of("x-amz-meta-raw", raw, "content-type", "text/x"));

            Head head = Objects.requireNonNull(here.head("k", false));
            assertThat(head.head().description().headers()).containsEntry("content-type", "text/x");
            assertThat(head.head().description().metadata()).containsKey("raw");
        }
    }

    @Test
    void aServerThatSignsTheBytesOfAHeaderGetsThemSignedSo() throws Exception {
        String raw = new String("ä 日本".getBytes(UTF_8), ISO_8859_1);
        Fault mismatch = new Fault.Status(403, "SignatureDoesNotMatch", "The signature does not match");
        server.faults().when(RequestKind.PUT).times(1).then(mismatch);

        writer.put("one", Bytes.of(LARGE), Map.of("x-amz-meta-raw", raw));
        writer.put("two", Bytes.of(LARGE), Map.of("x-amz-meta-raw", raw));

        assertThat(bucket.get("one").metadata()).isEqualTo(Map.of("raw", raw));
        assertThat(bucket.get("two").metadata()).isEqualTo(Map.of("raw", raw));
        assertThat(server.requestsFor("two"))
                .hasSize(1)
                .noneMatch(request -> request.headers().containsKey("x-amzn-trace-id"));
        server.faults().when(RequestKind.PUT).then(mismatch);
        assertThatThrownBy(() -> writer.put("three", Bytes.of(LARGE), Map.of())).isInstanceOf(S3Failure.Auth.class);
    }

    @Test
    void anEmptyObjectIsOneToo() throws Exception {
        writer.put("empty", Bytes.of(new byte[0]), Map.of("if-none-match", "*"));

        assertThat(bucket.get("empty").size()).isZero();
        assertThatThrownBy(() -> writer.put("empty", Bytes.of(new byte[0]), Map.of("if-none-match", "*")))
                .isInstanceOf(S3Failure.Changed.class);
    }

    @Test
    void whatTheSourceThrowsComesAsItIsAndNothingIsWritten() {
        IOException damaged = new IOException("damaged");
        Source source = new Source(LARGE.length) {
            @Override
            void at(long position) throws IOException {
                if (position > 2 * MIB) {
                    throw damaged;
                }
            }
        };

        assertThatThrownBy(() -> writer.put("k", source, Map.of())).isSameAs(damaged);
        assertThatThrownBy(() -> writer.put(
                        "k",
                        new Source(10) {
                            @Override
                            void at(long position) throws IOException {
                                throw damaged;
                            }
                        },
                        Map.of()))
                .isSameAs(damaged);

        assertThat(bucket.find("k")).isNull();
    }

    @Test
    void aSourceThatEndsTooEarlyIsAnError() {
        Bytes cut = new Bytes() {
            @Override
            public long length() {
                return LARGE.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(LARGE, 0, MIB);
            }
        };

        assertThatThrownBy(() -> writer.put("k", cut, Map.of())).isInstanceOf(IOException.class);
        assertThat(bucket.find("k")).isNull();
    }

    /** A limit of bandwidth, or a disk that wakes up. */
    @Test
    void aSlowSourceIsNoSilentServer() throws Exception {
        Source source = new Source(MIB) {
            @Override
            void at(long position) {
                if (position == 128 * 1024) {
                    LockSupport.parkNanos(STALL.multipliedBy(2).toNanos());
                }
            }
        };

        try (S3Access impatient = new S3Access(server.settings(), 8, "test", STALL)) {
            impatient.writer("b").put("k", source, Map.of());
        }

        assertThat(bucket.get("k").size()).isEqualTo(MIB);
    }

    @Test
    void aServerThatDoesNotReadIsGivenUpAndGetsNoMoreThanTheNetworkHolds() throws Exception {
        long size = 1L << 30;
        Source source = new Source(size) {
            @Override
            void at(long position) {
                // As fast as it likes.
            }
        };
        try (ServerSocket deaf = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                S3Access access = new S3Access(
                        TestClients.settings(URI.create("http://127.0.0.1:" + deaf.getLocalPort()), "a", "b"),
                        4,
                        "test",
                        STALL)) {
            assertThatThrownBy(() -> access.writer("b").put("k", source, Map.of()))
                    .isInstanceOfSatisfying(
                            S3Failure.Retriable.class,
                            failure -> assertThat(failure.isBroken()).isTrue());
        }
        assertThat(source.read.get()).isLessThan(32L << 20);
    }

    @Test
    void anInterruptEndsTheWrite() throws Exception {
        server.faults().when(RequestKind.PUT).then(Fault.hang());
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread writing = Thread.ofVirtual().start(() -> {
            try {
                writer.put("k", Bytes.of(LARGE), Map.of());
                end.complete(new AssertionError("it was written"));
            } catch (Throwable e) {
                end.complete(e);
            }
        });
        Awaitility.await().until(() -> !server.requestsFor("k").isEmpty());

        writing.interrupt();

        assertThat(end.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void anObjectInPartsIsPutTogether() throws Exception {
        String id = uploads.begin("k", Map.of("content-type", "text/x"));
        assertThat(uploads.unfinished("k")).singleElement().satisfies(upload -> {
            assertThat(upload.uploadId()).isEqualTo(id);
            assertThat(uploads.isEmpty(upload)).isTrue();
        });
        List<Part> parts = List.of(
                uploads.part("k", id, 1, Bytes.of(LARGE), null, Map.of()),
                uploads.part("k", id, 2, Bytes.of(new byte[] {1, 2}), null, Map.of()));
        assertThat(uploads.isEmpty(uploads.unfinished("k").getFirst())).isFalse();

        ObjectWriter.Stored stored = uploads.complete("k", id, parts, null, Map.of());

        assertThat(stored.etag()).endsWith("-2").isEqualTo(bucket.get("k").etag());
        assertThat(bucket.get("k").size()).isEqualTo(LARGE.length + 2);
        assertThat(uploads.abort("k", id)).as("there is nothing to abort").isFalse();
        assertThat(uploads.unfinished("k")).isEmpty();
    }

    @Test
    void tagsAreSetAsTheyAre() throws Exception {
        Map<String, String> tags = Map.of("a b", "c&d=+ü", "empty", "");
        writer.put("k", Bytes.of(new byte[1]), Map.of("x-amz-tagging", ObjectWriter.tagging(tags)));
        assertThat(writer.tags("k")).isEqualTo(tags);

        writer.tag("k", Map.of("other", "1"));
        assertThat(writer.tags("k")).isEqualTo(Map.of("other", "1"));
        writer.delete("k", null, null);
        writer.delete("k", null, null);
        assertThat(bucket.find("k")).isNull();
    }

    @Test
    void aBodyIsReadAnewWhenItIsSentAgain() throws Exception {
        AtomicLong opened = new AtomicLong();
        Bytes body = new Bytes() {
            @Override
            public long length() {
                return LARGE.length;
            }

            @Override
            public InputStream open() {
                opened.incrementAndGet();
                return new FilterInputStream(new ByteArrayInputStream(LARGE)) {};
            }
        };
        // The SDK sends it again by the server's clock.
        server.faults()
                .when(RequestKind.PUT)
                .times(1)
                .then(new Fault.Status(403, "RequestTimeTooSkewed", "The difference is too large."));

        writer.put("k", body, Map.of());

        assertThat(opened).hasValue(2);
        assertThat(bucket.get("k").body()).isEqualTo(LARGE);
    }
}
