package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.BusJson;
import io.hubstorage.testkit.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
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
            assertThat(DataLock.Holder.read(lock.resolveSibling("lock.held"))).isEqualTo(us);
        }
        assertThat(lock.resolveSibling("lock.held")).doesNotExist();
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

    private Path leftBehind(long pid, String host, String space) throws IOException {
        Files.createDirectories(new Layout(data).hub());
        Path lock = new Layout(data).lock();
        if (!Files.exists(lock)) {
            Files.createFile(lock);
        }
        Path held = lock.resolveSibling(lock.getFileName() + ".held");
        Files.write(held, BusJson.mapper().writeValueAsBytes(new DataLock.Holder(pid, host, NOW, space, null)));
        return held;
    }

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

    @Test
    void withoutLocksAnotherMachineHoldsItAsLongAsItShowsSignsOfLife() throws Exception {
        Path held = leftBehind(1, "another", "another boot");
        assertThat(holderWithoutLocks()).isPresent();
        assertThatThrownBy(this::takeWithoutLocks).isInstanceOf(DataLock.HeldException.class);

        Files.setLastModifiedTime(held, FileTime.from(Instant.now().minus(Duration.ofMinutes(4))));

        assertThat(holderWithoutLocks()).isEmpty();
        takeWithoutLocks().close();
    }

    @Test
    void aProcessOfAnotherBootOrContainerIsToldByItsSignsOfLifeNotByItsNumber() throws Exception {
        leftBehind(Integer.MAX_VALUE, here(), "another boot");
        assertThat(holderWithoutLocks()).isPresent();
        leftBehind(Integer.MAX_VALUE, "another", DataLock.Holder.thisSpace());
        assertThat(holderWithoutLocks()).isPresent();

        DataLock.Holder nowhere = new DataLock.Holder(1L, "nas", NOW, "", null);
        assertThat(nowhere.isComparable(nowhere)).isFalse();
        DataLock.Holder somewhere = new DataLock.Holder(1L, "nas", NOW, "boot", null);
        assertThat(somewhere.isComparable(new DataLock.Holder(2L, "nas", null, "boot", null)))
                .isTrue();
    }

    @Test
    void withoutLocksWhatWasNotTouchedForLongOrIsFarInTheFutureIsLeftBehind() throws Exception {
        Path lock = new Layout(data).lock();
        Path held = leftBehind(1, "another", "another boot");
        LockFile usual = new LockFile(Duration.ofSeconds(15), Duration.ofMinutes(3), InstantSource.fixed(NOW));
        for (Duration age : List.of(Duration.ofMinutes(3), Duration.ofMinutes(-3))) {
            Files.setLastModifiedTime(held, FileTime.from(NOW.minus(age)));
            assertThat(DataLock.holder(lock, DataLockTest::noLocks, usual))
                    .as("%s ago", age)
                    .isEmpty();
        }
        for (Duration age : List.of(Duration.ofMillis(179_999), Duration.ofMillis(-179_999))) {
            Files.setLastModifiedTime(held, FileTime.from(NOW.minus(age)));
            assertThat(DataLock.holder(lock, DataLockTest::noLocks, usual))
                    .as("%s ago", age)
                    .isPresent();
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
    void theHolderTouchesItsLockFile() throws Exception {
        LockFile quick = new LockFile(Duration.ofMillis(5), Duration.ofMinutes(3), InstantSource.system());
        Path lock = new Layout(data).lock();
        try (DataLock _ = DataLock.take(lock, NOW, DataLockTest::noLocks, quick)) {
            Path held = lock.resolveSibling(lock.getFileName() + ".held");
            Files.setLastModifiedTime(held, FileTime.from(NOW.minus(Duration.ofDays(9))));
            await().until(() -> Files.getLastModifiedTime(held).toInstant().isAfter(NOW));
        }
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
