package io.hubstorage.verify.scrub;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.fs.Sha256;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Shelf;
import io.hubstorage.testkit.SnapshotCopies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many files in many snapshots: {@code -Dscrub.files=200000 -Dscrub.snapshots=50}, by hand with {@code -Xmx192m}. Tells how long each
 * step took and how much of the heap was in use.
 */
final class ScrubScaleTest {
    private static final int FILES = Integer.getInteger("scrub.files", 1_500);
    private static final int SNAPSHOTS = Integer.getInteger("scrub.snapshots", 20);
    private static final Instant MADE = Instant.parse("2026-11-01T00:00:00Z");

    @TempDir
    Path home;

    @Test
    void eachFileIsReadOnceHoweverManySnapshotsHaveIt() throws Exception {
        Layout layout = new Layout(home.toRealPath());
        make(layout);
        SnapshotCopies.before(layout, SNAPSHOTS - 1, Duration.ofHours(6));
        Pace pace = new Pace(
                () -> false,
                () -> true,
                () -> Double.POSITIVE_INFINITY,
                new RateLimiter(System::nanoTime),
                new Cancellation());
        InstantSource clock = InstantSource.fixed(MADE.plus(Duration.ofDays(30)));
        Scrub scrub = new Scrub(layout, clock, pace, Optional::empty);
        long begin = System.nanoTime();

        scrub.run();

        Runtime runtime = Runtime.getRuntime();
        System.out.printf(
                "%d files in %d snapshots: %.1f s, heap %d of %d MiB, ledger %d bytes%n",
                FILES,
                SNAPSHOTS,
                (System.nanoTime() - begin) / 1e9,
                (runtime.totalMemory() - runtime.freeMemory()) >> 20,
                runtime.maxMemory() >> 20,
                Files.size(layout.scrub().resolve("ledger-1.jsonl.zst")));
        assertThat(scrub.progress().read().objects()).isEqualTo(FILES);
        assertThat(scrub.progress().proven().objects()).isEqualTo(FILES);
        assertThat(new Integrity.Finder(layout).find().cycle().percent()).isEqualTo(100);
        assertThat(new DamageList(layout).summary()).isEqualTo(DamageList.Summary.NONE);
    }

    private static void make(Layout layout) throws IOException {
        Path tree = Layout.tree(layout.snapshot(Layout.name(MADE)), "photos");
        new Shelf(layout.data()).snapshot("photos", IntStream.range(0, FILES).mapToObj(i -> {
            try {
                return file(tree, i);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
    }

    private static ManifestEntry file(Path tree, int number) throws IOException {
        String key = "%04d/%06d".formatted(number / 500, number);
        byte[] content = ByteBuffer.allocate(64).putInt(number).array();
        Path file = tree.resolve(key);
        Files.createDirectories(requireNonNull(file.getParent()));
        Files.write(file, content);
        Files.setLastModifiedTime(file, FileTime.from(MADE));
        String sha256 = HexFormat.of().formatHex(Sha256.digest().digest(content));
        return new ManifestEntry(
                key,
                key,
                new ManifestEntry.Content(content.length, "e", sha256, "md5", ManifestEntry.Upload.UNKNOWN),
                new ManifestEntry.Metadata(MADE),
                EntryState.DOWNLOADED);
    }
}
