package io.hubstorage.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.hubstorage.bus.BusJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command has: the program around it, its output, and a way to refuse how it was used. */
abstract class CliCommand implements Callable<Integer> {
    final Program program;

    @Spec
    private @Nullable CommandSpec spec;

    CliCommand(Program program) {
        this.program = program;
    }

    /** In the place of another, whose output it uses. */
    CliCommand(CliCommand other) {
        this.program = other.program;
        this.spec = other.spec;
    }

    /** Does it. Blocks. */
    abstract ExitCode run() throws IOException, InterruptedException;

    @Override
    public final Integer call() throws IOException, InterruptedException {
        try {
            return run().code();
        } finally {
            out().flush();
            err().flush();
        }
    }

    final PrintWriter out() {
        return line().getOut();
    }

    final PrintWriter err() {
        return line().getErr();
    }

    final void printJson(Object value) throws JsonProcessingException {
        out().println(BusJson.mapper()
                .writer()
                .with(SerializationFeature.INDENT_OUTPUT)
                .writeValueAsString(value));
        out().flush();
    }

    /** To be thrown where the options make no sense: ends with {@link ExitCode#USAGE}. */
    final ParameterException usage(String message) {
        return new ParameterException(line(), message);
    }

    /** The whole command line, of which this is a command. */
    final CommandLine root() {
        return line().getCommandSpec().root().commandLine();
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("not called by the command line");
        }
        return spec.commandLine();
    }
}
