package io.hubstorage.cli;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.config.ConfigReading;
import io.hubstorage.config.HubConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What can be done with {@code config.json} without the service. */
@Command(name = "config", description = "Make a first config.json, or check the one there is.")
final class ConfigCommand extends CliCommand {
    ConfigCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() {
        throw usage("What about it? Say 'config create' or 'config validate'.");
    }

    @Command(
            name = "create",
            description = {
                "Write the default config.json, with what BACKUP_* variables say put in.",
                "",
                "Not needed for a first start: that writes the same file by itself."
            })
    static final class Create extends CliCommand {
        @Mixin
        private final ConfigOptions options;

        @Option(names = "--force", description = "Replace the file that is there")
        private boolean force;

        Create(Program program) {
            super(program);
            this.options = new ConfigOptions();
        }

        Create(CliCommand other, ConfigOptions options) {
            super(other);
            this.options = options;
        }

        @Override
        ExitCode run() throws IOException {
            try {
                Path file = ConfigReading.create(options.environment(program), force);
                out().printf("Wrote %s. Name your buckets in it, under s3_buckets.%n", file);
                return ExitCode.OK;
            } catch (FileAlreadyExistsException e) {
                err().printf("%s exists already; 'config create --force' replaces it.%n", e.getFile());
                return ExitCode.USAGE;
            }
        }
    }

    @Command(
            name = "validate",
            description = "Check environment, .env and config.json, and name everything that is wrong.")
    static final class Validate extends CliCommand {
        @Mixin
        private final ConfigOptions options = new ConfigOptions();

        Validate(Program program) {
            super(program);
        }

        @Override
        ExitCode run() {
            ConfigReading reading = ConfigReading.of(options.environment(program));
            BrokenFile broken = reading.broken();
            if (broken != null) {
                return refuse(broken);
            }
            PrintWriter out = out();
            out.printf(
                    reading.exists() ? "%s is valid.%n" : "%s does not exist; the first start writes it.%n",
                    reading.file());
            out.printf("  Buckets: %s%n", buckets(reading.config()));
            out.printf("  Data:    %s%n", reading.dataPath());
            reading.warnings().forEach(warning -> out.printf("Warning: %s%n", Table.printable(warning)));
            return ExitCode.OK;
        }

        private ExitCode refuse(BrokenFile broken) {
            PrintWriter err = err();
            err.printf(
                    "%s %s%s%n",
                    broken.file(), broken.reason(), broken.problems().isEmpty() ? "." : ":");
            broken.problems().forEach(problem -> err.printf("  %s%n", Table.printable(problem.toString())));
            err.printf("Until it is mended, HubStorage goes on with the last good one. %s%n", broken.instead());
            return ExitCode.USAGE;
        }

        private static String buckets(HubConfig config) {
            String named = String.join(", ", config.selection().names());
            if (config.selection().dynamic()) {
                return named.isEmpty() ? "all that the credentials see" : named + ", and all that the credentials see";
            }
            return named.isEmpty() ? "none yet" : named;
        }
    }
}
