package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.s3.ListedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class FailureLogTest {
    /** Takes nothing, as a full disk. */
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path home;

    private TestShard s3;
    private Shard shard;
    private FailureLog log;

    @BeforeEach
    void start() throws IOException {
        s3 = new TestShard(home);
        shard = new Shard(s3.message(TransferMessage.Mode.COPY));
        log = new FailureLog(shard);
    }

    @AfterEach
    void stop() {
        s3.close();
    }

    private static RunRecord.Failure failure(String key) {
        return new RunRecord.Failure(key, "server-error", "the server failed");
    }

    private static FetchTask task(String key) {
        return new FetchTask(key, null, new ListedObject(key, 5, "e", Instant.EPOCH, null, false), null, null, false);
    }

    private static TransferMessage.Failures told(FailureLog log) {
        return log.told(log.remedy(), null);
    }

    private List<String> givenOutAgain() throws IOException, InterruptedException {
        List<String> tasks = new ArrayList<>();
        try (FailureLog next = new FailureLog(shard)) {
            next.retry(task -> tasks.add(task.key()));
            told(next).first().forEach(failure -> tasks.add("failed: " + failure.key()));
        }
        return tasks;
    }

    @Test
    void whatMayPassIsGivenOutAgainAndTheRestStaysNamed() throws Exception {
        log.add(failure("a"), TransferMessage.Remedy.RETRY, task("a"));
        log.add(failure("b"));
        log.add(failure("c"), TransferMessage.Remedy.COPY, task("c"));
        log.add(failure("d"), TransferMessage.Remedy.RETRY, task("d"));
        log.close();

        assertThat(told(log).total()).isEqualTo(4);
        assertThat(log.remedy()).as("the one that takes most").isEqualTo(TransferMessage.Remedy.COPY);
        assertThat(givenOutAgain()).containsExactly("a", "d", "failed: b", "failed: c");
    }

    @Test
    void aHundredAreRememberedAndAllAreInTheFile() throws IOException {
        for (int number = 0; number < 102; number++) {
            log.add(failure("k" + number));
        }
        log.close();

        assertThat(told(log).total()).isEqualTo(102);
        assertThat(told(log).first()).hasSize(100).startsWith(failure("k0"));
        assertThat(Files.readAllLines(shard.failures())).hasSize(102);
    }

    @Test
    void allAreCountedByKindAndAFewOfEachKindAreNamedHoweverManyCameBefore() throws IOException {
        for (int number = 0; number < 500; number++) {
            log.add(new RunRecord.Failure("k" + number, "access-denied", "403", 10L));
        }
        for (int number = 0; number < 7; number++) {
            log.add(new RunRecord.Failure("late" + number, "corrupt", "another hash", 3L));
        }
        log.close();

        TransferMessage.Failures told = told(log);
        assertThat(told.total()).isEqualTo(507);
        assertThat(told.byKind())
                .containsOnly(Map.entry("access-denied", new Tally(500, 5000)), Map.entry("corrupt", new Tally(7, 21)));
        assertThat(told.first()).hasSize(100);
        assertThat(told.first().stream()
                        .filter(each -> each.kind().equals("corrupt"))
                        .map(RunRecord.Failure::key))
                .containsExactly("late0", "late1", "late2", "late3", "late4");
    }

    @Test
    void whatIsNotTriedAgainIsCountedWithItsSizeAgain() throws Exception {
        log.add(new RunRecord.Failure("a", "access-denied", "403", 10L));
        log.close();
        try (FailureLog next = new FailureLog(shard)) {
            Files.createFile(shard.retries());
            next.retry(_ -> {});
            assertThat(told(next).byKind()).containsOnly(Map.entry("access-denied", new Tally(1, 10)));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskUnderTheOneFileLeavesTheOtherWhole() throws IOException {
        Files.createSymbolicLink(shard.failures(), FULL);
        log.add(failure("a"), TransferMessage.Remedy.RETRY, task("a"));

        assertThatThrownBy(log::close).isInstanceOf(IOException.class);
        assertThat(Files.readAllLines(shard.retries()))
                .singleElement()
                .asString()
                .contains("\"a\"");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void andTheOtherWayRound() throws IOException {
        Files.createSymbolicLink(shard.retries(), FULL);
        log.add(failure("a"), TransferMessage.Remedy.RETRY, task("a"));

        assertThatThrownBy(log::close).isInstanceOf(IOException.class);
        assertThat(Files.readAllLines(shard.failures()))
                .singleElement()
                .asString()
                .contains("\"a\"");
    }
}
