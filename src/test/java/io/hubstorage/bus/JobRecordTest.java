package io.hubstorage.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How records and states of jobs say of which kind they are. */
final class JobRecordTest {
    private static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");
    private static final RunEnd END = new RunEnd(RunResult.PARTIAL, T0.plusSeconds(9), 2, "some of it");

    static Stream<JobRecord> records() {
        return Stream.of(
                new RunRecord(start(), END, RunRecord.CurrentSnapshot.NONE, List.of(), List.of()),
                Restoring.record("a", T0, END),
                Drilling.record("a", T0, END),
                Verifying.record("a", T0, END),
                Repairing.record("a", T0, END),
                Retaining.record("a", T0, END),
                Replicating.record("a", T0, END));
    }

    static Stream<JobState> states() {
        return Stream.of(
                new RunState(
                        start(),
                        T0,
                        new RunState.Stage(RunPhase.LISTING, 1, 1, null, null, null, null),
                        List.of(),
                        RunState.Progress.NONE,
                        List.of()),
                Restoring.state("a", T0, T0),
                Drilling.state("a", T0, T0),
                Verifying.state("a", T0, T0),
                Repairing.state("a", T0, T0),
                Retaining.state("a", T0, T0),
                Replicating.state("a", T0, T0));
    }

    private static RunStart start() {
        return new RunStart("a", Trigger.CLI, false, true, T0);
    }

    @Test
    void thereIsOneForEachKind() {
        assertThat(records().map(JobRecord::kind)).containsExactly(JobKind.values());
        assertThat(records())
                .allSatisfy(
                        record -> assertThat(record).isInstanceOf(record.kind().record()));
        assertThat(states().map(JobState::kind)).containsExactly(JobKind.values());
    }

    @ParameterizedTest
    @MethodSource("records")
    void aRecordSaysItsKindAndIsReadAsWhatItIs(JobRecord record) {
        JsonObject json = BusJson.encode(record);
        assertThat(json.getString("kind")).isEqualTo(record.kind().word());
        assertThat(json.getString("run_id")).isEqualTo("a");
        assertThat(json.getString("trigger")).isEqualTo("cli");
        assertThat(json.getString("started_at")).isEqualTo(T0.toString());
        assertThat(json.getString("result")).isEqualTo("partial");
        assertThat(BusJson.decode(json, JobRecord.class)).isEqualTo(record);
        assertThat((Object) BusJson.decode(json, record.getClass())).isEqualTo(record);
        assertThat(record.whole()).isTrue();
        assertThat(BusJson.encode(new JobMessage.Found(record, null, null, null))
                        .getJsonObject("record"))
                .isEqualTo(json);
    }

    @ParameterizedTest
    @MethodSource("states")
    void aStateSaysItsKindAndIsReadAsWhatItIs(JobState state) {
        JsonObject json = BusJson.encode(state);
        assertThat(json.getString("kind")).isEqualTo(state.kind().word());
        assertThat(json.getString("run_id")).isEqualTo("a");
        assertThat(BusJson.decode(json, JobState.class)).isEqualTo(state);
        assertThat((Object) BusJson.decode(json, state.getClass())).isEqualTo(state);
    }

    @Test
    void whatSaysNoKindIsABackups() {
        JobRecord backup = records().findFirst().orElseThrow();
        JsonObject json = BusJson.encode(backup);
        json.remove("kind");
        assertThat(BusJson.decode(json, JobRecord.class)).isEqualTo(backup);
        assertThat(BusJson.decode(json, RunRecord.class)).isEqualTo(backup);
        assertThatThrownBy(() -> BusJson.decode(json, RestoreRecord.class))
                .isInstanceOf(IllegalArgumentException.class);
        JobState state = states().findFirst().orElseThrow();
        JsonObject told = BusJson.encode(state);
        told.remove("kind");
        assertThat(BusJson.decode(told, JobState.class)).isEqualTo(state);
    }

    @Test
    void oneKindIsNeverTakenForAnother() {
        JsonObject restore = BusJson.encode(records().toList().getLast());
        assertThatThrownBy(() -> BusJson.decode(restore, RunRecord.class)).isInstanceOf(IllegalArgumentException.class);
        JsonObject later = restore.copy().put("kind", "prune");
        for (Class<?> type : List.of(JobRecord.class, RunRecord.class, RestoreRecord.class)) {
            assertThatThrownBy(() -> BusJson.decode(later, type))
                    .as(type.getSimpleName())
                    .hasCauseInstanceOf(InvalidTypeIdException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("records")
    void anotherEndIsAllThatDiffers(JobRecord record) {
        RunEnd other = new RunEnd(RunResult.INTERRUPTED, T0, 2, "stopped");
        JsonObject changed = BusJson.encode(record.with(other));
        assertThat(changed.getString("result")).isEqualTo("interrupted");
        JsonObject json = BusJson.encode(record);
        Stream.of("result", "finished_at", "attempts", "message", "stopped_in_order")
                .forEach(member -> json.put(member, changed.getValue(member)));
        assertThat(changed).isEqualTo(json);
    }
}
