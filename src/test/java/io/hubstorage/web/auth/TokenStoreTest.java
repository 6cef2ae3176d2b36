package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-20T08:00:00Z");

    @TempDir
    private Path folder;

    private TokenStore store() {
        return new TokenStore(folder, () -> NOW);
    }

    @Test
    void whatIsKeptIsADigestForTheOwnerAlone() throws IOException {
        TokenStore.Made made = store().create("ci", Role.OPERATOR, null);
        Path file = folder.resolve("api-tokens.json");
        assertThat(made.text()).matches("hst_[\\w-]{43}");
        assertThat(Files.readString(file))
                .doesNotContain(made.text().substring(4))
                .contains(Tokens.digest(made.text()));
        assertThat(made.toString() + made.token())
                .doesNotContain(made.text())
                .doesNotContain(made.token().digest());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(store().list()).containsExactly(made.token());
    }

    @Test
    void aUseIsNotedAndNeverTurnedBack() throws IOException {
        ApiToken token = store().create("ci", Role.VIEWER, null).token();
        store().used(Map.of(token.id(), NOW.plusSeconds(10), "gone", NOW));
        store().used(Map.of(token.id(), NOW));
        assertThat(store().list().getFirst().lastUsedAt()).isEqualTo(NOW.plusSeconds(10));
    }

    @Test
    void aRevokedOneIsGone() throws IOException {
        ApiToken token = store().create("ci", Role.VIEWER, null).token();
        assertThat(store().revoke(token.id())).contains(token);
        assertThat(store().revoke(token.id())).isEmpty();
        assertThat(store().list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"format\":2,\"tokens\":[]}",
                "{\"format\":1}",
                "{\"format\":1,\"tokens\":[null]}",
                "{\"format\":1,\"tokens\":[{\"id\":\"a\",\"name\":\"n\",\"role\":\"root\",\"digest\":\"d\"}]}"
            })
    void aDamagedFileLetsNobodyInAndIsNotWrittenOver(String content) throws IOException {
        Path file = folder.resolve("api-tokens.json");
        Files.writeString(file, content);
        assertThatThrownBy(() -> store().list()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store().create("ci", Role.ADMIN, null)).isInstanceOf(IOException.class);
        assertThat(Files.readString(file)).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " a", "a ", "a\nb", "a\u202eb", "a\u0000", "\u2028"})
    void aNameIsOneLineOfWhatCanBeSeen(String name) {
        assertThat(TokenStore.isName(name)).isFalse();
        assertThat(TokenStore.isName("a" + "x".repeat(60))).isFalse();
        assertThat(TokenStore.isName("Home Assistant (küche)")).isTrue();
    }
}
