package io.hubstorage.cli;

import io.hubstorage.config.Environment;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Variables that the command line says otherwise than the environment. */
final class Overrides {
    private final Map<String, String> values = new TreeMap<>();

    /** If the option was given. */
    Overrides set(String variable, @Nullable Object value) {
        if (value != null) {
            values.put(variable, value.toString());
        }
        return this;
    }

    /** These count as not set, whatever the environment and {@code .env} say. */
    Overrides unset(String... variables) {
        for (String variable : variables) {
            values.put(variable, "");
        }
        return this;
    }

    /** The process environment and {@code .env}, with these over both. Blocks. */
    Environment over(Map<String, String> process) {
        return Environment.load(process).overridden(values);
    }
}
