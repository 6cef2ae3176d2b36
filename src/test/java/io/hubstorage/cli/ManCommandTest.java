package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The manual pages, read as they are written and by the program that lays them out. */
final class ManCommandTest {
    @TempDir
    Path home;

    private Commands commands;

    @BeforeEach
    void open() {
        commands = new Commands(home);
    }

    private Path pages() {
        Path folder = home.resolve("share/man1");
        assertThat(commands.run("man", "--to", folder.toString())).isZero();
        assertThat(commands.out()).isEmpty();
        return folder;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void everyCommandHasAPageThatSaysWhatItsHelpSays() throws IOException {
        List<String> names = names(pages());

        assertThat(commands.run("--help")).isZero();
        List<String> listed = commands.out()
                .lines()
                .dropWhile(line -> !line.startsWith("Commands:"))
                .skip(1)
                .takeWhile(line -> !line.isBlank())
                .filter(line -> line.matches("  [a-z].*"))
                .map(line -> "hubstorage-" + line.strip().split(" ", 2)[0] + ".1")
                .toList();
        assertThat(listed).hasSizeGreaterThan(15);
        assertThat(names)
                .containsAll(listed)
                .contains("hubstorage.1", "hubstorage-config-create.1", "hubstorage-notify-log.1");
        String restore = Files.readString(home.resolve("share/man1/hubstorage-restore.1"));
        assertThat(restore)
                .contains(
                        ".TH \"HUBSTORAGE\\-RESTORE\" 1",
                        "hubstorage\\-restore \\- bring back what a snapshot holds",
                        "\\fB\\-y, \\-\\-yes\\fR\nStart without asking",
                        "[\\-\\-to=<s3://bucket/prefix>]",
                        "stopped by Ctrl\\-C or a signal; \\-\\-resume goes on from there",
                        "\nhubstorage restore \\-\\-bucket photos",
                        "\\fBhubstorage\\fR(1)")
                .doesNotContain("java", "@|", "${");
    }

    @Test
    void thePagesAreLaidOutWithoutAWarning() throws IOException {
        boolean there = Shell.run(home, Map.of(), Duration.ofSeconds(10), List.of("bash", "-c", "command -v groff"))
                        .code()
                == 0;
        Assumptions.assumeTrue(there, "groff is not installed");
        Path folder = pages();

        for (String name : names(folder)) {
            Shell.Result laidOut = Shell.run(
                    folder,
                    Map.of(),
                    Duration.ofSeconds(30),
                    List.of("groff", "-man", "-ww", "-z", "-rLL=100n", "-Tutf8", name));
            assertThat(laidOut.succeeded().err()).as(name).isEmpty();
        }
    }

    @Test
    void aPageIsPrintedForACommandOfACommandToo() {
        assertThat(commands.run("man", "config", "validate")).isZero();

        assertThat(commands.out())
                .startsWith(".TH \"HUBSTORAGE\\-CONFIG\\-VALIDATE\" 1")
                .contains("hubstorage config validate");
    }

    @ParameterizedTest
    @CsvSource({"man bakup,there is no command 'bakup'", "man config delete,there is no command 'config delete'"})
    void aCommandThatThereIsNotIsNamed(String arguments, String explanation) {
        assertThat(commands.run(arguments.split(" "))).isEqualTo(ExitCode.USAGE.code());

        assertThat(commands.err()).contains(explanation);
    }

    @Test
    void aFolderTakesAllPagesAndNotOne() {
        assertThat(commands.run("man", "backup", "--to", home.resolve("share").toString()))
                .isEqualTo(ExitCode.USAGE.code());

        assertThat(commands.err()).contains("--to writes the pages of all commands");
        assertThat(home.resolve("share")).doesNotExist();
    }
}
