package io.hubstorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.cli.Program.Launch;
import io.hubstorage.cli.Program.StartException;
import io.hubstorage.config.Environment;
import io.hubstorage.snapshot.DataLock;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MainTest {
    @Test
    void littleMemoryIsNamedBeforeASystemEndsTheProgramForIt() {
        assertThat(Main.tightMemory(256L << 20)).isNull();
        assertThat(Main.tightMemory((256L << 20) - 1))
                .contains("255 MiB of memory", "needs 256", "HUBSTORAGE_MEMORY_LIMIT");
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
