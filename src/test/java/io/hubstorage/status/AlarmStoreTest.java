package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Alarm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AlarmStoreTest {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    private Path folder;

    private AlarmStore store() {
        return new AlarmStore(folder, InstantSource.fixed(NOON.plusSeconds(3600)));
    }

    private static Alarm damage(Instant at, String message) {
        return Alarm.of(Alarm.Kind.DAMAGE, "hublink_20261120120000", at, message, "Run verify.")
                .about("photos", "hublink_20261120120000");
    }

    @Test
    void anAlarmStaysOverARestartUntilItIsAcknowledged() {
        assertThat(store().raise(damage(NOON, "A file is missing."))).isTrue();
        Alarm open = store().list().open().getFirst();
        assertThat(open).isEqualTo(damage(NOON, "A file is missing."));
        assertThat(store().acknowledge("nothing-of-that-name")).isFalse();
        assertThat(store().acknowledge(open.id())).isTrue();
        assertThat(store().acknowledge(open.id())).isFalse();
        assertThat(store().list().open()).isEmpty();
        assertThat(store().list().acknowledged().getFirst().occurrences().acknowledgedAt())
                .isEqualTo(NOON.plusSeconds(3600));
    }

    @Test
    void theSameAlarmDoesNotPileUpAndToldTwiceItIsNoNews() {
        AlarmStore store = store();
        store.raise(damage(NOON, "One file is missing."));
        assertThat(store.raise(damage(NOON, "One file is missing."))).isFalse();
        assertThat(store.raise(damage(NOON.plusSeconds(60), "Two files are missing.")))
                .isTrue();
        assertThat(store.list().open()).singleElement().satisfies(alarm -> {
            assertThat(alarm.message()).isEqualTo("Two files are missing.");
            assertThat(alarm.occurrences().since()).isEqualTo(NOON);
            assertThat(alarm.occurrences().last()).isEqualTo(NOON.plusSeconds(60));
            assertThat(alarm.occurrences().times()).isEqualTo(2);
        });
    }

    @Test
    void whatHappensAgainAfterItWasAcknowledgedIsOpenAgainButNotTheSameEvent() {
        AlarmStore store = store();
        store.raise(damage(NOON, "One file is missing."));
        assertThat(store.acknowledgeAll()).isTrue();
        assertThat(store.raise(damage(NOON, "One file is missing."))).isFalse();
        assertThat(store.list().open()).isEmpty();
        store.raise(damage(NOON.plusSeconds(60), "One file is missing."));
        assertThat(store.list().open()).singleElement().satisfies(alarm -> {
            assertThat(alarm.occurrences().since()).isEqualTo(NOON.plusSeconds(60));
            assertThat(alarm.occurrences().times()).isEqualTo(1);
        });
        assertThat(store.list().acknowledged()).isEmpty();
    }

    @Test
    void severalProcessesSeeAndKeepEachOthersChanges() {
        AlarmStore service = store();
        AlarmStore command = store();
        service.raise(damage(NOON, "A file is missing."));
        command.raise(Alarm.of(Alarm.Kind.CLOCK_MOVED, "", NOON, "The clock went back.", "Set it."));
        assertThat(service.list().open())
                .extracting(Alarm::kind)
                .containsExactlyInAnyOrder(Alarm.Kind.DAMAGE, Alarm.Kind.CLOCK_MOVED);
        command.acknowledge("clock_moved");
        assertThat(service.list().open()).extracting(Alarm::kind).containsExactly(Alarm.Kind.DAMAGE);
    }

    @Test
    void aDamagedFileIsPutAsideAndThatIsAnAlarm() throws IOException {
        Files.writeString(folder.resolve("alarms.json"), "{\"format\": 1, \"alarms\": [{");
        assertThat(store().list().open())
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.kind()).isEqualTo(Alarm.Kind.HISTORY_LOST));
        assertThat(folder.resolve("alarms.damaged.json")).content().startsWith("{\"format\": 1");
        assertThat(store().list().open()).hasSize(1);
    }

    @Test
    void whatALaterVersionWroteAndWhatIsIncompleteCostsNothingElse() throws IOException {
        store().raise(damage(NOON, "A file is missing."));
        Path file = folder.resolve("alarms.json");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("\"damage\"", "\"meteor\"")
                        .replace("\"alarms\" : [", "\"new\": 1, \"alarms\" : [{\"id\": \"half\"}, null, "));
        assertThat(store().list().open()).extracting(Alarm::kind).containsExactly(Alarm.Kind.OTHER);
    }

    @Test
    void whatCannotBeWrittenIsRememberedAndWrittenLater() throws IOException {
        Path config = folder.resolve("config");
        Files.writeString(config, "no folder");
        AlarmStore store = new AlarmStore(config, InstantSource.fixed(NOON));
        assertThat(store.raise(damage(NOON, "A file is missing."))).isTrue();
        assertThat(store.unwritable()).isPresent();
        assertThat(store.list().open()).hasSize(1);
        Files.delete(config);
        store.raise(Alarm.of(Alarm.Kind.CLOCK_MOVED, "", NOON, "The clock went back.", "Set it."));
        assertThat(store.unwritable()).isEmpty();
        assertThat(new AlarmStore(config, InstantSource.fixed(NOON)).list().open())
                .hasSize(2);
    }

    @Test
    void anIdCanStandInAnAddress() {
        assertThat(Alarm.of(Alarm.Kind.DAMAGE, "a/b ü?" + "x".repeat(200), NOON, "m", "r")
                        .id())
                .matches("[A-Za-z0-9._-]{1,100}");
    }
}
