package io.hubstorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.cli.Program.Launch;
import io.hubstorage.cli.Program.StartException;
import io.hubstorage.config.Environment;
import io.hubstorage.snapshot.DataLock;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MainTest {
    @Test
    void littleMemoryIsNamedBeforeASystemEndsTheProgramForIt() {
        assertThat(Main.tightMemory(256L << 20)).isNull();
        assertThat(Main.tightMemory((256L << 20) - 1))
                .contains("255 MiB of memory", "needs 256", "HUBSTORAGE_MEMORY_LIMIT");
    }

    /** A process of its own, as {@link Main#main} ends it. */
    private record Ended(int code, String output) {
        static Ended of(String classPath, String... arguments) throws Exception {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classPath,
                    Main.class.getName()));
            command.addAll(List.of(arguments));
            Process child =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(child.waitFor(), output);
        }
    }

    @Test
    void theProcessEndsWithTheExitCodeOfItsCommand() throws Exception {
        String classPath = System.getProperty("java.class.path");

        Ended told = Ended.of(classPath, "--version");
        Ended misspelt = Ended.of(classPath, "verify", "--everything");

        assertThat(told.code()).as(told.output()).isZero();
        assertThat(told.output()).contains("HubStorage " + HubStorage.VERSION);
        assertThat(misspelt.code()).as(misspelt.output()).isEqualTo(2);
        assertThat(misspelt.output()).contains("--everything");
    }

    @Test
    void anInternalErrorIsToldAndEndsItWith1() throws Exception {
        String incomplete = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(part -> !part.contains("picocli"))
                .collect(Collectors.joining(File.pathSeparator));

        Ended broken = Ended.of(incomplete, "--version");

        assertThat(broken.code()).as(broken.output()).isEqualTo(1);
        assertThat(broken.output()).contains("Internal error: java.lang.NoClassDefFoundError: picocli/");
    }

    @Test
    void anErrorAtTheStartIsToldAndHoldsNoLock(@TempDir Path folder) throws Exception {
        Environment environment = Environment.load(
                Map.of("HUBSTORAGE_CONFIG_PATH", folder.toString(), "DOCKER_MODE", "false"), folder.resolve(".env"));
        Launch launch = new Launch(Launch.Mode.SCHEDULE, environment, config -> {
            throw new NoClassDefFoundError("io/hubstorage/Gone");
        });
        assertThatThrownBy(() -> new Main().start(launch))
                .isInstanceOf(StartException.class)
                .hasMessageContainingAll("cannot start", "io/hubstorage/Gone");
        DataLock.take(folder.resolve("service.lock"), Instant.EPOCH).close();
    }
}
