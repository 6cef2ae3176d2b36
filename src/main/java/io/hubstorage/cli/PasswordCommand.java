package io.hubstorage.cli;

import io.hubstorage.config.Environment;
import io.hubstorage.web.auth.PasswordHash;
import io.hubstorage.web.auth.StoredPassword;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The password of the dashboard. */
@Command(
        name = "password",
        description = {
            "Make the hash of a password, for HUBSTORAGE_WEB_PASSWORD_HASH; or, with --reset, a new password.",
            "",
            "The password is asked for, or read as a line of stdin; it is never an argument."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar hubstorage.jar password",
            "  java -jar hubstorage.jar password < password.txt",
            "  java -jar hubstorage.jar password --reset"
        })
final class PasswordCommand implements Callable<Integer> {
    private static final int SHORTEST = 8;

    private final Program program;

    @Option(
            names = "--reset",
            description =
                    "Make a random password in the place of the one that was made at the first start, and print it")
    private boolean reset;

    @Option(
            names = "--config",
            paramLabel = "<path>",
            description = "config.json, or the folder it is in (else HUBSTORAGE_CONFIG_PATH, else ./config)")
    private @Nullable Path config;

    @Spec
    private @Nullable CommandSpec spec;

    PasswordCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        CommandLine line = HubCommand.spec(spec).commandLine();
        if (reset) {
            reset(line.getOut(), line.getErr());
        } else {
            line.getOut().println(PasswordHash.of(asked(line)));
        }
        line.getOut().flush();
        return ExitCode.OK.code();
    }

    private String asked(CommandLine line) {
        String password = program.secret("Password");
        if (password == null || password.length() < SHORTEST) {
            throw new ParameterException(line, "a password has at least %d characters".formatted(SHORTEST));
        }
        if (program.terminal().interactive() && !password.equals(program.secret("The same again"))) {
            throw new ParameterException(line, "the two are not the same");
        }
        return password;
    }

    private void reset(PrintWriter out, PrintWriter err) throws IOException {
        Environment environment =
                new Overrides().set("HUBSTORAGE_CONFIG_PATH", config).over(program.environment());
        StoredPassword stored = new StoredPassword(environment.settings().configFolder());
        String password = stored.renew();
        out.printf("The new password of the dashboard: %s%n", password);
        out.println("A running HubStorage takes it within some seconds, and logs everybody out.");
        for (String name : new String[] {"HUBSTORAGE_WEB_PASSWORD", "HUBSTORAGE_WEB_PASSWORD_HASH"}) {
            if (environment.get(name) != null) {
                err.printf("But %s is set, and counts in its place.%n", name);
            }
        }
    }
}
