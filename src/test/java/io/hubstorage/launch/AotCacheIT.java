package io.hubstorage.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The cache of the jar: made after a first backup, used by the process that was started, and in nobody's way when it is no good. */
@EnabledOnOs(OS.LINUX)
final class AotCacheIT {
    private static final int NO_SUCH_SNAPSHOT = 2;
    private static final String SAFE = "photos is safe: 20 objects";

    @TempDir
    static Path shared;

    private static SyntheticS3 s3;
    private static Path folder;
    private static Path cache;
    private static byte[] whole;

    @TempDir
    Path home;

    @BeforeAll
    static void theFirstBackupEndsAsAnyOtherAndLeavesACacheSomeTimeLater() throws IOException {
        // None is made there.
        assumeThat(Launcher.CONTAINERS).noneMatch(Files::exists);
        s3 = SyntheticS3.start();
        s3.bucket("photos", SyntheticBucket.uniform(20, 1 << 20, "ü-##.jpg"));
        shared = shared.toRealPath();
        folder = Files.createDirectories(shared.resolve("hüb/aot"));
        // As a training leaves it that is killed; and what is somebody else's.
        Path killed = Files.createDirectory(folder.resolve("hubstorage-0.work"));
        Path others = Files.createFile(folder.resolve("others.aot"));
        for (Path old : List.of(killed, others)) {
            Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        }
        assertThatABackupWorks(Files.createDirectory(shared.resolve("first")));
        await().atMost(Duration.ofMinutes(10))
                .until(() -> files().stream().anyMatch(name -> name.matches("hubstorage-.*\\.aot")));
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(files())
                        .as("the cache, the log, and others'")
                        .hasSize(3));
        cache = folder.resolve(files().getFirst());
        whole = Files.readAllBytes(cache);
        assertThat(Files.readString(folder.resolve(files().get(1)))).contains(" is safe: ");
    }

    @AfterAll
    static void stop() {
        if (s3 != null) {
            s3.close();
        }
    }

    private static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static HubProcess start(Path home, String... arguments) {
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of("photos")))
                        .put("automation", new JsonObject().put("enabled", false)));
        Map<String, String> environment = HubProcess.environment(home, s3.settings());
        // Builds leave nothing behind, nor does what a unit runs; this test's process outlives its training.
        Launcher.PASSING.forEach(name -> environment.put(name, ""));
        environment.put(Launcher.UNIT, "");
        environment.put(AotCache.VARIABLE, shared.resolve("hüb").toString());
        // By options that the launcher takes for nobody's decision.
        return HubProcess.start(HubProcess.jar(), List.of("-Xmx256m"), home, environment, arguments);
    }

    private static void assertThatABackupWorks(Path home) {
        try (HubProcess hub = start(home, "backup")) {
            assertThat(hub.exitCode()).as(hub.out() + hub.err()).isZero();
            assertThat(hub.out()).contains(SAFE).doesNotContain("AOT", "CompileCommand", "warning");
            assertThat(hub.err()).isEmpty();
        }
    }

    private static boolean isUsed(HubProcess hub) throws IOException {
        Path process = Path.of("/proc", Long.toString(hub.pid()));
        return Files.readString(process.resolve("cmdline"), StandardCharsets.UTF_8)
                        .contains("-XX:AOTCache=" + cache)
                && Files.readString(process.resolve("maps")).contains(cache.toString());
    }

    @Test
    void theProcessesThatWereStartedUseItAnswerAndEndAsTheyAreTold() throws IOException {
        Path another = Files.createDirectory(home.resolve("another"));
        try (HubProcess hub = start(home, "serve");
                HubProcess other = start(another, "serve")) {
            hub.awaitUp();
            other.awaitUp();
            assertThat(isUsed(hub)).isTrue();
            assertThat(isUsed(other)).isTrue();
            // A dump of its threads, by a signal that a JVM keeps from its threads.
            hub.signal("QUIT");
            hub.signal("TERM");
            other.signal("INT");
            assertThat(hub.exitCode()).isZero();
            assertThat(other.exitCode()).isZero();
            assertThat(files()).as("no mark is left").hasSize(3);
            assertThat(hub.out()).contains("Full thread dump").doesNotContain("WARN", "warning");
            assertThat(hub.err()).isEmpty();
        }
    }

    @Test
    void aBackupWithItIsABackup() throws IOException {
        Files.setLastModifiedTime(cache, FileTime.fromMillis(0));

        assertThatABackupWorks(home);

        assertThat(Files.getLastModifiedTime(cache).toMillis())
                .as("that it was taken")
                .isPositive();
        assertThat(files()).as("it is still there, and no mark").hasSize(3);
    }

    @Test
    void argumentsAndExitCodesComeThrough() {
        try (HubProcess hub = start(home, "verify", "--everything", "ü ' \"")) {
            assertThat(hub.exitCode()).isEqualTo(2);
            assertThat(hub.err()).contains("--everything");
        }
    }

    @Test
    void oneThatIsTornOrDamagedIsNotUsed() throws IOException {
        byte[] damaged = whole.clone();
        Arrays.fill(damaged, damaged.length / 4, damaged.length, (byte) 0x55);
        try {
            for (byte[] bad : List.of(new byte[0], Arrays.copyOf(whole, whole.length / 2), damaged)) {
                Files.write(cache, bad);
                try (HubProcess hub = start(home, "verify", "nothing")) {
                    assertThat(hub.exitCode()).as(hub.out() + hub.err()).isEqualTo(NO_SUCH_SNAPSHOT);
                    assertThat(hub.err()).doesNotContain("AOT", "warning");
                }
            }
        } finally {
            Files.write(cache, whole);
        }
    }

    @Test
    void afterOneThatEndedAProcessTheNextGoesOnWithout() throws IOException {
        Path mark = Path.of(cache.toString().replaceAll("aot$", "99999999.mark"));
        Files.createFile(mark);
        try {
            assertThatABackupWorks(home);
            assertThat(cache).doesNotExist();
            assertThat(mark).doesNotExist();
        } finally {
            Files.write(cache, whole);
        }
    }
}
