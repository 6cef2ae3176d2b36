package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One object of {@code config.json} being read: each getter checks type and range, adds to the problems what does not
 * fit, and then answers the default. {@code null} counts as absent.
 */
final class JsonSection {
    private final String path;
    private final Map<?, ?> members;
    private final List<Problem> problems;
    private final List<String> warnings;
    private final Set<String> known = new HashSet<>();

    JsonSection(String path, Map<?, ?> members, List<Problem> problems, List<String> warnings) {
        this.path = path;
        this.members = members;
        this.problems = problems;
        this.warnings = warnings;
    }

    JsonSection section(String key) {
        Object value = take(key);
        Map<?, ?> inner = asMap(value);
        if (inner == null && value != null) {
            problem(key, value, "an object, { … }");
        }
        return new JsonSection(pathOf(key), inner == null ? Map.of() : inner, problems, warnings);
    }

    boolean bool(String key, boolean fallback) {
        Object value = take(key);
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value != null) {
            problem(key, value, "true or false");
        }
        return fallback;
    }

    /** A text, trimmed; null when absent, blank or wrong. */
    @Nullable
    String text(String key, String allowed, Predicate<String> valid) {
        return checked(key, allowed, text -> valid.test(text) ? Optional.empty() : Optional.of(allowed));
    }

    /**
     * A text, trimmed; null when absent, blank or wrong.
     *
     * @param wrong what would be allowed in place of a text that is not, said with regard to it
     */
    @Nullable
    String checked(String key, String allowed, Function<String, Optional<String>> wrong) {
        Object value = take(key);
        if (value == null || (value instanceof String blank && blank.isBlank())) {
            return null;
        }
        Optional<String> better = value instanceof String text ? wrong.apply(text.strip()) : Optional.of(allowed);
        if (better.isEmpty()) {
            return ((String) value).strip();
        }
        problem(key, value, better.get());
        return null;
    }

    int whole(String key, int fallback, int least, int most) {
        Object value = take(key);
        if (value instanceof Number number) {
            double exact = number.doubleValue();
            if (exact == Math.rint(exact) && exact >= least && exact <= most) {
                return (int) exact;
            }
        }
        if (value != null) {
            problem(key, value, "a whole number from %d to %d".formatted(least, most));
        }
        return fallback;
    }

    double number(String key, double fallback, String allowed, DoublePredicate valid) {
        Object value = take(key);
        if (value instanceof Number number && valid.test(number.doubleValue())) {
            return number.doubleValue();
        }
        if (value != null) {
            problem(key, value, allowed);
        }
        return fallback;
    }

    /** Texts that are not empty. */
    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        List<?> values = list(key, "a list of texts, [\"…\"]");
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) instanceof String text && !text.isEmpty()) {
                texts.add(text);
            } else {
                problem("%s[%d]".formatted(key, i), values.get(i), "a text that is not empty");
            }
        }
        return List.copyOf(texts);
    }

    List<?> list(String key, String allowed) {
        Object value = take(key);
        if (value instanceof Iterable<?> items) {
            List<@Nullable Object> list = new ArrayList<>();
            items.forEach(list::add);
            return list;
        }
        if (value != null) {
            problem(key, value, allowed);
        }
        return List.of();
    }

    /** Warns about members that nobody asked for. To be called last. */
    void warnAboutTheRest() {
        for (Object key : members.keySet()) {
            if (!known.contains(String.valueOf(key))) {
                warnings.add(
                        "%s is not known here: it is kept and has no effect".formatted(pathOf(String.valueOf(key))));
            }
        }
    }

    void warn(String key, String text) {
        warnings.add(pathOf(key) + " " + text);
    }

    void problem(String key, @Nullable Object found, String allowed) {
        problems.add(new Problem(pathOf(key), show(found), allowed));
    }

    JsonSection item(String key, Map<?, ?> members) {
        return new JsonSection(pathOf(key), members, problems, warnings);
    }

    /** A JSON object in either of the forms that Vert.x hands out. */
    static @Nullable Map<?, ?> asMap(@Nullable Object value) {
        return switch (value) {
            case JsonObject json -> json.getMap();
            case Map<?, ?> map -> map;
            case null, default -> null;
        };
    }

    /** A value for messages. */
    static String show(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> Secrets.show(text);
            case Number number -> Secrets.shorten(number.toString());
            case Boolean flag -> flag.toString();
            case JsonObject _, Map<?, ?> _ -> "an object";
            default -> "a list";
        };
    }

    /** The member as it is, from now on known. */
    @Nullable
    Object take(String key) {
        known.add(key);
        return members.get(key);
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
