package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigReadingTest {
    @TempDir
    Path home;

    private Environment environment(String... pairs) {
        Map<String, String> process =
                new HashMap<>(Map.of("HUBSTORAGE_CONFIG_PATH", home.toString(), "DOCKER_MODE", "false"));
        for (int i = 0; i < pairs.length; i += 2) {
            process.put(pairs[i], pairs[i + 1]);
        }
        return Environment.load(process, home.resolve(".env"));
    }

    @Test
    void aMissingFileReadsAsTheOneThatTheFirstStartWouldWriteAndIsNotWritten() {
        ConfigReading reading = ConfigReading.of(environment("BACKUP_BUCKETS", "photos"));

        assertThat(reading.exists()).isFalse();
        assertThat(reading.config().selection().buckets())
                .extracting(HubConfig.BucketSpec::name)
                .containsExactly("photos");
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void theFileNamesTheDataFolderWhereTheEnvironmentIsSilent() throws IOException {
        Files.writeString(
                home.resolve("config.json"),
                new JsonObject().put("local_base_path", "/mnt/backup").encode());

        assertThat(ConfigReading.of(environment()).dataPath()).isEqualTo(Path.of("/mnt/backup"));
        assertThat(ConfigReading.of(environment("HUBSTORAGE_DATA_PATH", "/elsewhere"))
                        .dataPath())
                .isEqualTo(Path.of("/elsewhere"));
    }

    @Test
    void whatIsWrongWithEnvironmentAndFileIsToldTogether() throws IOException {
        Files.writeString(home.resolve("config.json"), "{\"automation\": {\"interval_hours\": -1}}");

        assertThatThrownBy(() -> ConfigReading.of(environment("HUBSTORAGE_WEB_PORT", "x")))
                .asInstanceOf(InstanceOfAssertFactories.type(ConfigException.class))
                .extracting(ConfigException::problems, InstanceOfAssertFactories.list(Problem.class))
                .extracting(Problem::path)
                .containsExactly("HUBSTORAGE_WEB_PORT", "automation.interval_hours");
    }

    @Test
    void aFirstFileIsWrittenAndAnotherOneOnlyReplacedOnRequest() throws IOException {
        Path file = ConfigReading.create(environment(), false);
        Files.writeString(file, "{}");

        assertThatThrownBy(() -> ConfigReading.create(environment(), false))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file).hasContent("{}");

        ConfigReading.create(environment("BACKUP_BUCKETS", "photos"), true);
        assertThat(ConfigReading.of(environment()).config().selection().buckets())
                .hasSize(1);
    }

    @Test
    void aCommandLineWinsOverProcessAndFileAndCanTakeValuesAway() throws IOException {
        Files.writeString(home.resolve(".env"), "AWS_ACCESS_KEY_ID=fromdotenv\nAWS_PROFILE=fromdotenv\n");
        Environment environment = environment("HUBSTORAGE_WEB_PORT", "1")
                .overridden(
                        Map.of("HUBSTORAGE_WEB_PORT", "2", "AWS_ACCESS_KEY_ID", "", "AWS_PROFILE", "fromcommandline"));

        assertThat(environment.settings().web().port()).isEqualTo(2);
        assertThat(environment.get("AWS_ACCESS_KEY_ID")).isNull();
        assertThat(environment.reload().get("AWS_PROFILE")).isEqualTo("fromcommandline");
    }
}
