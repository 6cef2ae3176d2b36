package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConfigParserTest {
    /** The specification's example, to the letter. */
    static final String SPECIFIED = """
        {
          "s3_buckets": ["bucket1", "bucket2"],
          "local_base_path": "/app/data",
          "sync_options": {
            "delete": true,
            "exclude_patterns": ["*.tmp", "*/temp/*"],
            "include_patterns": [],
            "storage_class": null,
            "sse": false
          },
          "logging": {
            "level": "INFO",
            "file": "/app/logs/status.log",
            "max_size_mb": 10,
            "backup_count": 5
          },
          "automation": {
            "enabled": true,
            "interval_hours": 6,
            "max_retries": 3,
            "retry_delay_minutes": 5
          },
          "docker": {
            "enabled": true,
            "web_port": 5002,
            "data_volume": "/app/data",
            "config_volume": "/app/config"
          }
        }
        """;

    private static List<Problem> problems(JsonObject json) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigParser.parse(json));
        return e.problems();
    }

    private static List<String> paths(JsonObject json) {
        return problems(json).stream().map(Problem::path).toList();
    }

    private static JsonObject automation(String key, Object value) {
        return new JsonObject().put("automation", new JsonObject().put(key, value));
    }

    private static JsonObject buckets(Object... buckets) {
        return new JsonObject().put("s3_buckets", new JsonArray(List.of(buckets)));
    }

    @Test
    void whoPaysForRequestsIsSaidForABucketOrForAll() {
        List<String> warnings = new ArrayList<>();
        HubConfig one = ConfigParser.parse(
                buckets("mine", new JsonObject().put("name", "theirs").put("request_payer", true)), warnings);
        HubConfig all = ConfigParser.parse(
                buckets("mine").put("sync_options", new JsonObject().put("request_payer", true)), warnings);

        assertThat(warnings).isEmpty();
        assertThat(one.requestPayer("theirs")).isTrue();
        assertThat(one.requestPayer("mine")).isFalse();
        assertThat(all.requestPayer("mine")).isTrue();
        assertThatThrownBy(() -> ConfigParser.parse(
                        buckets(new JsonObject().put("name", "theirs").put("request_payer", "yes"))))
                .hasMessageContaining("s3_buckets[0].request_payer");
    }

    private static JsonObject ofArchive(String name) {
        return new JsonObject().put("name", name).put("account", "archive");
    }

    @Test
    void aBucketOfANamedAccountIsCalledByBothAndIsAnotherThanThatOfTheSameName() {
        JsonObject json = buckets("photos", ofArchive("photos").put("prefix", "2026/"))
                .put("accounts", new JsonObject("{\"archive\": {\"region\": \" eu-1 \", \"endpoint\": \"\"}}"));

        HubConfig config = ConfigParser.parse(json);

        assertThat(config.selection().names()).containsExactly("photos", "photos@archive");
        assertThat(config.selection().named("photos@archive"))
                .contains(new BucketSpec("photos", "archive", "2026/", false));
        assertThat(config.selection().accounts())
                .containsExactly(Map.entry("archive", new HubConfig.Account(null, "eu-1", null, null, null)));
        assertThat(paths(json.put(
                        "s3_buckets", new JsonArray().add(ofArchive("photos")).add(ofArchive("photos")))))
                .containsExactly("s3_buckets[1]");
    }

    @Test
    void anAccountThatIsNotThereOrCannotBeCalledSoIsNamed() {
        assertThatThrownBy(() -> ConfigParser.parse(buckets(ofArchive("photos"))))
                .hasMessage(
                        "s3_buckets[0].account: found \"archive\", allowed: the name of an account, of which accounts"
                                + " has none");
        assertThat(paths(new JsonObject("""
            {"accounts": {"Archive": {}, "a@b": {"region": 3}, "": {}, "ok": null, "nas": {"endpoint": "nas:9000",
             "region": "a b", "env_prefix": "NAS", "profile": 4, "path_style": "yes"}},
             "s3_buckets": [{"name": "photos", "account": "other"}, {"name": "music", "account": 7}, "photos@nas", "photos"]}
            """)))
                .containsExactlyInAnyOrder(
                        "accounts.Archive",
                        "accounts.a@b",
                        "accounts.",
                        "accounts.ok",
                        "accounts.nas.endpoint",
                        "accounts.nas.region",
                        "accounts.nas.env_prefix",
                        "accounts.nas.profile",
                        "accounts.nas.path_style",
                        "s3_buckets[0].account",
                        "s3_buckets[1].account",
                        "s3_buckets[2]");
    }

    private static JsonObject accounts(String accounts) {
        return JsonObject.of("accounts", new JsonObject(accounts));
    }

    @Test
    void noAccountTakesTheKeysOfSomethingElseUnseen() {
        assertThatThrownBy(() -> ConfigParser.parse(accounts("{\"restore\": {}}")))
                .hasMessage(
                        "accounts.restore: found \"restore\", allowed: another name, or an env_prefix; RESTORE_* is for"
                                + " what restores write with");
        assertThatThrownBy(() -> ConfigParser.parse(accounts("{\"my-x\": {}, \"my_x\": {}}")))
                .hasMessage(
                        "accounts.my_x: found \"my_x\", allowed: another name, or an env_prefix; the variables MY_X_*"
                                + " are those of account my-x. To share its keys, give both that env_prefix");
        assertThat(paths(accounts("{\"nas\": {\"env_prefix\": \"restore_\"}, \"hubstorage\": {}}")))
                .containsExactlyInAnyOrder("accounts.nas.env_prefix", "accounts.hubstorage");
        assertThat(paths(accounts("{\"nas\": {}, \"other\": {\"env_prefix\": \"NAS_\"}}")))
                .containsExactly("accounts.other.env_prefix");
        assertThat(paths(accounts("{\"other\": {\"env_prefix\": \"NAS_\"}, \"nas\": {}}")))
                .containsExactly("accounts.nas");
    }

    @Test
    void twoAccountsShareKeysWhereBothSaySoAndOneOfAReservedNameSaysAPrefix() {
        assertThat(ConfigParser.parse(accounts("{\"eu\": {\"env_prefix\": \"A_\"}, \"us\": {\"env_prefix\": \"A_\"},"
                                + " \"restore\": {\"env_prefix\": \"OTHER_\"}}"))
                        .selection()
                        .accounts())
                .containsOnlyKeys("eu", "us", "restore");
    }

    @Test
    void whatIsNotKnownOfAnAccountIsKeptAndToldAndAnAccountHoldsNoKeys() {
        List<String> warnings = new ArrayList<>();
        ConfigParser.parse(new JsonObject("{\"accounts\": {\"nas\": {\"rack\": 3}}}"), warnings);
        assertThat(warnings).containsExactly("accounts.nas.rack is not known here: it is kept and has no effect");
        assertThat(paths(new JsonObject("{\"accounts\": {\"nas\": {\"aws_secret_access_key\": \"abcdefgh\"}}}")))
                .containsExactly("accounts.nas.aws_secret_access_key");
    }

    @Test
    void theSpecifiedExampleIsRead() {
        List<String> warnings = new ArrayList<>();
        HubConfig config = ConfigParser.parse(new JsonObject(SPECIFIED), warnings);
        assertThat(config.selection().buckets())
                .containsExactly(new BucketSpec("bucket1", ""), new BucketSpec("bucket2", ""));
        assertThat(config.selection().dynamic()).isFalse();
        assertThat(config.overruled().localBasePath()).isEqualTo("/app/data");
        assertThat(config.syncOptions())
                .isEqualTo(
                        new HubConfig.SyncOptions(true, List.of("*.tmp", "*/temp/*"), List.of(), null, false, false));
        assertThat(config.logging()).isEqualTo(new HubConfig.Logging("INFO", "/app/logs/status.log", 10, 5));
        assertThat(config.automation()).isEqualTo(new HubConfig.Automation(true, 6, null, null, 3, 5, List.of()));
        assertThat(config.guards()).isEqualTo(new HubConfig.Guards(50));
        assertThat(warnings).singleElement().asString().contains("docker", "HUBSTORAGE_");
    }

    @Test
    void anEmptyObjectMeansTheDefaults() {
        assertThat(ConfigParser.parse(new JsonObject())).isEqualTo(ConfigParser.parse(ConfigSchema.defaults()));
    }

    @Test
    void nullMeansTheDefault() {
        JsonObject json = new JsonObject("""
            {"s3_buckets": null, "sync_options": null, "automation": {"interval_hours": null, "cron": null}}
            """);
        assertThat(ConfigParser.parse(json)).isEqualTo(ConfigParser.parse(new JsonObject()));
    }

    @Test
    void everythingWrongIsSaidAtOnceWithItsPath() {
        JsonObject json = new JsonObject("""
            {
              "s3_buckets": ["ok-bucket", 7, "no/slash", "ok-bucket", {"prefix": "x"}, {"name": "fine", "prefix": 3}],
              "use_dynamic_buckets": "yes",
              "sync_options": {"delete": "true", "exclude_patterns": "*.tmp", "include_patterns": ["", 1],
                               "storage_class": "cold storage", "sse": 1},
              "logging": {"level": "LOUD", "max_size_mb": 0, "backup_count": 2.5},
              "automation": {"enabled": 1, "interval_hours": 0, "cron": "every day", "time_zone": "Mars/Base",
                             "max_retries": -1, "retry_delay_minutes": "5"},
              "guards": {"max_shrink_percent": 101},
              "docker": [],
              "aws_profile": 3
            }
            """);
        assertThat(paths(json))
                .containsExactlyInAnyOrder(
                        "s3_buckets[1]",
                        "s3_buckets[2]",
                        "s3_buckets[3]",
                        "s3_buckets[4].name",
                        "s3_buckets[5].prefix",
                        "use_dynamic_buckets",
                        "sync_options.delete",
                        "sync_options.exclude_patterns",
                        "sync_options.include_patterns[0]",
                        "sync_options.include_patterns[1]",
                        "sync_options.storage_class",
                        "sync_options.sse",
                        "logging.level",
                        "logging.max_size_mb",
                        "logging.backup_count",
                        "automation.enabled",
                        "automation.interval_hours",
                        "automation.cron",
                        "automation.time_zone",
                        "automation.max_retries",
                        "automation.retry_delay_minutes",
                        "guards.max_shrink_percent",
                        "docker",
                        "aws_profile");
        assertThat(problems(json))
                .contains(new Problem("automation.interval_hours", "0", "hours above 0, up to 8784; fractions count"))
                .contains(new Problem("use_dynamic_buckets", "\"yes\"", "true or false"))
                .contains(new Problem("docker", "a list", "an object, { … }"));
    }

    @Test
    void fractionsOfAnHourCount() {
        assertThat(ConfigParser.parse(automation("interval_hours", 0.001))
                        .automation()
                        .intervalHours())
                .isEqualTo(0.001);
        assertThat(paths(automation("interval_hours", -1))).containsExactly("automation.interval_hours");
        assertThat(paths(automation("interval_hours", 1e9))).containsExactly("automation.interval_hours");
        assertThat(ConfigParser.parse(automation("max_retries", 3.0))
                        .automation()
                        .maxRetries())
                .isEqualTo(3);
    }

    @Test
    void cronHasFiveUnixFields() {
        for (String cron : List.of("30 2 * * *", "*/15 0-6 1,15 * 1-5", "0 0 * * SUN")) {
            assertThat(ConfigParser.parse(automation("cron", cron)).automation().cron())
                    .isEqualTo(cron);
        }
        for (String cron : List.of("0 30 2 * * *", "60 * * * *", "* * *", "@sometimes", "x")) {
            assertThat(paths(automation("cron", cron))).as(cron).containsExactly("automation.cron");
        }
        assertThat(ConfigParser.parse(automation("cron", " ")).automation().cron())
                .isNull();
        assertThat(ConfigParser.parse(automation("time_zone", "Europe/Berlin"))
                        .automation()
                        .timeZone())
                .isEqualTo("Europe/Berlin");
    }

    @Test
    void pythonsLevelNamesAreUnderstood() {
        for (var level : List.of(List.of("warning", "WARN"), List.of("CRITICAL", "ERROR"), List.of("debug", "DEBUG"))) {
            JsonObject json = new JsonObject().put("logging", new JsonObject().put("level", level.getFirst()));
            assertThat(ConfigParser.parse(json).logging().level()).isEqualTo(level.getLast());
        }
    }

    @Test
    void bucketsAreNamesOrNamesWithPrefixes() {
        JsonObject json = buckets(
                "Old_Bucket.name", new JsonObject().put("name", "photos").put("prefix", " a/"));
        assertThat(ConfigParser.parse(json).selection().buckets())
                .containsExactly(new BucketSpec("Old_Bucket.name", ""), new BucketSpec("photos", " a/"));
    }

    @Test
    void aPrefixIsMeasuredInBytes() {
        JsonObject bucket = new JsonObject().put("name", "photos");
        assertThat(ConfigParser.parse(buckets(bucket.copy().put("prefix", "é".repeat(512))))
                        .selection()
                        .buckets())
                .hasSize(1);
        assertThat(paths(buckets(bucket.copy().put("prefix", "é".repeat(513)))))
                .containsExactly("s3_buckets[0].prefix");
    }

    @Test
    void aStarAloneMeansEveryBucket() {
        assertThat(ConfigParser.parse(buckets("*")).selection().dynamic()).isTrue();
        assertThat(ConfigParser.parse(buckets("*")).selection().buckets()).isEmpty();
        assertThat(problems(buckets("*", "other")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.allowed()).contains("alone"));
    }

    @Test
    void bucketNamesThatWouldEscapeTheirFolderAreRefused() {
        for (String name : List.of("..", ".", "a", "a/b", "../up", "a..b", ".hidden", "with space", "x".repeat(256))) {
            assertThat(paths(buckets(name))).as(name).containsExactly("s3_buckets[0]");
        }
    }

    @Test
    void credentialsAreRefusedUnshownWithAdvice() {
        JsonObject json = new JsonObject("""
            {
              "aws_profile": "work",
              "aws_access_key_id": "AKIAPLANTEDPLANTED00",
              "aws_secret_access_key": "plantedsecret",
              "notify": {"targets": [{"smtp-Password": "plantedpassword"}]},
              "proxy": "http://user:plantedlogin@proxy",
              "note": "my key is AKIAPLANTEDPLANTED00"
            }
            """);
        assertThat(paths(json))
                .containsExactly(
                        "aws_access_key_id",
                        "aws_secret_access_key",
                        "notify.targets[0].smtp-Password",
                        "proxy",
                        "note");
        assertThat(problems(json).toString())
                .contains("move it to .env as AWS_SECRET_ACCESS_KEY")
                .doesNotContainIgnoringCase("planted");
    }

    @Test
    void emptyCredentialsOfAnOldFileDoNoHarm() {
        JsonObject json = new JsonObject().put("aws_access_key_id", "").putNull("aws_secret_access_key");
        assertThat(ConfigParser.parse(json)).isEqualTo(ConfigParser.parse(new JsonObject()));
    }

    @Test
    void unknownMembersAreWarnedAboutWhereverTheyAre() {
        List<String> warnings = new ArrayList<>();
        ConfigParser.parse(new JsonObject("""
            {"$schema": "x", "later": 1, "automation": {"interval_hour": 2},
             "s3_buckets": [{"name": "photos", "region": "eu"}]}
            """), warnings);
        assertThat(warnings)
                .hasSize(3)
                .anySatisfy(warning -> assertThat(warning).startsWith("later is not known"))
                .anySatisfy(warning -> assertThat(warning).startsWith("automation.interval_hour is not known"))
                .anySatisfy(warning -> assertThat(warning).startsWith("s3_buckets[0].region is not known"));
    }
}
