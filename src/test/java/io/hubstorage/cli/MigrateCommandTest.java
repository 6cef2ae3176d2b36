package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the move says where it is made in a container, and where it cannot be made. */
final class MigrateCommandTest {
    private final Map<String, String> environment = new HashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path home;

    @BeforeEach
    void anOldConfiguration() throws IOException {
        Files.writeString(
                home.resolve("old.json"),
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of("photos")))
                        .put("local_base_path", "/Volumes/Backup")
                        .put("aws_access_key_id", "AKIAEXAMPLE")
                        .put("aws_secret_access_key", "s3cr3t-s3cr3t")
                        .encode());
        environment.put("DOCKER_MODE", "true");
        environment.put("HOME", home.toString());
        environment.put("HUBSTORAGE_ENV_FILE", home.resolve(".env").toString());
        environment.put(
                "HUBSTORAGE_CONFIG_PATH", home.resolve("config/config.json").toString());
        environment.put("HUBSTORAGE_DATA_PATH", home.resolve("data").toString());
    }

    @Test
    void whatDownloadsEverythingIsNotSaidToLinkNearlyEverything() {
        assertThat(migrate()).isZero();

        assertThat(out.toString())
                .contains("the first backup would download everything")
                .contains("HUBSTORAGE_DATA_DIR=/Volumes/Backup")
                .doesNotContain("should count nearly everything");
    }

    @Test
    void inAContainerThePlacesAreThoseOfTheHostAsFarAsTheyAreKnown() throws IOException {
        environment.put("HUBSTORAGE_DATA_DIR", "/Volumes/Backup");
        Files.createDirectories(home.resolve("data/hublink_20250101120000/s3/photos"));
        Path plist = home.resolve("com.s3backup.sync.daemon.plist");
        Files.writeString(plist, "<plist><dict><key>StartInterval</key><integer>7200</integer></dict></plist>");

        assertThat(migrate("--launch-agent", plist.toString())).isZero();

        assertThat(out.toString())
                .contains("1 snapshot of the old tool in /Volumes/Backup (")
                .contains("config.json of the container (in its volume hubstorage_config)")
                .contains("launchctl unload \"$HOME/Library/LaunchAgents/com.s3backup.sync.daemon.plist\"")
                .contains("'linked' should count nearly everything")
                .doesNotContain("HUBSTORAGE_DATA_DIR=");
    }

    @Test
    void whereItCannotWriteItSaysSoInASentenceAndLeavesNothing() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "x");
        environment.put("HUBSTORAGE_ENV_FILE", file.resolve(".env").toString());

        assertThat(migrate()).isEqualTo(2);

        assertThat(err.toString()).contains("Nothing was written: ").doesNotContain("Exception");
        assertThat(home.resolve("config/config.json")).doesNotExist();
    }

    private int migrate(String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "migrate";
        arguments[1] = "--from";
        arguments[2] = home.resolve("old.json").toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        return HubCommand.execute(new Here(environment), new PrintWriter(out), new PrintWriter(err), arguments);
    }

    private record Here(Map<String, String> environment) implements Program {
        @Override
        public String version() {
            return "test";
        }

        @Override
        public CompletableFuture<Void> stopRequest() {
            return new CompletableFuture<>();
        }

        @Override
        public InstantSource clock() {
            return InstantSource.system();
        }

        @Override
        public Terminal terminal() {
            return Terminal.NONE;
        }

        @Override
        public String secret(String question) {
            throw new AssertionError("asked");
        }

        @Override
        public Running start(Launch launch) {
            throw new UnsupportedOperationException("verify needs nothing of it");
        }
    }
}
