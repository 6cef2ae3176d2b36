package io.hubstorage.retain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.RetentionMessage;
import io.hubstorage.bus.RetentionRecord;
import io.hubstorage.bus.RetentionStart;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.testkit.LoopDisk;
import io.hubstorage.testkit.MadeSnapshots;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a preview says that a retention frees, against what the disk says itself before it and after, when the trash is empty: on file
 * systems mounted for this, where nobody else writes.
 */
final class FreedOnDisksTest {
    private static final int SNAPSHOTS = 8;
    private static final int KEYS = 400;
    private static final int LARGEST = 60_000;
    private static final TrashEmptier.Speed FAST =
            new TrashEmptier.Speed(1_000, 1_000_000, Duration.ofMillis(1), Duration.ofMillis(1));

    @TempDir
    Path home;

    @ParameterizedTest
    @EnumSource(names = {"EXT4", "XFS", "BTRFS", "BTRFS_OF_WHOLE_BLOCKS"})
    void whatAPreviewSaysIsWhatTheDiskHasMoreAfterwards(LoopDisk.Type type) throws Exception {
        try (LoopDisk disk = LoopDisk.mount(home.toRealPath().resolve("disk"), type);
                TrashKit kit = new TrashKit(
                        home.toRealPath(),
                        disk.folder().resolve("data"),
                        new JsonObject()
                                .put("enabled", true)
                                .put("keep_last", 3)
                                .put("undo_hours", 0))) {
            make(kit);
            // Both stay when they have been made.
            Files.createDirectories(kit.layout.removedSnapshots());
            DataLock.take(kit.layout, TrashKit.NOW).close();
            Bus bus = new Bus(kit.vertx);
            kit.vertx
                    .deployVerticle(new RetentionVerticle(
                            kit.config,
                            new Jobs(kit.vertx, kit.history, kit.clock),
                            kit.history,
                            kit.clock,
                            true,
                            doubt -> kit.emptier(FAST, _ -> 100, doubt)))
                    .await();
            Used before = Used.of(disk, type);
            RetentionMessage.Preview preview = await().until(
                            () -> bus.ask(Addresses.RETENTION_PREVIEW, RetentionMessage.Preview.class)
                                    .await(),
                            answer -> answer.freedBytes() != null);

            String id = bus.ask(Addresses.RETENTION_START, new RetentionStart(Trigger.MANUAL, preview.digest(), null))
                    .await()
                    .getString("run_id");
            RetentionRecord ended = await().until(
                            () -> kit.history
                                    .find(id)
                                    .map(RetentionRecord.class::cast)
                                    .orElse(null),
                            record -> record != null && record.result().ended());

            assertThat(ended.result()).isEqualTo(RunResult.SUCCESS);
            assertThat(ended.outcome().removed()).isEqualTo(SNAPSHOTS - 3);
            assertThat(kit.inTrash()).isEmpty();
            long foretold = Objects.requireNonNull(preview.freedBytes());
            Used after = Used.of(disk, type);
            if (type == LoopDisk.Type.BTRFS) {
                // What btrfs keeps of a file beside its name counts as blocks of it, and takes less; what it has of
                // names comes back
                // besides.
                assertThat(foretold)
                        .isBetween(before.data - after.data, before.all - after.all)
                        .isGreaterThan(before.data - after.data);
            } else {
                // XFS gives back, or takes, a few blocks for its own trees of what is free.
                long own = type == LoopDisk.Type.XFS ? 8 * 4_096 : 0;
                assertThat(before.data - after.data).isCloseTo(foretold, within(own));
            }
        }
    }

    /**
     * What is in use.
     *
     * @param data by files: where that can be told apart, without what is kept of names
     */
    private record Used(long all, long data) {
        static Used of(LoopDisk disk, LoopDisk.Type type) {
            return type.system().equals("btrfs")
                    ? new Used(disk.used(), disk.used("Data"))
                    : new Used(disk.used(), disk.used());
        }
    }

    /** A fifth of the keys changes from one to the next, half of them in few folders. */
    private static void make(TrashKit kit) {
        MadeSnapshots made = new MadeSnapshots(kit.layout.data());
        Random random = new Random(1);
        for (int i = 0; i < SNAPSHOTS; i++) {
            for (int key = 0; key < KEYS; key++) {
                if (i == 0 || random.nextInt(5) == 0) {
                    byte[] body = new byte[random.nextInt(3) == 0 ? random.nextInt(1_500) : random.nextInt(LARGEST)];
                    random.nextBytes(body);
                    made.put(TrashKit.BUCKET, "folder-%d/key-%d".formatted(key % 7, key), body, TrashKit.NOW);
                }
            }
            made.snapshot(TrashKit.NOW.minus(Duration.ofDays(SNAPSHOTS - i)));
        }
    }
}
