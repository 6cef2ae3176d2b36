package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs the tests of the page's scripts ({@code src/test/js/ui}) with Node's own runner. */
final class ScriptsTest {
    private static final Path TESTS = Path.of("src/test/js/ui");
    private static final int OLDEST_NODE = 20;

    @Test
    void theScriptsPassTheirOwnTests() throws Exception {
        assumeTrue(
                nodeVersion() >= OLDEST_NODE,
                "Node " + OLDEST_NODE + " or newer is not installed: the scripts' tests did not run");
        List<String> command = new ArrayList<>(List.of("node", "--test"));
        try (Stream<Path> files = Files.list(TESTS)) {
            files.filter(file -> file.toString().endsWith(".test.mjs"))
                    .sorted()
                    .forEach(file -> command.add(file.toString()));
        }
        assertThat(command).hasSizeGreaterThan(2);
        Run run = run(command);
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).doesNotContainPattern("(?m)^# tests 0$");
    }

    /** The major version of {@code node}; 0 when there is none. */
    private static int nodeVersion() throws InterruptedException {
        try {
            String version = run(List.of("node", "--version")).output().strip();
            return Integer.parseInt(version.substring(1, version.indexOf('.')));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return 0;
        }
    }

    private static Run run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private record Run(int exitCode, String output) {}
}
