package io.hubstorage.cli;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.config.ConfigReading;
import io.hubstorage.config.HubConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with {@code config.json} without the service. */
@Command(name = "config", description = "Make a first config.json, or check the one there is.")
final class ConfigCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                HubCommand.spec(spec).commandLine(), "What about it? Say 'config create' or 'config validate'.");
    }

    /** Writes the default. */
    @Command(
            name = "create",
            description = {
                "Write the default config.json, with what BACKUP_* variables say put in.",
                "",
                "Not needed for a first start: that writes the same file by itself."
            })
    static final class Create implements Callable<Integer> {
        private final Program program;

        @Option(
                names = "--config",
                paramLabel = "<path>",
                description = "The file, or the folder it goes to (else HUBSTORAGE_CONFIG_PATH, else ./config)")
        private @Nullable Path config;

        @Option(names = "--force", description = "Replace the file that is there")
        private boolean force;

        @Spec
        private @Nullable CommandSpec spec;

        Create(Program program) {
            this.program = program;
        }

        @Override
        public Integer call() throws IOException {
            CommandLine line = HubCommand.spec(spec).commandLine();
            return create(program, config, force, line.getOut(), line.getErr()).code();
        }
    }

    /** Also for the old spelling. */
    static ExitCode create(Program program, @Nullable Path config, boolean force, PrintWriter out, PrintWriter err)
            throws IOException {
        try {
            Path file = ConfigReading.create(
                    new Overrides().set("HUBSTORAGE_CONFIG_PATH", config).over(program.environment()), force);
            out.printf("Wrote %s. Name your buckets in it, under s3_buckets.%n", file);
            out.flush();
            return ExitCode.OK;
        } catch (FileAlreadyExistsException e) {
            err.printf("%s exists already; 'config create --force' replaces it.%n", e.getFile());
            return ExitCode.USAGE;
        }
    }

    /** Reads environment and file, and says what is wrong with either. */
    @Command(
            name = "validate",
            description = "Check environment, .env and config.json, and name everything that is wrong.")
    static final class Validate implements Callable<Integer> {
        private final Program program;

        @Option(
                names = "--config",
                paramLabel = "<path>",
                description = "config.json, or the folder it is in (else HUBSTORAGE_CONFIG_PATH, else ./config)")
        private @Nullable Path config;

        @Spec
        private @Nullable CommandSpec spec;

        Validate(Program program) {
            this.program = program;
        }

        @Override
        public Integer call() {
            ConfigReading reading = ConfigReading.of(
                    new Overrides().set("HUBSTORAGE_CONFIG_PATH", config).over(program.environment()));
            BrokenFile broken = reading.broken();
            if (broken != null) {
                return refuse(broken, HubCommand.spec(spec).commandLine().getErr());
            }
            PrintWriter out = HubCommand.spec(spec).commandLine().getOut();
            out.printf(
                    reading.exists() ? "%s is valid.%n" : "%s does not exist; the first start writes it.%n",
                    reading.file());
            out.printf("  Buckets: %s%n", buckets(reading.config()));
            out.printf("  Data:    %s%n", reading.dataPath());
            reading.warnings().forEach(warning -> out.printf("Warning: %s%n", Amounts.printable(warning)));
            out.flush();
            return ExitCode.OK.code();
        }

        private static int refuse(BrokenFile broken, PrintWriter err) {
            err.printf(
                    "%s %s%s%n",
                    broken.file(), broken.reason(), broken.problems().isEmpty() ? "." : ":");
            broken.problems().forEach(problem -> err.printf("  %s%n", Amounts.printable(problem.toString())));
            err.printf("Until it is mended, HubStorage goes on with the last good one. %s%n", broken.instead());
            err.flush();
            return ExitCode.USAGE.code();
        }

        private static String buckets(HubConfig config) {
            String named =
                    config.buckets().stream().map(HubConfig.BucketSpec::name).collect(Collectors.joining(", "));
            if (config.dynamicBuckets()) {
                return named.isEmpty() ? "all that the credentials see" : named + ", and all that the credentials see";
            }
            return named.isEmpty() ? "none yet" : named;
        }
    }
}
