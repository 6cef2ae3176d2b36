package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The first {@code config.json}: every default, with what {@code BACKUP_*} variables say put in. */
final class Seed {
    /** The options that a variable fills, by path, each with the variable's name. */
    private static final Map<String, String> VARIABLES = variables();

    private Seed() {}

    private static Map<String, String> variables() {
        Map<String, String> variables = new TreeMap<>();
        ConfigSchema.options().forEach((path, schema) -> {
            if (schema.containsKey("x-seed")) {
                variables.put(path, schema.getString("x-seed"));
            }
        });
        return variables;
    }

    /**
     * The configuration to begin with.
     *
     * @throws ConfigException naming the variables whose values are not allowed
     */
    static JsonObject from(Environment env) {
        JsonObject json = ConfigSchema.defaults();
        VARIABLES.forEach((path, name) -> put(json, path, name, env));
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
        VARIABLES.forEach((path, name) -> {
            String value = env.get(name);
            if (value == null) {
                return;
            }
            JsonObject changed = json.copy();
            put(changed, path, name, env);
            if (!sameAs(config, changed)) {
                sentences.add(
                        ("%s=%s has no effect: it would fill a config.json that does not exist yet, and yours says"
                                        + " %s otherwise. Change it there, or on the configuration page.")
                                .formatted(name, Secrets.shorten(value.strip()), path));
            }
        });
        return sentences;
    }

    /** Puts what a variable says, if it says anything, at its place. */
    private static void put(JsonObject json, String path, String name, Environment env) {
        String value = env.get(name);
        if (value == null) {
            return;
        }
        if (ConfigSchema.options().get(path).getValue("default") instanceof JsonArray) {
            List<String> members = new Variables(env, new ArrayList<>()).list(name);
            if (!members.isEmpty()) {
                ConfigSchema.put(json, path, new JsonArray(members));
            }
        } else {
            ConfigSchema.put(json, path, typed(value.strip()));
        }
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
