package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PauseFileTest {
    @TempDir
    Path home;

    private PauseFile file() {
        return new PauseFile(home.resolve("config"));
    }

    @Test
    void whatIsWrittenIsRememberedAlsoWhereTheFolderIsNotThereYet() throws IOException {
        assertThat(file().paused()).isFalse();
        file().write(true);
        assertThat(file().paused()).isTrue();
        file().write(false);
        assertThat(file().paused()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"paused\": \"true\"}", "{\"paused\": 1}", "{\"paused\": null}"})
    void whatDoesNotSayPausedIsNot(String content) throws IOException {
        Files.writeString(Files.createDirectories(home.resolve("config")).resolve("scheduler.json"), content);
        assertThat(file().paused()).isFalse();
    }

    @Test
    void whatCannotBeReadIsNotPausedAndSaysSo() throws IOException {
        Path damaged = Files.createDirectories(home.resolve("config")).resolve("scheduler.json");
        Files.writeString(damaged, "{\"paused\": tr");
        try (LogCapture log = LogCapture.of("io.hubstorage.schedule")) {
            assertThat(file().paused()).isFalse();
            Files.delete(damaged);
            Files.createDirectory(damaged);
            assertThat(file().paused()).isFalse();
            assertThat(log.lines("WARN"))
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line).contains("scheduler.json cannot be read", "not paused"));
        }
    }
}
