package io.hubstorage.bus;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
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
     * @param broken files that were edited so that they cannot be used, which is why older content is in force; empty is good
     */
    record Current(JsonObject config, String hash, JsonObject locked, List<String> warnings, List<BrokenFile> broken)
            implements ConfigMessage {
        public Current {
            broken = broken == null ? List.of() : List.copyOf(broken);
        }
    }

    /**
     * A file of the configuration that is not in force as it stands on disk.
     *
     * @param file its absolute path
     * @param reason what is the matter, as what follows the file's name in a sentence: {@code is not valid}
     * @param problems what is wrong inside it; empty where it cannot be read at all
     * @param since when this was noticed first
     * @param inForceSince from when the content is that is in force instead
     * @param copy the file that content came from after a restart; null while it is what the program itself had read
     */
    record BrokenFile(
            String file,
            String reason,
            List<Problem> problems,
            Instant since,
            Instant inForceSince,
            @Nullable String copy)
            implements ConfigMessage {
        public String sentence() {
            return problems.isEmpty()
                    ? "%s %s.".formatted(file, reason)
                    : "%s %s: %s."
                            .formatted(
                                    file,
                                    reason,
                                    problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
        }

        public String instead() {
            return copy == null
                    ? "What was read from it at %s stays in force; a restart would begin with that."
                            .formatted(inForceSince.truncatedTo(ChronoUnit.SECONDS))
                    : "In force is the last good one, kept in %s at %s."
                            .formatted(copy, inForceSince.truncatedTo(ChronoUnit.SECONDS));
        }
    }

    /** Replaces the configuration if {@code ifMatch} (when given) still is its hash. */
    record Update(JsonObject config, @Nullable String ifMatch) implements ConfigMessage {}

    /** Asks what {@link Update} would say to a configuration. */
    record Draft(JsonObject config) implements ConfigMessage {}

    /** Everything that is wrong with a draft; empty when it could be saved. */
    record Verdict(List<Problem> problems) implements ConfigMessage {}

    /**
     * One thing wrong with a configuration.
     *
     * @param path where, as in {@code automation.interval_hours}
     */
    record Problem(String path, String found, String allowed) implements ConfigMessage {
        @Override
        public String toString() {
            return "%s: found %s, allowed: %s".formatted(path, found, allowed);
        }
    }
}
