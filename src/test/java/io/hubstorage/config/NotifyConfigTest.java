package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code notify} in {@code config.json}, and the variables that it names. */
final class NotifyConfigTest {
    private static HubConfig.Notify parse(String notify) {
        return ConfigParser.parse(JsonObject.of("notify", new JsonObject(notify)))
                .notifications();
    }

    private static List<Problem> problems(String channel) {
        JsonObject config = JsonObject.of("notify", JsonObject.of("channels", JsonArray.of(new JsonObject(channel))));
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> ConfigParser.parse(config));
        return refused == null ? List.of() : refused.problems();
    }

    @Test
    void withoutItNobodyIsToldAndEverythingHasItsDefault() {
        HubConfig.Notify none = ConfigParser.parse(new JsonObject()).notifications();

        assertThat(none).isEqualTo(new HubConfig.Notify(List.of(), 24, 20, null, null, null));
        assertThat(parse("{\"quiet_hours\": null, \"digest\": {}, \"channels\": null}"))
                .isEqualTo(none);
    }

    @Test
    void aChannelIsOfItsKindAndHasItsDefaults() {
        HubConfig.Notify notify = parse("""
            {"channels": [
              {"name": "mail", "type": "email", "host": "smtp.example.com", "from": "a@example.com", "to": ["b@example.com"]},
              {"name": "check", "type": "healthchecks", "url_env": "HUBSTORAGE_NOTIFY_HC", "events": null},
              {"name": "hook", "type": "webhook", "url": "https://a.example/b", "min_severity": "critical", "enabled": false}],
             "quiet_hours": {"from": "22:00", "to": "07:00"}, "digest": {"day": "monday"}, "public_url": "https://b.example"}\
            """);

        assertThat(notify.channels().get(0))
                .isEqualTo(new ChannelConfig.Email(
                        new ChannelConfig.Routing("mail", true, null, "info", true),
                        new ChannelConfig.MailServer(
                                "smtp.example.com", null, ChannelConfig.Encryption.STARTTLS, null, null),
                        "a@example.com",
                        List.of("b@example.com")));
        assertThat(notify.channels().get(1)).isInstanceOfSatisfying(ChannelConfig.Healthchecks.class, check -> {
            assertThat(check.jobs()).containsExactly("backup");
            assertThat(check.routing().events()).contains("backup_started", "backup_succeeded");
        });
        assertThat(notify.channels())
                .extracting(ChannelConfig::type)
                .containsExactly("email", "healthchecks", "webhook");
        assertThat(notify.digest()).isEqualTo(new HubConfig.Digest(DayOfWeek.MONDAY, LocalTime.of(8, 0)));
        assertThat(notify.publicUrl()).isEqualTo("https://b.example");
    }

    @Test
    void portsAreTheUsualOnesOfTheEncryption() {
        for (ChannelConfig.Encryption security : ChannelConfig.Encryption.values()) {
            assertThat(new ChannelConfig.MailServer("h", null, security, null, null).effectivePort())
                    .isEqualTo(security == ChannelConfig.Encryption.TLS ? 465 : 587);
        }
        assertThat(new ChannelConfig.MailServer("h", 25, ChannelConfig.Encryption.NONE, null, null).effectivePort())
                .isEqualTo(25);
    }

    @ParameterizedTest
    @CsvSource({"23:00, true", "06:59, true", "07:00, false", "21:59, false"})
    void quietHoursAreByTheSchedulesClock(String time, boolean quiet) {
        HubConfig config = ConfigParser.parse(new JsonObject("""
            {"automation": {"time_zone": "Asia/Tokyo"}, "notify": {"quiet_hours": {"from": "22:00", "to": "07:00"}}}\
            """));

        assertThat(config.isQuiet(Instant.parse("2026-11-27T" + time + ":00+09:00")))
                .isEqualTo(quiet);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'name': 'a', 'type': 'email', 'from': 'a@b.c', 'to': ['d@e.f']} | host",
                "{'name': 'a', 'type': 'email', 'host': 'h', 'from': 'a@b.c', 'to': []} | to",
                "{'name': 'a', 'type': 'email', 'host': 'h', 'from': 'a@b.c\\nBcc: x@y.z', 'to': ['d@e.f']} | from",
                "{'name': 'a', 'type': 'email', 'host': 'h', 'from': 'a@b.c', 'to': ['d@e.f'], 'username': 'u'} |"
                        + " password_env",
                "{'name': 'a', 'type': 'email', 'host': 'h', 'from': 'a@b.c', 'to': ['d@e.f'], 'security': 'none',"
                        + " 'username': 'u', 'password_env': 'HUBSTORAGE_NOTIFY_P'} | security",
                "{'name': 'a', 'type': 'slack'} | url_env",
                "{'name': 'a', 'type': 'ntfy'} | url",
                "{'name': 'a', 'type': 'ntfy', 'url': 'https://n.example/t', 'url_env': 'HUBSTORAGE_NOTIFY_U'} | url",
                "{'name': 'a', 'type': 'ntfy', 'url': 'ftp://n.example/t'} | url",
                "{'name': 'a', 'type': 'webhook', 'url': 'https://n.example', 'headers': ['X: a\\r\\n"
                        + "Y: b']} | headers[0]",
                "{'name': 'a', 'type': 'telegram', 'token_env': 'HUBSTORAGE_NOTIFY_T', 'chat_id': 'x y'} | chat_id",
                "{'name': 'a', 'type': 'pigeon'} | type",
                "{'type': 'slack', 'url_env': 'HUBSTORAGE_NOTIFY_U'} | name",
                "{'name': 'a', 'type': 'slack', 'url_env': 'HUBSTORAGE_NOTIFY_U', 'events': ['backup_exploded']} |"
                        + " events[0]"
            })
    void whatIsWrongIsNamed(String channel, String member) {
        assertThat(problems(channel.replace('\'', '"')))
                .extracting(Problem::path)
                .contains("notify.channels[0]." + member);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS_SECRET_ACCESS_KEY",
                "HUBSTORAGE_WEB_PASSWORD",
                "PATH",
                "HUBSTORAGE_NOTIFY_",
                "hubstorage_notify_x"
            })
    void noVariableButOneOfNotificationsCanBeNamed(String variable) {
        assertThat(problems("{\"name\": \"a\", \"type\": \"slack\", \"url_env\": \"%s\"}".formatted(variable)))
                .extracting(Problem::path)
                .contains("notify.channels[0].url_env");
        assertThat(problems(
                        "{\"name\": \"a\", \"type\": \"gotify\", \"url\": \"https://g.example\", \"token_env\": \"%s\"}"
                                .formatted(variable)))
                .extracting(Problem::path)
                .contains("notify.channels[0].token_env");
    }

    @Test
    void namesOfVariablesAreNoSecretsAndPasswordsAreStillRefused() {
        assertThat(problems("""
            {"name": "a", "type": "email", "host": "h", "from": "a@b.c", "to": ["d@e.f"], "username": "u",
             "password_env": "HUBSTORAGE_NOTIFY_PASSWORD"}\
            """)).isEmpty();
        assertThat(problems("""
            {"name": "a", "type": "email", "host": "h", "from": "a@b.c", "to": ["d@e.f"], "password": "hunter22"}\
            """))
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString())
                        .contains("notify.channels[0].password", "(not shown)")
                        .doesNotContain("hunter22"));
    }

    @Test
    void aNameIsThereOnceAndWhatAKindDoesNotHaveIsSaid() {
        List<String> warnings = new ArrayList<>();
        ConfigParser.parse(JsonObject.of("notify", new JsonObject("""
            {"channels": [{"name": "a", "type": "slack", "url_env": "HUBSTORAGE_NOTIFY_U", "host": "h"}]}\
            """)), warnings);
        assertThat(warnings).containsExactly("notify.channels[0].host has no effect in a channel of type slack");

        ConfigException twice = catchThrowableOfType(ConfigException.class, () -> parse("""
            {"channels": [{"name": "a", "type": "slack", "url_env": "HUBSTORAGE_NOTIFY_U"},
                          {"name": "a", "type": "discord", "url_env": "HUBSTORAGE_NOTIFY_V"}], "quiet_hours": {"from": "22:00"}}\
            """));
        assertThat(twice.problems())
                .extracting(Problem::path)
                .containsExactlyInAnyOrder("notify.quiet_hours.to", "notify.channels[1].name");
    }

    @Test
    void quietHoursThatNeverEndAreRefused() {
        ConfigException refused = catchThrowableOfType(
                ConfigException.class, () -> parse("{\"quiet_hours\": {\"from\": \"22:00\", \"to\": \"22:00\"}}"));
        assertThat(refused.problems())
                .containsExactly(new Problem("notify.quiet_hours.to", "22:00", "another time than from"));
    }

    @Test
    void itsVariablesAreSecretsAndMayBeFiles(@TempDir Path folder) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "https://hooks.example/s3cret\n");
        Files.writeString(folder.resolve(".env"), "HUBSTORAGE_NOTIFY_MAIL=my mail password\n");

        Environment environment = Environment.load(
                Map.of(
                        "HUBSTORAGE_NOTIFY_SLACK_FILE",
                        secret.toString(),
                        "HUBSTORAGE_NOTIFY_PRIVATE",
                        "192.168.0.0/16,nas.lan"),
                folder.resolve(".env"));

        assertThat(environment.get("HUBSTORAGE_NOTIFY_SLACK")).isEqualTo("https://hooks.example/s3cret");
        assertThat(environment.secrets()).containsExactlyInAnyOrder("https://hooks.example/s3cret", "my mail password");
        assertThat(environment.warnings()).isEmpty();
        assertThat(environment.settings()).isNotNull();
        Environment wrong = Environment.load(Map.of("HUBSTORAGE_NOTIFY_PRIVATE", "http://nas"), folder.resolve("none"));
        assertThat(catchThrowableOfType(ConfigException.class, wrong::settings))
                .hasMessageContaining("HUBSTORAGE_NOTIFY_PRIVATE");
    }
}
