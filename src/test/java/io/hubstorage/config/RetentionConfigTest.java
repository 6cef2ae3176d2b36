package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.HubConfig.Keep;
import io.vertx.core.json.JsonObject;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class RetentionConfigTest {
    private static HubConfig parse(String json) {
        return ConfigParser.parse(new JsonObject(json));
    }

    private static List<Problem> problems(String json) {
        return catchThrowableOfType(ConfigException.class, () -> parse(json)).problems();
    }

    @Test
    void itIsOffAndHasNoRulesUnlessSomebodySaysSo() {
        HubConfig.Retention retention = parse("{}").retention();
        assertThat(retention.enabled()).isFalse();
        assertThat(retention.keep().isEmpty()).isTrue();
        assertThat(retention.undoHours()).isEqualTo(168);
        assertThat(retention.minFreePercent()).isZero();
    }

    @Test
    void rulesAreReadForAllBucketsAndForOne() {
        HubConfig config = parse("""
            {"retention": {"enabled": true, "daily": 14, "weekly": 8, "monthly": 12, "within": " 1y6m "},
             "s3_buckets": ["photos", {"name": "mail", "retention": {"daily": 60}}, {"name": "logs", "retention": {}}]}
            """);
        assertThat(config.retention().keep()).isEqualTo(new Keep(0, 0, 14, 8, 12, 0, "1y6m"));
        assertThat(config.selection().named("mail").orElseThrow().retention())
                .isEqualTo(new Keep(0, 0, 60, 0, 0, 0, null));
        assertThat(config.selection().named("photos").orElseThrow().retention()).isNull();
        assertThat(config.selection().named("logs").orElseThrow().retention()).isNull();
        assertThat(ConfigParser.parse(BusJson.encode(config))).isEqualTo(config);
    }

    @Test
    void aPolicyThatKeepsNothingIsRefused() {
        assertThat(problems("{\"retention\": {\"enabled\": true, \"daily\": 0}}"))
                .containsExactly(new Problem(
                        "retention",
                        "no rule",
                        "at least one rule above 0, as daily: 14; without one nothing would be kept"));
        assertThat(problems("""
            {"retention": {"enabled": true, "daily": 1}, "s3_buckets": [{"name": "mail", "retention": {"daily": 0}}]}
            """)).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("s3_buckets[0].retention");
            assertThat(problem.allowed()).endsWith("leave it out for the rules of all others");
        });
    }

    @Test
    void rulesOfABucketThatHaveNoEffectAreTold() {
        List<String> warnings = new ArrayList<>();
        ConfigParser.parse(
                new JsonObject("{\"s3_buckets\": [{\"name\": \"mail\", \"retention\": {\"daily\": 9}}]}"), warnings);
        assertThat(warnings).containsExactly("s3_buckets[0].retention has no effect while retention.enabled is off");
    }

    @TestFactory
    Stream<DynamicTest> whatIsNoRuleIsRefusedByName() {
        return Stream.of(
                        "daily\": -1",
                        "daily\": 10001",
                        "daily\": 1.5",
                        "within\": \"30\"",
                        "within\": \"0d\"",
                        "within\": \"d\"",
                        "within\": \"1h1y\"",
                        "within\": \"99999999h\"",
                        "within\": 30")
                .map(rule -> DynamicTest.dynamicTest(rule, () -> {
                    String name = rule.substring(0, rule.indexOf('"'));
                    assertThat(problems("{\"retention\": {\"%s}}".formatted(rule)))
                            .extracting(Problem::path)
                            .containsExactly("retention." + name);
                    assertThat(problems(
                                    "{\"s3_buckets\": [{\"name\": \"mail\", \"retention\": {\"%s}}]}".formatted(rule)))
                            .extracting(Problem::path)
                            .containsExactly("s3_buckets[0].retention." + name);
                }));
    }

    @Test
    void aLengthOfTimeIsCountedByTheCalendar() {
        ZonedDateTime time = ZonedDateTime.parse("2026-03-31T12:00:00+02:00[Europe/Berlin]");
        assertThat(within("1m", time)).isEqualTo("2026-02-28T12:00:00+01:00[Europe/Berlin]");
        assertThat(within("2d", time)).isEqualTo("2026-03-29T12:00:00+02:00[Europe/Berlin]");
        assertThat(within("3d", time))
                .as("the same time of day, although the clocks were changed")
                .isEqualTo("2026-03-28T12:00:00+01:00[Europe/Berlin]");
        assertThat(within("1y2m1w3d4h", time)).isEqualTo("2025-01-21T08:00:00+01:00[Europe/Berlin]");
        assertThat(within("999y9999m9999w99999d999999h", time).getYear()).isNegative();
    }

    private static ZonedDateTime within(String within, ZonedDateTime time) {
        return new Keep(0, 0, 0, 0, 0, 0, within).withinBefore(time);
    }
}
