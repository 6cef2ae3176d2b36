package io.hubstorage.bench;

import io.hubstorage.config.Settings;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.SyntheticS3Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The synthetic S3 in a process of its own, which ends when this one does. Not thread-safe. */
final class Server implements AutoCloseable {
    /** The bucket that every tool copies. */
    static final String BUCKET = "bench-1";

    /** The bucket that a restore writes to. */
    static final String WRITABLE = "restored";

    private static final Pattern ADDRESS = Pattern.compile("at (http://\\S+)");
    private static final Pattern COUNTS =
            Pattern.compile("lists=(\\d+) gets=(\\d+) heads=(\\d+) writes=(\\d+) bytes=(\\d+)");
    private static final Pattern COMPARED = Pattern.compile("missing=(\\d+) wrong=(\\d+) stray=(\\d+)");

    private final Process process;
    private final BufferedReader output;
    private final Writer input;
    private final URI endpoint;

    /** What was asked for. */
    record Requests(long lists, long gets, long heads, long writes, long bytes) {
        /** How many bodies were fetched; a service that tries now and then whether it may read asks for a single byte. */
        long bodies() {
            return bytes > gets ? gets : 0;
        }

        @Override
        public String toString() {
            return "%,d LIST, %,d GET, %,d HEAD".formatted(lists, gets, heads)
                    + (writes == 0 ? "" : ", %,d that write".formatted(writes));
        }
    }

    private Server(Process process) throws IOException {
        this.process = process;
        output = process.inputReader(StandardCharsets.UTF_8);
        input = process.outputWriter(StandardCharsets.UTF_8);
        endpoint = URI.create(line(ADDRESS).group(1));
    }

    /**
     * Starts one and waits until it listens.
     *
     * @param folder for its temporary files
     */
    static Server start(List<String> arguments, Path folder) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Tool.JAVA,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx512m",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                SyntheticS3Main.class.getName(),
                "--attended",
                "--port=0",
                "--threads=2"));
        command.addAll(arguments);
        return new Server(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** How HubStorage gets at it. */
    Settings.Aws settings() {
        return SyntheticS3.settings(endpoint);
    }

    URI endpoint() {
        return endpoint;
    }

    /** What was asked since the last time; whoever comes next meets the same faults again. */
    Requests requests() throws IOException {
        MatchResult counts = ask("", COUNTS);
        return new Requests(
                Long.parseLong(counts.group(1)),
                Long.parseLong(counts.group(2)),
                Long.parseLong(counts.group(3)),
                Long.parseLong(counts.group(4)),
                Long.parseLong(counts.group(5)));
    }

    /** How what was written differs from the bucket, to the byte; nothing of it is left then. */
    CopyCheck written() throws IOException {
        MatchResult compared = ask("written", COMPARED);
        return new CopyCheck(
                Long.parseLong(compared.group(1)),
                Long.parseLong(compared.group(2)),
                Long.parseLong(compared.group(3)));
    }

    private MatchResult ask(String question, Pattern answer) throws IOException {
        input.write(question + '\n');
        input.flush();
        return line(answer);
    }

    private MatchResult line(Pattern pattern) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            var matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher.toMatchResult();
            }
        }
        throw new IOException("the synthetic S3 server ended");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
