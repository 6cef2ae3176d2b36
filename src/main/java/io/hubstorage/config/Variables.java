package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An environment while settings are made of it: what is wrong with a variable goes to the problems. */
record Variables(Environment environment, List<Problem> problems) {
    @Nullable
    String get(String name) {
        return environment.get(name);
    }

    @Nullable
    String stripped(String name) {
        String text = get(name);
        return text == null ? null : text.strip();
    }

    /** The members of a comma-separated variable. */
    List<String> list(String name) {
        String text = get(name);
        return text == null
                ? List.of()
                : Stream.of(text.split(","))
                        .map(String::strip)
                        .filter(member -> !member.isEmpty())
                        .toList();
    }

    boolean flag(String name, boolean fallback) {
        String text = get(name);
        if (text == null) {
            return fallback;
        }
        Boolean value = SettingsReader.bool(text);
        if (value == null) {
            problem(name, text, "true or false");
            return fallback;
        }
        return value;
    }

    /** A whole number in that range. */
    int number(String name, int least, int most, int fallback, String allowed) {
        String text = stripped(name);
        if (text == null) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        problem(name, text, allowed);
        return fallback;
    }

    /** Notes that a variable is wrong; the value of a secret is not repeated. */
    void problem(String name, String found, String allowed) {
        problems.add(new Problem(name, Secrets.isVariable(name) ? Secrets.HIDDEN : Secrets.show(found), allowed));
    }
}
