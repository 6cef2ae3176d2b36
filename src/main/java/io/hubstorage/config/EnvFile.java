package io.hubstorage.config;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code .env} file in the notation of python-dotenv, which the old tool read it with, but for one thing: {@code $}
 * stands for itself, since secrets contain it.
 *
 * @param values by name; the last of two lines for one name counts
 * @param malformed the numbers, from 1, of lines that are neither empty, nor a comment, nor {@code NAME=value}
 */
record EnvFile(Map<String, String> values, List<Integer> malformed) {
    private static final Pattern LINE =
            Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\\s*=[ \\t]*(.*)", Pattern.DOTALL);
    private static final Pattern SINGLE = Pattern.compile("'((?:\\\\.|[^'\\\\])*)'\\s*(?:#.*)?");
    private static final Pattern DOUBLE = Pattern.compile("\"((?:\\\\.|[^\"\\\\])*)\"\\s*(?:#.*)?");
    private static final Pattern COMMENT = Pattern.compile("\\s+#.*");

    static EnvFile parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        Map<String, String> values = new LinkedHashMap<>();
        List<Integer> malformed = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\r\n|\r|\n", -1)) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            String value = matcher.matches() ? value(matcher.group(2).strip()) : null;
            if (value == null) {
                malformed.add(number);
            } else {
                values.put(matcher.group(1), value);
            }
        }
        return new EnvFile(values, malformed);
    }

    /** The meaning of what stands right of the equals sign; null when quotes do not close. */
    private static @Nullable String value(String text) {
        if (text.startsWith("'")) {
            Matcher quoted = SINGLE.matcher(text);
            return quoted.matches() ? quoted.group(1).replaceAll("\\\\(['\\\\])", "$1") : null;
        }
        if (text.startsWith("\"")) {
            Matcher quoted = DOUBLE.matcher(text);
            return quoted.matches() ? unescape(quoted.group(1)) : null;
        }
        // Only a blank before it makes a # a comment: keys and passwords contain it.
        return COMMENT.matcher(text).replaceFirst("");
    }

    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\' || i + 1 == text.length()) {
                plain.append(c);
                continue;
            }
            char next = text.charAt(++i);
            switch (next) {
                case 'n' -> plain.append('\n');
                case 'r' -> plain.append('\r');
                case 't' -> plain.append('\t');
                case '\\', '"', '\'', '$' -> plain.append(next);
                default -> plain.append(c).append(next);
            }
        }
        return plain.toString();
    }
}
