package io.hubstorage;

import io.hubstorage.bus.JobKind;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryNotificationInfo;
import java.lang.management.MemoryPoolMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.management.NotificationEmitter;

/**
 * Keeps the heap in proportion to what is alive in it, however large it may become. The serial collector, which the image uses,
 * fills its old generation up to the limit before it looks for garbage there, and never shrinks it otherwise. So a full
 * collection is asked for when the old generation holds half as much again as the last one left, and when a job has ended; the
 * flags in {@code docker/jvm.args} say how much goes back to the system then. Other collectors have such rules of their own.
 */
final class SoftHeapLimit {
    private static final String OLD_GENERATION_OF_SERIAL = "Tenured Gen";
    /** What is worth no collection, in bytes. */
    private static final long LITTLE = 16L << 20;
    /** Until those who follow a job have been told of its end, and nobody refers to it any more; until connections are let go. */
    private static final List<Duration> AFTERMATH = List.of(Duration.ofSeconds(1), Duration.ofSeconds(40));

    private final MemoryPoolMXBean old;

    private SoftHeapLimit(MemoryPoolMXBean old) {
        this.old = old;
    }

    /** From now on, in the whole process; Vert.x tells of jobs. */
    static void keep(Vertx vertx) {
        ofSerial().ifPresent(limit -> {
            limit.collectOnGrowth();
            for (JobKind kind : JobKind.values()) {
                vertx.eventBus()
                        .consumer(
                                kind.finished(),
                                // Not on the event loop, which would be told of being blocked.
                                _ -> AFTERMATH.forEach(pause -> vertx.setTimer(
                                        pause.toMillis(), _ -> Thread.startVirtualThread(limit::collect))));
            }
        });
    }

    private static Optional<SoftHeapLimit> ofSerial() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals(OLD_GENERATION_OF_SERIAL))
                .findFirst()
                .map(SoftHeapLimit::new);
    }

    private void collectOnGrowth() {
        setThreshold();
        // The JVM compares after each collection, and tells on a thread that it keeps for that.
        ((NotificationEmitter) ManagementFactory.getMemoryMXBean())
                .addNotificationListener(
                        (_, _) -> collect(),
                        notification -> notification.getType().equals(MemoryNotificationInfo.MEMORY_THRESHOLD_EXCEEDED),
                        null);
    }

    private void collect() {
        System.gc();
        setThreshold();
    }

    /** Near the heap's own limit the collector looks for garbage unasked. */
    private void setThreshold() {
        long most = old.getUsage().getMax();
        long left = old.getUsage().getUsed();
        long next = left + Math.max(LITTLE, left / 2);
        old.setUsageThreshold(most < 0 ? next : Math.min(next, most));
    }
}
