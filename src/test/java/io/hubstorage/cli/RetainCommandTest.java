package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.retain.TrashKit;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code retain}, with the real engine behind it. */
final class RetainCommandTest {
    @TempDir
    Path home;

    private Commands commands;
    private Layout layout;
    private List<String> names;

    @BeforeEach
    void places() throws IOException {
        commands = new Commands(home)
                .configured("{\"s3_buckets\": [\"photos\"], \"retention\": {\"keep_last\": 1, \"undo_hours\": 48}}");
        layout = new Layout(home.resolve("data"));
        names = Stream.of(3, 2, 1)
                .map(days -> TrashKit.write(
                        layout, Commands.NOW.minus(Duration.ofDays(days)), "photos", "a", "of day " + days))
                .toList()
                .reversed();
    }

    /** Nobody has told the history of these snapshots, which is an alarm, and keeps all of them. */
    private void acknowledge() {
        assertThat(retain()).isZero();
        assertThat(commands.out())
                .contains("an alarm is open")
                .endsWith("Every snapshot stays." + System.lineSeparator());
        assertThat(commands.run("alarms", "acknowledge", "--all")).isZero();
    }

    private int retain(String... arguments) {
        return commands.run(
                Stream.concat(Stream.of("retain"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void itShowsThePlanAsksRemovesAndBringsBack() {
        acknowledge();
        assertThat(retain("--preview")).isZero();
        assertThat(commands.out())
                .contains(
                        names.getFirst() + "  2026-11-26 06:15 UTC  stays  last success of photos, newest, last 1 of 1")
                .contains(names.getLast() + "  2026-11-24 06:15 UTC  goes   no rule keeps it")
                .contains("2 of 3 snapshots would go, which frees", "It can be undone for 48 h");

        assertThat(retain()).isEqualTo(2);
        assertThat(commands.err()).contains("Nothing was removed. Add --yes");
        commands.answers("no");
        assertThat(retain()).isEqualTo(2);
        assertThat(names).allSatisfy(name -> assertThat(layout.snapshot(name)).exists());

        commands.answers("yes");
        assertThat(retain()).isZero();
        assertThat(commands.out()).contains("2 snapshots removed; undo until 2026-11-29T06:15:00Z");
        assertThat(layout.snapshot(names.getLast())).doesNotExist();

        assertThat(retain("--undo", names.getLast())).isZero();
        assertThat(commands.out()).contains("Back: " + names.getLast());
        assertThat(retain("--undo")).isZero();
        assertThat(names).allSatisfy(name -> assertThat(layout.snapshot(name)).exists());
        assertThat(retain("--undo")).isEqualTo(2);
        assertThat(commands.err()).contains("Nothing came back: The trash holds nothing");
    }

    @Test
    void whoStopsItWhileItCountsHasRemovedNothing() {
        acknowledge();
        commands.interrupt();
        assertThat(retain("--yes")).isEqualTo(130);
        assertThat(names).allSatisfy(name -> assertThat(layout.snapshot(name)).exists());
    }

    @Test
    void oneGoesByHandUnlessItIsHeldAndProgramsGetJson() {
        acknowledge();
        assertThat(retain("--delete", names.getFirst(), "--yes")).isEqualTo(4);
        assertThat(commands.err())
                .contains("Nothing was removed: " + names.getFirst() + " stays: last success of photos");
        assertThat(retain("--delete", "hublink_20200101000000", "--yes")).isEqualTo(2);

        assertThat(retain("--delete", names.getLast(), "--yes", "--json")).isZero();
        JsonObject record = new JsonObject(commands.out());
        assertThat(record.getString("snapshot")).isEqualTo(names.getLast());
        assertThat(record.getInteger("removed")).isEqualTo(1);

        assertThat(retain("--preview", "--json")).isZero();
        assertThat(new JsonObject(commands.out()).getJsonArray("verdicts")).hasSize(2);
        assertThat(retain("--yes")).isZero();
        assertThat(retain()).as("nothing is left to remove").isZero();
        assertThat(commands.out()).contains("Every snapshot stays.");
    }
}
