package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What starts HubStorage where there is no Docker, read by the programs that will read it. */
final class ServiceFilesTest {
    private static final String UNIT = "deploy/systemd/hubstorage.service";
    private static final String QUADLET = "deploy/podman/hubstorage.container";
    private static final Path GENERATOR = Path.of("/usr/libexec/podman/quadlet");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {UNIT, QUADLET})
    void everyVariableThatIsSetIsOneThatTheProgramKnows(String file) throws IOException {
        List<String> names = Pattern.compile("(?m)^Environment=(.+)$")
                .matcher(Files.readString(Path.of(file)))
                .results()
                .flatMap((MatchResult line) ->
                        Pattern.compile("(\\w+)=").matcher(line.group(1)).results())
                .map(match -> match.group(1))
                .filter(name -> !name.startsWith("LC_"))
                .toList();
        String known = Files.readString(Path.of("src/main/java/io/hubstorage/config/Environment.java"));
        assertThat(names)
                .hasSizeGreaterThan(4)
                .allSatisfy(name -> assertThat(known).containsPattern("\\b" + name + "\\b"));
    }

    @Test
    void systemdFindsNothingWrongWithTheUnitAndNothingItMayDoNeedlessly() throws Exception {
        Assumptions.assumeTrue(run("systemd-analyze", "--version").code == 0, "systemd-analyze is not installed");
        // Whatever Java this machine has, and where.
        Path unit = folder.resolve("hubstorage.service");
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        Files.writeString(unit, Files.readString(Path.of(UNIT)).replace("/usr/bin/java", java));

        Said verified = run("systemd-analyze", "verify", "--man=no", unit.toString());
        // It also says what it thinks of other units of this machine.
        assertThat(verified.lines.lines().filter(line -> line.contains("hubstorage")))
                .isEmpty();
        Said judged =
                run("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit.toString());
        assertThat(judged.code).as(judged.lines).isZero();
    }

    @Test
    void podmanMakesAServiceOfTheQuadlet() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(GENERATOR), "podman is not installed");
        Files.copy(Path.of(QUADLET), folder.resolve("hubstorage.container"));
        Said made = run("env", "QUADLET_UNIT_DIRS=" + folder, GENERATOR.toString(), "-dryrun", "-user");
        assertThat(made.code).as(made.lines).isZero();
        assertThat(made.lines)
                .doesNotContain("unsupported key", "error")
                .contains("ExecStart=", " --read-only ", " --cap-drop all ", "--health-cmd healthcheck");
    }

    private record Said(int code, String lines) {}

    private static Said run(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new Said(-1, "cannot be run: " + e.getMessage());
        }
        String lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Said(process.exitValue(), lines);
    }
}
