package io.hubstorage.launch;

import io.hubstorage.Main;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes an {@link AotCache}: a shell of the lowest priority, in a session of its own, in which one JVM is recorded during a {@link
 * Rehearsal} and makes the cache of that (JEP 514), and another one has the same rehearsal with it. All that it writes lies beside the cache.
 */
final class AotTraining {
    /** Before it is tried again. */
    private static final Duration PAUSE = Duration.ofDays(7);
    /** It takes 600 MB of memory for half a minute, and 300 MB of disk. */
    private static final long LEAST_MEMORY = 1L << 30;

    private static final long LEAST_DISK = 2L << 30;
    /**
     * Takes the folder that it works in, whose presence keeps another one from the same, the cache, the JVM, the options of a run, in one
     * argument, and those of both JVMs. No cache can be made from a process that has loaded the module of the vectors, so they are in the
     * second one only. Whatever ends it, nothing of it stays but a cache that works; and where memory gets short, the system takes it first.
     * What nobody has used for a month goes.
     */
    private static final String SCRIPT = """
        work=$1 cache=$2 java=$3 run=$4; shift 4
        # There are asterisks in the options.
        set -f
        echo 1000 >/proc/self/oom_score_adj
        find . -maxdepth 1 -type f -name 'hubstorage-*' -mtime +30 -delete
        find . -maxdepth 1 -name 'hubstorage-*.work' -mmin +60 -exec rm -rf {} +
        mkdir -m 700 "$work" || exit 1
        trap 'rm -rf "$work"' EXIT
        trap 'exit 1' HUP INT TERM
        cd "$work" || exit 1
        "$java" -XX:AOTCacheOutput="$work/draft" -Dhubstorage.vectors=off "$@" "$work/recorded" &&
        "$java" $run -XX:AOTMode=on -XX:AOTCache="$work/draft" "$@" "$work/used" &&
        chmod 600 "$work/draft" && sync "$work/draft" && mv "$work/draft" "$cache"
        """;

    private AotTraining() {}

    /** Begins, and does not wait. Does nothing where there is a cache, one was tried for in the last week, or there is too little room. */
    static void begin(AotCache cache) {
        Path log = Path.of(cache.stem() + ".log");
        try {
            boolean recent =
                    log.toFile().lastModified() > Instant.now().minus(PAUSE).toEpochMilli();
            if (recent || Files.exists(cache.file()) || !hasRoom(cache.folder().toFile())) {
                return;
            }
            Files.deleteIfExists(log);
            // Of two processes, only one gets beyond this.
            Files.createFile(log);
            try {
                start(cache, log.toFile());
            } catch (IOException e) {
                Files.writeString(log, e.toString());
            }
        } catch (IOException | RuntimeException e) {
            // Only the next start is slower for it.
        }
    }

    private static boolean hasRoom(File folder) throws IOException {
        // What the system could give without taking it from another process; in kB. What is free is no measure, as a
        // file
        // cache leaves next to nothing of that.
        long memory = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
        return Math.min(memory, Main.memory()) >= LEAST_MEMORY && folder.getUsableSpace() >= LEAST_DISK;
    }

    private static void start(AotCache cache, File log) throws IOException {
        String work = cache.stem() + ".work";
        List<String> command = new ArrayList<>(List.of("setsid", "nice", "-n", "19", "timeout", "1200"));
        command.addAll(List.of("sh", "-c", SCRIPT, "sh", work, cache.file().toString()));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(String.join(" ", Launcher.ONCE));
        command.addAll(AotCache.OPTIONS);
        command.addAll(List.of("-Xmx192m", "-XX:-UsePerfData", "-Duser.language=en"));
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + work,
                "-Duser.home=" + work,
                "-cp",
                cache.jar().toString()));
        command.add(Rehearsal.class.getName());
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(cache.folder().toFile());
        // It needs neither secrets nor the user's settings, such as those in ~/.aws.
        builder.environment().keySet().removeIf(name -> !name.equals("PATH") && !name.startsWith("LC_"));
        builder.environment().putAll(Map.of("HOME", work, "LC_ALL", "C.UTF-8"));
        builder.redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }
}
