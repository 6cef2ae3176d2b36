package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** {@code SECURITY.md} leaves no setting out. */
final class SecurityPageTest {
    @Test
    void theWorstValueOfEverySettingIsTold() throws IOException {
        String page = Files.readString(Path.of("SECURITY.md"));
        Set<String> settings = settings();
        assertThat(settings).hasSizeGreaterThan(18);
        assertThat(settings).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
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
