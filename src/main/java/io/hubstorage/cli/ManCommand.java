package io.hubstorage.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The manual pages, made of the same texts as each command's {@code --help}. */
@Command(
        name = "man",
        description = {
            "Print the manual page of a command, or write all of them into a folder.",
            "",
            "The Debian package and the image have them in their place already."
        },
        footer = {
            "  java -jar hubstorage.jar man restore | man -l -",
            "  java -jar hubstorage.jar man --to ~/.local/share/man/man1"
        })
final class ManCommand extends CliCommand {
    @Parameters(
            paramLabel = "<command>",
            arity = "0..*",
            description = "Which command's, such as 'config create'; else the page of the program")
    private List<String> words = List.of();

    @Option(
            names = "--to",
            paramLabel = "<folder>",
            description = "Write the pages of all commands into this folder, which is made if need be")
    private @Nullable Path folder;

    ManCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        if (folder == null) {
            out().print(ManPage.of(asked()));
            return ExitCode.OK;
        }
        if (!words.isEmpty()) {
            throw usage("--to writes the pages of all commands; leave '%s' away".formatted(String.join(" ", words)));
        }
        Files.createDirectories(folder);
        for (CommandLine line : below(root())) {
            Files.writeString(folder.resolve(ManPage.name(line) + ".1"), ManPage.of(line));
        }
        return ExitCode.OK;
    }

    private CommandLine asked() {
        CommandLine line = root();
        for (String word : words) {
            CommandLine next = line.getSubcommands().get(word);
            if (next == null) {
                throw usage("there is no command '%s'".formatted(String.join(" ", words)));
            }
            line = next;
        }
        return line;
    }

    /** The command and those below it, but for hidden ones. */
    private static SequencedSet<CommandLine> below(CommandLine line) {
        SequencedSet<CommandLine> all = new LinkedHashSet<>();
        if (!line.getCommandSpec().usageMessage().hidden()) {
            all.add(line);
            line.getSubcommands().values().forEach(sub -> all.addAll(below(sub)));
        }
        return all;
    }
}
