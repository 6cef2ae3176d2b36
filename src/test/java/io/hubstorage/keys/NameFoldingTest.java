package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NameFoldingTest {
    @Test
    void whatDiffersInCaseOrNormalisationIsTheSame() {
        assertThat(NameFolding.fold("A")).isEqualTo("a");
        assertThat(NameFolding.fold("Z")).isEqualTo("z");
        assertThat(NameFolding.fold("@[`{")).isEqualTo("@[`{");
        assertThat(NameFolding.fold("É")).isEqualTo(NameFolding.fold("e\u0301"));
        assertThat(NameFolding.fold("Straße")).isEqualTo(NameFolding.fold("STRASSE"));
    }

    @Test
    void eachSegmentIsFoldedAndNoSlashIsLost() {
        assertThat(NameFolding.fold("/A")).isEqualTo("/a");
        assertThat(NameFolding.fold("//A//B/")).isEqualTo("//a//b/");
    }
}
