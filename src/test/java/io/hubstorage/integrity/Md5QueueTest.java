package io.hubstorage.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who goes first, and what is left of those who go away. */
final class Md5QueueTest {
    private static final int LANES = 16;
    /** What one stretch is read in by its lane, several times over. */
    private static final int LONG = 5 * Md5Lanes.CHUNK;

    private final byte[] body = new byte[LONG + 1_000];
    private final ByteSource source = ByteSource.of(body);
    private final AtomicInteger pauses = new AtomicInteger();

    @BeforeEach
    void fill() {
        new Random(1).nextBytes(body);
    }

    private byte[] expected(int from, int length) {
        return Algorithm.MD5.start().digest(Arrays.copyOfRange(body, from, from + length));
    }

    private Md5Queue queue(long capacity, ThreadFactory runners) {
        return new Md5Queue(new LaneTrials(LANES, true, System::nanoTime), capacity, runners, pauses::incrementAndGet);
    }

    private Md5Queue queue(long capacity) {
        return queue(capacity, Thread.ofPlatform().daemon().factory());
    }

    /** A body that knows how it was read. */
    private final class Watched implements ByteSource {
        private final AtomicInteger byLanes = new AtomicInteger();
        private final AtomicInteger alone = new AtomicInteger();

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            (into.isDirect() ? byLanes : alone).incrementAndGet();
            return source.read(into, position);
        }

        boolean isRead() {
            return byLanes.get() + alone.get() > 0;
        }
    }

    @Test
    void whatOthersBringWhenTheyAreLetGoFirstIsHashedBesideTheFirst() throws Exception {
        Watched watched = new Watched();
        List<ParallelMd5.Pending> more = new ArrayList<>();
        CompletableFuture<Md5Queue> made = new CompletableFuture<>();
        Md5Queue hashes = new Md5Queue(
                new LaneTrials(LANES, true, System::nanoTime),
                1 << 20,
                Thread.ofPlatform().daemon().factory(),
                () -> {
                    // Each pause brings one, until they are enough for lanes.
                    if (more.size() < Md5Queue.FEWEST - 1) {
                        more.add(made.join().submit(watched, more.size() + 1, 1_000));
                    }
                });
        made.complete(hashes);

        assertThat(hashes.submit(watched, 0, 1_000).get()).isEqualTo(expected(0, 1_000));

        assertThat(more).hasSize(3);
        for (int index = 0; index < more.size(); index++) {
            assertThat(more.get(index).get()).isEqualTo(expected(index + 1, 1_000));
        }
        assertThat(watched.alone).as("hashed by itself").hasValue(0);
        assertThat(watched.byLanes).hasValue(4);
    }

    @Test
    void whereNothingNewComesNobodyIsLetGoFirstASecondTime() throws Exception {
        Md5Queue hashes = queue(1 << 20);
        List<ParallelMd5.Pending> pending = new ArrayList<>();
        for (int index = 0; index < Md5Queue.FEWEST; index++) {
            pending.add(hashes.submit(source, index, LONG));
        }

        for (int index = 0; index < Md5Queue.FEWEST; index++) {
            assertThat(pending.get(index).get()).isEqualTo(expected(index, LONG));
        }

        assertThat(pauses).as("of five steps and more").hasValue(1);
    }

    @Test
    void whatNobodyWantsAnyMoreIsNeverReadAndLeavesItsRoom() throws Exception {
        Md5Queue hashes = queue(1_000);
        Watched unwanted = new Watched();
        hashes.submit(unwanted, 0, 1_000).forget();

        assertThat(hashes.submit(source, 1, 1_000).get()).isEqualTo(expected(1, 1_000));

        assertThat(unwanted.isRead()).isFalse();
        await().until(() -> hashes.hashed() == 1_000);
    }

    @Test
    void whoIsInterruptedWantsNothingAnyMore() throws Exception {
        List<Runnable> work = new ArrayList<>();
        // The first works when the test says so.
        Md5Queue hashes = queue(1 << 20, runner -> {
            work.add(runner);
            return work.size() == 1
                    ? new Thread(() -> {})
                    : Thread.ofPlatform().daemon().unstarted(runner);
        });
        Watched unwanted = new Watched();
        ParallelMd5.Pending pending = hashes.submit(unwanted, 0, 1_000);
        Thread.currentThread().interrupt();
        assertThatThrownBy(pending::get).isInstanceOf(InterruptedException.class);
        assertThat(work).hasSize(1);

        work.getFirst().run();

        assertThat(hashes.submit(source, 1, 1_000).get()).isEqualTo(expected(1, 1_000));
        assertThat(unwanted.isRead()).isFalse();
    }

    @Test
    void whatRestsInTheLanesLeavesThemToo() throws Exception {
        Md5Queue hashes = queue(100 + (LANES - 1) * LONG);
        Watched unwanted = new Watched();
        List<ParallelMd5.Pending> pending = new ArrayList<>();
        ParallelMd5.Pending brief = hashes.submit(source, 0, 100);
        for (int index = 1; index < LANES; index++) {
            pending.add(hashes.submit(unwanted, index, LONG));
        }
        // All lanes work, until one is free.
        await().until(() -> hashes.hashed() == 100);
        assertThat(brief.get()).isEqualTo(expected(0, 100));
        int read = unwanted.byLanes.get();

        pending.forEach(ParallelMd5.Pending::forget);

        assertThat(hashes.submit(source, 2, LONG).get()).isEqualTo(expected(2, LONG));
        await().until(() -> hashes.hashed() == 100 + LONG);
        assertThat(unwanted.byLanes).hasValue(read);
        for (int index = 0; index < LANES - 1; index++) {
            pending.set(index, hashes.submit(source, index, LONG));
        }
        assertThat(pending.getLast().get()).as("there is room again").isEqualTo(expected(LANES - 2, LONG));
    }

    @Test
    void aThreadThatCannotBeStartedLeavesNobodyCountedAsWaiting() throws Exception {
        AtomicBoolean room = new AtomicBoolean();
        AtomicInteger started = new AtomicInteger();
        Md5Queue hashes = queue(1_500, work -> {
            if (!room.get()) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            started.incrementAndGet();
            return Thread.ofPlatform().daemon().unstarted(work);
        });
        ParallelMd5.Pending first = hashes.submit(source, 0, 1_000);
        assertThatThrownBy(first::get).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> hashes.submit(source, 1, 1_000)).isInstanceOf(OutOfMemoryError.class);
        room.set(true);

        ParallelMd5.Pending second = hashes.submit(source, 2, 100);

        assertThat(started).as("somebody waits").hasValue(0);
        assertThat(second.get()).isEqualTo(expected(2, 100));
        assertThat(first.get()).isEqualTo(expected(0, 1_000));
    }
}
