package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code SECURITY.md} leaves no setting out, and promises nothing that no test shows. */
final class SecurityPageTest {
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");

    @Test
    void theWorstValueOfEverySettingIsTold() throws IOException {
        String page = Files.readString(Path.of("SECURITY.md"));
        Set<String> settings = settings();
        assertThat(settings).hasSizeGreaterThan(18);
        assertThat(settings).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    @Test
    void everyTestThatThePageNamesExists() throws IOException {
        Matcher named = TEST.matcher(Files.readString(Path.of("SECURITY.md")));
        int found = 0;
        while (named.find()) {
            found++;
            String source = source(named.group(1));
            if (named.group(2) != null) {
                assertThat(source).contains("void " + named.group(2) + "(");
            }
        }
        assertThat(found).isGreaterThan(35);
    }

    private static String source(String test) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            List<Path> found =
                    files.filter(file -> file.endsWith(test + ".java")).toList();
            assertThat(found).as(test).hasSize(1);
            return Files.readString(found.getFirst());
        }
    }

    /** The members of {@code config.json}; those of a section by {@code section.name}. */
    private static Set<String> settings() throws IOException {
        JsonObject schema = new JsonObject(Files.readString(Path.of("conf/config.schema.json")));
        Set<String> names = new TreeSet<>();
        for (Map.Entry<String, Object> member : schema.getJsonObject("properties")) {
            JsonObject inner = ((JsonObject) member.getValue()).getJsonObject("properties");
            if (member.getKey().startsWith("$")) {
                continue;
            }
            if (inner == null || member.getKey().equals("docker")) {
                names.add(member.getKey());
            } else {
                inner.fieldNames().forEach(name -> names.add(member.getKey() + "." + name));
            }
        }
        return names;
    }
}
