package io.hubstorage.manifest;

import io.hubstorage.testkit.Shell;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SmallHeapTest {
    @Test
    void memoryDoesNotGrowWithTheBucket(@TempDir Path folder) throws Exception {
        // 200,000 entries would take over 100 MB.
        List<String> flags = List.of("-Xmx32m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");
        Shell.run(Path.of("."), Map.of(), Duration.ofMinutes(5), Shell.java(flags, SmallHeap.class, folder.toString()))
                .succeeded();
    }
}
