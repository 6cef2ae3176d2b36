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
    private Seed() {}

    /** The options that a variable fills, by path; {@code x-seed} is its name. */
    private static Map<String, JsonObject> options() {
        Map<String, JsonObject> options = new TreeMap<>(ConfigSchema.options());
        options.values().removeIf(schema -> !schema.containsKey("x-seed"));
        return options;
    }

    /** @throws ConfigException naming the variables whose values are not allowed */
    static JsonObject from(Environment env) {
        JsonObject json = ConfigSchema.defaults();
        options().forEach((path, schema) -> put(json, path, schema, env));
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
    static List<String> overruled(Environment env, JsonObject json) {
        List<String> sentences = new ArrayList<>();
        options().forEach((path, schema) -> {
            String name = schema.getString("x-seed");
            String value = env.get(name);
            if (value == null) {
                return;
            }
            JsonObject wanted = json.copy();
            put(wanted, path, schema, env);
            if (!meanTheSame(wanted, json)) {
                sentences.add(
                        ("%s=%s has no effect: it would fill a config.json that does not exist yet, and yours says"
                                        + " %s otherwise. Change it there, or in the settings.")
                                .formatted(name, Secrets.shorten(value.strip()), path));
            }
        });
        return sentences;
    }

    /** Puts what the variable of an option says, if it says anything, at its place. */
    private static void put(JsonObject json, String path, JsonObject schema, Environment env) {
        String name = schema.getString("x-seed");
        String value = env.get(name);
        if (value == null) {
            return;
        }
        if (schema.getValue("default") instanceof JsonArray) {
            List<String> members = env.list(name);
            if (!members.isEmpty()) {
                ConfigSchema.put(json, path, new JsonArray(members));
            }
        } else {
            ConfigSchema.put(json, path, typed(value.strip()));
        }
    }

    private static boolean meanTheSame(JsonObject one, JsonObject other) {
        try {
            // Mostly they are equal to the letter, which costs less to see.
            return one.equals(other) || ConfigParser.parse(one).equals(ConfigParser.parse(other));
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
        Boolean flag = VariableReader.bool(value);
        return flag == null ? value : flag;
    }

    /** Names the variable in the place of the option that it was put into. */
    private static List<Problem> rename(List<Problem> problems) {
        Map<String, JsonObject> options = options();
        List<Problem> renamed = new ArrayList<>();
        for (Problem problem : problems) {
            JsonObject schema = options.get(problem.path().replaceAll("\\[.*", ""));
            renamed.add(new Problem(
                    schema == null ? problem.path() : schema.getString("x-seed"), problem.found(), problem.allowed()));
        }
        return renamed;
    }
}
