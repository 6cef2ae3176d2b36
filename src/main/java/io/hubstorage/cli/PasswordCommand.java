package io.hubstorage.cli;

import io.hubstorage.config.Environment;
import io.hubstorage.web.auth.AuditFile;
import io.hubstorage.web.auth.PasswordHash;
import io.hubstorage.web.auth.StoredPassword;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The password of the dashboard. */
@Command(
        name = "password",
        description = {
            "Make the hash of a password, for HUBSTORAGE_WEB_PASSWORD_HASH; or, with --reset, a new password.",
            "",
            "The password is asked for, or read as a line of stdin; it is never an argument."
        },
        footer = {
            "  java -jar hubstorage.jar password",
            "  java -jar hubstorage.jar password < password.txt",
            "  java -jar hubstorage.jar password --reset"
        })
final class PasswordCommand extends CliCommand {
    private static final int SHORTEST = 8;

    @Option(
            names = "--reset",
            description =
                    "Make a random password in the place of the one that was made at the first start, and print it")
    private boolean reset;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    PasswordCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        if (reset) {
            reset();
        } else {
            out().println(PasswordHash.of(asked()));
        }
        return ExitCode.OK;
    }

    private String asked() {
        String password = program.secret("Password");
        if (password == null || password.length() < SHORTEST) {
            throw usage("a password has at least %d characters".formatted(SHORTEST));
        }
        if (program.terminal().interactive() && !password.equals(program.secret("The same again"))) {
            throw usage("the two are not the same");
        }
        return password;
    }

    private void reset() throws IOException {
        Environment environment = config.environment(program);
        StoredPassword stored = new StoredPassword(environment.settings().configFolder());
        String password = stored.renew();
        out().printf("The new password of the dashboard: %s%n", password);
        try {
            new AuditFile(environment.settings().configFolder(), program.clock()).appendCommand("password.reset", null);
        } catch (IOException e) {
            err().printf("The audit log cannot be written: %s%n", e.getMessage());
        }
        out().println("A running HubStorage takes it within some seconds, and logs everybody out.");
        for (String name : new String[] {"HUBSTORAGE_WEB_PASSWORD", "HUBSTORAGE_WEB_PASSWORD_HASH"}) {
            if (environment.get(name) != null) {
                err().printf("But %s is set, and counts in its place.%n", name);
            }
        }
    }
}
