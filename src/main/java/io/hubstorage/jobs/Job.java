package io.hubstorage.jobs;

import io.hubstorage.bus.RunResult;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One long operation, which can be stopped up to the moment it commits what it has done. Whoever works on it asks
 * {@link #check} or waits by {@link #pause}. Thread-safe.
 */
public final class Job {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);
    /** Without letters and digits that look alike. */
    private static final String ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";

    private static final int TAIL = 4;

    private static final Pattern ID = Pattern.compile("\\d{8}-\\d{6}-[a-z0-9]{%d}".formatted(TAIL));

    private final Cancellation cancellation = new Cancellation();
    private boolean committing;
    private RunResult result = RunResult.CANCELLED;

    /**
     * Names a job by when it began, so that people can read, sort and dictate it: {@code 20261124-004911-k3f9}. The tail tells
     * apart jobs that begin in the same second.
     */
    public static String id(Instant startedAt, RandomGenerator random) {
        String tail = random.ints(TAIL, 0, ALPHABET.length())
                .mapToObj(i -> ALPHABET.substring(i, i + 1))
                .collect(Collectors.joining());
        return SECOND.format(startedAt) + "-" + tail;
    }

    /** Whether a text may be one of these, and so harmless as the name of a file. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** Asks it to stop. False when it has begun to commit: then it ends by itself at once. The first reason counts. */
    public synchronized boolean stop(RunResult as, String why) {
        if (committing) {
            return false;
        }
        if (cancellation.request(why)) {
            result = as;
        }
        return true;
    }

    /**
     * From here on it cannot be stopped.
     *
     * @throws CancellationException when it has been
     */
    public synchronized void beginCommit() {
        check();
        committing = true;
    }

    public boolean isStopped() {
        return cancellation.isRequested();
    }

    /** How it is to end, once it was stopped. */
    public synchronized RunResult result() {
        return result;
    }

    public String reason() {
        return cancellation.reason();
    }

    /** Throws a {@link CancellationException} once the job was stopped. */
    public void check() {
        cancellation.check();
    }

    /** Waits; throws a {@link CancellationException} when it was stopped before, or is meanwhile. */
    public void pause(Duration time) throws InterruptedException {
        cancellation.pause(time);
    }
}
