package io.hubstorage.notify.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.HookOutcome.Result;
import io.hubstorage.bus.HookOutcome.When;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.Replicating;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Severity;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told of hooks that failed. */
final class ReportedHooksTest {
    private static final Instant NOW = Instant.parse("2026-11-27T07:00:00Z");
    private static final HookOutcome MOUNT = new HookOutcome("mount", When.BEFORE, Result.OK, 3, null, "");
    private static final HookOutcome UNMOUNT =
            new HookOutcome("unmount", When.AFTER, Result.FAILED, 5, "exit code 32", "target is busy");

    private final Reports reports = new Reports(Policy.of(ConfigParser.parse(new JsonObject("""
        {"notify": {"channels": [
            {"name": "phone", "type": "ntfy", "url_env": "HUBSTORAGE_NOTIFY_N"},
            {"name": "critical", "type": "ntfy", "url_env": "HUBSTORAGE_NOTIFY_N", "min_severity": "critical"},
            {"name": "check", "type": "healthchecks", "url_env": "HUBSTORAGE_NOTIFY_H", "jobs": ["replication"],
             "events": ["hook_failed", "job_succeeded"]}]}}\
        """))), NOW);

    private static JobRecord job(RunResult result, HookOutcome... hooks) {
        return Replicating.record("r1", NOW, new RunEnd(result, NOW, 1, "copied").with(List.of(hooks)));
    }

    @Test
    void oneThatFailedAfterAJobIsToldToPeople() {
        assertThat(reports.hooks(job(RunResult.SUCCESS, MOUNT, UNMOUNT))).hasValueSatisfying(told -> {
            assertThat(told.channels()).containsExactly("phone");
            assertThat(told.message().event()).isEqualTo(Event.HOOK_FAILED);
            assertThat(told.message().severity()).isEqualTo(Severity.WARNING);
            assertThat(told.message().title()).isEqualTo("The hook \"unmount\" after the replication failed");
            assertThat(told.message().text())
                    .isEqualTo("The hook \"unmount\" after this replication failed (exit code 32): target is busy");
        });
        assertThat(reports.hooks(job(RunResult.CANCELLED, UNMOUNT))).isPresent();
    }

    @Test
    void whatWentWellOrIsToldAsTheFailureOfTheJobIsNot() {
        HookOutcome failed = new HookOutcome("mount", When.BEFORE, Result.TIMED_OUT, 3, "no end within 1 s", "");
        HookOutcome stopped = new HookOutcome("mount", When.BEFORE, Result.STOPPED, 3, "stopped", "");

        assertThat(reports.hooks(job(RunResult.SUCCESS))).isEmpty();
        assertThat(reports.hooks(job(RunResult.SUCCESS, MOUNT))).isEmpty();
        assertThat(reports.hooks(job(RunResult.FAILED, failed))).isEmpty();
        assertThat(reports.hooks(job(RunResult.CANCELLED, stopped))).isEmpty();
        assertThat(reports.hooks(job(RunResult.SUCCESS, failed))).isPresent();
    }
}
