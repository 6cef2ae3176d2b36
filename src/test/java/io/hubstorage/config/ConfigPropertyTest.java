package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.booleans;
import static org.quicktheories.generators.SourceDSL.doubles;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunResult;
import io.hubstorage.config.HubConfig.Automation;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.hubstorage.config.HubConfig.Guards;
import io.hubstorage.config.HubConfig.Logging;
import io.hubstorage.config.HubConfig.SyncOptions;
import io.hubstorage.testkit.Examples;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.InputStream;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
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
        Gen<String> names = oneOf(List.of(
                "photos",
                "Old_Bucket",
                "a.b-c",
                "0-9",
                "logs-2024",
                "backup.example.com",
                "photos@archive",
                "a.b-c@my_nas-2"));
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
                                delay,
                                List.of()));
    }

    /** With a schedule of its own for each bucket but the first. */
    private static Automation apart(Automation plan, List<BucketSpec> buckets, double number) {
        List<HubConfig.Schedule> schedules = buckets.stream()
                .skip(1)
                .map(bucket -> new HubConfig.Schedule(
                        "of " + bucket.name(), 0.02 + number, number < 50 ? null : "0 3 * * 0", List.of(bucket.name())))
                .toList();
        return new Automation(
                plan.enabled(),
                plan.intervalHours(),
                plan.cron(),
                plan.timeZone(),
                plan.maxRetries(),
                plan.retryDelayMinutes(),
                schedules);
    }

    private static Map<String, HubConfig.Account> accounts(@Nullable String region) {
        return Map.of(
                "archive", new HubConfig.Account(null, null, null, null, null),
                "my_nas-2",
                        new HubConfig.Account(
                                "NAS_", region, "https://nas.example:9000", region == null ? "nas" : null, false));
    }

    private static HubConfig.Keep keep(int number) {
        return new HubConfig.Keep(number, 0, 2 * number, 0, 0, 1, number == 2 ? "1y6m" : null);
    }

    private static List<HubConfig.Limit> limits(int many, double rate) {
        return IntStream.range(0, many)
                .mapToObj(i -> new HubConfig.Limit(LocalTime.of(5 * i, i), LocalTime.of(23 - i, 59), 1 + rate))
                .toList();
    }

    private static Gen<HubConfig> configs() {
        Gen<List<BucketSpec>> distinct = lists().of(buckets())
                .ofSizeBetween(0, 4)
                .map(list -> list.stream()
                        .collect(java.util.stream.Collectors.toMap(
                                BucketSpec::name, bucket -> bucket, (first, second) -> first))
                        .values()
                        .stream()
                        .map(bucket -> new BucketSpec(
                                bucket.bucket(),
                                bucket.account(),
                                wellFormed(bucket.prefix()),
                                bucket.requestPayer(),
                                bucket.requestPayer() ? keep(bucket.prefix().length()) : null))
                        .toList());
        Gen<HubConfig> most = distinct.zip(
                syncOptions(),
                logging(),
                automation(),
                doubles().between(0, 100),
                (list, sync, log, plan, shrink) -> new HubConfig(
                        new HubConfig.Selection(list, list.size() > 2, accounts(list.size() > 1 ? "eu-1" : null)),
                        sync,
                        log,
                        apart(plan, list, shrink),
                        new Guards(shrink),
                        new HubConfig.Verify(
                                shrink,
                                0,
                                null,
                                shrink,
                                list.size() > 1 ? "22:00-06:00" : null,
                                shrink + 1,
                                HubConfig.Repair.AUTO,
                                7),
                        new HubConfig.Transfer(1 + list.size() * 50, limits(list.size(), shrink)),
                        new HubConfig.Restore(list.size() > 1),
                        new HubConfig.Retention(list.size() > 1, keep(list.size()), shrink / 2, shrink),
                        new HubConfig.Replication(
                                list.size() > 1 ? "/mnt/copy" : null, shrink, list.size() > 2, shrink, list.isEmpty()),
                        new HubConfig.Compression(
                                list.size() > 1 ? HubConfig.Compression.Mode.FILES : HubConfig.Compression.Mode.OFF,
                                sync.excludePatterns(),
                                1 + list.size()),
                        notifications(list.size(), shrink),
                        hooks(list.size()),
                        new HubConfig.PublicStatus(
                                sync.delete(),
                                list.isEmpty() ? "Backup status" : "Ours & <theirs>",
                                list.size() > 1
                                        ? HubConfig.PublicStatus.Shown.NAMES
                                        : HubConfig.PublicStatus.Shown.COUNT,
                                list.size() > 1,
                                sync.sse()),
                        new HubConfig.Overruled(null, null)));
        return most.zip(
                integers().between(0, 1),
                (config, named) -> named == 0
                        ? config
                        : config.with(JsonObject.of("aws_profile", "work", "local_base_path", "/mnt/copies")));
    }

    private static List<HookConfig> hooks(int many) {
        return IntStream.range(0, many)
                .mapToObj(i -> new HookConfig(
                        "hook " + i,
                        i > 0,
                        i % 2 == 0 ? HookOutcome.When.BEFORE : HookOutcome.When.AFTER,
                        List.of(JobKind.REPLICATION, JobKind.DRILL),
                        i % 2 == 0 ? "mount.sh" : null,
                        i % 2 == 0 ? null : "HUBSTORAGE_HOOK_URL",
                        1 + i,
                        HookConfig.OnError.IGNORE,
                        i % 2 == 0 ? List.of() : List.of(RunResult.SUCCESS)))
                .toList();
    }

    private static HubConfig.Notify notifications(int size, double hours) {
        ChannelConfig.Routing routing = new ChannelConfig.Routing(
                "phone", size > 1, size > 2 ? List.of("damage", "disk_low") : null, "warning", size > 1);
        ChannelConfig.Address address = new ChannelConfig.Address(null, "HUBSTORAGE_NOTIFY_URL");
        List<ChannelConfig> channels = List.of(
                new ChannelConfig.Ntfy(routing, address, null, List.of("disk")),
                new ChannelConfig.Email(
                        new ChannelConfig.Routing("mail", true, null, "info", true),
                        new ChannelConfig.MailServer("smtp.example", null, ChannelConfig.Encryption.TLS, null, null),
                        "from@example.com",
                        List.of("to@example.com")),
                new ChannelConfig.Webhook(
                        new ChannelConfig.Routing("hook", true, null, "info", true),
                        new ChannelConfig.Address("https://hook.example/in", null),
                        "PUT",
                        List.of("X-Team: storage"),
                        "${title}",
                        new ChannelConfig.WebhookSecrets(null, "HUBSTORAGE_NOTIFY_KEY")));
        return new HubConfig.Notify(
                channels.subList(0, Math.min(size, 3)),
                hours,
                20,
                size > 1 ? new HubConfig.QuietHours(LocalTime.of(22, 0), LocalTime.of(7, 30)) : null,
                size > 2 ? new HubConfig.Digest(DayOfWeek.FRIDAY, LocalTime.NOON) : null,
                size > 1 ? "https://backups.example.com" : null);
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
        qt().withExamples(Examples.upTo(500))
                .forAll(configs())
                .checkAssert(config -> assertThat(
                                ConfigParser.parse(ConfigDocument.parse(ConfigDocument.write(BusJson.encode(config)))))
                        .isEqualTo(config));
    }

    @Test
    void theSchemaAcceptsWhateverTheParserAccepts() {
        qt().withExamples(Examples.upTo(300)).forAll(configs()).checkAssert(config -> {
            OutputUnit result = check(BusJson.encode(config));
            assertThat(result.getValid())
                    .as(() -> String.valueOf(result.toJson()))
                    .isTrue();
        });
    }

    @Test
    void theSchemaAcceptsTheBundledAndTheSpecifiedConfiguration() {
        assertThat(check(ConfigSchema.defaults()).getValid()).isTrue();
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
                "{\"use_dynamic_buckets\": 1}",
                "{\"accounts\": {\"Archive\": {}}}",
                "{\"accounts\": {\"archive\": null}}",
                "{\"accounts\": {\"archive\": {\"region\": \"a b\"}}}",
                "{\"accounts\": {\"archive\": {\"path_style\": 1}}}",
                "{\"accounts\": {\"archive\": {\"env_prefix\": \"ARCHIVE\"}}}",
                "{\"s3_buckets\": [{\"name\": \"photos\", \"account\": 1}]}",
                "{\"sync_options\": {\"exclude_patterns\": [\"\"]}}",
                "{\"logging\": {\"level\": \"LOUD\"}}",
                "{\"logging\": {\"max_size_mb\": 0}}",
                "{\"automation\": {\"interval_hours\": 0}}",
                "{\"automation\": {\"interval_hours\": \"6\"}}",
                "{\"automation\": {\"max_retries\": 2.5}}",
                "{\"guards\": {\"max_shrink_percent\": 101}}",
                "{\"transfer\": {\"limits\": [20]}}",
                "{\"transfer\": {\"limits\": [null]}}",
                "{\"transfer\": {\"limits\": [{\"from\": \"08:00\", \"to\": \"18:00\"}]}}",
                "{\"transfer\": {\"limits\": [{\"from\": null, \"to\": \"18:00\", \"mbit_per_second\": 1}]}}",
                "{\"transfer\": {\"limits\": [{\"from\": \"8:00\", \"to\": \"18:00\", \"mbit_per_second\": 1}]}}",
                "{\"transfer\": {\"limits\": [{\"from\": \"08:00\", \"to\": \"24:00\", \"mbit_per_second\": 1}]}}",
                "{\"transfer\": {\"limits\": [{\"from\": \"08:00\", \"to\": \"18:00\", \"mbit_per_second\": \"1\"}]}}",
                "{\"automation\": {\"schedules\": [7]}}",
                "{\"automation\": {\"schedules\": [{\"name\": \"x\", \"interval_hours\": 1}]}}",
                "{\"automation\": {\"schedules\": [{\"name\": \"x\", \"interval_hours\": 1, \"buckets\": []}]}}",
                "{\"automation\": {\"schedules\": [{\"name\": \"\", \"interval_hours\": 1, \"buckets\": [\"aaa\"]}]}}",
                "{\"automation\": {\"schedules\": [{\"name\": \"x \", \"interval_hours\": 1, \"buckets\":"
                        + " [\"aaa\"]}]}}",
                "{\"automation\": {\"schedules\": [{\"name\": \"x\", \"interval_hours\": 0, \"buckets\": [\"aaa\"]}]}}",
                "{\"retention\": {\"daily\": -1}}",
                "{\"retention\": {\"within\": \"a while\"}}",
                "{\"retention\": {\"min_free_percent\": 51}}",
                "{\"s3_buckets\": [{\"name\": \"photos\", \"retention\": {\"daily\": \"7\"}}]}",
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

    /** A configuration with that option alone. */
    private static JsonObject with(String path, @Nullable Object value) {
        // The buckets of the example need not be named elsewhere then.
        JsonObject config = path.equals("automation.schedules") && value != null
                ? JsonObject.of("use_dynamic_buckets", true)
                : new JsonObject();
        ConfigSchema.put(config, path, value);
        return config;
    }

    private static void isRefused(String path, Object value) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigParser.parse(with(path, value)));
        assertThat(e).as("%s = %s", path, value).isNotNull();
        assertThat(e.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo(path);
            assertThat(problem.found()).isEqualTo(Secrets.show(value));
            assertThat(problem.allowed()).isEqualTo(ConfigSchema.allowed(option(path)));
        });
    }

    /** What came of it, as JSON. */
    private static @Nullable Object taken(String path, @Nullable Object value) {
        return ConfigSchema.value(BusJson.encode(ConfigParser.parse(with(path, value))), path);
    }

    private static double takenNumber(String path, @Nullable Object value) {
        return ((Number) Objects.requireNonNull(taken(path, value))).doubleValue();
    }

    private static JsonObject option(String path) {
        return Objects.requireNonNull(ConfigSchema.options().get(path));
    }

    private static Object number(double value, boolean whole) {
        return whole ? (Object) (int) value : value;
    }

    private static Stream<Map.Entry<String, JsonObject>> numbers() {
        return ConfigSchema.options().entrySet().stream()
                .filter(option -> option.getValue().containsKey("maximum"));
    }

    @TestFactory
    Stream<DynamicTest> theLeastAndTheGreatestNumberPassAndOneBeyondIsRefusedByName() {
        return numbers()
                .filter(option -> !option.getKey().startsWith("docker."))
                .map(option -> dynamicTest(option.getKey(), () -> {
                    String path = option.getKey();
                    JsonObject schema = option.getValue();
                    boolean whole = schema.getJsonArray("type").contains("integer");
                    double least = schema.getDouble("minimum", schema.getDouble("exclusiveMinimum"));
                    double most = schema.getDouble("maximum");
                    boolean open = schema.containsKey("exclusiveMinimum");
                    double beyond = whole ? 1 : 0.001;
                    assertThat(takenNumber(path, most)).isEqualTo(most);
                    isRefused(path, number(most + beyond, whole));
                    isRefused(path, number(least - beyond, whole));
                    double first = open ? least + beyond : least;
                    assertThat(takenNumber(path, first)).isEqualTo(first);
                    if (open) {
                        isRefused(path, least);
                    }
                    if (whole) {
                        isRefused(path, least + 0.5);
                    }
                    assertThat(ConfigSchema.allowed(schema))
                            .contains(schema.getValue("maximum").toString());
                }));
    }

    /** Numbers in lists, as {@code transfer.limits.mbit_per_second}. */
    @TestFactory
    Stream<DynamicTest> theSameHoldsForNumbersInLists() {
        return ConfigSchema.options().entrySet().stream()
                .filter(option -> option.getValue().containsKey("items"))
                .flatMap(option -> ConfigSchema.properties(option.getValue().getJsonObject("items")).stream()
                        .filter(member -> ((JsonObject) member.getValue()).containsKey("maximum"))
                        .map(member -> dynamicTest(
                                option.getKey() + "." + member.getKey(),
                                () -> holdsInList(option.getKey(), option.getValue(), member.getKey()))));
    }

    private static void holdsInList(String path, JsonObject option, String member) {
        JsonObject items = option.getJsonObject("items");
        JsonObject schema = ConfigSchema.properties(items).getJsonObject(member);
        double least = schema.getDouble("minimum");
        double most = schema.getDouble("maximum");
        for (double fine : List.of(least, most)) {
            assertThat(String.valueOf(
                            taken(path, new JsonArray().add(item(items).put(member, fine)))))
                    .contains(
                            ConfigSchema.types(schema).contains("integer")
                                    ? String.valueOf((long) fine)
                                    : String.valueOf(fine));
        }
        for (double beyond : List.of(0.0, -1.0, least - 0.001, most + 0.001)) {
            ConfigException e = catchThrowableOfType(
                    ConfigException.class,
                    () -> ConfigParser.parse(
                            with(path, new JsonArray().add(item(items).put(member, beyond)))));
            assertThat(e.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.path()).isEqualTo("%s[0].%s".formatted(path, member));
                assertThat(problem.allowed()).isEqualTo(ConfigSchema.allowed(schema));
            });
        }
        assertThat(ConfigSchema.allowed(schema))
                .contains(schema.getValue("minimum").toString())
                .contains(schema.getValue("maximum").toString());
    }

    /** The one that the schema shows as an example. */
    private static JsonObject item(JsonObject items) {
        if (!ConfigSchema.properties(items).stream()
                .allMatch(member -> ((JsonObject) member.getValue()).containsKey("examples"))) {
            return items.getJsonArray("examples").getJsonObject(0).copy();
        }
        JsonObject item = new JsonObject();
        ConfigSchema.properties(items)
                .forEach(member -> item.put(
                        member.getKey(),
                        ((JsonObject) member.getValue())
                                .getJsonArray("examples")
                                .getValue(0)));
        return item;
    }

    @TestFactory
    Stream<DynamicTest> anotherKindOfValueIsRefusedByName() {
        return ConfigSchema.options().keySet().stream()
                .filter(path -> !path.equals("$schema"))
                .map(path -> dynamicTest(path, () -> {
                    if (!ConfigSchema.isMap(option(path))) {
                        isRefused(path, new JsonObject());
                    }
                    JsonArray types = option(path).getJsonArray("type");
                    if (!types.contains("boolean")) {
                        isRefused(path, true);
                    }
                    if (!types.contains("integer") && !types.contains("number")) {
                        isRefused(path, 7);
                    }
                    if (!types.contains("array")) {
                        isRefused(path, new JsonArray());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> nullAndNothingMeanTheDefault() {
        return recorded()
                .map(path -> dynamicTest(path, () -> {
                    Object theDefault = option(path).getValue("default");
                    if (theDefault instanceof Number number) {
                        assertThat(takenNumber(path, null)).isEqualTo(number.doubleValue());
                    } else {
                        assertThat(taken(path, null)).isEqualTo(theDefault);
                    }
                    assertThat(ConfigParser.parse(with(path, null))).isEqualTo(ConfigParser.parse(new JsonObject()));
                }));
    }

    @TestFactory
    Stream<DynamicTest> eachNameOfAChoiceIsTakenHoweverItIsWrittenAndOthersAreNot() {
        return recorded()
                .filter(path -> option(path).containsKey("enum"))
                .map(path -> dynamicTest(path, () -> {
                    JsonObject schema = option(path);
                    for (Object name : schema.getJsonArray("enum")) {
                        if (name != null) {
                            assertThat(taken(path, name)).isEqualTo(name);
                            assertThat(taken(path, " " + name.toString().toLowerCase(Locale.ROOT)))
                                    .isEqualTo(name);
                        }
                    }
                    for (Map.Entry<String, Object> alias : schema.getJsonObject("x-aliases")) {
                        assertThat(taken(path, alias.getKey())).isEqualTo(alias.getValue());
                    }
                    isRefused(path, "something else");
                }));
    }

    private static Stream<String> recorded() {
        return ConfigSchema.options().keySet().stream()
                .filter(path -> !path.startsWith("docker.") && !path.equals("$schema"));
    }

    @Test
    void everyOptionHasItsPlaceInTheRecordsAndEveryMemberOfTheRecordsIsAnOption() {
        Set<String> members = new TreeSet<>();
        BusJson.encode(ConfigParser.parse(new JsonObject())).forEach(member -> {
            if (member.getValue() instanceof JsonObject section) {
                section.fieldNames().forEach(name -> members.add(member.getKey() + "." + name));
            } else {
                members.add(member.getKey());
            }
        });
        // Where there are none, nothing is said of them: certificates have had no such member.
        members.add("accounts");
        // Of those within a section of a section, the section.
        assertThat(recorded()
                        .map(path -> path.replaceFirst("^(\\w+\\.\\w+)\\..*", "$1"))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(members);
        JsonObject named = BusJson.encode(ConfigParser.parse(
                JsonObject.of("accounts", JsonObject.of("archive", JsonObject.of("region", "eu-1")))));
        assertThat(named.getJsonObject("accounts").getJsonObject("archive").fieldNames())
                .containsExactlyInAnyOrderElementsOf(
                        ConfigSchema.properties(option("accounts").getJsonObject("additionalProperties"))
                                .fieldNames());
    }

    @Test
    void everyFieldOfTheFormIsInASectionThatThereIs() {
        Set<String> sections = schema().getJsonObject("x-sections").fieldNames();
        assertThat(ConfigSchema.options().values().stream()
                        .map(option -> option.getString("x-section"))
                        .filter(Objects::nonNull)
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(sections);
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
