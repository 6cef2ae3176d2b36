package io.hubstorage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With which command line the jar's process begins anew; whether it does is {@code AotCacheIT}'s. */
final class LauncherTest {
    private static final Path JAR = Path.of("/x/hub.jar");

    @Test
    void nothingThatWasGivenGetsLostNorIsAnythingTakenForAnOption() {
        List<String> given = List.of("java", "-Xmx512m", "-Da=b", "-jar", "hub.jar", "backup", "", "-Xint", "-jar", "");

        assertThat(Launcher.command(given, JAR))
                .containsExactly("java", "-Xmx512m", "-Da=b", "-jar", "/x/hub.jar", "backup", "", "-Xint", "-jar");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:AOTCache=own.aot",
                "-XX:+UseG1GC",
                "-Xshare:off",
                "-Xlog:gc",
                "-agentlib:jdwp=transport=dt_socket",
                "-javaagent:own.jar",
                "@more",
                "-Dcom.sun.management.jmxremote.port=7091",
                "--add-modules=jdk.incubator.vector"
            })
    void whoHasOptionsOfTheirOwnKeepsThem(String option) {
        assertThat(Launcher.command(List.of("java", option, "-jar", "hub.jar", "serve", ""), JAR))
                .isEmpty();
    }

    @Test
    void whatIsNotStartedAsAJarStaysAsItIs() {
        assertThat(Launcher.command(List.of("java", "-Da=b", "io.hubstorage.Launcher", ""), JAR))
                .isEmpty();
        assertThat(Launcher.command(List.of("java"), JAR)).isEmpty();
    }

    @Test
    void onlyWhatTakesAWhileIsWorthASecondJvm() {
        assertThat(Launcher.isWorth(new String[0], Map.of())).isTrue();
        assertThat(Launcher.isWorth(new String[] {"backup", "--json"}, Map.of()))
                .isTrue();
        assertThat(Launcher.isWorth(new String[] {"--version"}, Map.of())).isFalse();
        assertThat(Launcher.isWorth(new String[] {"backup", "--help"}, Map.of()))
                .isFalse();
        assertThat(Launcher.isWorth(new String[] {"backup"}, Map.of("JAVA_TOOL_OPTIONS", "")))
                .isFalse();
    }

    @Test
    void whatRunsUntilItIsStoppedIsCompiledInFull() {
        assertThat(Launcher.isService(new String[0])).isTrue();
        assertThat(Launcher.isService(new String[] {"serve", "--port", "0"})).isTrue();
        assertThat(Launcher.isService(new String[] {"backup", "--continuous"})).isTrue();
        assertThat(Launcher.isService(new String[] {"backup"})).isFalse();
        assertThat(Launcher.isService(new String[] {"verify"})).isFalse();
    }

    @Test
    void nothingIsLeftBehindThatEndsWithThisProcess() {
        assertThat(Launcher.isOutlived(false, "7", Map.of("INVOCATION_ID", "0", "SYSTEMD_EXEC_PID", "6")))
                .as("in a terminal that systemd has started")
                .isTrue();
        assertThat(Launcher.isOutlived(false, "7", Map.of("SYSTEMD_EXEC_PID", "7")))
                .as("a unit's own process")
                .isFalse();
        assertThat(Launcher.isOutlived(true, "7", Map.of("SYSTEMD_EXEC_PID", "7")))
                .as("a service, which is there meanwhile")
                .isTrue();
        assertThat(Launcher.isOutlived(true, "1", Map.of())).as("a container's").isFalse();
        assertThat(Launcher.isOutlived(false, "7", Map.of("CI", "true")))
                .as("a build's")
                .isFalse();
    }
}
