package io.hubstorage.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Somebody who has nothing to do with an attack, and should notice nothing of it. */
public final class Bystander {
    private static final int ASKS = 9;
    private static final Duration MOST = Duration.ofSeconds(1);

    private static final int ATTACKERS = 8;

    private Bystander() {}

    /** What an attacker does once. */
    @FunctionalInterface
    public interface Attack {
        /** Fails where something else comes of it than should. */
        void go() throws Exception;
    }

    /** {@link #isServedWithinASecond}, while eight attackers do the same again and again, each of them once at least. */
    public static void isServedWithinASecondDespite(Attack attack, Runnable ask) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Future<?>> attackers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < ATTACKERS; i++) {
                attackers.add(threads.submit(() -> {
                    do {
                        attack.go();
                    } while (!over.get());
                    return null;
                }));
            }
            try {
                isServedWithinASecond(ask);
            } finally {
                over.set(true);
            }
        }
        for (Future<?> attacker : attackers) {
            attacker.get();
        }
    }

    /**
     * Asks some times, one after the other. Each ask must be answered, and half of them in less than a second: a machine that
     * is busy with something else for a moment changes nothing about that, a server that is kept busy does.
     *
     * @param ask fails where there is no answer, or a wrong one
     */
    public static void isServedWithinASecond(Runnable ask) {
        long[] nanos = new long[ASKS];
        for (int i = 0; i < ASKS; i++) {
            long begun = System.nanoTime();
            ask.run();
            nanos[i] = System.nanoTime() - begun;
        }
        Arrays.sort(nanos);
        Duration median = Duration.ofNanos(nanos[ASKS / 2]);
        if (median.compareTo(MOST) >= 0) {
            throw new AssertionError(
                    "others waited %s (median), at the most %s".formatted(median, Duration.ofNanos(nanos[ASKS - 1])));
        }
    }
}
