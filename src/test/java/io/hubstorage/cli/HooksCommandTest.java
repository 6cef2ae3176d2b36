package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code hooks} with real scripts, without a service. */
final class HooksCommandTest {
    @TempDir
    Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void make() throws IOException {
        Path hooks = Files.createDirectory(home.resolve("hooks"));
        Files.setPosixFilePermissions(hooks, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve(".env"), "");
        script("mount.sh", "echo \"$HUBSTORAGE_WHEN $HUBSTORAGE_JOB_KIND $HUBSTORAGE_JOB_ID\"");
        script("fails.sh", "echo 'target is busy'; exit 32");
        configure(
                JsonObject.of(
                        "name", "mount", "when", "before", "jobs", JsonArray.of("replication"), "run", "mount.sh"),
                JsonObject.of("name", "unmount", "when", "after", "run", "fails.sh"));
    }

    private void script(String name, String lines) throws IOException {
        Path file = home.resolve("hooks").resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + lines + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void configure(JsonObject... hooks) throws IOException {
        JsonArray all = new JsonArray();
        for (JsonObject hook : hooks) {
            all.add(hook);
        }
        Files.writeString(
                home.resolve("config/config.json"), JsonObject.of("hooks", all).encode());
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[arguments.length + 1];
        all[0] = "hooks";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return HubCommand.execute(new Alone(home), new PrintWriter(out), new PrintWriter(err), all);
    }

    @Test
    void theListSaysWhatRunsWhenAndWhetherItCan() throws IOException {
        assertThat(run()).isZero();
        assertThat(out.toString())
                .containsPattern("mount +before replication +mount.sh +ready")
                .containsPattern("unmount +after backup +fails.sh +ready");

        Files.delete(home.resolve("hooks/mount.sh"));
        assertThat(run("list")).isEqualTo(1);
        assertThat(out.toString()).contains("mount.sh does not exist");

        configure();
        assertThat(run()).isZero();
        assertThat(out.toString()).contains("No hook is configured");
    }

    @Test
    void aHookIsTriedOutAndTheExitCodeSaysWhetherItWorks() {
        assertThat(run("test", "mount")).isZero();
        assertThat(out.toString()).contains("before replication test", "mount: succeeded");
        assertThat(run("test", "mount", "--job", "drill")).isZero();
        assertThat(out.toString()).contains("before drill test");
        assertThat(run("test", "unmount")).isEqualTo(1);
        assertThat(out.toString())
                .contains("The hook \"unmount\" after this backup failed (exit code 32): target is busy");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThat(run("test")).isEqualTo(2);
        assertThat(run("list", "mount")).isEqualTo(2);
        assertThat(run("list", "--job", "drill")).isEqualTo(2);
        assertThat(run("test", "gone")).isEqualTo(2);
        assertThat(err.toString()).contains("no hook is called gone");
        assertThat(run("test", "mount", "--job", "walk")).isEqualTo(2);
        assertThat(err.toString()).contains("no kind of job: walk");
    }

    private record Alone(Path home) implements Program {
        @Override
        public String version() {
            return "1.2.3";
        }

        @Override
        public Map<String, String> environment() {
            return Map.of(
                    "HUBSTORAGE_ENV_FILE", home.resolve(".env").toString(),
                    "HUBSTORAGE_CONFIG_PATH", home.resolve("config").toString(),
                    "HUBSTORAGE_DATA_PATH", home.resolve("data").toString(),
                    "HUBSTORAGE_LOG_PATH", home.resolve("logs").toString(),
                    "HUBSTORAGE_HOOKS_PATH", home.resolve("hooks").toString(),
                    "DOCKER_MODE", "false");
        }

        @Override
        public InstantSource clock() {
            return InstantSource.fixed(Instant.parse("2026-11-27T07:00:00Z"));
        }

        @Override
        public Terminal terminal() {
            return Terminal.NONE;
        }

        @Override
        public @Nullable String secret(String question) {
            return null;
        }

        @Override
        public Running start(Launch launch) {
            throw new AssertionError("nothing has to be started for this");
        }

        @Override
        public CompletableFuture<Void> stopRequest() {
            return new CompletableFuture<>();
        }
    }
}
