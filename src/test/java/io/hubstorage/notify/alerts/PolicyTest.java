package io.hubstorage.notify.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.JobKind;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.TimeWindow;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import io.vertx.core.json.JsonObject;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PolicyTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

    private static Policy of(String notify) {
        return Policy.of(ConfigParser.parse(JsonObject.of(
                "automation", JsonObject.of("time_zone", ZONE.getId()), "notify", new JsonObject(notify))));
    }

    @Test
    void itIsAsTheConfigurationSays() {
        Policy policy = of("""
            {"channels": [
               {"name": "phone", "type": "ntfy", "url": "https://ntfy.sh/a", "min_severity": "warning", "reminders": false},
               {"name": "off", "type": "ntfy", "url": "https://ntfy.sh/b", "enabled": false},
               {"name": "damage", "type": "ntfy", "url": "https://ntfy.sh/c", "events": ["damage"]},
               {"name": "check", "type": "healthchecks", "url_env": "HUBSTORAGE_NOTIFY_CHECK"}],
             "reminder_hours": 0.5, "max_per_hour": 3, "quiet_hours": {"from": "22:00", "to": "07:00"},
             "digest": {"day": "monday", "at": "08:00"}, "public_url": "https://backups.example.com/"}\
            """);

        assertThat(policy.subscribers().subList(0, 2))
                .containsExactly(
                        new Subscriber("phone", Subscriber.USUAL, Severity.WARNING, false, Set.of()),
                        new Subscriber("damage", Set.of(Event.DAMAGE), Severity.INFO, true, Set.of()));
        assertThat(policy.subscribers().getLast().jobs()).containsExactly(JobKind.BACKUP);
        assertThat(policy.rhythm())
                .isEqualTo(new Policy.Rhythm(
                        Duration.ofMinutes(30),
                        3,
                        new TimeWindow(LocalTime.of(22, 0), LocalTime.of(7, 0)),
                        new Policy.Weekly(DayOfWeek.MONDAY, LocalTime.of(8, 0))));
        assertThat(policy.publicUrl()).isEqualTo("https://backups.example.com");
        assertThat(of("{}").subscribers()).isEmpty();
    }

    @Test
    void everyEventAndSeverityHasOneWordOfItsOwn() {
        for (Event event : Event.values()) {
            assertThat(Event.of(event.word())).isEqualTo(event);
        }
        for (Severity severity : Severity.values()) {
            assertThat(Severity.of(severity.word())).isEqualTo(severity);
        }
    }

    /** On 29 March 2026 the clocks go from 2:00 to 3:00, on 25 October from 3:00 to 2:00. */
    @Test
    void quietHoursAndDigestGoByTheClocksOfTheZone() {
        Policy policy = of("""
            {"quiet_hours": {"from": "22:00", "to": "07:00"}, "digest": {"day": "sunday", "at": "02:30"}}\
            """);
        Instant night = Instant.parse("2026-03-28T23:00:00Z");

        assertThat(policy.isQuiet(night)).isTrue();
        assertThat(policy.quietUntil(night)).isEqualTo(Instant.parse("2026-03-29T05:00:00Z"));
        assertThat(policy.isQuiet(Instant.parse("2026-03-29T05:00:00Z"))).isFalse();

        AlertState week = new AlertState(0, night, Instant.parse("2026-03-22T01:30:00Z"), List.of(), Map.of());
        assertThat(policy.dueDigest(week, Instant.parse("2026-03-29T01:29:00Z")))
                .isEmpty();
        assertThat(policy.dueDigest(week, Instant.parse("2026-03-29T01:30:00Z")))
                .contains(Instant.parse("2026-03-29T01:30:00Z"));
    }
}
