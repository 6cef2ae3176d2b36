package io.hubstorage.cli;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says on stderr what is wrong, in lines for people, and chooses the exit code. */
final class CliErrorHandler implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(CliErrorHandler.class);

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        err.println(e.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(e, err)) {
            err.printf("Try '%s --help'.%n", line.getCommandSpec().qualifiedName());
        }
        err.flush();
        return ExitCode.USAGE.code();
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        ExitCode code = switch (e) {
            case ConfigException wrong -> {
                configuration(wrong, err);
                yield ExitCode.USAGE;
            }
            case Program.StartException reason -> {
                err.println(reason.getMessage());
                LOG.debug("The start failed", reason);
                yield ExitCode.FAILED;
            }
            case IOException io -> {
                err.println("It did not work: " + io);
                yield ExitCode.FAILED;
            }
            default -> {
                LOG.error("This should not have happened; please report it with these lines", e);
                err.println("Internal error: " + e);
                yield ExitCode.FAILED;
            }
        };
        err.flush();
        return code.code();
    }

    private static void configuration(ConfigException wrong, PrintWriter err) {
        int count = wrong.problems().size();
        err.printf(
                "The configuration%s cannot be used, for %s:%n",
                wrong.file() == null ? "" : " (%s)".formatted(Table.printable(wrong.file())),
                count == 1 ? "one reason" : "%d reasons".formatted(count));
        for (Problem problem : wrong.problems()) {
            err.printf("  %s%n", Table.printable(problem.toString()));
        }
    }
}
