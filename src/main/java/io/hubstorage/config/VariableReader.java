package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads variables of an environment by type. What cannot be read is added to the problems, and a fallback stands in for it. */
record VariableReader(Environment env, List<Problem> problems) {
    /** A switch as people write it; null when it is none. */
    static @Nullable Boolean bool(@Nullable String text) {
        return text == null
                ? null
                : switch (text.strip().toLowerCase(Locale.ROOT)) {
                    case "true", "yes", "on", "1" -> true;
                    case "false", "no", "off", "0" -> false;
                    default -> null;
                };
    }

    /** A path as people write it, {@code ~/} included; absolute. */
    static Path path(String text) {
        String plain = text.strip();
        boolean home = plain.equals("~") || plain.startsWith("~/");
        Path path = home ? Path.of(System.getProperty("user.home"), plain.substring(1)) : Path.of(plain);
        return path.toAbsolutePath().normalize();
    }

    Path folder(String name, Path fallback) {
        String text = env.get(name);
        try {
            return text == null ? fallback.toAbsolutePath().normalize() : path(text);
        } catch (InvalidPathException e) {
            problem(name, String.valueOf(text), "a path of this system");
            return fallback.toAbsolutePath().normalize();
        }
    }

    /** Without blanks around it; null when it is not set. */
    @Nullable
    String text(String name) {
        String text = env.get(name);
        return text == null ? null : text.strip();
    }

    List<String> members(String name, Predicate<String> valid, String allowed) {
        List<String> members = new ArrayList<>();
        for (String member : env.list(name)) {
            if (valid.test(member)) {
                members.add(member);
            } else {
                problem(name, member, allowed);
            }
        }
        return List.copyOf(members);
    }

    boolean flag(String name, boolean fallback) {
        String text = env.get(name);
        Boolean value = text == null ? Boolean.valueOf(fallback) : bool(text);
        if (value == null) {
            problem(name, String.valueOf(text), "true or false");
        }
        return value == null ? fallback : value;
    }

    int number(String name, int least, int most, int fallback, String allowed) {
        String text = text(name);
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
