package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.Shell;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SmallHeapTest {
    @Test
    void memoryDoesNotGrowWithTheBucket(@TempDir Path folder) {
        // 100,000 entries would take over 50 MB.
        assertThat(Shell.inHeap(16, SmallHeap.class, folder.toString())).doesNotContain("OutOfMemoryError");
    }
}
