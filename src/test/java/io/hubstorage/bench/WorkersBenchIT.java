package io.hubstorage.bench;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of several workers, as {@code bench/workers.sh} starts it, with few of everything. */
final class WorkersBenchIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @EnabledIfSystemProperty(named = "hubstorage.benchmarks", matches = "true", disabledReason = BenchProcess.LONG)
    void itComesToItsEnd() throws Exception {
        try (BenchProcess bench = new BenchProcess(WorkersBench.class, folder, "--quick")) {
            bench.assertEnds(0);
        }
    }
}
