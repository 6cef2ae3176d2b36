package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class PreflightTest {
    @Test
    void roomIsEnoughOnlyWithATenthToSpare() {
        Path disk = Path.of("disk");

        assertThat(Preflight.shortage(disk, 1_000, 1_100)).isEmpty();
        assertThat(Preflight.shortage(disk, 1_000, 1_099))
                .hasValue("not enough room on disk: 1.07 KiB needed (with 10 % headroom), 1.07 KiB free. Make room or"
                        + " use a larger disk; what was downloaded is kept and every earlier snapshot is"
                        + " untouched");
    }

    @Test
    void aFullDiskIsNamedWithTheSystemsWordsAndARemedy() {
        assertThat(Preflight.full(Path.of("disk"), "No space left on device"))
                .isEqualTo("the disk that holds disk is full, or allows no further files (No space left on device)."
                        + " Make room or use a larger disk; what was downloaded is kept and every earlier snapshot is"
                        + " untouched");
    }
}
