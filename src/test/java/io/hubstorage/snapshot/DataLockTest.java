package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.DiskMark;
import io.hubstorage.testkit.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataLockTest {
    private static final Instant NOW = Instant.parse("2026-11-20T08:00:00Z");

    @TempDir
    Path data;

    /** Takes the lock of a folder, says so, and keeps it until it is killed. */
    static final class OtherProcess {
        private OtherProcess() {}

        public static void main(String[] args) throws Exception {
            DataLock lock = DataLock.take(new Layout(Path.of(args[0])), NOW);
            System.out.println("taken");
            Thread.currentThread().join();
            lock.close();
        }
    }

    @Test
    void nobodyHoldsAFolderThatNobodyWorksOnAndAskingWritesNothing() throws IOException {
        assertThat(DataLock.holder(new Layout(data))).isEmpty();
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void aSecondOneInThisProcessIsRefusedUntilTheFirstLetsGo() throws Exception {
        Layout layout = new Layout(data);
        try (DataLock _ = DataLock.take(layout, NOW)) {
            assertThatThrownBy(() -> DataLock.take(layout, NOW))
                    .isInstanceOf(DataLock.HeldException.class)
                    .hasMessageContaining("another HubStorage is at work on " + data)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(DataLock.holder(layout)).isPresent();
        }
        assertThat(DataLock.holder(layout)).isEmpty();
        DataLock.take(layout, NOW).close();
    }

    @Test
    void whoLooksWhetherItIsHeldIsInNobodysWay() throws Exception {
        Layout layout = new Layout(data);
        DataLock.take(layout, NOW).close();
        AtomicBoolean over = new AtomicBoolean();
        Thread looking = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                try {
                    DataLock.holder(layout);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        try {
            for (int i = 0; i < 200; i++) {
                DataLock.take(layout, NOW).close();
            }
        } finally {
            over.set(true);
            looking.join();
        }
        assertThat(DataLock.holder(layout)).isEmpty();
    }

    @Test
    void aDiskThatDoesNotAnswerKeepsNobodyFromAnotherFile() throws Exception {
        Semaphore answer = new Semaphore(0);
        Thread hanging = Thread.ofPlatform().start(() -> {
            try {
                DataLock.take(
                                data.resolve("other/lock"),
                                NOW,
                                channel -> {
                                    answer.acquireUninterruptibly();
                                    return channel.tryLock();
                                },
                                LockFile.USUAL)
                        .close();
            } catch (IOException | DataLock.HeldException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            await().until(answer::hasQueuedThreads);

            CompletableFuture<Boolean> free = CompletableFuture.supplyAsync(() -> {
                try {
                    DataLock.take(new Layout(data), NOW).close();
                    return DataLock.holder(new Layout(data)).isEmpty();
                } catch (IOException | DataLock.HeldException e) {
                    throw new IllegalStateException(e);
                }
            });

            assertThat(free).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(true);
        } finally {
            answer.release();
            hanging.join();
        }
    }

    @Test
    void anotherProcessHoldsItNamesItselfAndLosesItWhenItIsKilled() throws Exception {
        Layout layout = new Layout(data);
        Process other = new ProcessBuilder(Shell.java(List.of(), OtherProcess.class, data.toString())).start();
        try (BufferedReader out = other.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("taken");

            assertThatThrownBy(() -> DataLock.take(layout, NOW)).isInstanceOf(DataLock.HeldException.class);
            DataLock.Holder holder = DataLock.holder(layout).orElseThrow();
            assertThat(holder.pid()).isEqualTo(other.pid());
            assertThat(holder.since()).isEqualTo(NOW);
            assertThat(Objects.requireNonNull(holder.host())).isNotBlank();
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(DataLock.holder(layout)).isEmpty();
        DataLock.take(layout, NOW).close();
    }

    @Test
    void whoHasItForAMomentIsWaitedFor() throws Exception {
        Layout layout = new Layout(data);
        AtomicReference<@Nullable DataLock> taken = new AtomicReference<>();
        Thread run;
        try (DataLock _ = DataLock.takeForMoment(layout, NOW)) {
            assertThat(DataLock.Holder.read(layout.lock()).moment()).isTrue();
            run = Thread.ofPlatform().start(() -> {
                try {
                    taken.set(DataLock.take(layout, NOW));
                } catch (IOException | DataLock.HeldException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> run.getState() == Thread.State.TIMED_WAITING);
            assertThat(taken.get()).isNull();
        }
        run.join();
        assertThatThrownBy(() -> DataLock.takeForMoment(layout, NOW)).isInstanceOf(DataLock.HeldException.class);
        Objects.requireNonNull(taken.get()).close();
    }

    @Test
    void oneErrorRefusesNobodyLater() throws Exception {
        Layout layout = new Layout(data);
        Files.createDirectories(layout.lock());
        assertThatThrownBy(() -> DataLock.take(layout, NOW)).isInstanceOf(IOException.class);
        assertThat(DataLock.holder(layout)).isEmpty();

        Files.delete(layout.lock());

        DataLock.take(layout, NOW).close();
    }

    /** As on some network file systems and FUSE. */
    private static @Nullable FileLock noLocks(FileChannel channel) throws IOException {
        throw new IOException("No locks available: " + channel.isOpen());
    }

    @Test
    void whoHoldsItIsWrittenDownAlsoWhereThereAreNoLocks() throws Exception {
        Path lock = new Layout(data).lock();
        DataLock.Holder us = DataLock.Holder.us(NOW);
        try (DataLock _ = DataLock.take(lock, NOW)) {
            assertThat(DataLock.Holder.read(lock)).isEqualTo(us);
        }
        try (DataLock _ = takeWithoutLocks()) {
            assertThat(claim(1)).content().contains("\"pid\":" + us.pid());
            assertThat(DataLock.holder(lock)).contains(us);
        }
        assertThat(claim(1)).content().endsWith("free                \n");
    }

    @Test
    void whoeverDoesNotGetItLeavesNoFileOpen() throws Exception {
        Path lock = new Layout(data).lock();
        List<FileChannel> opened = new ArrayList<>();
        assertThatThrownBy(() -> DataLock.take(
                        lock,
                        NOW,
                        channel -> {
                            opened.add(channel);
                            return null;
                        },
                        LockFile.USUAL))
                .isInstanceOf(DataLock.HeldException.class);
        DataLock.take(
                        lock,
                        NOW,
                        channel -> {
                            opened.add(channel);
                            return noLocks(channel);
                        },
                        LockFile.USUAL)
                .close();

        assertThat(opened).hasSize(2).noneMatch(FileChannel::isOpen);
    }

    private DataLock takeWithoutLocks() throws Exception {
        return DataLock.take(new Layout(data).lock(), NOW, DataLockTest::noLocks, LockFile.USUAL);
    }

    private Optional<DataLock.Holder> holderWithoutLocks() throws IOException {
        return DataLock.holder(new Layout(data).lock(), DataLockTest::noLocks, LockFile.USUAL);
    }

    private Path claim(long epoch) {
        return data.resolve(".hubstorage/lock.epochs/" + epoch);
    }

    /** What somebody wrote on another disk, or without the system's locks. */
    private Path leftBehind(long pid, String host, String space) throws IOException {
        return leftBehind(LockFile.Claim.of(new DataLock.Holder(pid, host, NOW, space, null)));
    }

    private Path leftBehind(LockFile.Claim claim) throws IOException {
        Path lock = new Layout(data).lock();
        Files.createDirectories(claim(1).getParent());
        if (!Files.exists(lock)) {
            Files.createFile(lock);
        }
        long epoch = LockFile.USUAL.last(lock).map(LockFile.Entry::number).orElse(0L) + 1;
        return Files.writeString(claim(epoch), BusJson.mapper().writeValueAsString(claim) + "\n%020d\n".formatted(7));
    }

    private static void countUp(Path claim, long beats) throws IOException {
        Files.writeString(claim, Files.readString(claim).replaceFirst("\\d{20}\n$", "%020d\n".formatted(beats)));
    }

    /** Locks that every machine grants by itself, as on NFS that is mounted without locks. */
    private static final DataLock.Locks OWN_MACHINE_ONLY = new DataLock.Locks() {
        @Override
        public @Nullable FileLock tryLock(FileChannel channel) throws IOException {
            return channel.tryLock();
        }

        @Override
        public boolean isLocal(Path folder) {
            return false;
        }
    };

    private static String here() throws IOException {
        return java.net.InetAddress.getLocalHost().getHostName();
    }

    @Test
    void whereThereAreNoLocksItIsTakenAgainAndAgain() throws Exception {
        for (int time = 0; time < 3; time++) {
            try (DataLock _ = takeWithoutLocks()) {
                assertThatThrownBy(this::takeWithoutLocks).isInstanceOf(DataLock.HeldException.class);
            }
            assertThat(holderWithoutLocks()).isEmpty();
        }
    }

    @Test
    void withoutLocksALivingProcessHoldsItAndAKilledOneDoesNot() throws Exception {
        leftBehind(ProcessHandle.current().parent().orElseThrow().pid(), here(), DataLock.Holder.thisSpace());
        assertThat(holderWithoutLocks()).isPresent();
        assertThatThrownBy(this::takeWithoutLocks)
                .isInstanceOf(DataLock.HeldException.class)
                .hasMessageContaining("another HubStorage is at work on " + data);

        leftBehind(Integer.MAX_VALUE, here(), DataLock.Holder.thisSpace());
        assertThat(holderWithoutLocks()).isEmpty();
        takeWithoutLocks().close();

        leftBehind(ProcessHandle.current().pid(), here(), DataLock.Holder.thisSpace());
        takeWithoutLocks().close();
    }

    private final AtomicLong nanos = new AtomicLong();
    private final LockFile watching = new LockFile(Duration.ofHours(1), Duration.ofSeconds(20), nanos::get);

    private Optional<DataLock.Holder> seen() throws IOException {
        return DataLock.holder(new Layout(data).lock(), OWN_MACHINE_ONLY, watching);
    }

    @Test
    void aHolderOnAnotherMachineIsGoneWhenItHasNotCountedUpForLongByTheClockOfWhoLooks() throws Exception {
        Path claim = leftBehind(1, "another", "another boot");
        assertThat(seen()).isPresent();
        nanos.addAndGet(Duration.ofSeconds(20).toNanos() - 1);
        assertThat(seen()).isPresent();
        countUp(claim, 8);
        assertThat(seen()).as("it has counted up").isPresent();
        nanos.addAndGet(Duration.ofSeconds(20).toNanos() - 1);
        assertThat(seen()).isPresent();

        nanos.addAndGet(1);

        assertThat(seen()).isEmpty();
        Layout layout = new Layout(data);
        try (DataLock taken = DataLock.take(layout, NOW, OWN_MACHINE_ONLY, watching)) {
            assertThat(taken.epoch()).isEqualTo(2);
            assertThat(taken.isHeld()).isTrue();
            assertThat(claim).doesNotExist();
        }
    }

    @Test
    void whoTakesItWaitsUntilItIsKnownWhetherTheHolderOnAnotherMachineIsGone() throws Exception {
        LockFile quick = new LockFile(Duration.ofMillis(10), Duration.ofMillis(1), System::nanoTime);
        leftBehind(1, "another", "another boot");
        Path lock = new Layout(data).lock();
        assertThat(DataLock.settledHolder(lock, OWN_MACHINE_ONLY, quick)).isEmpty();
        leftBehind(1, "another", "another boot");

        try (DataLock taken = DataLock.take(new Layout(data), NOW, OWN_MACHINE_ONLY, quick)) {
            assertThat(taken.epoch()).isEqualTo(3);
        }
    }

    @Test
    void whoCountsUpOnAnotherMachineIsNotWaitedFor() throws Exception {
        Path claim = leftBehind(1, "another", "another boot");
        assertThat(seen()).isPresent();
        countUp(claim, 8);

        assertThatThrownBy(() -> DataLock.take(new Layout(data), NOW, OWN_MACHINE_ONLY, watching))
                .isInstanceOf(DataLock.HeldException.class)
                .hasMessageContaining("process 1 on another");
    }

    @Test
    void whoWasTakenForGoneAndIsNotFindsThatItHasLostIt() throws Exception {
        LockFile counting = new LockFile(Duration.ofMillis(5), Duration.ofSeconds(20), System::nanoTime);
        try (DataLock late = DataLock.take(new Layout(data), NOW, OWN_MACHINE_ONLY, counting)) {
            String before = Files.readString(claim(1));
            await().until(() -> !Files.readString(claim(1)).equals(before));
            assertThat(late.isHeld()).isTrue();
            Path other = leftBehind(1, "another", "another boot");

            assertThat(late.isHeld()).as("a later one is there").isFalse();

            Files.delete(claim(1));
            Files.delete(other);
            assertThat(late.isHeld()).as("its own is gone").isFalse();
        }
        assertThat(claim(1)).as("it makes nothing anew").doesNotExist();
    }

    @Test
    void ofTwoWhoTakeItOverAtOnceOneGetsIt() throws Exception {
        Path lock = new Layout(data).lock();
        leftBehind(1, "another", "another boot");
        Optional<LockFile.Entry> last = watching.last(lock);
        LockFile.Claim us = LockFile.Claim.of(DataLock.Holder.us(NOW));

        try (LockFile.Held first = watching.take(lock, us, last)) {
            assertThat(first.number()).isEqualTo(2);
            assertThatThrownBy(() -> watching.take(lock, us, last)).isInstanceOf(FileAlreadyExistsException.class);
            assertThat(first.isOurs()).isTrue();
        }
    }

    @Test
    void eachRunHasAHigherEpochAndAMomentHasNone() throws Exception {
        Layout layout = new Layout(data);
        for (long run = 1; run <= 3; run++) {
            try (DataLock lock = DataLock.take(layout, NOW)) {
                assertThat(lock.epoch()).isEqualTo(run);
            }
            try (DataLock moment = DataLock.takeForMoment(layout, NOW)) {
                assertThat(moment.epoch()).isZero();
                assertThat(moment.isHeld()).isTrue();
            }
        }
        assertThat(data.resolve(".hubstorage/lock.epochs")).isDirectoryContaining("glob:**/3");
        assertThat(data.resolve(".hubstorage/lock.epochs")).isDirectoryNotContaining("glob:**/[12]");
    }

    @Test
    void onADiskOfThisMachineWhatARestartLeftBehindCostsNoWait() throws Exception {
        for (LockFile.Claim claim : List.of(
                new LockFile.Claim(new DataLock.Holder(1L, "before", NOW, "another boot", null), true, true, null),
                new LockFile.Claim(
                        new DataLock.Holder(1L, "container", NOW, "another space", null),
                        false,
                        true,
                        DiskMark.of(data)))) {
            leftBehind(claim);
            assertThat(DataLock.holder(new Layout(data))).isEmpty();
            DataLock.take(new Layout(data), NOW).close();
        }
    }

    /** As NFS that is mounted twice with {@code nolock}: the kernel that both are of gives its lock to each. */
    @Test
    void whoHasTheFolderByAnotherMountOfThisMachineIsSeenThoughTheLockIsFree() throws Exception {
        Path claim = leftBehind(new LockFile.Claim(
                new DataLock.Holder(1L, "container", NOW, "another space", null), false, true, "another mount"));
        assertThat(seen()).isPresent();
        countUp(claim, 8);

        assertThatThrownBy(() -> DataLock.take(new Layout(data), NOW, OWN_MACHINE_ONLY, watching))
                .isInstanceOf(DataLock.HeldException.class);

        nanos.addAndGet(Duration.ofSeconds(20).toNanos());
        assertThat(seen()).as("it shows no sign of life").isEmpty();
    }

    @Test
    void aRunOfAnotherMachineOnADiskOfThisOneIsSeen() throws Exception {
        leftBehind(new LockFile.Claim(new DataLock.Holder(1L, "pc", NOW, "another boot", null), false, true, null));

        assertThat(DataLock.holder(new Layout(data))).isPresent();
    }

    /** Of a version that had but one file, and touched it. */
    @Test
    void aLockFileOfAnEarlierVersionCountsAsLongAsItIsTouched() throws Exception {
        Path lock = new Layout(data).lock();
        Files.createDirectories(new Layout(data).hub());
        Files.createFile(lock);
        Path held = lock.resolveSibling("lock.held");
        Files.write(
                held,
                BusJson.mapper().writeValueAsBytes(new DataLock.Holder(1L, "another", NOW, "another boot", null)));
        assertThat(seen()).isPresent();
        nanos.addAndGet(Duration.ofSeconds(20).toNanos() - 1);
        Files.setLastModifiedTime(held, FileTime.from(NOW));
        assertThat(seen()).isPresent();
        nanos.addAndGet(Duration.ofSeconds(20).toNanos() - 1);
        assertThat(seen()).isPresent();
        nanos.addAndGet(1);
        assertThat(seen()).isEmpty();

        try (DataLock taken = DataLock.take(new Layout(data), NOW, OWN_MACHINE_ONLY, watching)) {
            assertThat(taken.epoch()).isEqualTo(1);
        }
        assertThat(held).doesNotExist();
    }

    @Test
    void aClaimThatIsTornIsWatchedLikeAnyOther() throws Exception {
        Path claim = leftBehind(1, "another", "another boot");
        Files.writeString(claim, "");
        assertThat(seen()).contains(DataLock.Holder.UNKNOWN);
        nanos.addAndGet(Duration.ofSeconds(20).toNanos());
        assertThat(seen()).isEmpty();
    }

    @Test
    void aProcessOfAnotherBootOrContainerIsToldByItsSignsOfLifeNotByItsNumber() throws Exception {
        leftBehind(Integer.MAX_VALUE, here(), "another boot");
        assertThat(holderWithoutLocks()).isPresent();
        leftBehind(Integer.MAX_VALUE, "another", DataLock.Holder.thisSpace());
        assertThat(holderWithoutLocks()).isPresent();

        DataLock.Holder nowhere = new DataLock.Holder(1L, "nas", NOW, "", null);
        assertThat(nowhere.isComparable(nowhere)).isFalse();
        DataLock.Holder somewhere = new DataLock.Holder(1L, "nas", NOW, "boot pid:[1]", null);
        assertThat(somewhere.isComparable(new DataLock.Holder(2L, "nas", null, "boot pid:[1]", null)))
                .isTrue();
        DataLock.Holder container = new DataLock.Holder(2L, "c", null, "boot pid:[2]", null);
        assertThat(somewhere.isComparable(container)).isFalse();
    }

    /** On a disk that has no room, and so no place for a claim. */
    @Test
    void whereNothingCanBeWrittenDownTheSystemsLockIsEnough() throws Exception {
        Layout layout = new Layout(data);
        Files.createDirectories(layout.hub());
        Files.createFile(data.resolve(".hubstorage/lock.epochs"));

        try (DataLock lock = DataLock.take(layout, NOW)) {
            assertThat(lock.epoch()).isPositive();
            assertThat(lock.isHeld()).isTrue();
        }
    }

    @Test
    void ofAnyOtherFolderTheLockNamesTheFolderThatItIsIn() throws Exception {
        Path file = data.resolve("config/service.lock");
        try (DataLock _ = DataLock.take(file, NOW)) {
            assertThatThrownBy(() -> DataLock.take(file, NOW))
                    .hasMessageContaining("at work on " + data.resolve("config") + " (process ")
                    .hasMessageContaining("since 2026-11-20T08:00:00Z");
        }
        assertThat(DataLock.Holder.UNKNOWN).hasToString("an unknown process");
    }

    @Test
    void aLockFileThatHoldsNonsenseStopsNobody() throws Exception {
        Layout layout = new Layout(data);
        Files.createDirectories(layout.hub());
        Files.writeString(layout.lock(), "nonsense");

        assertThat(DataLock.holder(layout)).isEqualTo(Optional.empty());
        DataLock.take(layout, NOW).close();
    }
}
