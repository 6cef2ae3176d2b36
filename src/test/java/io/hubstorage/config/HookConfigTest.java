package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.bus.HookOutcome.When;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunResult;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code hooks} in {@code config.json}, and the variables that they need. */
final class HookConfigTest {
    private static final Environment WITHOUT = Environment.load(Map.of(), Path.of("no.env"));
    private static final Environment WITH =
            Environment.load(Map.of("HUBSTORAGE_HOOKS_PATH", "/srv/hooks"), Path.of("no.env"));

    private static JsonObject config(String... hooks) {
        JsonArray list = new JsonArray();
        for (String hook : hooks) {
            list.add(new JsonObject(hook.replace('\'', '"')));
        }
        return JsonObject.of("hooks", list);
    }

    private static List<Problem> problems(Environment env, String... hooks) {
        ConfigException refused = catchThrowableOfType(
                ConfigException.class, () -> ConfigParser.parse(config(hooks), env, new ArrayList<>()));
        return refused == null ? List.of() : refused.problems();
    }

    @Test
    void whatIsNotSaidIsAsDocumented() {
        assertThat(ConfigParser.parse(new JsonObject()).hooks()).isEmpty();
        assertThat(ConfigParser.parse(config("{'name': 'mount', 'when': 'before', 'run': 'mount.sh'}"))
                        .hooks())
                .containsExactly(new HookConfig(
                        "mount",
                        true,
                        When.BEFORE,
                        List.of(JobKind.BACKUP),
                        "mount.sh",
                        null,
                        60,
                        HookConfig.OnError.CANCEL,
                        List.of()));
        assertThat(ConfigParser.parse(
                                config("{'name': 'ping', 'when': 'after', 'jobs': ['drill', 'replication'], 'url_env':"
                                    + " 'HUBSTORAGE_HOOK_URL', 'timeout_seconds': 5, 'on_error': 'ignore', 'results':"
                                    + " ['failed'], 'enabled': false}"))
                        .hooks())
                .containsExactly(new HookConfig(
                        "ping",
                        false,
                        When.AFTER,
                        List.of(JobKind.DRILL, JobKind.REPLICATION),
                        null,
                        "HUBSTORAGE_HOOK_URL",
                        5,
                        HookConfig.OnError.IGNORE,
                        List.of(RunResult.FAILED)));
    }

    @Test
    void withoutAFolderOfHooksNoCommandIsAcceptedAndThatSaysWhatToSet() {
        String command = "{'name': 'mount', 'when': 'before', 'run': 'mount.sh'}";

        assertThat(problems(WITHOUT, command)).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("hooks[0].run");
            assertThat(problem.allowed()).contains("set HUBSTORAGE_HOOKS_PATH in .env to the folder");
        });
        assertThat(problems(WITH, command)).isEmpty();
        assertThat(problems(WITHOUT, "{'name': 'ping', 'when': 'after', 'url_env': 'HUBSTORAGE_HOOK_URL'}"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'when': 'before', 'run': 'x'} | name",
                "{'name': 'a', 'run': 'x'} | when",
                "{'name': 'a', 'when': 'during', 'run': 'x'} | when",
                "{'name': 'a', 'when': 'before'} | run",
                "{'name': 'a', 'when': 'before', 'run': 'x', 'url_env': 'HUBSTORAGE_HOOK_U'} | run",
                "{'name': 'a', 'when': 'before', 'run': '../x'} | run",
                "{'name': 'a', 'when': 'before', 'run': '/bin/sh'} | run",
                "{'name': 'a', 'when': 'before', 'run': 'x; reboot'} | run",
                "{'name': 'a', 'when': 'before', 'run': '.x'} | run",
                "{'name': 'a', 'when': 'before', 'run': 'x', 'timeout_seconds': 0} | timeout_seconds",
                "{'name': 'a', 'when': 'before', 'run': 'x', 'timeout_seconds': 86401} | timeout_seconds",
                "{'name': 'a', 'when': 'before', 'run': 'x', 'on_error': 'explode'} | on_error",
                "{'name': 'a', 'when': 'before', 'run': 'x', 'jobs': ['backups']} | jobs[0]",
                "{'name': 'a', 'when': 'after', 'run': 'x', 'results': ['running']} | results[0]"
            })
    void whatIsWrongIsNamed(String hook, String member) {
        assertThat(problems(WITH, hook)).extracting(Problem::path).contains("hooks[0]." + member);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS_SECRET_ACCESS_KEY",
                "HUBSTORAGE_WEB_PASSWORD",
                "HUBSTORAGE_NOTIFY_URL",
                "HUBSTORAGE_HOOKS_PATH",
                "PATH"
            })
    void noVariableButOneOfHooksCanBeNamed(String variable) {
        assertThat(problems(WITH, "{'name': 'a', 'when': 'after', 'url_env': '%s'}".formatted(variable)))
                .extracting(Problem::path)
                .contains("hooks[0].url_env");
    }

    @Test
    void aNameIsThereOnceAndWhatHasNoEffectIsSaid() {
        String hook = "{'name': 'a', 'when': 'before', 'run': 'x', 'results': ['failed']}";
        List<String> warnings = new ArrayList<>();
        ConfigParser.parse(config(hook), WITH, warnings);

        assertThat(warnings).containsExactly("hooks[0].results has no effect in a hook that runs before");
        assertThat(problems(WITH, hook, hook)).extracting(Problem::path).containsExactly("hooks[1].name");
    }

    @Test
    void itsAddressesAreSecretsAndItsFolderIsNone() {
        Environment env = Environment.load(
                Map.of(
                        "HUBSTORAGE_HOOK_URL", "https://home.example/api/webhook/secret",
                        "HUBSTORAGE_HOOKS_PATH", "/srv/hooks-of-mine"),
                Path.of("no.env"));

        assertThat(env.secrets()).containsExactly("https://home.example/api/webhook/secret");
        assertThat(env.settings().hooks()).isEqualTo(Path.of("/srv/hooks-of-mine"));
    }
}
