package io.hubstorage.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.hubstorage.testkit.HubProcess;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With which command line the jar's process begins anew; whether it does is {@code AotCacheIT}'s. */
final class LauncherTest {
    private static final Path JAR = Path.of("/x/hub.jar");
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

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
        assertThat(Launcher.isWorth(new String[] {"restore", "--yes"}, Map.of()))
                .isTrue();
        assertThat(Launcher.isWorth(new String[] {"--version"}, Map.of())).isFalse();
        assertThat(Launcher.isWorth(new String[] {"backup", "--help"}, Map.of()))
                .isFalse();
        assertThat(Launcher.isWorth(new String[] {"backup", "--version"}, Map.of()))
                .isFalse();
        assertThat(Launcher.isWorth(new String[] {"backup"}, Map.of("JAVA_TOOL_OPTIONS", "")))
                .isFalse();
    }

    @Test
    void whatRunsUntilItIsStoppedIsCompiledInFull() {
        assertThat(Launcher.isService(new String[0])).isTrue();
        assertThat(Launcher.isService(new String[] {"serve", "--port", "0"})).isTrue();
        assertThat(Launcher.isService(new String[] {"backup", "--continuous"})).isTrue();
        assertThat(Launcher.isService(new String[] {"backup", "--continuous=true"}))
                .isTrue();
        assertThat(Launcher.isService(new String[] {"backup", "@arguments"})).isTrue();
        assertThat(Launcher.isService(new String[] {"backup"})).isFalse();
        assertThat(Launcher.isService(new String[] {"verify"})).isFalse();
    }

    @Test
    void theJvmKnowsTheOptionsOfWhatEnds() throws Exception {
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(Launcher.ONCE);
        command.add("-version");

        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();

        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).startsWith("openjdk").doesNotContainIgnoringCase("warning", "error");
    }

    @Test
    void nothingIsLeftBehindThatEndsWithThisProcess(@TempDir Path processes) throws IOException {
        assumeThat(Launcher.CONTAINERS).noneMatch(Files::exists);
        for (String process : List.of("6", "7", "8")) {
            Path folder = Files.createDirectory(processes.resolve(process));
            Files.writeString(folder.resolve("cgroup"), process.equals("6") ? "0::/terminal" : "0::/backup.service");
        }

        assertThat(Launcher.isOutlived("7", Map.of("INVOCATION_ID", "0", Launcher.UNIT, "", "CI", ""), processes))
                .isTrue();
        assertThat(Launcher.isOutlived("7", Map.of("INVOCATION_ID", "0", Launcher.UNIT, "6"), processes))
                .as("in a terminal that systemd has started")
                .isTrue();
        assertThat(Launcher.isOutlived("7", Map.of(Launcher.UNIT, "7"), processes))
                .as("a unit's own process")
                .isFalse();
        assertThat(Launcher.isOutlived("7", Map.of(Launcher.UNIT, "8"), processes))
                .as("a unit's script")
                .isFalse();
        assertThat(Launcher.isOutlived("7", Map.of(Launcher.UNIT, "9"), processes))
                .as("a unit's, whose first process has ended")
                .isFalse();
        assertThat(Launcher.isOutlived("1", Map.of(), processes))
                .as("a container's")
                .isFalse();
        for (String name : List.of("CI", "KUBERNETES_SERVICE_HOST", "container")) {
            assertThat(Launcher.isOutlived("7", Map.of(name, "true"), processes))
                    .as(name)
                    .isFalse();
        }
    }

    @Test
    void aCacheIsInDoubtAfterAnErrorAloneNotAfterAFailureOrAMisspeltOption(@TempDir Path folder) throws Exception {
        Predicate<String> all = _ -> true;
        assertThat(leavesItsMark(folder, all, "--version")).isFalse();
        assertThat(leavesItsMark(folder, all, "verify", "--everything")).isFalse();
        assertThat(leavesItsMark(folder, all, "health")).as("of no service").isFalse();

        assertThat(leavesItsMark(folder, part -> !part.contains("picocli"), "--version"))
                .as("a class is missing")
                .isTrue();
        assertThat(leavesItsMark(folder, part -> !part.contains("slf4j-api"), "--version"))
                .as("a class of Main is missing")
                .isTrue();
        assertThat(leavesItsMark(folder, part -> !part.contains("vertx-web-5"), "serve"))
                .as("a class of the service is missing")
                .isTrue();
    }

    /** A process that was started with a cache, as far as it can know. */
    private static boolean leavesItsMark(Path folder, Predicate<String> classes, String... arguments) throws Exception {
        String stem = folder.resolve("hubstorage-0").toString();
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(classes)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of("sh", "-c", "touch \"$0.$$.mark\"; exec \"$@\"", stem, JAVA));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dhubstorage.aot=" + stem));
        command.addAll(List.of("-cp", classPath, Launcher.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        HubProcess.isolate(builder.environment());
        builder.environment().putAll(HubProcess.environment(folder, null));
        builder.environment().put("HUBSTORAGE_WEB_PORT", "1");
        Process process = builder.redirectErrorStream(true).start();
        process.getInputStream().transferTo(OutputStream.nullOutputStream());
        process.waitFor();
        return Files.deleteIfExists(Path.of("%s.%d.mark".formatted(stem, process.pid())));
    }
}
