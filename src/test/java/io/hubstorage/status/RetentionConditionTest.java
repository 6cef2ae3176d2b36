package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Retaining;
import io.hubstorage.bus.RetentionRecord;
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

/** That retention waits for somebody is said until somebody has confirmed it. */
@ExtendWith(VertxExtension.class)
final class RetentionConditionTest {
    private static final Instant NOW = Instant.parse("2026-11-27T08:00:00Z");

    @TempDir
    Path folder;

    private ConditionKit kit;

    @BeforeEach
    void open(Vertx vertx) throws Exception {
        kit = new ConditionKit(
                vertx, folder, NOW, "{\"s3_buckets\": [\"photos\"], \"retention\": {\"enabled\": true, \"daily\": 7}}");
    }

    private void ended(String id, boolean dry, long go) {
        RetentionRecord any = Retaining.record(id, NOW, new RunEnd(RunResult.SUCCESS, NOW, 1, "As told."));
        kit.history.append(new RetentionRecord(
                id,
                any.trigger(),
                NOW,
                any.end(),
                new RetentionRecord.What(dry, null),
                new RetentionRecord.Outcome(5, go, 0, 4_096, null, List.of())));
    }

    private List<String> said() {
        return kit.conditions(Condition.Kind.RETENTION).stream()
                .map(Condition::message)
                .toList();
    }

    @Test
    void itIsSaidWhileSomethingWouldGoAndNobodyHasConfirmedThePolicy() {
        assertThat(said()).isEmpty();
        ended("r1", true, 0);
        assertThat(said()).as("nothing would go").isEmpty();
        ended("r2", true, 3);
        assertThat(said()).singleElement().asString().contains("waits for you", "3 snapshots would go");
        ended("r3", false, 3);
        assertThat(said()).isEmpty();
    }
}
