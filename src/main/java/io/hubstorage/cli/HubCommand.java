package io.hubstorage.cli;

import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** The whole command line. Without a command it serves, or does what the old tool's options ask for. */
@Command(
        name = "java -jar hubstorage.jar",
        description = {
            "Copies S3 buckets to local disk on a schedule, and proves that it did.",
            "",
            "Without a command: serve, the web dashboard with everything behind it."
        },
        customSynopsis = {
            "java -jar hubstorage.jar [--config=<path>] [--host=<host>] [--port=<port>]",
            "java -jar hubstorage.jar <command> [<options>]"
        },
        footer = {
            "  java -jar hubstorage.jar",
            "  java -jar hubstorage.jar backup --dry-run",
            "  java -jar hubstorage.jar backup --help",
            "",
            "Credentials and places come from the environment and .env (AWS_*, HUBSTORAGE_*),",
            "what to back up and when from config.json."
        })
public final class HubCommand extends CliCommand {
    @Mixin
    private final ServeCommand.Options serve = new ServeCommand.Options();

    @ArgGroup(
            exclusive = false,
            order = 100,
            heading = "%nThe old tool's spellings, which work without a command as 'backup' does with them:%n")
    private @Nullable LegacyOptions legacy;

    /** The options of a run, and one more. */
    static final class LegacyOptions extends RunOptions {
        @Option(names = "--create-config", description = "As 'config create'")
        private boolean createConfig;
    }

    private HubCommand(Program program) {
        super(program);
    }

    /** Runs what the arguments ask for, and returns the exit code of the process. */
    public static int execute(Program program, PrintWriter out, PrintWriter err, String... args) {
        return commandLine(program).setOut(out).setErr(err).execute(args);
    }

    private static CommandLine commandLine(Program program) {
        CommandLine config = command(new ConfigCommand(program))
                .addSubcommand(command(new ConfigCommand.Create(program)))
                .addSubcommand(command(new ConfigCommand.Validate(program)));
        CommandLine root = command(
                        new HubCommand(program), ExitCode.PARTIAL, ExitCode.DAMAGED, ExitCode.BUSY, ExitCode.CANCELLED)
                .addSubcommand(command(new ServeCommand(program)))
                .addSubcommand(command(new WorkerCommand(program)))
                .addSubcommand(command(new BackupCommand(program), ExitCode.PARTIAL, ExitCode.BUSY, ExitCode.CANCELLED))
                .addSubcommand(
                        command(new RestoreCommand(program), ExitCode.PARTIAL, ExitCode.BUSY, ExitCode.CANCELLED))
                .addSubcommand(command(new DrillCommand(program), ExitCode.PARTIAL, ExitCode.BUSY, ExitCode.CANCELLED))
                .addSubcommand(command(new RetainCommand(program), ExitCode.PARTIAL, ExitCode.BUSY, ExitCode.CANCELLED))
                .addSubcommand(command(new RepairCommand(program), ExitCode.PARTIAL, ExitCode.BUSY, ExitCode.CANCELLED))
                .addSubcommand(
                        command(new ReplicateCommand(program), ExitCode.PARTIAL, ExitCode.BUSY, ExitCode.CANCELLED))
                .addSubcommand(command(new VerifyCommand(program), ExitCode.DAMAGED, ExitCode.CANCELLED))
                .addSubcommand(command(new SnapshotsCommand(program)))
                .addSubcommand(command(new AlarmsCommand(program)))
                .addSubcommand(
                        command(new NotifyCommand(program)).addSubcommand(command(new NotifyLogCommand(program))))
                .addSubcommand(command(new HooksCommand(program)))
                .addSubcommand(command(new MigrateCommand(program)))
                .addSubcommand(command(new HealthCommand(program)))
                .addSubcommand(command(new PasswordCommand(program)))
                .addSubcommand(command(new TokenCommand(program)))
                .addSubcommand(command(new AuditCommand(program)))
                .addSubcommand(command(new IamPolicyCommand(program)))
                .addSubcommand(command(new CompletionCommand(program)))
                .addSubcommand(command(new ManCommand(program)))
                .addSubcommand(config);
        root.getCommandSpec().version("HubStorage " + program.version());
        CliErrorHandler errors = new CliErrorHandler();
        return root.setExecutionStrategy(HubCommand::execute)
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(errors)
                // A bucket may be called config, a folder backup.
                .setAllowSubcommandsAsOptionParameters(true)
                .setUsageHelpAutoWidth(true);
    }

    /** @param further what it may end with, besides what every command may, unless it has words of its own for that */
    private static CommandLine command(CliCommand command, ExitCode... further) {
        CommandLine line = new CommandLine(command);
        UsageMessageSpec usage = line.getCommandSpec()
                .mixinStandardHelpOptions(true)
                .usageMessage()
                .synopsisHeading("")
                .descriptionHeading("%n")
                .parameterListHeading("%nArguments:%n")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n")
                .exitCodeListHeading("%nExit codes:%n");
        if (usage.exitCodeList().isEmpty()) {
            usage.exitCodeList(ExitCode.list(further));
        }
        if (usage.footer().length > 0) {
            usage.footerHeading("%nExamples:%n");
        }
        return line;
    }

    /** Options before the command would be read by nobody. */
    private static int execute(ParseResult parsed) {
        boolean help = parsed.isUsageHelpRequested() || parsed.isVersionHelpRequested();
        if (parsed.hasSubcommand() && !parsed.matchedOptions().isEmpty() && !help) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "%s stands before the command; write it after '%s'"
                            .formatted(
                                    parsed.matchedOptions().getFirst().longestName(),
                                    parsed.subcommand().commandSpec().name()));
        }
        return new RunLast().execute(parsed);
    }

    @Override
    ExitCode run() throws IOException, InterruptedException {
        LegacyOptions asked = legacy;
        if (asked == null) {
            return new ServeCommand(this, serve).run();
        }
        if (serve.port != null || serve.host != null) {
            throw usage("--port and --host are for the service, which this does not start");
        }
        return asked.createConfig
                ? new ConfigCommand.Create(this, serve).run()
                : new BackupCommand(this, asked, serve).run();
    }
}
