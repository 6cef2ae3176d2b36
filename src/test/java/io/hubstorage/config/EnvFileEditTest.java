package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvFileEditTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void place() {
        file = folder.resolve(".env");
    }

    private Set<String> put(Map<String, String> values, boolean replace) throws IOException {
        return EnvFile.edit(file, values).write(replace);
    }

    @Test
    void aNewFileIsForItsOwnerAlone() throws IOException {
        assertThat(put(Map.of("AWS_PROFILE", "lab"), false)).containsExactly("AWS_PROFILE");

        assertThat(file).hasContent("AWS_PROFILE=lab\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void commentsAndStrangersStayAndAnExamplesValueIsReplacedInItsPlace() throws IOException {
        Files.writeString(file, "# keys\nAWS_ACCESS_KEY_ID=your_access_key_here\nexport OTHER=x # y\nAWS_PROFILE=");

        put(Map.of("AWS_ACCESS_KEY_ID", "AKIA1", "AWS_PROFILE", "lab"), false);

        assertThat(file).hasContent("# keys\nAWS_ACCESS_KEY_ID=AKIA1\nexport OTHER=x # y\nAWS_PROFILE=lab\n");
    }

    @Test
    void anotherValueIsAConflictThatOnlyForceSettles() throws IOException {
        Files.writeString(file, "AWS_PROFILE=a\n export AWS_PROFILE = b\nX=1\n");
        EnvFile.Edit edit = EnvFile.edit(file, Map.of("AWS_PROFILE", "c", "X", "1"));

        assertThat(edit.conflicts()).containsExactly("AWS_PROFILE");
        assertThat(edit.write(false)).isEmpty();
        assertThat(file).hasContent("AWS_PROFILE=a\n export AWS_PROFILE = b\nX=1\n");
        assertThat(edit.write(true)).containsExactly("AWS_PROFILE");
        assertThat(file).hasContent("AWS_PROFILE=a\nAWS_PROFILE=c\nX=1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain/+=", "with $HOME and ${x}", "it's", "back\\slash", "a#b # c", "\"quoted\"", " lead"})
    void everyValueIsReadBackAsItWas(String value) throws IOException {
        put(Map.of("HUBSTORAGE_WEB_PASSWORD", value), false);

        assertThat(EnvFile.parse(Files.readString(file).getBytes(StandardCharsets.UTF_8))
                        .values())
                .containsEntry("HUBSTORAGE_WEB_PASSWORD", value);
    }
}
