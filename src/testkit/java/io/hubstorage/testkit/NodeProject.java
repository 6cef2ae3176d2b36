package io.hubstorage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A small npm project of {@code src/test/js}, installed below {@code target/js}, whose programs a test runs with Node. */
public final class NodeProject {
    private static final long INSTALL_SECONDS = 180;
    private static final long RUN_SECONDS = 90;

    private final Path folder;

    private NodeProject(Path folder) {
        this.folder = folder;
    }

    /** What a program printed, and how it ended. */
    public record Outcome(int exitCode, List<String> lines) {}

    /**
     * Copies the project and installs what its {@code package.json} names. Skips the test, with the reason, where there is no
     * Node, or npm cannot get the packages.
     */
    public static NodeProject install(String name) throws IOException, InterruptedException {
        Path folder = Path.of("target/js").resolve(name);
        Files.createDirectories(folder);
        try (Stream<Path> sources = Files.list(Path.of("src/test/js").resolve(name))) {
            for (Path source : sources.toList()) {
                Files.copy(source, folder.resolve(source.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        assumeTrue(isThere("node") && isThere("npm"), "node and npm are not installed: " + name + " cannot be tried");
        NodeProject project = new NodeProject(folder);
        Outcome installed = project.execute(
                INSTALL_SECONDS,
                List.of("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock"));
        assumeTrue(installed.exitCode == 0, "npm cannot install " + name + ": " + installed.lines);
        return project;
    }

    /** A file that is there now. */
    public Path file(String name) {
        return folder.resolve(name);
    }

    /** Runs a program with Node; its errors are shown. */
    public Outcome node(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node"));
        command.addAll(List.of(arguments));
        return execute(RUN_SECONDS, command);
    }

    private Outcome execute(long seconds, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor(seconds, TimeUnit.SECONDS))
                .as(command.toString())
                .isTrue();
        return new Outcome(process.exitValue(), lines);
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(program, "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
