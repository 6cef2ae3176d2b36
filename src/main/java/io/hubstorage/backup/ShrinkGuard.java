package io.hubstorage.backup;

import io.hubstorage.bus.RunRecord;
import java.util.Locale;
import java.util.Optional;

/**
 * Notices a bucket that lost suspiciously much since the last snapshot: emptied by mistake, or listed by credentials that
 * see only a part.
 *
 * @param maxPercent the greatest loss that is not suspicious, in percent of the objects before; 100 or more never alarms
 */
public record ShrinkGuard(double maxPercent) {
    /**
     * An alarm, or empty when all is well.
     *
     * @param before objects listed by the last run, or else the entries of the last snapshot
     * @param now objects listed by this run
     */
    public Optional<RunRecord.Alarm> alarm(String bucket, long before, long now) {
        if (before <= 0 || now >= before) {
            return Optional.empty();
        }
        double lost = 100.0 * (before - now) / before;
        if (lost <= maxPercent) {
            return Optional.empty();
        }
        String message = String.format(
                Locale.ROOT,
                "The bucket %s shrank from %,d to %,d objects (%.1f %%, more than the %.1f %% that"
                        + " guards.max_shrink_percent allows). The earlier snapshots still hold what is gone.",
                bucket,
                before,
                now,
                lost,
                maxPercent);
        return Optional.of(new RunRecord.Alarm(bucket, "shrunk", before, now, message));
    }
}
