package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the manifests are read by which the files are found. */
final class InventoryTest {
    private static final int PIECE = 1 << 18;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-27T00:00:00Z"));

    @TempDir
    Path home;

    private final AtomicInteger askedForBackup = new AtomicInteger();
    private final AtomicInteger askedForRate = new AtomicInteger();
    private final Pace pace = new Pace(
            () -> {
                askedForBackup.incrementAndGet();
                return false;
            },
            () -> true,
            () -> {
                askedForRate.incrementAndGet();
                return Double.POSITIVE_INFINITY;
            },
            new RateLimiter(System::nanoTime),
            new Cancellation());
    private final Inventory.Sink nobody = new Inventory.Sink() {
        @Override
        public void file(LedgerLine line) {}

        @Override
        public void damaged(Damage damage) {}
    };

    private Layout layout = new Layout(Path.of(""));

    @BeforeEach
    void find() throws IOException {
        layout = new Layout(home.toRealPath());
    }

    /** With ETags that nothing can compress. */
    private Path snapshot(Shelf shelf, int keys) throws IOException {
        Random random = new Random(1);
        byte[] etag = new byte[32];
        String name = shelf.snapshot("photos", IntStream.range(0, keys).mapToObj(i -> {
                    random.nextBytes(etag);
                    return Shelf.entry("%06d".formatted(i), 10, HexFormat.of().formatHex(etag));
                }))
                .name();
        return Layout.manifest(layout.snapshot(name), "photos");
    }

    @Test
    void inTheMiddleOfALargeManifestItIsAskedWhetherABackupHasBegun() throws Exception {
        long size = Files.size(snapshot(new Shelf(layout.data()), 20_000));
        assertThat(size).isGreaterThan(2 * PIECE);
        CertifiedManifests manifests = new CertifiedManifests(layout, CLOCK, pace, nobody);

        manifests.read();

        assertThat(manifests.byBucket()).containsOnlyKeys("photos");
        assertThat(askedForBackup).hasValueGreaterThan((int) (size / PIECE));
    }

    @Test
    void bothReadingsOfAManifestCountForTheLimit() throws Exception {
        Shelf shelf = new Shelf(layout.data());
        snapshot(shelf, 3);
        snapshot(shelf, 3);

        new Inventory(layout, CLOCK, pace, nobody).take();

        assertThat(askedForRate).hasValue(4);
    }
}
