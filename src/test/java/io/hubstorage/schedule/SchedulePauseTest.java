package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pause holds back, and what it outlives. */
final class SchedulePauseTest extends SchedulerKit {
    @Test
    void aPauseOutlivesARestartAndLetsManualRunsPass() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        assertThat(pause(true).paused()).isTrue();
        undeploy();
        deploy();
        clock.advance(Duration.ofDays(1));
        nothingMoreHappens();
        SchedulerMessage.Status status = status();
        assertThat(status.paused()).isTrue();
        assertThat(status.runs().nextBackup()).isNull();
        assertThat(status.runs().overdue()).isFalse();
        backup.begin(Trigger.MANUAL, false);
        awaitStatus(now -> assertThat(now.runs().lastRun()).isEqualTo(clock.now()));
        backup.finish(RunResult.SUCCESS);
        awaitStatus(now -> assertThat(now.runs().lastBackup()).isEqualTo(clock.now()));
        assertThat(pause(false).runs().nextBackup()).isEqualTo(clock.now().plus(HOUR.multipliedBy(6)));
        undeploy();
        deploy();
        assertThat(status().paused()).isFalse();
        assertThat(backup.starts()).isEmpty();
    }

    @Test
    void anUnreadablePauseFileMeansNotPaused() throws Exception {
        Files.writeString(folder.resolve("scheduler.json"), "{\"paused\": tr");
        deploy();
        awaitStarts(Trigger.FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"paused\": \"yes\"}", "{\"paused\": null}"})
    void aPauseThatSaysNothingIsRefused(String body) {
        deploy();
        assertThatThrownBy(() -> ask(Addresses.SCHEDULER_PAUSE, new JsonObject(body)))
                .isInstanceOfSatisfying(ReplyException.class, e -> {
                    assertThat(e.failureCode()).isEqualTo(400);
                    assertThat(e).hasMessageContaining("paused: found").hasMessageContaining("true or false");
                });
    }

    @Test
    void aPauseThatCannotBeWrittenDownIsNone() throws Exception {
        deploy();
        Files.createDirectories(folder.resolve("scheduler.json/in-the-way"));
        assertThatThrownBy(() -> pause(true))
                .isInstanceOfSatisfying(
                        ReplyException.class, e -> assertThat(e.failureCode()).isEqualTo(500));
        assertThat(status().paused()).isFalse();
    }
}
