package io.hubstorage.cli;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.config.ConfigReading;
import io.hubstorage.config.Environment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Options that count in the place of variables of the environment: where the configuration is. */
class ConfigOptions {
    @Option(
            names = "--config",
            paramLabel = "<path>",
            description = "config.json, or the folder it is in (else HUBSTORAGE_CONFIG_PATH, else ./config)")
    @Nullable
    Path config;

    /** Adds what these options say otherwise than the environment; an empty value stands for a variable that is not set. */
    void addTo(Map<String, String> variables) {
        add(variables, "HUBSTORAGE_CONFIG_PATH", config);
    }

    /** The process environment and {@code .env}, with these options over both. Blocks. */
    final Environment environment(Program program) {
        return environment(program, Map.of());
    }

    final Environment environment(Program program, Map<String, String> further) {
        Map<String, String> variables = new HashMap<>(further);
        addTo(variables);
        return Environment.load(program.environment()).overridden(variables);
    }

    static void add(Map<String, String> variables, String name, @Nullable Object value) {
        if (value != null) {
            variables.put(name, value.toString());
        }
    }

    /** Which data folder a command reads. */
    static final class Data extends ConfigOptions {
        private static final Logger LOG = LoggerFactory.getLogger(Data.class);

        @Option(
                names = {"--local-path", "--data"},
                paramLabel = "<folder>",
                description = "The data folder (else HUBSTORAGE_DATA_PATH, else as configured, else ./data)")
        @Nullable
        Path localPath;

        @Override
        void addTo(Map<String, String> variables) {
            super.addTo(variables);
            add(variables, "HUBSTORAGE_DATA_PATH", localPath);
        }

        /** The data folder that these options, the environment and the configuration name together. Blocks, writes nothing. */
        Path data(Program program) {
            ConfigReading reading = ConfigReading.of(environment(program));
            BrokenFile broken = reading.broken();
            if (broken != null) {
                LOG.warn("{} {}", broken.sentence(), broken.instead());
            }
            return reading.dataPath();
        }

        Path configFolder(Program program) {
            return environment(program).settings().configFolder();
        }
    }
}
