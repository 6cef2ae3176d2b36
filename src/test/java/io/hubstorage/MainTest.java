package io.hubstorage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MainTest {
    @Test
    void littleMemoryIsNamedBeforeASystemEndsTheProgramForIt() {
        assertThat(Main.tightMemory(256L << 20)).isNull();
        assertThat(Main.tightMemory((256L << 20) - 1))
                .contains("255 MiB of memory", "needs 256", "HUBSTORAGE_MEMORY_LIMIT");
    }
}
