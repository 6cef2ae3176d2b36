package io.hubstorage.backup;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.snapshot.Certificate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Notices a bucket that lost suspiciously much since the last snapshot: emptied by mistake, or listed by credentials that
 * see only a part.
 *
 * @param maxPercent the greatest loss that is not suspicious, in percent of the objects before; 100 or more never alarms
 */
record ShrinkGuard(double maxPercent) {
    /** Of the buckets that were listed to their end. */
    List<RunRecord.Alarm> alarms(Collection<BucketAttempt> buckets, PreviousSnapshots previous) throws IOException {
        List<RunRecord.Alarm> alarms = new ArrayList<>();
        for (BucketAttempt bucket : buckets) {
            PreviousSnapshots.Previous before = previous.of(bucket.bucket()).orElse(null);
            if (bucket.complete() && before != null) {
                long now = bucket.counts().listed().objects()
                        - bucket.counts().vanished().objects();
                alarm(bucket.bucket(), listed(before, bucket), now).ifPresent(alarms::add);
            }
        }
        return alarms;
    }

    /**
     * How many objects S3 listed then: filtered ones count, carried ones do not. What the snapshot holds stands in for it where
     * no listing is known; 0 when another prefix was listed.
     */
    private static long listed(PreviousSnapshots.Previous before, BucketAttempt now) {
        Certificate.Bucket certified = before.certified(now.bucket()).orElse(null);
        if (certified == null) {
            return before.index().entries();
        }
        if (!certified.prefix().equals(now.prefix())) {
            return 0;
        }
        return certified.listing().complete()
                ? certified.counts().listed().objects()
                : before.index().entries();
    }

    /**
     * An alarm, or empty when all is well.
     *
     * @param before objects listed by the last run, or else the entries of the last snapshot
     * @param now objects listed by this run
     */
    Optional<RunRecord.Alarm> alarm(String bucket, long before, long now) {
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
