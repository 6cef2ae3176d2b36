package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.DrillRecord;
import io.hubstorage.bus.Drilling;
import io.hubstorage.bus.Replicating;
import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.StatusMessage.Condition;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the last drill says about how things stand. */
@ExtendWith(VertxExtension.class)
final class DrillConditionTest {
    private static final Instant NOW = Instant.parse("2026-11-27T08:00:00Z");

    @TempDir
    Path folder;

    private ConditionKit kit;

    @BeforeEach
    void open(Vertx vertx) throws Exception {
        open(vertx, "/mnt/usb/hubstorage");
    }

    private void open(Vertx vertx, String copy) throws Exception {
        kit = new ConditionKit(
                vertx,
                folder,
                NOW,
                "{\"s3_buckets\": [\"photos\"], \"replication\": {\"to\": \"%s\"}}".formatted(copy));
    }

    private void drilled(String id, RunResult result, DrillRecord.Outcome outcome) {
        DrillRecord any = Drilling.record(id, NOW, new RunEnd(result, NOW, 1, "As told."));
        kit.history.append(new DrillRecord(id, any.trigger(), NOW, any.end(), any.what(), outcome));
    }

    @Test
    void aReplicationThatFailedStandsThereUntilOneGoesWell() {
        kit.history.append(Replicating.record("r1", NOW, new RunEnd(RunResult.PARTIAL, NOW, 1, "One is damaged.")));
        assertThat(copy()).singleElement().satisfies(condition -> {
            assertThat(condition.message()).isEqualTo("The second copy does not have all snapshots.");
            assertThat(condition.remedy()).startsWith("One is damaged. It is over");
            assertThat(condition.kind().stopsBackups()).isFalse();
        });
        kit.history.append(Replicating.record("r2", NOW, new RunEnd(RunResult.SUCCESS, NOW, 1, "All.")));
        assertThat(copy()).isEmpty();
        replicated("r3", "/mnt/tried/once", "all", RunResult.FAILED);
        assertThat(copy()).as("of a folder that is not configured").isEmpty();
    }

    @Test
    void neitherAnotherCopyNorTheNewestSnapshotAloneTellsThatTheConfiguredOneHasAll() {
        replicated("r1", "/mnt/usb/hubstorage", "all", RunResult.PARTIAL);
        replicated("r2", "/mnt/tried/once", "all", RunResult.SUCCESS);
        assertThat(copy()).hasSize(1);
        replicated("r3", "/mnt/usb/hubstorage", "latest", RunResult.SUCCESS);
        assertThat(copy()).hasSize(1);
        replicated("r4", "/mnt/usb/hubstorage", "all", RunResult.SUCCESS);
        assertThat(copy()).isEmpty();
    }

    @Test
    void theConfiguredCopyIsKnownHoweverItIsSpelled(Vertx vertx) throws Exception {
        open(vertx, "~/usb/./hubstorage/");
        replicated("r1", System.getProperty("user.home") + "/usb/hubstorage", "all", RunResult.FAILED);
        assertThat(copy()).hasSize(1);
    }

    private void replicated(String id, String to, String selection, RunResult result) {
        ReplicationRecord any = Replicating.record(id, NOW, new RunEnd(result, NOW, 1, "As told."));
        kit.history.append(new ReplicationRecord(
                any.runId(),
                any.trigger(),
                NOW,
                any.end(),
                new ReplicationRecord.What(to, List.of(selection), false, null),
                any.outcome()));
    }

    private List<Condition> copy() {
        return kit.conditions(Condition.Kind.REPLICATION);
    }

    private List<Condition> found() {
        return kit.conditions(Condition.Kind.DRILL);
    }

    @Test
    void aDrillThatFailedIsToldUntilOneGoesWell() {
        DrillRecord.Outcome outcome = Drilling.OUTCOME;
        assertThat(found()).isEmpty();

        drilled("d1", RunResult.PARTIAL, outcome);
        assertThat(found()).singleElement().satisfies(condition -> {
            assertThat(condition.message())
                    .isEqualTo("In the last drill 1 of 20 files did not come back as they were.");
            assertThat(condition.remedy()).startsWith("As told.");
            assertThat(condition.kind().stopsBackups()).isFalse();
        });
        drilled("d2", RunResult.CANCELLED, DrillRecord.Outcome.NONE);
        assertThat(found()).as("one that was stopped says nothing").hasSize(1);
        drilled("d3", RunResult.FAILED, DrillRecord.Outcome.NONE);
        assertThat(found())
                .singleElement()
                .satisfies(condition -> assertThat(condition.message()).isEqualTo("The last drill could not be held."));
        drilled("d4", RunResult.SUCCESS, DrillRecord.Outcome.NONE);
        assertThat(found()).isEmpty();
    }
}
