package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.testkit.Shell;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the kernel is asked for before a snapshot gets its name, seen by {@code strace}; on an ordinary disk, and on a real FUSE
 * file system ({@code bindfs}). Skipped where these may not be used.
 */
final class DurabilityIT {
    private static final int FILES = 30;

    @TempDir
    Path home;

    @AutoClose
    private final SyntheticS3 s3 = SyntheticS3.start();

    @BeforeEach
    void begin() throws IOException, InterruptedException {
        assumeTrue(run("strace", "-o", "/dev/null", "true") == 0, "strace cannot be used here");
        s3.bucket("photos", SyntheticBucket.uniform(FILES - 1, 500, "album-#/##.jpg"))
                .add("film", 3 << 20);
    }

    @Test
    void onAnOrdinaryDiskEverythingIsSyncedAtOnceBeforeTheSnapshotGetsItsName()
            throws IOException, InterruptedException {
        List<String> calls = callsOfARun();

        int named = named(calls);
        assertThat(calls.subList(0, named)).anyMatch(call -> call.contains("syncfs("));
        assertThat(calls.subList(0, named).stream().filter(DurabilityIT::isFsyncOfAnObject))
                .as("files are not synced one by one")
                .isEmpty();
        String folder = "\"%s\", O_RDONLY|O_CLOEXEC".formatted(home.resolve("data"));
        // A call of another thread may cut the line.
        assertThat(calls.subList(0, index(calls, "album-")))
                .as("the descriptor is there before the first file")
                .anyMatch(call -> call.contains(folder + ")") || call.contains(folder + " <unfinished"));
    }

    @Test
    void onFuseEveryFileAndFolderIsSyncedBeforeTheSnapshotGetsItsName() throws IOException, InterruptedException {
        Path behind = Files.createDirectories(home.resolve("behind"));
        Path data = Files.createDirectories(home.resolve("data"));
        assumeTrue(run("bindfs", behind.toString(), data.toString()) == 0, "FUSE cannot be mounted here");
        try {
            List<String> calls = callsOfARun();

            List<String> before = calls.subList(0, named(calls));
            assertThat(before.stream().filter(DurabilityIT::isFsyncOfAnObject)).hasSize(FILES);
            assertThat(before)
                    .anyMatch(call -> call.contains("fsync(") && call.contains("/snapshot/s3/photos/album-0>"))
                    .anyMatch(call -> call.contains("fsync(") && call.contains("/snapshot/s3/photos>"))
                    .anyMatch(call -> call.contains("fsync(") && call.contains("photos.jsonl.zst>"))
                    .anyMatch(call -> call.contains("fsync(") && call.contains("snapshot>"));
        } finally {
            if (run("umount", data.toString()) != 0) {
                run("fusermount", "-u", data.toString());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"EIO, may not survive a power loss", "ENOSPC, downloaded again"})
    void whatTheDiskCouldNotWriteIsDownloadedAgain(String error, String told) {
        List<String> failing =
                List.of("strace", "-f", "-e", "trace=syncfs", "-e", "inject=syncfs:error=" + error, "-o", "/dev/null");

        assertThat(aRun(failing))
                .contains("run FAILED new=false")
                .contains(told)
                .doesNotContain("is kept");

        assertThat(aRun(List.of())).contains("run SUCCESS new=true downloaded=" + FILES);
    }

    private static boolean isFsyncOfAnObject(String call) {
        return call.contains("fsync(")
                && Pattern.compile("\\.jpg>|\\.draft>").matcher(call).find();
    }

    private static int named(List<String> calls) {
        int named = index(calls, "/hublink_");
        assertThat(named).as("the rename").isPositive();
        return named;
    }

    private static int index(List<String> calls, String part) {
        return IntStream.range(0, calls.size())
                .filter(i -> calls.get(i).contains(part)
                        && (!part.equals("/hublink_") || calls.get(i).contains("rename")))
                .findFirst()
                .orElse(-1);
    }

    private List<String> callsOfARun() throws IOException {
        Path trace = home.resolve("trace");
        List<String> strace = List.of(
                "strace",
                "-f",
                "-y",
                "-s",
                "400",
                "-e",
                "trace=open,openat,fsync,fdatasync,syncfs,rename,renameat,renameat2",
                "-o",
                trace.toString());
        assertThat(aRun(strace)).contains("run SUCCESS new=true downloaded=" + FILES);
        try (Stream<String> calls = Files.lines(trace, StandardCharsets.ISO_8859_1)) {
            return calls.filter(call -> call.contains(home.resolve("data").toString()))
                    .toList();
        }
    }

    private String aRun(List<String> strace) {
        List<String> command = new ArrayList<>(strace);
        command.addAll(SmallHeapRuns.command(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"), s3, home, "photos", 1));
        return Shell.run(Path.of("."), Map.of(), Duration.ofMinutes(5), command)
                .succeeded()
                .out();
    }

    private static int run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException e) {
            return -1;
        }
    }
}
