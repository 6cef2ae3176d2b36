package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.Shell;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SmallHeapEndpointTest {
    /**
     * The clients' memory and the SDK's are in the same 64 MiB. Sixteen answers that were made of forty thousand keys each before they are
     * sent would take over a hundred.
     */
    @Test
    void manyListingsOfManyKeysAndSlowReadersNeedLittleMemory(@TempDir Path folder) {
        assertThat(Shell.inHeap(64, SmallHeapEndpoint.class, folder.toString()))
                .doesNotContain("OutOfMemoryError", "LEAK");
    }
}
