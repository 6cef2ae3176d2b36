package io.hubstorage.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What figures depend on: the machine, without its name and its paths. */
final class Machine {
    private Machine() {}

    /** In one sentence. */
    static String describe(Path target) throws IOException {
        return "%d cores (%s), %d GiB of memory, Linux %s, Java %s; copies go to %s."
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        after("/proc/cpuinfo", "model name"),
                        Math.round(Long.parseLong(
                                        after("/proc/meminfo", "MemTotal").replaceAll("\\D", ""))
                                / 1048576.0),
                        System.getProperty("os.version").replaceFirst("[^0-9.].*", ""),
                        Runtime.version().feature(),
                        Files.getFileStore(target).type());
    }

    /** How many processes have wanted to run lately, on average over a minute. */
    static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    }

    private static String after(String file, String name) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(file));
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
