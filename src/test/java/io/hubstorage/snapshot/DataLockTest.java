package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
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
    void anotherProcessHoldsItNamesItselfAndLosesItWhenItIsKilled() throws Exception {
        Layout layout = new Layout(data);
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcess.class.getName(),
                        data.toString())
                .start();
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
    void aLockFileThatHoldsNonsenseStopsNobody() throws Exception {
        Layout layout = new Layout(data);
        Files.createDirectories(layout.hub());
        Files.writeString(layout.lock(), "nonsense");

        assertThat(DataLock.holder(layout)).isEqualTo(Optional.empty());
        DataLock.take(layout, NOW).close();
    }
}
