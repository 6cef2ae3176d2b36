package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The first {@code config.json}: the bundled one, with what {@code BACKUP_*} variables say put in. */
final class Seed {
    private static final String BUNDLED = "/conf/config.json";

    /** Where a variable lands, to name the variable when the value is not allowed there. */
    private static final Map<String, String> VARIABLES = Map.of(
            "automation.interval_hours", "BACKUP_INTERVAL_HOURS",
            "automation.max_retries", "BACKUP_MAX_RETRIES",
            "automation.retry_delay_minutes", "BACKUP_RETRY_DELAY_MINUTES",
            "automation.enabled", "BACKUP_ENABLED",
            "automation.cron", "BACKUP_CRON",
            "automation.time_zone", "BACKUP_TIME_ZONE",
            "s3_buckets", "BACKUP_BUCKETS");

    private Seed() {}

    /** The bundled configuration, untouched. */
    static JsonObject bundled() {
        try (InputStream in = Seed.class.getResourceAsStream(BUNDLED)) {
            if (in == null) {
                throw new IllegalStateException(BUNDLED + " is missing from the program");
            }
            return ConfigText.parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The configuration to begin with.
     *
     * @throws ConfigException naming the variables whose values are not allowed
     */
    static JsonObject from(Environment env) {
        JsonObject json = bundled();
        List<String> buckets = new Variables(env, new ArrayList<>()).list("BACKUP_BUCKETS");
        if (!buckets.isEmpty()) {
            json.put("s3_buckets", new JsonArray(buckets));
        }
        VARIABLES.forEach((path, name) -> {
            String value = env.get(name);
            if (value != null && path.startsWith("automation.")) {
                json.getJsonObject("automation").put(path.substring("automation.".length()), typed(value.strip()));
            }
        });
        try {
            ConfigParser.parse(json);
            return json;
        } catch (ConfigException e) {
            throw new ConfigException(rename(e.problems()));
        }
    }

    /**
     * What {@code BACKUP_*} variables say otherwise than a configuration that exists already, which wins; a sentence each.
     * Whoever set them may believe the opposite.
     */
    static List<String> overruled(Environment env, JsonObject json, HubConfig config) {
        List<String> sentences = new ArrayList<>();
        new TreeMap<>(VARIABLES).forEach((path, name) -> {
            String value = env.get(name);
            if (value == null) {
                return;
            }
            JsonObject changed = json.copy();
            if (path.startsWith("automation.")) {
                JsonObject automation = changed.getJsonObject("automation", new JsonObject());
                changed.put("automation", automation.put(path.substring("automation.".length()), typed(value.strip())));
            } else {
                changed.put(path, new JsonArray(new Variables(env, new ArrayList<>()).list(name)));
            }
            if (!sameAs(config, changed)) {
                sentences.add(
                        ("%s=%s has no effect: it would fill a config.json that does not exist yet, and yours says"
                                        + " %s otherwise. Change it there, or on the configuration page.")
                                .formatted(name, Secrets.shorten(value.strip()), path));
            }
        });
        return sentences;
    }

    private static boolean sameAs(HubConfig config, JsonObject changed) {
        try {
            return ConfigParser.parse(changed).equals(config);
        } catch (ConfigException e) {
            return false;
        }
    }

    /** A number or a switch if it reads like one; what is allowed is for the parser to say. */
    private static Object typed(String value) {
        if (value.matches("[+-]?\\d{1,9}")) {
            return Integer.valueOf(value);
        }
        if (value.matches("[+-]?\\d*\\.?\\d+([eE][+-]?\\d+)?")) {
            return Double.valueOf(value);
        }
        Boolean flag = SettingsReader.bool(value);
        return flag == null ? value : flag;
    }

    private static List<Problem> rename(List<Problem> problems) {
        List<Problem> renamed = new ArrayList<>();
        for (Problem problem : problems) {
            String path = problem.path().replaceAll("\\[.*", "");
            String name = VARIABLES.getOrDefault(path, problem.path());
            renamed.add(new Problem(name, problem.found(), problem.allowed()));
        }
        return renamed;
    }
}
