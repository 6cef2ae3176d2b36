package io.hubstorage.web.http;

import io.hubstorage.bus.BusJson;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A request's query parameters, checked: whatever is wrong is a 400 that names it. An empty value counts as absent. */
public final class Query {
    private final MultiMap values;

    public Query(RoutingContext context) {
        try {
            values = context.queryParams();
        } catch (RuntimeException e) {
            throw new HttpProblem(400, "The query of the address is not well encoded.");
        }
    }

    @Nullable
    public String text(String name, int maxLength) {
        List<String> all = values.getAll(name);
        if (all.isEmpty() || all.getFirst().isEmpty()) {
            return null;
        }
        if (all.size() > 1) {
            throw HttpProblem.badInput(name, all, "given once");
        }
        String value = all.getFirst();
        requireShort(name, value, maxLength);
        return value;
    }

    /** All values of a parameter that may be given more than once. */
    public List<String> texts(String name, int maxLength) {
        List<String> all =
                values.getAll(name).stream().filter(value -> !value.isEmpty()).toList();
        for (String value : all) {
            requireShort(name, value, maxLength);
        }
        return all;
    }

    private static void requireShort(String name, String value, int maxLength) {
        if (value.length() > maxLength) {
            throw HttpProblem.badInput(
                    name, value.length() + " characters", "at most %d characters".formatted(maxLength));
        }
    }

    public String text(String name, int maxLength, String otherwise) {
        String value = text(name, maxLength);
        return value == null ? otherwise : value;
    }

    public String required(String name, int maxLength) {
        String value = text(name, maxLength);
        if (value == null) {
            throw HttpProblem.badInput(name, "nothing", "a text");
        }
        return value;
    }

    /** The whole number between two bounds, both included. */
    public int number(String name, int min, int max, int otherwise) {
        String value = text(name, 100);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, like any number out of bounds
        }
        throw HttpProblem.badInput(name, value, "a whole number from %d to %d".formatted(min, max));
    }

    public boolean flag(String name, boolean otherwise) {
        String value = text(name, 100);
        if (value == null) {
            return otherwise;
        }
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw HttpProblem.badInput(name, value, "true or false");
        };
    }

    /** Several of an enumeration's values, given one after the other with commas between them, or once each; none where none is given. */
    public <E extends Enum<E>> List<E> allOf(String name, E[] values) {
        return this.values.getAll(name).stream()
                .flatMap(given -> Stream.of(given.split(",")))
                .filter(word -> !word.isBlank())
                .map(word -> Stream.of(values)
                        .filter(value -> BusJson.word(value).equalsIgnoreCase(word.strip()))
                        .findFirst()
                        .orElseThrow(() -> HttpProblem.badInput(
                                name,
                                word,
                                "one or more of "
                                        + Stream.of(values).map(BusJson::word).collect(Collectors.joining(", ")))))
                .distinct()
                .toList();
    }

    /** One of the words, whatever its case. */
    @Nullable
    public String oneOf(String name, List<String> allowed) {
        String value = text(name, 100);
        if (value == null) {
            return null;
        }
        return allowed.stream()
                .filter(value::equalsIgnoreCase)
                .findFirst()
                .orElseThrow(() -> HttpProblem.badInput(name, value, "one of " + String.join(", ", allowed)));
    }
}
