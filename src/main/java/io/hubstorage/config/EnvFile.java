package io.hubstorage.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
public record EnvFile(Map<String, String> values, List<Integer> malformed) {
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

    /** What it takes for a file, which need not exist, to have these variables; nothing is written yet. Blocks. */
    public static Edit edit(Path dotenv, Map<String, String> wanted) throws IOException {
        ConfigFile file = new ConfigFile(dotenv);
        try {
            return new Edit(file, file.read(), wanted);
        } catch (NoSuchFileException e) {
            return new Edit(file, new byte[0], wanted);
        }
    }

    /**
     * Variables to be put into the file, all else in it left as it is. A value that is there already stays, unless it is empty or
     * the example's. Blocks.
     */
    public static final class Edit {
        private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:+=@,%~-]*");

        private final ConfigFile file;
        private final String text;
        private final Map<String, String> wanted;
        private final Map<String, String> missing = new LinkedHashMap<>();
        private final TreeSet<String> conflicts = new TreeSet<>();

        private Edit(ConfigFile file, byte[] bytes, Map<String, String> wanted) {
            this.file = file;
            this.text = new String(bytes, StandardCharsets.UTF_8);
            this.wanted = wanted;
            Map<String, String> present = parse(bytes).values;
            wanted.forEach((name, value) -> {
                String there = present.getOrDefault(name, "");
                if (there.isBlank() || Secrets.isPlaceholder(there)) {
                    missing.put(name, value);
                } else if (!there.equals(value)) {
                    conflicts.add(name);
                }
            });
        }

        /** Variables that the file has with other values. */
        public Set<String> conflicts() {
            return Collections.unmodifiableSet(conflicts);
        }

        /**
         * Writes the file, for its owner alone if it is new, when there is anything to write.
         *
         * @param replace whether {@link #conflicts} are settled in favour of the new values, else of the old ones
         * @return the names that were written, sorted
         */
        public Set<String> write(boolean replace) throws IOException {
            Map<String, String> written = new LinkedHashMap<>(missing);
            if (replace) {
                conflicts.forEach(name -> written.put(name, wanted.getOrDefault(name, "")));
            }
            if (!written.isEmpty()) {
                file.write(edited(written).getBytes(StandardCharsets.UTF_8));
            }
            return new TreeSet<>(written.keySet());
        }

        /** The last line for a name counts, so that one is replaced, and what has none is added at the end. */
        private String edited(Map<String, String> changes) {
            StringBuilder result = new StringBuilder(text);
            if (!text.isEmpty() && !text.endsWith("\n")) {
                result.append('\n');
            }
            changes.forEach((name, value) -> {
                String line = name + "=" + quoted(value) + "\n";
                Matcher there = Pattern.compile(
                                "^[ \\t]*(?:export[ \\t]+)?" + Pattern.quote(name) + "[ \\t]*=.*\\R?",
                                Pattern.MULTILINE)
                        .matcher(result);
                int from = -1;
                int to = -1;
                while (there.find()) {
                    from = there.start();
                    to = there.end();
                }
                if (from < 0) {
                    result.append(line);
                } else {
                    result.replace(from, to, line);
                }
            });
            return result.toString();
        }

        /** In a form that this program and every Compose read alike; in single quotes Compose leaves backslashes doubled. */
        private static String quoted(String value) {
            return PLAIN.matcher(value).matches() ? value : '"' + value.replaceAll("[\\\\\"$]", "\\\\$0") + '"';
        }

        public Path path() {
            return file.path();
        }
    }
}
