package io.hubstorage.scripts;

import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A copy of what the scripts need, so that they write their {@code .env} there and not into this checkout. */
public final class ScriptFolder {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> STRANGERS = List.of("AWS_", "HUBSTORAGE_", "BACKUP_", "COMPOSE_");
    private static final String FAKE_DOCKER = """
        #!/usr/bin/env bash
        # Notes what it is asked for, and answers like a Docker that does everything at once.
        printf '%s\\n' "$*" >>"$FAKE_DOCKER_LOG"
        case "$*" in
          'compose up '*) echo "PUID=${PUID:-} IMAGE=${IMAGE:-} HUBSTORAGE_PGID=${HUBSTORAGE_PGID:-}" >>"$(dirname "$FAKE_DOCKER_LOG")/seen.txt" ;;
        esac
        case "$*" in
          info) exit "${FAKE_DOCKER_INFO:-0}" ;;
          'compose version --short') echo "${FAKE_COMPOSE_VERSION:-2.32.1}" ;;
          'image inspect '*) exit "${FAKE_DOCKER_IMAGE:-0}" ;;
          *' up '*) exit "${FAKE_DOCKER_UP:-0}" ;;
          *' logs '*) printf '%b\\n' "${FAKE_DOCKER_LOGS:-a line of the log}" ;;
        esac
        """;

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();

    private ScriptFolder(Path folder) {
        this.folder = folder;
        System.getenv().keySet().stream()
                .filter(name -> STRANGERS.stream().anyMatch(name::startsWith))
                .forEach(name -> environment.put(name, ""));
    }

    /** Copies scripts, compose files and examples into an empty folder. */
    public static ScriptFolder in(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("scripts/lib"));
        try (Stream<Path> scripts = Files.walk(Path.of("scripts"))) {
            for (Path script : scripts.filter(Files::isRegularFile).toList()) {
                Files.copy(script, folder.resolve(script));
            }
        }
        for (String name : List.of(
                ".env.example",
                "docker-compose.yml",
                "docker-compose.pull.yml",
                "docker-compose.demo.yml",
                "pom.xml",
                "README.md")) {
            Files.copy(Path.of(name), folder.resolve(name));
        }
        return new ScriptFolder(folder);
    }

    /** Puts a program called {@code docker} before every other one; what it is asked for is in {@link #asked}. */
    ScriptFolder withFakeDocker() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path docker = Files.writeString(bin.resolve("docker"), FAKE_DOCKER);
        Files.setPosixFilePermissions(docker, PosixFilePermissions.fromString("rwxr-xr-x"));
        set("PATH", bin + ":" + System.getenv("PATH"));
        set("FAKE_DOCKER_LOG", folder.resolve("asked.txt").toString());
        Files.createFile(folder.resolve("asked.txt"));
        return this;
    }

    /** Sets a variable for every script from now on; an empty value takes it away. */
    public ScriptFolder set(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Runs a script. */
    public Shell.Result run(String script, String... arguments) {
        return run(PATIENCE, script, arguments);
    }

    /** Runs a script that may take its time. */
    public Shell.Result run(Duration atMost, String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", "scripts/" + script));
        command.addAll(Arrays.asList(arguments));
        return Shell.run(folder, environment, atMost, command);
    }

    /** Runs any program in the folder, with the variables of the scripts. */
    public Shell.Result command(Duration atMost, String... command) {
        return Shell.run(folder, environment, atMost, List.of(command));
    }

    /** What the fake Docker was asked for, a line each. */
    List<String> asked() throws IOException {
        return Files.readAllLines(folder.resolve("asked.txt"));
    }

    /** The file that the scripts are about. */
    public Path dotenv() {
        return folder.resolve(".env");
    }

    /** Adds a line to it. */
    public void append(String line) throws IOException {
        Files.writeString(dotenv(), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
