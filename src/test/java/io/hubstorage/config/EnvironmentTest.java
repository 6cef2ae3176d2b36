package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EnvironmentTest {
    @TempDir
    Path folder;

    private Environment load(Map<String, String> process, String dotenv) throws IOException {
        return Environment.load(process, Files.writeString(folder.resolve(".env"), dotenv));
    }

    @Test
    void theProcessEnvironmentWinsOverTheFile() throws Exception {
        Environment env = load(Map.of("AWS_REGION", "eu-west-1"), "AWS_REGION=us-west-2\nAWS_PROFILE=work\n");
        assertThat(env.get("AWS_REGION")).isEqualTo("eu-west-1");
        assertThat(env.get("AWS_PROFILE")).isEqualTo("work");
    }

    @Test
    void anEmptyVariableCountsAsNotSet() throws Exception {
        Environment env = load(Map.of("AWS_REGION", "", "AWS_PROFILE", "  "), "AWS_REGION=us-west-2\n");
        assertThat(env.get("AWS_REGION")).isEqualTo("us-west-2");
        assertThat(env.get("AWS_PROFILE")).isNull();
    }

    @Test
    void aMissingFileIsFine() {
        Environment env = Environment.load(Map.of("AWS_REGION", "eu-west-1"), folder.resolve("absent"));
        assertThat(env.get("AWS_REGION")).isEqualTo("eu-west-1");
        assertThat(env.warnings()).isEmpty();
    }

    @Test
    void aFolderInPlaceOfTheFileIsExplained() throws Exception {
        Environment env = Environment.load(Map.of(), Files.createDirectory(folder.resolve(".env")));
        assertThat(env.warnings()).singleElement().asString().contains("is a folder", "Docker");
    }

    @Test
    void theFileIsFoundByModeUnlessNamed() {
        assertThat(Environment.dotenvPath(Map.of("DOCKER_MODE", "true"))).isEqualTo(Path.of("/app/.env"));
        assertThat(Environment.dotenvPath(Map.of("DOCKER_MODE", "false"))).isEqualTo(Path.of(".env"));
        assertThat(Environment.dotenvPath(Map.of("DOCKER_MODE", "true", "HUBSTORAGE_ENV_FILE", "/x/my.env")))
                .isEqualTo(Path.of("/x/my.env"));
    }

    @Test
    void secretsComeFromTheFilesThatAreNamed() throws Exception {
        Path secret = Files.writeString(folder.resolve("key"), "s3cr3t/with$signs\n");
        Environment env = load(
                Map.of("AWS_SECRET_ACCESS_KEY_FILE", secret.toString()),
                "HUBSTORAGE_WEB_PASSWORD_FILE=" + secret + "\nAWS_SECRET_ACCESS_KEY=older\n");
        assertThat(env.get("AWS_SECRET_ACCESS_KEY")).isEqualTo("s3cr3t/with$signs");
        assertThat(env.get("HUBSTORAGE_WEB_PASSWORD")).isEqualTo("s3cr3t/with$signs");
        assertThat(env.problems()).isEmpty();
        assertThat(env.secretFiles()).containsOnly(secret);
    }

    @Test
    void aSecretSaidTwiceOrInAnUnreadableFileIsAProblem() throws Exception {
        Environment env = load(
                Map.of(
                        "AWS_SECRET_ACCESS_KEY", "one",
                        "AWS_SECRET_ACCESS_KEY_FILE", "/two",
                        "AWS_ACCESS_KEY_ID_FILE", folder.resolve("absent").toString()),
                "");
        ConfigException e = catchThrowableOfType(ConfigException.class, env::settings);
        assertThat(e.problems())
                .extracting(problem -> problem.path())
                .containsExactlyInAnyOrder("AWS_SECRET_ACCESS_KEY_FILE", "AWS_ACCESS_KEY_ID_FILE");
        assertThat(e).hasMessageContaining("it does not exist").hasMessageContaining("only one of the two");
    }

    @Test
    void valuesOfTheExampleCountAsNotSetAndAreSaid() throws Exception {
        Environment env =
                load(Map.of(), "AWS_ACCESS_KEY_ID=your_access_key_here\nAWS_SECRET_ACCESS_KEY=your_secret_key_here\n");
        assertThat(env.get("AWS_ACCESS_KEY_ID")).isNull();
        assertThat(env.get("AWS_SECRET_ACCESS_KEY")).isNull();
        assertThat(env.warnings())
                .hasSize(2)
                .allSatisfy(text -> assertThat(text).contains("AWS_", ".env.example", "not set"));
    }

    @Test
    void quotesThatDockerLeftAroundAValueAreTakenOff() throws Exception {
        Environment env = load(Map.of("AWS_REGION", "\"eu-west-1\"", "HUBSTORAGE_WEB_PASSWORD", "'p w'"), "");
        assertThat(env.get("AWS_REGION")).isEqualTo("eu-west-1");
        assertThat(env.get("HUBSTORAGE_WEB_PASSWORD")).as("may be meant").isEqualTo("'p w'");
        assertThat(env.warnings()).singleElement().asString().contains("AWS_REGION");
    }

    @Test
    void badLinesAndNamesThatNobodyReadsAreSaidWithoutTheirText() throws Exception {
        Environment env = load(Map.of(), "A=1\nAKIAPLANTED plantedsecret\nAWS_ROLE=plantedsecret\nOTHER=x\n");
        assertThat(env.warnings()).hasSize(2);
        assertThat(env.warnings().getFirst()).contains("line 2").doesNotContain("planted", "PLANTED");
        assertThat(env.warnings().getLast()).contains("AWS_ROLE").doesNotContain("planted");
    }

    @Test
    void printsNamesAndNeverValues() throws Exception {
        Environment env = load(Map.of("AWS_SECRET_ACCESS_KEY", "plantedsecret"), "AWS_ACCESS_KEY_ID=plantedid\n");
        assertThat(env.toString()).contains("AWS_SECRET_ACCESS_KEY").doesNotContain("planted");
        assertThat(env.settings().toString()).doesNotContain("planted");
        assertThat(env.settings().aws().keys().secretAccessKey()).isEqualTo("plantedsecret");
    }

    @Test
    void readsTheFilesAgainWhenAsked() throws Exception {
        Environment env = load(Map.of("AWS_PROFILE", "p"), "AWS_REGION=eu-west-1\n");
        Files.writeString(folder.resolve(".env"), "AWS_REGION=eu-west-3\nAWS_PROFILE=q\n");
        Environment fresh = env.reload();
        assertThat(fresh.get("AWS_REGION")).isEqualTo("eu-west-3");
        assertThat(env.changedNames(fresh)).containsExactly("AWS_REGION");
    }
}
