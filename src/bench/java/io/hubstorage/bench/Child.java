package io.hubstorage.bench;

import io.hubstorage.testkit.HubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process measured from its start to its end. Its CPU time is what the kernel adds to this process when it has ended, so
 * that no other child may end meanwhile; its peak is read every few milliseconds, and can only grow.
 */
record Child(int exitCode, Measured measured) {
    private static final long PEEK_MILLIS = 10;

    /** Runs a command with this environment added to a clean one, and what it prints in a file. */
    static Child run(List<String> command, Map<String, String> environment, Path log)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        HubProcess.isolate(builder.environment());
        builder.environment().keySet().removeIf(name -> name.startsWith("RCLONE_") || name.matches("(?i).*_proxy"));
        builder.environment().putAll(environment);
        double before = ProcessFiles.cpuOfChildren();
        long begin = System.nanoTime();
        Process process = builder.start();
        long peak = 0;
        try {
            while (!process.waitFor(PEEK_MILLIS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, ProcessFiles.peak(process.pid()));
            }
        } finally {
            process.destroyForcibly();
        }
        double wall = (System.nanoTime() - begin) / 1e9;
        return new Child(process.exitValue(), new Measured(wall, ProcessFiles.cpuOfChildren() - before, peak));
    }

    /** The same, but it has to succeed. */
    static Measured succeed(List<String> command, Map<String, String> environment, Path log)
            throws IOException, InterruptedException {
        Child child = run(command, environment, log);
        if (child.exitCode != 0) {
            throw new IOException("%s ended with %d:%n%s"
                    .formatted(String.join(" ", command), child.exitCode, Files.readString(log)));
        }
        return child.measured;
    }
}
