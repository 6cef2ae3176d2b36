package io.hubstorage.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Names of commands and options by the tab key, for a shell in which the program is called {@code hubstorage}. */
@Command(
        name = "completion",
        description = {
            "Print a script that completes commands and options in bash and zsh.",
            "",
            "It is for a command called hubstorage: as in the image and the package, or by",
            "alias hubstorage='java -jar /path/to/hubstorage.jar'."
        },
        footer = {
            "  source <(java -jar hubstorage.jar completion)",
            "  hubstorage completion > /etc/bash_completion.d/hubstorage"
        })
final class CompletionCommand extends CliCommand {
    CompletionCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() {
        out().print(AutoComplete.bash("hubstorage", root()));
        return ExitCode.OK;
    }
}
