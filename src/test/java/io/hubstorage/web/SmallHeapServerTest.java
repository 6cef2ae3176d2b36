package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.Shell;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SmallHeapServerTest {
    @Test
    void anArchiveOfManyTimesTheHeapForSlowReadersNeedsNoMemoryToSpeakOf(@TempDir Path folder) {
        assertThat(Shell.inHeap(64, SmallHeapServer.class, folder.toString()))
                .doesNotContain("OutOfMemoryError", "LEAK");
    }
}
