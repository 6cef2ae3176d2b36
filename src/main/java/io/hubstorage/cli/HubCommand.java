package io.hubstorage.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.Spec;

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
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar hubstorage.jar",
            "  java -jar hubstorage.jar backup --dry-run",
            "  java -jar hubstorage.jar backup --help",
            "",
            "Credentials and places come from the environment and .env (AWS_*, HUBSTORAGE_*),",
            "what to back up and when from config.json."
        })
public final class HubCommand implements Callable<Integer> {
    private final Program program;

    @Mixin
    private ServeOptions serve = new ServeOptions();

    @ArgGroup(
            exclusive = false,
            order = 100,
            heading = "%nThe old tool's spellings, which work without a command as 'backup' does with them:%n")
    private @Nullable OldSpellings old;

    @Spec
    private @Nullable CommandSpec spec;

    /** The options of a run, and one more. */
    static final class OldSpellings extends RunOptions {
        @Option(names = "--create-config", description = "As 'config create'")
        private boolean createConfig;
    }

    private HubCommand(Program program) {
        this.program = program;
    }

    /** Runs what the arguments ask for, and returns the exit code of the process. */
    public static int execute(Program program, PrintWriter out, PrintWriter err, String... args) {
        return commandLine(program).setOut(out).setErr(err).execute(args);
    }

    private static CommandLine commandLine(Program program) {
        CommandLine config = command(new ConfigCommand(), ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE)
                .addSubcommand(command(new ConfigCommand.Create(program), ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE))
                .addSubcommand(
                        command(new ConfigCommand.Validate(program), ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE));
        CommandLine root = command(new HubCommand(program), ExitCode.values())
                .addSubcommand(command(new ServeCommand(program), ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE))
                .addSubcommand(command(
                        new BackupCommand(program),
                        ExitCode.OK,
                        ExitCode.FAILED,
                        ExitCode.USAGE,
                        ExitCode.PARTIAL,
                        ExitCode.BUSY,
                        ExitCode.CANCELLED))
                .addSubcommand(command(
                        new VerifyCommand(program),
                        ExitCode.OK,
                        ExitCode.FAILED,
                        ExitCode.USAGE,
                        ExitCode.DAMAGED,
                        ExitCode.CANCELLED))
                .addSubcommand(command(new SnapshotsCommand(program), ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE))
                .addSubcommand(command(new AlarmsCommand(program), ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE))
                .addSubcommand(command(new MigrateCommand(program), ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE))
                .addSubcommand(command(new HealthCommand(program), ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE))
                .addSubcommand(command(new PasswordCommand(program), ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE))
                .addSubcommand(config);
        root.getCommandSpec().version("HubStorage " + program.version());
        Complaints complaints = new Complaints();
        return root.setExecutionStrategy(HubCommand::execute)
                .setParameterExceptionHandler(complaints)
                .setExecutionExceptionHandler(complaints)
                // A bucket may be called config, a folder backup.
                .setAllowSubcommandsAsOptionParameters(true)
                .setUsageHelpAutoWidth(true);
    }

    private static CommandLine command(Object command, ExitCode... codes) {
        CommandLine line = new CommandLine(command);
        line.getCommandSpec()
                .mixinStandardHelpOptions(true)
                .usageMessage()
                .synopsisHeading("")
                .descriptionHeading("%n")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n")
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.list(codes));
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
    public Integer call() throws IOException, InterruptedException {
        CommandLine line = spec(spec).commandLine();
        OldSpellings asked = old;
        if (asked == null) {
            return ServeCommand.serve(program, serve, line.getOut()).code();
        }
        if (serve.port != null || serve.host != null) {
            throw new ParameterException(line, "--port and --host are for the service, which this does not start");
        }
        return (asked.createConfig
                        ? ConfigCommand.create(program, serve.config, false, line.getOut(), line.getErr())
                        : new BackupJob(program, asked, false, line.getOut(), line.getErr()).run(serve.config))
                .code();
    }

    /** What picocli has put there. */
    static CommandSpec spec(@Nullable CommandSpec injected) {
        if (injected == null) {
            throw new IllegalStateException("not called by the command line");
        }
        return injected;
    }
}
