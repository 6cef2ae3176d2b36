package io.hubstorage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** In processes of their own, because signals are the process's. */
final class StopSignalsTest {
    private static final String MINUTES = "600000";

    @Test
    void theFirstSignalAsksAndTheSecondEndsTheProcessAtOnce() throws IOException, InterruptedException {
        Process process = deaf(MINUTES);
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            // Not Process.destroy: that closes the streams too.
            process.toHandle().destroy();
            assertThat(out.readLine()).isEqualTo("asked");
            assertThat(process.isAlive()).isTrue();

            process.toHandle().destroy();

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void whoDoesNotStopInTimeIsEndedAndSaysSo() throws IOException, InterruptedException {
        Process process = deaf("100");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
                BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");

            process.toHandle().destroy();

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(err.readLine()).startsWith("HubStorage did not stop within ");
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process deaf(String millis) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.hubstorage.Deaf",
                        millis)
                .start();
    }
}
