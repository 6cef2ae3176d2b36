package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.fs.Sha256;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.web.http.FileRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ranges of a file that has another time than its object. */
@Timeout(60)
final class FileProofTest {
    private static final byte[] CONTENT = "0123456789".getBytes(StandardCharsets.UTF_8);
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path folder = Path.of("");

    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger proofs = new AtomicInteger();
    private final CountDownLatch mayRead = new CountDownLatch(1);

    private FileProof.Stored stored;

    @BeforeEach
    void store() throws IOException {
        Path file = Files.write(folder.resolve("file"), CONTENT);
        String sha256 = HexFormat.of().formatHex(Sha256.digest().digest(CONTENT));
        ManifestEntry entry = new ManifestEntry(
                "key",
                "file",
                new ManifestEntry.Content(CONTENT.length, "etag", sha256, null, ManifestEntry.Upload.UNKNOWN),
                new ManifestEntry.Metadata(Instant.parse("2026-11-01T10:20:30Z")),
                EntryState.DOWNLOADED);
        stored = new FileProof.Stored(entry, file, FileTime.from(Instant.parse("2026-11-02T00:00:00Z")));
    }

    @AfterEach
    void stop() {
        mayRead.countDown();
        clients.shutdownNow();
    }

    /** Reads all of a file byte by byte, the first one of it at once, the others when that is allowed. */
    private void read(FileRange range, Path file, ManifestEntry entry, OutputStream out) throws IOException {
        if (range.length() < CONTENT.length) {
            FileProof.copy(range, file, entry, out);
            return;
        }
        proofs.incrementAndGet();
        for (int i = 0; i < CONTENT.length; i++) {
            if (i == 1) {
                awaitQuietly(out);
            }
            FileProof.copy(new FileRange(i, 1), file, entry, out);
        }
    }

    /** Says now and then that it is still there, as reading does. */
    private void awaitQuietly(OutputStream out) throws IOException {
        try {
            while (!mayRead.await(10, TimeUnit.MILLISECONDS)) {
                out.write(new byte[0], 0, 0);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private Callable<String> part(FileProof proof, int first, AtomicBoolean gone) {
        return () -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            proof.send(stored, new FileRange(first, 2), out, gone::get);
            return out.toString(StandardCharsets.UTF_8);
        };
    }

    @Test
    void isReadOnceForAllWhoAskForPartsOfItMeanwhile() throws Exception {
        FileProof proof = new FileProof(this::read, LONG);
        List<Future<String>> parts = new ArrayList<>();
        for (int first = 0; first < 8; first++) {
            parts.add(clients.submit(part(proof, first, new AtomicBoolean())));
        }
        Awaitility.await().until(() -> proofs.get() == 1);
        mayRead.countDown();
        for (int first = 0; first < 8; first++) {
            assertThat(parts.get(first).get()).isEqualTo("0123456789".substring(first, first + 2));
        }
        assertThat(proofs).hasValue(1);
        assertThat(part(proof, 3, new AtomicBoolean()).call()).isEqualTo("34");
        assertThat(proofs).as("known from then on").hasValue(1);
    }

    @Test
    void isNotReadToItsEndWhenNobodyWaitsAnyMore() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        FileProof proof = new FileProof(
                (range, file, entry, out) -> {
                    try {
                        read(range, file, entry, out);
                    } finally {
                        ended.set(true);
                    }
                },
                LONG);
        AtomicBoolean gone = new AtomicBoolean();
        Future<String> part = clients.submit(part(proof, 0, gone));
        Awaitility.await().until(() -> proofs.get() == 1);
        gone.set(true);
        assertThatThrownBy(part::get).hasRootCauseInstanceOf(TimeoutException.class);
        Awaitility.await().untilTrue(ended);
        assertThat(mayRead.getCount()).as("without having been let read").isOne();
        mayRead.countDown();
        assertThat(part(proof, 0, new AtomicBoolean()).call()).isEqualTo("01");
        assertThat(proofs).hasValue(2);
    }

    @Test
    void whoWaitsTooLongIsToldToComeAgainAndItGoesOn() throws Exception {
        FileProof proof = new FileProof(this::read, Duration.ZERO);
        assertThatThrownBy(part(proof, 0, new AtomicBoolean())::call)
                .isInstanceOfSatisfying(S3Refusal.class, refusal -> {
                    assertThat(refusal.status()).isEqualTo(503);
                    assertThat(refusal.code()).isEqualTo("SlowDown");
                });
        mayRead.countDown();
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> part(proof, 4, new AtomicBoolean()).call().equals("45"));
        assertThat(proofs).hasValue(1);
    }

    @Test
    void whatIsDamagedIsRefusedToAllOfThem() throws Exception {
        Files.writeString(stored.file(), "012345678x");
        FileProof proof = new FileProof(this::read, LONG);
        Future<String> one = clients.submit(part(proof, 0, new AtomicBoolean()));
        Future<String> other = clients.submit(part(proof, 2, new AtomicBoolean()));
        mayRead.countDown();
        assertThatThrownBy(one::get).hasRootCauseInstanceOf(S3Refusal.class).hasMessageContaining("damaged");
        assertThatThrownBy(other::get).hasRootCauseInstanceOf(S3Refusal.class);
    }
}
