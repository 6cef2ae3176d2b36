package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code hooks} with real scripts, without a service. */
final class HooksCommandTest {
    @TempDir
    Path home;

    private Commands commands;

    @BeforeEach
    void make() throws IOException {
        Path hooks = Files.createDirectory(home.resolve("hooks"));
        Files.setPosixFilePermissions(hooks, PosixFilePermissions.fromString("rwxr-xr-x"));
        commands = new Commands(home).with("HUBSTORAGE_HOOKS_PATH", hooks);
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
        commands.configured(JsonObject.of("hooks", all).encode());
    }

    private int run(String... arguments) {
        return commands.run(
                Stream.concat(Stream.of("hooks"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void theListSaysWhatRunsWhenAndWhetherItCan() throws IOException {
        assertThat(run()).isZero();
        assertThat(commands.out())
                .containsPattern("mount +before replication +mount.sh +ready")
                .containsPattern("unmount +after backup +fails.sh +ready");

        Files.delete(home.resolve("hooks/mount.sh"));
        assertThat(run("list")).isEqualTo(1);
        assertThat(commands.out()).contains("mount.sh does not exist");

        configure();
        assertThat(run()).isZero();
        assertThat(commands.out()).contains("No hook is configured");
    }

    @Test
    void aHookIsTriedOutAndTheExitCodeSaysWhetherItWorks() {
        assertThat(run("test", "mount")).isZero();
        assertThat(commands.out()).contains("before replication test", "mount: succeeded");
        assertThat(run("test", "mount", "--job", "drill")).isZero();
        assertThat(commands.out()).contains("before drill test");
        assertThat(run("test", "unmount")).isEqualTo(1);
        assertThat(commands.out())
                .contains("The hook \"unmount\" after this backup failed (exit code 32): target is busy");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThat(run("test")).isEqualTo(2);
        assertThat(run("list", "mount")).isEqualTo(2);
        assertThat(run("list", "--job", "drill")).isEqualTo(2);
        assertThat(run("test", "gone")).isEqualTo(2);
        assertThat(commands.err()).contains("no hook is called gone");
        assertThat(run("test", "mount", "--job", "walk")).isEqualTo(2);
        assertThat(commands.err()).contains("no kind of job: walk");
    }
}
