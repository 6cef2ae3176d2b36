package io.hubstorage.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells about processes, in {@code /proc}. */
final class ProcessFiles {
    /** A tick of {@code stat}, the same on every Linux. */
    private static final double TICKS_A_SECOND = 100;

    private static final int UTIME = 13;
    private static final int CUTIME = 15;

    private ProcessFiles() {}

    /** Complains where there is nothing of the kind. */
    static void require() throws IOException {
        if (!Files.isWritable(file("self", "clear_refs"))) {
            throw new IOException("CPU time and memory are read from /proc, as Linux has it");
        }
    }

    /** Seconds of user and system time that a running process has used. */
    static double cpu(long pid) throws IOException {
        return times(Long.toString(pid), UTIME);
    }

    /** Seconds of user and system time of all children of this process that have ended. */
    static double cpuOfChildren() throws IOException {
        return times("self", CUTIME);
    }

    /** Lets {@link #peak} begin anew. */
    static void resetPeak(long pid) throws IOException {
        Files.writeString(file(Long.toString(pid), "clear_refs"), "5");
    }

    /** The largest resident set of a process so far, in bytes; 0 when it has ended. */
    static long peak(long pid) {
        return memory(pid, "VmHWM:");
    }

    /** The resident set of a process now, in bytes; 0 when it has ended. */
    static long resident(long pid) {
        return memory(pid, "VmRSS:");
    }

    /** What a running process has read so far, in bytes, of files, pipes and whatever else it has read like a file. */
    static long read(long pid) throws IOException {
        return Files.readAllLines(file(Long.toString(pid), "io")).stream()
                .filter(line -> line.startsWith("rchar:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new IOException("/proc does not tell what a process has read"));
    }

    private static long memory(long pid, String name) {
        try {
            return Files.readAllLines(file(Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException ended) {
            return 0;
        }
    }

    private static double times(String process, int first) throws IOException {
        String stat = Files.readString(file(process, "stat"));
        // The second field is the program's name in parentheses, which may hold anything.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[first - 2]) + Long.parseLong(fields[first - 1])) / TICKS_A_SECOND;
    }

    private static Path file(String process, String name) {
        return Path.of("/proc", process, name);
    }
}
