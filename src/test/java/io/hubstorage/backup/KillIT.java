package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.SyntheticS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real jar, killed by SIGKILL over and over, at random moments of its whole life and at the very moments that matter;
 * buckets change in between. After each kill everything that was promised is checked.
 */
final class KillIT {
    /** {@code mvn verify -Dit.test=KillIT -Dhubstorage.kills=1000} kills more; {@code -Dhubstorage.seed=…} repeats a run. */
    private static final int KILLS = Integer.getInteger("hubstorage.kills", 30);

    private static final int SIDE_BY_SIDE = 2;
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "inodes are compared")
    void noKillAtWhateverMomentHarmsASnapshotOrLosesADownload(@TempDir Path home) throws Exception {
        long seed = Long.getLong("hubstorage.seed", System.nanoTime() % 1_000_000);
        Map<KillPhase, Integer> hits = new EnumMap<>(KillPhase.class);
        try (ExecutorService threads = Executors.newFixedThreadPool(SIDE_BY_SIDE)) {
            List<Future<Map<KillPhase, Integer>>> sequences = new ArrayList<>();
            for (int i = 0; i < SIDE_BY_SIDE; i++) {
                long own = seed + i;
                Path folder = Files.createDirectories(home.resolve("sequence-" + i));
                sequences.add(threads.submit(sequence(folder, own)));
            }
            for (Future<Map<KillPhase, Integer>> sequence : sequences) {
                result(sequence, seed).forEach((phase, count) -> hits.merge(phase, count, Integer::sum));
            }
        }
        System.out.printf("seed %d: kills by phase: %s%n", seed, hits);
        assertThat(hits.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThanOrEqualTo(KILLS);
        assertThat(hits).as("kills by phase, seed %d", seed).containsKeys(KillPhase.values());
    }

    private static Callable<Map<KillPhase, Integer>> sequence(Path home, long seed) {
        return () -> {
            try (Sequence sequence = new Sequence(home, seed)) {
                return sequence.run((KILLS + SIDE_BY_SIDE - 1) / SIDE_BY_SIDE);
            }
        };
    }

    private static <T> T result(Future<T> sequence, long seed) throws InterruptedException {
        try {
            return sequence.get();
        } catch (ExecutionException e) {
            throw new AssertionError("with -Dhubstorage.seed=%d: %s".formatted(seed, e.getCause()), e.getCause());
        }
    }

    /** One data folder and its kills. */
    private static final class Sequence implements AutoCloseable {
        private final Random random;
        private final KilledHub hub;
        private final Map<KillPhase, Integer> hits = new EnumMap<>(KillPhase.class);
        private int kills;

        /** How long an undisturbed process takes until its run begins, and in all. */
        private long beginNanos;

        private long lifeNanos;

        Sequence(Path home, long seed) throws IOException {
            random = new Random(seed);
            hub = new KilledHub(home, random, seed);
        }

        Map<KillPhase, Integer> run(int wanted) throws IOException, InterruptedException {
            live();
            for (int round = 1; kills < wanted && round < 3 * wanted; round++) {
                KillPhase target = random.nextInt(3) == 0 ? null : rarest();
                boolean mustDiffer = target != null && target.compareTo(KillPhase.LISTING) > 0;
                if (mustDiffer || random.nextInt(3) > 0) {
                    hub.buckets().change();
                }
                try {
                    life(target);
                } catch (AssertionError e) {
                    throw new AssertionError("round %d, aimed at %s: %s".formatted(round, target, e.getMessage()), e);
                }
            }
            live();
            return hits;
        }

        /** A process that nobody disturbs; measures it. */
        private void live() throws IOException, InterruptedException {
            long start = System.nanoTime();
            try (HubProcess process = hub.start()) {
                await(process, () -> holdsLock(process));
                beginNanos = System.nanoTime() - start;
                hub.checkEnded(process);
                lifeNanos = System.nanoTime() - start;
            }
        }

        /** A process that is killed, unless it is too fast. */
        private void life(@Nullable KillPhase target) throws IOException, InterruptedException {
            try (HubProcess process = hub.start()) {
                await(process, moment(target, process));
                if (process.isAlive()) {
                    process.kill();
                    hits.merge(hub.checkKilled(), 1, Integer::sum);
                    kills++;
                } else {
                    hub.checkEnded(process);
                }
            }
        }

        private KillPhase rarest() {
            KillPhase rarest = KillPhase.START_UP;
            for (KillPhase phase : KillPhase.values()) {
                boolean possible = phase != KillPhase.RECOVERY || hub.staged();
                if (possible && hits.getOrDefault(phase, 0) < hits.getOrDefault(rarest, 0)) {
                    rarest = phase;
                }
            }
            return rarest;
        }

        private Moment moment(@Nullable KillPhase target, HubProcess process) throws IOException {
            Layout layout = hub.layout();
            SyntheticS3 s3 = hub.s3();
            long begun = System.nanoTime();
            return switch (target) {
                case null -> after(begun, (long) (random.nextDouble() * lifeNanos));
                case START_UP -> after(begun, (long) (random.nextDouble() * beginNanos));
                case RECOVERY -> {
                    int looks = random.nextInt(40);
                    int[] seen = {0};
                    yield () -> holdsLock(process) && hub.hasBegun() && seen[0]++ >= looks;
                }
                case LISTING -> {
                    int lists = 1 + random.nextInt(2);
                    yield () -> s3.counts().lists() >= lists;
                }
                case DOWNLOADING -> {
                    int gets = 1 + random.nextInt(12);
                    yield () -> s3.counts().gets() >= gets;
                }
                case ASSEMBLING -> () -> s3.counts().lists() > 0 && Traces.assembled(layout);
                case COMMITTING -> () -> s3.counts().lists() > 0 && Traces.certified(layout);
                case COMMITTED -> {
                    Set<String> known = Traces.snapshots(layout);
                    yield () -> !Traces.snapshots(layout).equals(known);
                }
                case AFTER_THE_RUN -> () -> process.out().contains("Result");
            };
        }

        private static Moment after(long begun, long nanos) {
            return () -> System.nanoTime() - begun >= nanos;
        }

        /** Whether it has begun to work on the data folder. */
        private boolean holdsLock(HubProcess process) throws IOException {
            try {
                return Files.readString(hub.layout().lock()).contains("\"pid\":" + process.pid() + ",");
            } catch (NoSuchFileException _) {
                return false;
            }
        }

        private static void await(HubProcess process, Moment moment) throws IOException {
            while (process.isAlive() && !moment.come()) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }

        @Override
        public void close() {
            hub.close();
        }
    }

    /** When to kill. */
    @FunctionalInterface
    private interface Moment {
        boolean come() throws IOException;
    }
}
