package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.s3.S3Access;
import io.hubstorage.snapshot.EntryState;
import io.hubstorage.snapshot.ManifestEntry;
import io.hubstorage.snapshot.ManifestReader;
import io.hubstorage.snapshot.ManifestWriter;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards in the middle of a bucket, which see only their own range of keys. */
final class ShardJobTest {
    @TempDir
    Path home;

    private final SyntheticS3 s3 = SyntheticS3.start();
    private final SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.empty());
    private final S3Access access = new S3Access(s3.settings(), 8, "test");
    private final TransferContext context =
            new TransferContext(new RequestPermits(8), new ByteBudget(1 << 20), new Streams(), Backoff.USUAL);

    @AfterEach
    void stop() {
        access.close();
        s3.close();
    }

    private static ManifestEntry held(String key) {
        return new ManifestEntry(
                key, key, 1, "e", Instant.EPOCH, null, null, null, Map.of(), Map.of(), EntryState.DOWNLOADED);
    }

    private TransferMessage.Source snapshotOf(String... keys) throws IOException {
        Path tree = home.resolve("previous");
        Path manifest = home.resolve("previous.zst");
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            for (String key : keys) {
                Files.createDirectories(tree);
                Files.setLastModifiedTime(Files.write(tree.resolve(key), new byte[1]), FileTime.from(Instant.EPOCH));
                writer.write(held(key));
            }
            writer.finish();
        }
        return new TransferMessage.Source(tree.toString(), manifest.toString(), true, TransferMessage.Trust.MANIFEST);
    }

    private TransferMessage.Result run(
            int index,
            @Nullable String after,
            @Nullable String through,
            boolean delete,
            TransferMessage.Source source) {
        return new ShardJob(
                        new TransferMessage.Shard(
                                "run",
                                TransferMessage.Mode.COPY,
                                "photos",
                                1,
                                index,
                                after,
                                through,
                                "",
                                false,
                                home.resolve("tree").toString(),
                                home.resolve("journal").toString(),
                                List.of(source),
                                new TransferMessage.Options(delete, List.of(), List.of(), true, false, false, false)),
                        context,
                        () -> access)
                .run();
    }

    private List<String> paths(int index) throws IOException {
        List<String> paths = new ArrayList<>();
        try (ManifestReader reader = ManifestReader.open(new ShardFiles(home.resolve("journal"), index).part())) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                paths.add(entry.path());
            }
        }
        return paths;
    }

    @Test
    void aFileOfAnEarlierShardStandsInTheWayOfAFolder() throws IOException {
        bucket.add("a", 5);
        bucket.add("a/b", 5);
        TransferMessage.Source previous = snapshotOf();

        assertThat(run(1, "a", null, true, previous).outcome()).isEqualTo(TransferMessage.Outcome.COMPLETE);
        assertThat(run(0, null, "a", true, previous).outcome()).isEqualTo(TransferMessage.Outcome.COMPLETE);

        assertThat(paths(0)).containsExactly("a");
        assertThat(paths(1)).containsExactly("~hub1~a/b");
    }

    @Test
    void soDoesAFileThatIsGoneFromS3AndCarriedOn() throws IOException {
        bucket.add("a/b", 5);
        bucket.add("0", 5);
        TransferMessage.Source previous = snapshotOf("a");

        assertThat(run(0, null, "a", false, previous).outcome()).isEqualTo(TransferMessage.Outcome.COMPLETE);
        TransferMessage.Result second = run(1, "a", null, false, previous);

        assertThat(second.outcome()).as(second.error()).isEqualTo(TransferMessage.Outcome.COMPLETE);
        assertThat(paths(0)).containsExactly("0", "a");
        assertThat(paths(1)).containsExactly("~hub1~a/b");
    }

    @Test
    void aFileThatIsGoneForGoodDoesNot() throws IOException {
        bucket.add("a/b", 5);
        TransferMessage.Source previous = snapshotOf("a");

        run(1, "a", null, true, previous);

        assertThat(paths(1)).containsExactly("a/b");
    }

    @Test
    void aJobThatWasCancelledBeforeItBeganDoesNothing() throws IOException {
        TransferMessage.Source previous = snapshotOf();
        ShardJob job = new ShardJob(
                new TransferMessage.Shard(
                        "run",
                        TransferMessage.Mode.COPY,
                        "photos",
                        1,
                        0,
                        null,
                        null,
                        "",
                        false,
                        home.resolve("tree").toString(),
                        home.resolve("journal").toString(),
                        List.of(previous),
                        new TransferMessage.Options(true, List.of(), List.of(), true, false, false, false)),
                context,
                () -> access);
        job.cancel();

        assertThat(job.run().outcome()).isEqualTo(TransferMessage.Outcome.CANCELLED);
        assertThat(s3.counts().all()).isZero();
    }
}
