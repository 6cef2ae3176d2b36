package io.hubstorage.cli;

import io.hubstorage.config.Environment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    /** The same with what further options say. */
    final Environment environment(Program program, Map<String, String> further) {
        Map<String, String> variables = new HashMap<>(further);
        addTo(variables);
        return Environment.load(program.environment()).overridden(variables);
    }

    /** If the option was given. */
    static void add(Map<String, String> variables, String name, @Nullable Object value) {
        if (value != null) {
            variables.put(name, value.toString());
        }
    }
}
