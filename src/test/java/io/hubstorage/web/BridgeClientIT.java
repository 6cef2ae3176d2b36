package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.RunResult;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The standard npm client of the event-bus bridge, in Node, starts a backup and follows it. Needs node and npm. */
final class BridgeClientIT {
    private static final Path SOURCES = Path.of("src/test/js/bridge");
    private static final Path INSTALLED = Path.of("target/js/bridge");

    @Test
    void theStandardClientStartsABackupAndFollowsIt(@TempDir Path folder) throws Exception {
        assumeTrue(isThere("node"), "node is not installed: the bridge's standard client cannot be tried");
        assumeTrue(isThere("npm"), "npm is not installed: the bridge's standard client cannot be tried");
        install();
        try (WebServer server = WebServer.start(folder)) {
            server.vertx.eventBus().consumer(Addresses.BACKUP_STARTED, message -> {
                server.rooms.progress(1);
                server.rooms.progress(2);
                server.rooms.finish(RunResult.SUCCESS);
            });
            List<JsonObject> told = follow("http://127.0.0.1:%d/eventbus".formatted(server.port()));
            assertThat(told)
                    .extracting(line -> line.getString("what"))
                    .contains("started", "progress", "accepted", "finished", "error")
                    .doesNotContain("failed");
            assertThat(told)
                    .filteredOn(line -> line.getString("what").equals("finished"))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getString("result")).isEqualTo("success"));
            assertThat(told)
                    .filteredOn(line -> line.getString("what").equals("error"))
                    .as("internal addresses are refused")
                    .singleElement()
                    .satisfies(line -> assertThat(line.getString("body")).isEqualTo("access_denied"));
        }
    }

    /** Runs the client script against that bridge, and gives what it told, in order. */
    static List<JsonObject> follow(String address) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("node", "follow.js", address)
                .directory(INSTALLED.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<JsonObject> told = process.inputReader(StandardCharsets.UTF_8)
                .lines()
                .map(JsonObject::new)
                .toList();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(told.toString()).isZero();
        return told;
    }

    /** Copies the script below {@code target} and installs what it needs there. */
    static void install() throws IOException, InterruptedException {
        Files.createDirectories(INSTALLED);
        for (String name : List.of("package.json", "follow.js")) {
            Files.copy(SOURCES.resolve(name), INSTALLED.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        Process process = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
                .directory(INSTALLED.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
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
