package io.hubstorage;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The cache of the jar: made once, used by the process that was started, and in nobody's way when it is no good. */
@EnabledOnOs(OS.LINUX)
final class AotCacheIT {
    @TempDir
    static Path caches;

    private static Path folder;
    private static Path cache;

    @TempDir
    Path home;

    @BeforeAll
    static void train() throws IOException {
        folder = caches.resolve("hubstorage");
        Shell.run(
                        Path.of("."),
                        Map.of("HUBSTORAGE_CACHE_PATH", folder.toString()),
                        Duration.ofMinutes(5),
                        List.of(java(), "-cp", HubProcess.jar().toString(), AotTraining.class.getName()))
                .succeeded();
        try (Stream<Path> files = Files.list(folder)) {
            // Nothing else is left there.
            cache = files.reduce((one, other) -> {
                        throw new AssertionError(one + " and " + other);
                    })
                    .orElseThrow();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private HubProcess start(String... arguments) {
        Map<String, String> environment = HubProcess.environment(home, null);
        environment.put("HUBSTORAGE_CACHE_PATH", folder.toString());
        return HubProcess.start(home, environment, arguments);
    }

    private static boolean isUsed(HubProcess hub) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(hub.pid()), "cmdline"), StandardCharsets.UTF_8)
                .contains("-XX:AOTCache=" + folder);
    }

    @Test
    void theProcessThatWasStartedUsesItAnswersAndEndsAsItIsTold() throws IOException {
        try (HubProcess hub = start("serve")) {
            hub.awaitUp();
            assertThat(isUsed(hub)).isTrue();
            assertThat(hub.get("/health/live").statusCode()).isEqualTo(200);
            // A dump of its threads, which needs a signal that a JVM keeps from its threads.
            hub.signal("QUIT");
            hub.signal("TERM");
            assertThat(hub.exitCode(Duration.ofSeconds(8))).isZero();
            assertThat(hub.out()).contains("Full thread dump").doesNotContain("WARN", "aot");
            assertThat(hub.err()).isEmpty();
        }
    }

    @Test
    void argumentsAndExitCodesComeThrough() {
        try (HubProcess hub = start("verify", "--everything", "ü ' \"")) {
            assertThat(hub.exitCode()).isEqualTo(2);
            assertThat(hub.err()).contains("--everything");
        }
    }

    @Test
    void oneThatIsTornEmptyOrSomethingElseIsNoReasonToFail() throws IOException {
        byte[] whole = Files.readAllBytes(cache);
        try {
            for (int size : List.of(0, 100, whole.length / 2)) {
                try (RandomAccessFile file = new RandomAccessFile(cache.toFile(), "rw")) {
                    file.setLength(size);
                }
                assertThatItStillHelps();
            }
            byte[] damaged = whole.clone();
            Arrays.fill(damaged, whole.length / 3, whole.length / 2, (byte) 0);
            Files.write(cache, damaged);
            assertThatItStillHelps();
        } finally {
            Files.write(cache, whole);
        }
    }

    private void assertThatItStillHelps() {
        try (HubProcess hub = start("verify", "--help")) {
            assertThat(hub.exitCode()).as(hub.out() + hub.err()).isZero();
            assertThat(hub.out()).contains("verify").doesNotContain("aot", "warning");
            assertThat(hub.err()).isEmpty();
        }
    }

    @Test
    void oneThatOthersMayWriteIsNotBelieved() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (HubProcess hub = start("serve")) {
            hub.awaitUp();
            assertThat(isUsed(hub)).isFalse();
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
