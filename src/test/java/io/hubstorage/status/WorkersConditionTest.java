package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.bus.WorkersMessage.State;
import io.hubstorage.bus.WorkersMessage.Worker;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is said of workers that are not there. */
final class WorkersConditionTest {
    private static final Instant NOW = Instant.parse("2026-11-20T08:00:00Z");
    private static final String OLD =
            "it is HubStorage 1.2.2, and the service is 1.2.3. Run the same version everywhere.";

    private static Worker missing(String name, int secondsAgo, @Nullable String problem) {
        Instant since = NOW.minusSeconds(secondsAgo);
        State state = problem == null ? State.LOST : State.REFUSED;
        return new Worker(name, state, false, since, since, since, problem, 0, 0);
    }

    private static Optional<Condition> said(Worker... missing) {
        List<Worker> all = Stream.concat(
                        Stream.of(
                                new Worker("local", true, NOW.minusSeconds(9_000), NOW, 1, 1),
                                new Worker("rack-1", false, NOW.minusSeconds(9_000), NOW, 1, 1)),
                        Stream.of(missing))
                .toList();
        return WorkersCondition.condition(new WorkersMessage.Listing(true, all), NOW);
    }

    @Test
    void aWorkerIsMissedAfterTenMinutesAndNotBefore() {
        assertThat(said()).isEmpty();
        assertThat(WorkersCondition.condition(null, NOW)).isEmpty();
        assertThat(said(missing("rack-2", 599, null))).isEmpty();
        assertThat(said(missing("rack-2", 599, OLD))).isEmpty();

        assertThat(said(missing("rack-2", 600, null))).hasValueSatisfying(condition -> {
            assertThat(condition.kind()).isEqualTo(Condition.Kind.WORKER);
            assertThat(condition.kind().stopsBackups()).isFalse();
            assertThat(condition.message()).isEqualTo("Worker rack-2 is lost.");
            assertThat(condition.remedy())
                    .isEqualTo("Backups go on without it. Start it again, or forget it on the Storage page if it will"
                            + " not come back.");
            assertThat(condition.since()).isEqualTo(NOW.minusSeconds(600));
        });
    }

    @Test
    void thoseThatWentWithinAMinuteAreMissedTogether() {
        assertThat(said(missing("b", 600, null), missing("a", 540, null), missing("c", 539, null)))
                .hasValueSatisfying(condition -> {
                    assertThat(condition.message()).isEqualTo("2 workers are lost: b and a.");
                    assertThat(condition.remedy()).contains("forget on the Storage page those");
                    assertThat(condition.since()).isEqualTo(NOW.minusSeconds(600));
                });
        assertThat(said(
                        missing("a", 700, null),
                        missing("b", 700, null),
                        missing("c", 700, null),
                        missing("d", 700, null)))
                .hasValueSatisfying(
                        condition -> assertThat(condition.message()).isEqualTo("4 workers are lost: a, b and 2 more."));
    }

    @Test
    void whoIsNotLetInIsToldWhyAndWhatToDo() {
        assertThat(said(missing("rack-2", 700, OLD))).hasValueSatisfying(condition -> {
            assertThat(condition.message()).isEqualTo("Worker rack-2 is not let in.");
            assertThat(condition.remedy())
                    .isEqualTo("It is HubStorage 1.2.2, and the service is 1.2.3. Run the same version everywhere."
                            + " Backups go on without it.");
        });
        assertThat(said(missing("rack-2", 700, OLD), missing("rack-3", 700, OLD)))
                .hasValueSatisfying(condition -> {
                    assertThat(condition.message()).isEqualTo("2 workers are not let in: rack-2 and rack-3.");
                    assertThat(condition.remedy()).startsWith("Each of them: it is HubStorage 1.2.2");
                });
        assertThat(said(missing("rack-2", 700, OLD), missing("rack-3", 700, "its clock is off.")))
                .hasValueSatisfying(condition -> assertThat(condition.remedy())
                        .isEqualTo("Backups go on without them. The Storage page says what each of them needs."));
    }

    @Test
    void lostAndRefusedAreOneThing() {
        assertThat(said(missing("rack-2", 800, OLD), missing("rack-3", 700, null)))
                .hasValueSatisfying(condition -> {
                    assertThat(condition.message()).isEqualTo("2 workers are missing: rack-2 and rack-3.");
                    assertThat(condition.remedy())
                            .isEqualTo("Backups go on without them. The Storage page says what each of them needs.");
                });
    }
}
