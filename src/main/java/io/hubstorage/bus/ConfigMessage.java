package io.hubstorage.bus;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests to the config room and their answers. None ever carries a secret. */
public sealed interface ConfigMessage {
    /**
     * The configuration in force.
     *
     * @param config {@code config.json} as it stands, unknown keys included
     * @param hash names this content; a save gives it back as {@code if_match}
     * @param locked values that the environment fixes, by name
     * @param warnings unknown keys, ignored options
     */
    record Current(JsonObject config, String hash, JsonObject locked, List<String> warnings) implements ConfigMessage {}

    /** Replaces the configuration if {@code ifMatch} (when given) still is its hash. */
    record Update(JsonObject config, @Nullable String ifMatch) implements ConfigMessage {}

    /**
     * One thing wrong with a configuration.
     *
     * @param path where, as in {@code automation.interval_hours}
     * @param found the value found
     * @param allowed what would be right
     */
    record Problem(String path, String found, String allowed) implements ConfigMessage {
        @Override
        public String toString() {
            return "%s: found %s, allowed: %s".formatted(path, found, allowed);
        }
    }
}
