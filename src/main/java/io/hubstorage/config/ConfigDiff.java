package io.hubstorage.config;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** What differs between two configurations, in words for a log line. */
final class ConfigDiff {
    private ConfigDiff() {}

    /** {@code path old → new} for each difference, lists as a whole; empty when there is none. */
    static String describe(JsonObject before, JsonObject after) {
        Map<String, String> old = flatten(before);
        Map<String, String> now = flatten(after);
        Set<String> paths = new LinkedHashSet<>(old.keySet());
        paths.addAll(now.keySet());
        StringJoiner changes = new StringJoiner("; ");
        for (String path : paths) {
            String from = old.get(path);
            String to = now.get(path);
            if (!Objects.equals(from, to)) {
                changes.add("%s %s → %s".formatted(path, show(from), show(to)));
            }
        }
        return changes.toString();
    }

    /** Leaves by path, as JSON. */
    static Map<String, String> flatten(JsonObject json) {
        Map<String, String> leaves = new LinkedHashMap<>();
        flatten("", json.getMap(), leaves);
        return leaves;
    }

    private static void flatten(String path, @Nullable Object value, Map<String, String> leaves) {
        Map<?, ?> members =
                value instanceof JsonObject json ? json.getMap() : value instanceof Map<?, ?> map ? map : null;
        if (members == null) {
            leaves.put(path, value == null ? "null" : Json.encode(value));
            return;
        }
        members.forEach((key, member) -> flatten(path.isEmpty() ? key.toString() : path + "." + key, member, leaves));
    }

    private static String show(@Nullable String json) {
        return json == null ? "(absent)" : Secrets.shorten(json);
    }
}
