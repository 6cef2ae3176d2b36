package io.hubstorage.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Variables to be put into a {@code .env} file, all else in it left as it is. A value that is there already stays, unless it
 * is empty or the example's. Everything here blocks.
 */
public final class EnvFileEdit {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:+=@,%~-]*");

    private final ConfigFile file;
    private final String text;
    private final Map<String, String> wanted;
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final TreeSet<String> conflicts = new TreeSet<>();

    private EnvFileEdit(ConfigFile file, byte[] bytes, Map<String, String> wanted) {
        this.file = file;
        this.text = new String(bytes, StandardCharsets.UTF_8);
        this.wanted = wanted;
        Map<String, String> present = EnvFile.parse(bytes).values();
        wanted.forEach((name, value) -> {
            String there = present.getOrDefault(name, "");
            if (there.isBlank() || Secrets.isPlaceholder(there)) {
                missing.put(name, value);
            } else if (!there.equals(value)) {
                conflicts.add(name);
            }
        });
    }

    /** What it takes for the file, which need not exist, to have these variables; nothing is written yet. */
    public static EnvFileEdit of(Path dotenv, Map<String, String> wanted) throws IOException {
        ConfigFile file = new ConfigFile(dotenv);
        try {
            return new EnvFileEdit(file, file.read(), wanted);
        } catch (NoSuchFileException e) {
            return new EnvFileEdit(file, new byte[0], wanted);
        }
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
                            "^[ \\t]*(?:export[ \\t]+)?" + Pattern.quote(name) + "[ \\t]*=.*\\R?", Pattern.MULTILINE)
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

    /** Whether there is such a file. */
    public boolean exists() {
        return Files.exists(file.path());
    }

    /** The file; absolute. */
    public Path path() {
        return file.path();
    }
}
