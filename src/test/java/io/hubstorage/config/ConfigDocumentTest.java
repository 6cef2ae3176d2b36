package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ConfigDocumentTest {
    private static String complaint(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return String.valueOf(catchThrowableOfType(ConfigException.class, () -> ConfigDocument.parse(bytes))
                .getMessage());
    }

    @Test
    void aSyntaxErrorHasLineAndColumn() {
        assertThat(complaint("{\n  \"a\": 1,\n  \"b\" 2\n}")).contains("line 3, column 7");
        assertThat(complaint("{\"a\": 1,}")).contains("line 1, column 9");
        assertThat(complaint("{\"a\": 1")).contains("line 1");
        assertThat(complaint("{\"a\": [1}"))
                .contains("Array starting at line 1, column 7")
                .doesNotContain("Source");
    }

    @Test
    void aSyntaxErrorDoesNotRepeatTheFile() {
        assertThat(complaint("{\"key\": plantedsecret}")).doesNotContain("planted");
        assertThat(complaint("{\"key\": \"plantedsecret\" \"x\"}")).doesNotContain("planted");
        assertThat(complaint("{\"key\": \"plantedsecret\n\"}")).doesNotContain("planted");
    }

    @Test
    void onlyOneObjectWithEachMemberOnceIsAConfiguration() {
        assertThat(complaint("{\"a\": 1, \"a\": 2}")).contains("Duplicate");
        assertThat(complaint("{} {}")).contains("line 1, column 4");
        assertThat(complaint("[]")).contains("one JSON object");
        assertThat(complaint("")).contains("nothing");
    }

    @Test
    void aByteOrderMarkIsPassedOver() {
        assertThat(ConfigDocument.parse("\uFEFF{\"a\": 1}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new JsonObject().put("a", 1));
    }

    @Test
    void writesTheWayPeopleIndent() {
        JsonObject json = new JsonObject()
                .put("list", new JsonArray().add("a").add(new JsonObject().put("b", 1)))
                .put("inner", new JsonObject().putNull("c"));
        String text = new String(ConfigDocument.write(json), StandardCharsets.UTF_8);
        assertThat(text).startsWith("{\n  \"list\": [").contains("\n  \"inner\": {\n    \"c\": null\n  }\n}\n");
        assertThat(ConfigDocument.parse(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(json);
    }

    @Test
    void differentContentHasADifferentHash() {
        assertThat(ConfigDocument.hash(new byte[] {1})).hasSize(16).isNotEqualTo(ConfigDocument.hash(new byte[] {2}));
    }
}
