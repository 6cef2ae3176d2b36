package io.hubstorage.logs;

import static io.hubstorage.logs.LogContext.config;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.hubstorage.bus.LogLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

final class LoggingTest {
    @TempDir
    Path folder;

    private final LogContext logs = new LogContext();
    private final Logger ours = logs.logger("io.hubstorage.test.Room");

    @AfterEach
    void forgetSecrets() {
        SecretMask.forget();
    }

    @Test
    void nobodyElseReadsTheLogAndItsPredecessors() throws IOException {
        Path file = folder.resolve("logs/status.log");
        try (Logging _ = logs.start(config("INFO", 1), file, null)) {
            for (int i = 0; i < 30; i++) {
                ours.info("x".repeat(50_000));
            }
            await().until(() -> logs.files().list().size() == 2);
        }
        for (String name : List.of("status.log", "status.log.1")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.resolveSibling(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aFloodOfTheSameErrorPushesNothingOutOfTheLog() throws IOException {
        Path file = folder.resolve("logs/status.log");
        try (Logging _ = logs.start(config("INFO", 1), file, null)) {
            ours.info("what happened before");
            for (int i = 0; i < 12_000; i++) {
                ours.error("{} {} failed", "GET", "/" + i, new IllegalStateException("as often as somebody likes"));
            }
            ours.error("another one", new IllegalStateException("told all the same"));
            ours.info("what happened after");
            assertThat(logs.files().list()).hasSize(1);
        }
        String text = Files.readString(file);
        assertThat(text).contains("what happened before", "told all the same", "what happened after", "left out");
        assertThat(text.split("as often as", -1)).hasSize(Repetitions.TOLD + 1);
    }

    @Test
    void linesGoToTheLogFolderAndBesideTheData() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path file = folder.resolve("logs/status.log");
        try (Logging _ = logs.start(config("INFO", 5), file, data)) {
            MDC.put("run", "run-7");
            ours.info("hello {}", "world");
            MDC.clear();
            ours.debug("not this");
            assertThat(logs.files().list()).hasSize(1);
        }
        String line = Files.readString(file);
        assertThat(line)
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  \\[run-7\\] "
                        + "io\\.hubstorage\\.test\\.Room: hello world\n");
        assertThat(data.resolve("logs/status.log")).hasContent(line);
        assertThat(logs.complaints()).isEmpty();
    }

    @Test
    void aDataFolderThatIsMissingIsNotMadeAndJoinsLater() throws IOException {
        Path data = folder.resolve("later");
        try (Logging logging = logs.start(config("INFO", 5), folder.resolve("status.log"), data)) {
            assertThat(data).doesNotExist();
            Files.createDirectory(data);
            logging.retryDataLog();
            logging.retryDataLog();
            ours.info("now");
        }
        assertThat(Files.readAllLines(data.resolve("logs/status.log"))).hasSize(1);
    }

    @Test
    void aPlaceThatCannotBeWrittenIsWarnedAboutOnce() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("logs"), "a file where a folder should be");
        Path file = folder.resolve("status.log");
        try (Logging logging = logs.start(config("INFO", 5), file, data)) {
            logging.retryDataLog();
            logging.apply(config("INFO", 4), file, data);
            ours.info("going on");
        }
        assertThat(Files.readAllLines(file)).hasSize(2).first().asString().contains("WARN", "data/logs/status.log");
    }

    @Test
    void theLevelChangesAtRunTimeAndLibrariesStayQuiet() throws IOException {
        Path file = folder.resolve("status.log");
        Logger library = logs.logger("software.amazon.awssdk.request");
        try (Logging logging = logs.start(config("WARNING", 5), file, null)) {
            ours.info("too quiet");
            logging.setLevel("DEBUG");
            ours.debug("seen");
            library.debug("Authorization: AWS4-HMAC-SHA256");
            library.info("library");
            logging.apply(config("ERROR", 5), file, null);
            ours.warn("quiet again");
            library.warn("quiet, too");
        }
        assertThat(Files.readAllLines(file)).hasSize(2).first().asString().endsWith("Room: seen");
    }

    @Test
    void pythonsLevelNamesAreUnderstood() {
        assertThat(List.of("CRITICAL", "warning", "Info", "nonsense").stream().map(Logging::level))
                .containsExactly(Level.ERROR, Level.WARN, Level.INFO, Level.INFO);
    }

    @Test
    void filesAreRotatedBySizeAndTheOldestGo() throws IOException {
        Path file = folder.resolve("status.log");
        String filler = "x".repeat(1000);
        try (Logging logging = logs.start(config("INFO", 2), file, null)) {
            for (int i = 0; i < 4500; i++) {
                ours.info("{} {}", i, filler);
                if (i % 500 == 0) {
                    int written = i;
                    await().until(() -> lastLine().startsWith(written + " "));
                }
            }
            await().until(() -> lastLine().startsWith("4499 "));
            assertThat(logs.files().list())
                    .extracting(LogFiles.LogFile::name)
                    .containsExactly("status.log", "status.log.1", "status.log.2");
            assertThat(Files.size(folder.resolve("status.log.1"))).isBetween(1L << 20, (1L << 20) + 2000);
            logging.apply(config("INFO", 1), file, null);
            for (int i = 0; i < 1100; i++) {
                ours.info("again {} {}", i, filler);
            }
            await().until(() -> lastLine().startsWith("again 1099 "));
        }
        assertThat(file.resolveSibling("status.log.1")).exists();
        assertThat(file.resolveSibling("status.log.2")).doesNotExist();
        assertThat(logs.complaints()).isEmpty();
    }

    @Test
    void withNoPredecessorsToKeepTheFileBeginsAgain() throws IOException {
        Path file = folder.resolve("status.log");
        try (Logging _ = logs.start(config("INFO", 0), file, null)) {
            for (int i = 0; i < 1200; i++) {
                ours.info("{} {}", i, "x".repeat(1000));
            }
            await().until(() -> lastLine().startsWith("1199 "));
        }
        assertThat(Files.size(file)).isLessThan(1 << 20);
        assertThat(file.resolveSibling("status.log.1")).doesNotExist();
    }

    @Test
    void secretsAreMaskedWhereverTheyAppear() throws IOException {
        SecretMask.register("wJalr/secret+KEY");
        SecretMask.register("wJalr/secret+KEY-and-more");
        SecretMask.register("abc");
        SecretMask.register(null);
        Path file = folder.resolve("status.log");
        try (Logging _ = logs.start(config("INFO", 5), file, null)) {
            ours.info("key={} url=?k=wJalr%2Fsecret%2BKEY abc wJalr/secret+KEY-and-more", "wJalr/secret+KEY");
            ours.error("failed", new IllegalStateException("bad key wJalr/secret+KEY"));
            await().until(() -> logs.newest(9).size() == 2);
        }
        assertThat(Files.readString(file))
                .contains("key=**** url=?k=**** abc ****\n", "bad key ****")
                .doesNotContain("wJalr", "-and-more");
    }

    @Test
    void whatAMessageHoldsCannotPassForALineOrMoveTheCursor() throws IOException {
        Path file = folder.resolve("status.log");
        String evil = "key\n2026-11-01T10:00:00.000Z ERROR forged: all is lost\u001b[2J\r";
        try (Logging _ = logs.start(config("INFO", 5), file, null)) {
            ours.info("{}", evil);
            await().until(() -> !logs.newest(9).isEmpty());
            List<LogLine> lines = logs.newest(9);
            assertThat(lines)
                    .singleElement()
                    .extracting(LogLine::text)
                    .isEqualTo("key\n2026-11-01T10:00:00.000Z ERROR forged: all is lost\\u001b[2J\\u000d");
        }
    }

    @Test
    void movingTheLogFileContinuesInTheNewPlace() throws IOException {
        Path moved = folder.resolve("other/run.log");
        try (Logging logging = logs.start(config("INFO", 5), folder.resolve("status.log"), null)) {
            ours.info("one");
            logging.apply(config("INFO", 5), moved, null);
            ours.info("two");
        }
        assertThat(Files.readString(folder.resolve("status.log")))
                .contains("one")
                .doesNotContain("two");
        assertThat(Files.readString(moved)).contains("two").doesNotContain("one");
        assertThat(logs.complaints()).isEmpty();
    }

    private String lastLine() throws IOException {
        List<LogLine> lines = logs.newest(1);
        return lines.isEmpty() ? "" : lines.getFirst().text();
    }
}
