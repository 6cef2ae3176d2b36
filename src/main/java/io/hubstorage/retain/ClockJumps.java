package io.hubstorage.retain;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the clock went ahead of the time that really passed, so that what can be had back for a week is not gone because somebody set the
 * clock. What it knows outlives the process, in a file: so it notices too what happened to the clock while none ran. How long a machine
 * was switched off nobody can tell from a clock that was set; that counts as a jump when it is more than a day, in which nobody could have
 * anything back either. A sleep of the machine is a jump too. Not thread-safe; blocks.
 */
final class ClockJumps {
    private static final Logger LOG = LoggerFactory.getLogger(ClockJumps.class);
    private static final int FORMAT = 1;
    /** Less is a clock that is put right. */
    private static final Duration LEAST = Duration.ofHours(1);
    /** Less is a machine that was switched off for a while. */
    private static final Duration LEAST_OFF = Duration.ofDays(1);
    /** How often it writes down that it still watches. Not each minute: disks sleep. */
    private static final Duration NOTE = Duration.ofHours(6);

    /** Longer than anything can be had back. */
    private static final Duration MOST = Duration.ofDays(400);

    private final InstantSource clock;
    private final Machine machine;
    private final Path file;
    /** The oldest first. */
    private final List<Jump> jumps = new ArrayList<>();

    private boolean read;
    private @Nullable Instant since;
    private long sinceNanos;
    private @Nullable Instant noted;

    private record Jump(Instant to, Duration by) {}

    /**
     * What is in the file.
     *
     * @param at by the clock, when it was written
     * @param nanos by the machine, at that moment
     */
    private record State(int format, String boot, Instant at, long nanos, List<Jump> jumps) {
        boolean isWhole() {
            return format == FORMAT
                    && Stream.of(boot, at, jumps).allMatch(Objects::nonNull)
                    && jumps.stream().allMatch(jump -> jump.to != null && jump.by != null);
        }
    }

    /**
     * How time passes there, whatever the clock says.
     *
     * @param boot its present start; the empty text where nobody can tell
     * @param nanos goes on with the time that passes, for all processes alike since that start
     */
    record Machine(String boot, LongSupplier nanos) {
        /** On Linux {@link System#nanoTime} counts from the start of the machine; elsewhere no start is known. */
        static Machine ours() {
            String boot;
            try {
                boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                        .strip();
            } catch (IOException e) {
                boot = "";
            }
            return new Machine(boot, System::nanoTime);
        }

        private boolean isSince(State state) {
            return !boot.isEmpty() && boot.equals(state.boot) && nanos.getAsLong() >= state.nanos;
        }
    }

    /** @param file what is known of the clock; need not be there */
    ClockJumps(InstantSource clock, Machine machine, Path file) {
        this.clock = clock;
        this.machine = machine;
        this.file = file;
    }

    /** Compares the clock with the time that passed; to be called now and then. */
    void look() {
        Instant now = clock.instant();
        long ticks = machine.nanos.getAsLong();
        boolean changed = false;
        if (!read) {
            read = true;
            changed = goOn(now);
        }
        Instant before = since;
        Duration ahead =
                before == null ? Duration.ZERO : Duration.between(before, now).minusNanos(ticks - sinceNanos);
        // Less is compared with the same moment the next time, so that many small jumps count as one.
        if (before == null || ahead.abs().compareTo(LEAST) > 0) {
            since = now;
            sinceNanos = ticks;
            moved(now, ahead);
            changed = true;
        }
        if (changed || noted == null || Duration.between(noted, now).abs().compareTo(NOTE) > 0) {
            note(now, ticks);
        }
    }

    /** With what an earlier process knew; whether that has to be written down anew. */
    private boolean goOn(Instant now) {
        State state = state();
        if (state == null) {
            return true;
        }
        jumps.addAll(state.jumps);
        if (machine.isSince(state)) {
            since = state.at;
            sinceNanos = state.nanos;
            noted = state.at;
            return false;
        }
        Duration off = Duration.between(state.at, now);
        if (off.abs().compareTo(off.isPositive() ? LEAST_OFF : LEAST) > 0) {
            moved(now, off);
        }
        return true;
    }

    private void moved(Instant now, Duration ahead) {
        if (ahead.isPositive()) {
            LOG.warn(
                    "The clock went ahead by {}. What was removed before can be brought back for so much longer.",
                    ahead);
            jumps.add(new Jump(now, ahead));
        } else if (ahead.isNegative()) {
            wentBack(ahead.negated());
        }
    }

    private @Nullable State state() {
        try {
            State state = BusJson.mapper().readValue(Files.readAllBytes(file), State.class);
            if (state != null && state.isWhole()) {
                return state;
            }
            LOG.warn("{} is damaged: whether the clock was set meanwhile is not known", file);
        } catch (NoSuchFileException e) {
            LOG.debug("nothing is known of the clock yet");
        } catch (JsonProcessingException e) {
            LOG.warn("{} is damaged: whether the clock was set meanwhile is not known", file);
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.getMessage());
        }
        return null;
    }

    /** The clock of a disk on which nothing can be written is watched all the same. */
    private void note(Instant now, long ticks) {
        noted = now;
        jumps.removeIf(jump -> jump.to.plus(MOST).isBefore(now));
        try {
            Durable.writeAtomically(
                    file,
                    BusJson.mapper()
                            .writeValueAsBytes(new State(FORMAT, machine.boot, now, ticks, List.copyOf(jumps))));
        } catch (IOException e) {
            LOG.debug("what is known of the clock cannot be written down", e);
        }
    }

    private void wentBack(Duration by) {
        Duration left = by;
        while (left.isPositive() && !jumps.isEmpty()) {
            Jump last = jumps.removeLast();
            if (last.by().compareTo(left) > 0) {
                jumps.add(new Jump(last.to(), last.by().minus(left)));
            }
            left = left.minus(last.by());
        }
    }

    /** When, by the clock as it is now, so much time has passed as from {@code begin} to {@code end}; never before {@code end}. */
    Instant end(Instant begin, Instant end) {
        List<Jump> later =
                jumps.stream().filter(jump -> jump.to().isAfter(begin)).toList();
        if (later.isEmpty()) {
            return end;
        }
        Instant late = later.stream().map(Jump::by).reduce(end, Instant::plus, (_, last) -> last);
        // Nobody waits for longer than the whole time, also where the clock began in 1970.
        Instant latest = later.getLast().to().plus(Duration.between(begin, end));
        return late.isBefore(latest) ? late : latest;
    }
}
