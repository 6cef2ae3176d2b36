package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.booleans;
import static org.quicktheories.generators.SourceDSL.doubles;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.config.HubConfig.Automation;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.hubstorage.config.HubConfig.Guards;
import io.hubstorage.config.HubConfig.Logging;
import io.hubstorage.config.HubConfig.SyncOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

/** What holds for any configuration: it survives writing and reading, and the published schema agrees with the parser. */
final class ConfigPropertyTest {
    private static final Validator SCHEMA = Validator.create(
            JsonSchema.of(schema()),
            new JsonSchemaOptions().setBaseUri("urn:test").setDraft(Draft.DRAFT202012));

    private static JsonObject schema() {
        try (InputStream in = ConfigPropertyTest.class.getResourceAsStream("/conf/config.schema.json")) {
            return new JsonObject(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static OutputUnit check(JsonObject json) {
        return SCHEMA.validate(json);
    }

    private static <T extends @Nullable Object> Gen<T> oneOf(List<T> values) {
        return integers().between(0, values.size() - 1).map(values::get);
    }

    private static Gen<BucketSpec> buckets() {
        Gen<String> names = oneOf(List.of("photos", "Old_Bucket", "a.b-c", "0-9", "logs-2024", "backup.example.com"));
        return names.zip(
                strings().allPossible().ofLengthBetween(0, 12), booleans().all(), BucketSpec::new);
    }

    private static Gen<SyncOptions> syncOptions() {
        Gen<List<String>> patterns =
                lists().of(strings().allPossible().ofLengthBetween(1, 8)).ofSizeBetween(0, 3);
        return booleans()
                .all()
                .zip(
                        patterns,
                        patterns,
                        integers().between(0, 1),
                        booleans().all(),
                        (delete, exclude, include, cold, sse) -> new SyncOptions(
                                delete,
                                exclude.stream()
                                        .map(ConfigPropertyTest::wellFormed)
                                        .toList(),
                                include.stream()
                                        .map(ConfigPropertyTest::wellFormed)
                                        .toList(),
                                cold == 1 ? "GLACIER_IR" : null,
                                sse,
                                !sse.equals(delete)));
    }

    private static Gen<Logging> logging() {
        return oneOf(List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR"))
                .zip(
                        integers().between(0, 1),
                        integers().between(1, 10_240),
                        integers().between(0, 1_000),
                        (level, named, size, count) ->
                                new Logging(level, named == 1 ? "/var/log/hub/status.log" : null, size, count));
    }

    private static Gen<Automation> automation() {
        return booleans()
                .all()
                .zip(
                        doubles().between(0.0001, 8784),
                        oneOf(List.of("", "30 2 * * *", "*/5 * 1,15 * 1-5")),
                        integers().between(0, 100),
                        doubles().between(0, 1440),
                        (enabled, hours, cron, retries, delay) -> new Automation(
                                enabled,
                                hours,
                                cron.isEmpty() ? null : cron,
                                cron.isEmpty() ? null : "Europe/Berlin",
                                retries,
                                delay));
    }

    private static Gen<HubConfig> configs() {
        Gen<List<BucketSpec>> distinct = lists().of(buckets())
                .ofSizeBetween(0, 4)
                .map(list -> list.stream()
                        .collect(java.util.stream.Collectors.toMap(
                                BucketSpec::name, bucket -> bucket, (first, second) -> first))
                        .values()
                        .stream()
                        .map(bucket ->
                                new BucketSpec(bucket.name(), wellFormed(bucket.prefix()), bucket.requestPayer()))
                        .toList());
        Gen<HubConfig> most = distinct.zip(
                syncOptions(),
                logging(),
                automation(),
                doubles().between(0, 100),
                (list, sync, log, plan, shrink) -> new HubConfig(
                        list,
                        list.size() > 2,
                        sync,
                        log,
                        plan,
                        new Guards(shrink),
                        new HubConfig.Verify(shrink),
                        new HubConfig.Transfer(1 + list.size() * 50),
                        null,
                        null));
        return most.zip(
                integers().between(0, 1),
                (config, named) -> named == 0
                        ? config
                        : new HubConfig(
                                config.buckets(),
                                config.dynamicBuckets(),
                                config.syncOptions(),
                                config.logging(),
                                config.automation(),
                                config.guards(),
                                config.verify(),
                                config.transfer(),
                                "work",
                                "/mnt/copies"));
    }

    /** Half a surrogate pair has no form in UTF-8, and so in no file; and a text may not look like a login. */
    private static String wellFormed(String text) {
        StringBuilder result = new StringBuilder();
        text.codePoints()
                .map(c -> Character.getType(c) == Character.SURROGATE || c == '@' ? 'x' : c)
                .forEach(result::appendCodePoint);
        return result.toString();
    }

    @Test
    void aConfigurationIsTheSameAfterWritingAndReading() {
        qt().withExamples(500)
                .forAll(configs())
                .checkAssert(config -> assertThat(
                                ConfigParser.parse(ConfigText.parse(ConfigText.write(ConfigParser.render(config)))))
                        .isEqualTo(config));
    }

    @Test
    void theSchemaAcceptsWhateverTheParserAccepts() {
        qt().withExamples(300).forAll(configs()).checkAssert(config -> {
            OutputUnit result = check(ConfigParser.render(config));
            assertThat(result.getValid())
                    .as(() -> String.valueOf(result.toJson()))
                    .isTrue();
        });
    }

    @Test
    void theSchemaAcceptsTheBundledAndTheSpecifiedConfiguration() {
        assertThat(check(Seed.bundled()).getValid()).isTrue();
        assertThat(check(new JsonObject(ConfigParserTest.SPECIFIED)).getValid()).isTrue();
        assertThat(check(new JsonObject("{\"s3_buckets\": [\"*\"], \"later\": {}}"))
                        .getValid())
                .isTrue();
    }

    @Test
    void theSchemaRefusesWhatTheParserRefuses() {
        for (String json : List.of(
                "{\"s3_buckets\": \"photos\"}",
                "{\"s3_buckets\": [\"a/b\"]}",
                "{\"s3_buckets\": [\"..\"]}",
                "{\"s3_buckets\": [{\"prefix\": \"x\"}]}",
                "{\"s3_buckets\": [\"photos\", \"photos\"]}",
                "{\"use_dynamic_buckets\": 1}",
                "{\"sync_options\": {\"exclude_patterns\": [\"\"]}}",
                "{\"logging\": {\"level\": \"LOUD\"}}",
                "{\"logging\": {\"max_size_mb\": 0}}",
                "{\"automation\": {\"interval_hours\": 0}}",
                "{\"automation\": {\"interval_hours\": \"6\"}}",
                "{\"automation\": {\"max_retries\": 2.5}}",
                "{\"guards\": {\"max_shrink_percent\": 101}}",
                "{\"docker\": []}")) {
            assertThat(check(new JsonObject(json)).getValid())
                    .as("schema on " + json)
                    .isFalse();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> ConfigParser.parse(new JsonObject(json))))
                    .as("parser on " + json)
                    .isInstanceOf(ConfigException.class);
        }
    }

    @Test
    void everyMemberOfTheSchemaHasATitle() {
        assertThat(untitled("", schema())).isEmpty();
    }

    private static List<String> untitled(String path, JsonObject schema) {
        List<String> found = new java.util.ArrayList<>();
        JsonObject properties = schema.getJsonObject("properties", new JsonObject());
        properties.forEach(entry -> {
            if (entry.getValue() instanceof JsonObject member) {
                String inner = path + "/" + entry.getKey();
                if (!member.containsKey("title") && !member.containsKey("$ref")) {
                    found.add(inner);
                }
                found.addAll(untitled(inner, member));
            }
        });
        return found;
    }
}
