package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code .env.example} and {@code docs/configuration.md} name every variable that is read, and no other. */
final class VariablesAreDocumentedTest {
    private static final Pattern OURS =
            Pattern.compile("\\b(?:RESTORE_AWS|AWS|HUBSTORAGE|BACKUP)_[A-Z0-9_]+\\b|\\bDOCKER_MODE\\b");
    private static final Pattern LITERAL = Pattern.compile("\"([A-Z][A-Z0-9_]+)\"");
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^(?:# )?([A-Z][A-Z0-9_]+)=");
    private static final Pattern COMPOSE = Pattern.compile("\\$\\{(HUBSTORAGE_[A-Z_]+)");

    private static Set<String> all(Pattern pattern, int group, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(group));
        }
        return found;
    }

    /** Those that the code names anywhere but in the list of known names. */
    private static Set<String> read() throws IOException {
        Set<String> read = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source : sources.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !path.endsWith("Environment.java"))
                    .toList()) {
                read.addAll(all(LITERAL, 1, Files.readString(source)));
            }
        }
        read.add("HUBSTORAGE_ENV_FILE");
        read.retainAll(Environment.KNOWN);
        return read;
    }

    @Test
    void theExampleListsEveryVariableThatIsReadOrThatComposeTakes() throws IOException {
        Set<String> listed = all(EXAMPLE, 1, Files.readString(Path.of(".env.example")));
        Set<String> compose = all(COMPOSE, 1, Files.readString(Path.of("docker-compose.yml")));

        assertThat(read()).hasSizeGreaterThan(20);
        assertThat(listed).containsAll(read()).containsAll(compose);
        listed.removeAll(Environment.KNOWN);
        // Of an account that is called "archive".
        listed.removeIf(name -> name.startsWith("ARCHIVE_") && Environment.KNOWN.contains(name.substring(8)));
        assertThat(compose).as("listed, but read by nobody").containsAll(listed);
    }

    @Test
    void theDocumentationNamesEveryVariableThatIsReadAndNoneThatIsNot() throws IOException {
        Set<String> named = all(OURS, 0, Files.readString(Path.of("docs/configuration.md")));

        assertThat(named).containsAll(read());
        assertThat(Environment.KNOWN).containsAll(named);
    }

    @Test
    void theExampleAsItStandsIsAValidEnvironmentThatSetsNoSecret() throws IOException {
        Environment env = Environment.load(java.util.Map.of("DOCKER_MODE", "false"), Path.of(".env.example"));

        assertThat(env.settings().aws().keys().accessKeyId()).isNull();
        assertThat(env.secrets()).isEqualTo(List.of());
        assertThat(env.warnings()).allSatisfy(warning -> assertThat(warning).contains("still has the value of"));
    }
}
