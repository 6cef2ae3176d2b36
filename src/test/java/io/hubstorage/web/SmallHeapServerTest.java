package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.Shell;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SmallHeapServerTest {
    @Test
    void anArchiveOfManyTimesTheHeapForSlowReadersNeedsNoMemoryToSpeakOf(@TempDir Path folder) throws Exception {
        List<String> flags = List.of(
                "-Xmx64m",
                "-XX:MaxDirectMemorySize=64m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
        Shell.Result ended = Shell.run(
                Path.of("."),
                Map.of(),
                Duration.ofMinutes(5),
                Shell.java(flags, SmallHeapServer.class, folder.toString()));
        assertThat(ended.succeeded().out() + ended.err()).doesNotContain("OutOfMemoryError", "LEAK");
    }
}
