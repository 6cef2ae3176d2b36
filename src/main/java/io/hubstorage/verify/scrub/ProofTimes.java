package io.hubstorage.verify.scrub;

import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.config.HubConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When the proofs go on by themselves. Pure.
 *
 * @param cycle the last one
 * @param oldestSnapshot when the run began that made it; its files were proven then, as they were downloaded
 * @param last the last job of the kind that has ended
 */
record ProofTimes(
        HubConfig config,
        VerifyRecord.Cycle cycle,
        @Nullable Instant oldestSnapshot,
        @Nullable JobRecord last) {
    private static final Duration AFTER_FAILURE = Duration.ofHours(1);
    private static final Duration AFTER_PAUSE = Duration.ofDays(1);
    private static final double HOURS_OF_DAY = 24;

    /** Not before now; empty for never. */
    Optional<Instant> next(Instant now) {
        double days = config.verify().cycleDays();
        Instant from = cycle.cycleNumber() == 0 ? oldestSnapshot : cycle.cycleBegan();
        if (days <= 0 || from == null) {
            return Optional.empty();
        }
        boolean goesOn = cycle.cycleNumber() > 0 && cycle.cycleFinished() == null;
        Duration length = Duration.ofSeconds(Math.round(days * HOURS_OF_DAY * 3_600));
        // After a clock that was ahead nobody knows since when: at once, or it would be put off at each look.
        Instant due = goesOn || from.isAfter(now) ? now : later(now, from.plus(length));
        Instant at = later(due, held(now));
        return Optional.of(config.mayVerify(at) ? at : config.nextVerify(at).orElse(at));
    }

    /** Who has paused it wants it paused for these hours; what has just failed would fail again. */
    private @Nullable Instant held(Instant now) {
        JobRecord job = last;
        Instant end = job == null ? null : job.finishedAt();
        if (job == null || end == null || end.isAfter(now)) {
            return null;
        }
        return job.result() == RunResult.CANCELLED
                ? config.nextVerify(end).orElse(end.plus(AFTER_PAUSE))
                : job.result() == RunResult.FAILED ? end.plus(AFTER_FAILURE) : null;
    }

    private static Instant later(Instant one, @Nullable Instant other) {
        return other != null && other.isAfter(one) ? other : one;
    }
}
