package io.hubstorage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With which command line the jar's process begins anew; whether it does is {@code AotCacheIT}'s. */
final class LauncherTest {
    private static final AotCache CACHE = new AotCache(Path.of("/x/hub.jar"), Path.of("/c/hubstorage-1.aot"));

    @Test
    void theCacheComesBeforeAllThatWasGivenAndNothingGetsLost() {
        List<String> given = List.of("java", "-Xmx512m", "@more", "-jar", "hub.jar", "backup", "", "-Xshare:off", "");

        List<String> command = Launcher.command(given, CACHE).orElseThrow();

        assertThat(command)
                .containsExactlyElementsOf(
                        Stream.of(List.of("java"), CACHE.options(), given.subList(1, given.size() - 1))
                                .flatMap(List::stream)
                                .toList());
        assertThat(command.get(1)).isEqualTo("-XX:AOTCache=/c/hubstorage-1.aot");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:AOTCache=own.aot",
                "-XX:AOTCacheOutput=own.aot",
                "-XX:AOTMode=off",
                "-Xshare:off",
                "-XX:SharedArchiveFile=own.jsa",
                "-agentlib:jdwp=transport=dt_socket",
                "-javaagent:own.jar",
                "-XX:StartFlightRecording",
                "-XX:+UseCompactObjectHeaders",
                "--add-modules=jdk.incubator.vector"
            })
    void whoHasAWayOfHisOwnKeepsIt(String option) {
        assertThat(Launcher.command(List.of("java", "-Xmx1g", option, "-jar", "hub.jar", "serve", ""), CACHE))
                .isEmpty();
    }

    @Test
    void onlyWhatTakesAWhileIsWorthIt() {
        assertThat(Launcher.isWorth(new String[0])).isTrue();
        assertThat(Launcher.isWorth(new String[] {"backup", "--dry-run"})).isTrue();
        assertThat(Launcher.isWorth(new String[] {"--version"})).isFalse();
        assertThat(Launcher.isWorth(new String[] {"password"})).isFalse();
    }

    @Test
    void whatIsNotStartedAsAJarStaysAsItIs() {
        assertThat(Launcher.command(List.of("java", "-cp", "hub.jar", "io.hubstorage.Launcher", ""), CACHE))
                .isEmpty();
        assertThat(Launcher.command(List.of("java"), CACHE)).isEmpty();
    }
}
