package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JvmTest {
    @Test
    void theContainersOptionsAreTheImagesButForItsFiles() throws IOException {
        List<String> arguments = Files.readAllLines(Path.of("docker/jvm.args"));

        assertThat(Jvm.inContainer(Path.of("docker/jvm.args"), 256).options())
                .contains("-XX:+UseSerialGC", "-XX:MaxRAM=256m")
                .allMatch(each -> each.startsWith("-"))
                .noneMatch(each -> each.contains("/app/"))
                .hasSize(1
                        + (int) arguments.stream()
                                .filter(each -> each.startsWith("-") && !each.contains("/app/"))
                                .count());
    }

    @Test
    void whatTheImageSetsInTheEnvironmentForItsMemoryIsSetHere() throws IOException {
        Map<String, String> environment =
                Jvm.inContainer(Path.of("docker/jvm.args"), 512).environment();

        assertThat(environment).containsKey("MALLOC_ARENA_MAX");
        environment.forEach(
                (name, value) -> assertThat(Path.of("Dockerfile")).content().contains(name + "=" + value));
    }
}
