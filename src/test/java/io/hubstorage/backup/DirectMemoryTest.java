package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.Shell;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectMemoryTest {
    /** Less than the connections take; with a little more of it what fails is sent again, and goes through. */
    private static final String BOUND = "-XX:MaxDirectMemorySize=64k";

    @Test
    void aRunThatGetsNoMemoryForItsBuffersFailsAndDoesNotHang(@TempDir Path home) {
        try (SyntheticS3 s3 = SyntheticS3.start()) {
            s3.bucket("photos", SyntheticBucket.uniform(10, 4096, "###.bin"));

            Shell.Result ended = Shell.run(
                    Path.of("."),
                    Map.of(),
                    Duration.ofMinutes(2),
                    SmallHeapRuns.command(
                            List.of("-Xmx64m", BOUND, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                            s3,
                            home,
                            "photos",
                            1));

            assertThat(ended.succeeded().out()).contains("run FAILED new=false");
        }
    }
}
