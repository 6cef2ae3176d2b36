package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.testkit.HubProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HubStartIT {
    @Test
    void whatWasStartedIsGoneAfterItsTurnAndThereAgainForTheRest(@TempDir Path folder) throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the benchmark reads /proc");
        try (Server server = Server.start(List.of("--objects=1"), folder);
                HubStart start = new HubStart(new HubHome(
                        HubProcess.jar(),
                        Jvm.with(List.of("-XX:TieredStopAtLevel=1")),
                        folder.resolve("home"),
                        folder.resolve("data"),
                        server))) {
            assertThat(start.run().successful()).isTrue();
            assertThat(start.resident()).isZero();

            start.awaitRest();
            assertThat(start.resident()).isPositive();
        }
    }
}
