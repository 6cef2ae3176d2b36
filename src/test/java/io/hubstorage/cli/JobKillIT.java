package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.DiskSteps;
import io.hubstorage.testkit.HubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes that remove snapshots, delete them, bring them back, repair files and copy to another disk, each killed by SIGKILL
 * between two changes of the disk, and another that goes on. When to kill is told by the number of the change, so that the moments lie
 * anywhere in the work, however fast the machine is.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JobKillIT {
    private static final List<KilledJob> JOBS = List.of(KilledJob.values());
    /** {@code -Dhubstorage.job.kills=30} kills more often than one of each; {@code -Dhubstorage.seed=…} repeats a run. */
    private static final int KILLS = Integer.getInteger("hubstorage.job.kills", JOBS.size());

    private static final int KILLED = 137;

    private final Map<KilledJob, Long> steps = new EnumMap<>(KilledJob.class);
    private Path agent;
    private KilledFolder folder;
    private KilledChecks checks;

    @BeforeAll
    void backUp(@TempDir Path home) throws IOException {
        agent = DiskSteps.agent(home);
        folder = new KilledFolder(home);
        checks = new KilledChecks(folder);
    }

    @AfterAll
    void stop() {
        folder.close();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "inodes are compared, and steps are those of Linux")
    void whateverAJobIsKilledAtNothingIsHalfDoneOnceAnotherHasEnded() throws IOException, InterruptedException {
        long seed = Long.getLong("hubstorage.seed", System.nanoTime() % 1_000_000);
        Random random = new Random(seed);
        List<String> moments = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            KilledJob job = JOBS.get(kill % JOBS.size());
            try {
                moments.add(job + " at " + killed(job, random));
                System.out.println(moments.getLast());
                checks.assertWhole(job, folder.goOn(job));
            } catch (AssertionError e) {
                throw new AssertionError("-Dhubstorage.seed=%d, %s: %s".formatted(seed, moments, e.getMessage()), e);
            }
        }
        folder.assertVerifies();
        System.out.printf("seed %d, killed %s of %s%n", seed, moments, steps);
    }

    /** Begins anew until a process was killed in its work; returns the number of the change that did not happen any more. */
    private long killed(KilledJob job, Random random) throws IOException, InterruptedException {
        while (true) {
            folder.prepare(job, random);
            long step = 1 + random.nextLong(steps.getOrDefault(job, job.aboutSteps()));
            Path count = Files.createTempFile("steps", ".txt");
            try (HubProcess process =
                    folder.start(job, DiskSteps.option(agent, step, count, folder.data(), folder.copy()))) {
                int code = process.exitCode();
                if (code == KILLED) {
                    checks.assertNothingLost(job);
                    return step;
                }
                assertThat(code).as(process.out() + process.err()).isZero();
                steps.put(job, Long.parseLong(Files.readString(count)));
            } finally {
                Files.delete(count);
            }
        }
    }
}
