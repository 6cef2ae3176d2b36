package io.hubstorage.status;

import static io.hubstorage.status.Phrases.agoMark;
import static io.hubstorage.status.Phrases.atMark;
import static io.hubstorage.status.Phrases.count;
import static io.hubstorage.status.Phrases.untilMark;

import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.bus.StatusMessage.Verdict;
import java.time.Instant;
import java.util.Locale;

/**
 * What there is to say while a run is under way.
 *
 * @param lastGood when the last good backup was, as a sentence that may follow; empty when there was none
 */
record RunInProgress(RunState run, String lastGood, Instant now) {
    Verdict verdict() {
        RunState.Waiting waiting = run.waiting();
        if (run.phase() == RunPhase.CANCELLING) {
            return verdict(
                    State.RUNNING,
                    "Stopping the run.",
                    "What was transferred is kept, so the next run continues from there.");
        }
        if (waiting != null) {
            return waiting(waiting);
        }
        int many = run.buckets().size();
        String what = many == 1 ? "bucket " + run.buckets().getFirst().bucket() : count(many);
        String since = "Started %s%s."
                .formatted(
                        agoMark(run.start().startedAt()), Judge.by(run.start().schedule()));
        if (run.start().dryRun()) {
            return verdict(
                    State.RUNNING,
                    many == 0 ? "Dry run." : "Dry run of %s.".formatted(what),
                    "Counting what a backup would do. Nothing is written. " + since);
        }
        if (run.phase() == RunPhase.RETRYING) {
            Instant at = run.stage().retryAt();
            return verdict(
                    State.RUNNING,
                    "Waiting to try again what failed.",
                    "Attempt %d of %d left something missing%s.%s"
                            .formatted(
                                    run.stage().attempt(),
                                    run.stage().maxAttempts(),
                                    at == null ? "" : "; the next begins " + untilMark(at),
                                    lastGood));
        }
        return verdict(
                State.RUNNING,
                many == 0 ? "A backup is starting." : "Backing up %s.".formatted(what),
                since + limited() + lastGood);
    }

    /** How fast it may download, as a sentence that may follow; empty where that is not limited. */
    private String limited() {
        BandwidthLimit limit = run.stage().bandwidthLimit();
        if (limit == null) {
            return "";
        }
        return limit.until() == null
                ? " Limited to %s.".formatted(limit.inWords())
                : " Limited to %s until %s.".formatted(limit.inWords(), atMark(limit.until()));
    }

    private Verdict waiting(RunState.Waiting waiting) {
        Instant retry = run.phase() == RunPhase.RETRYING ? run.stage().retryAt() : null;
        String next = retry == null
                ? "The %s goes on by itself as soon as it can."
                        .formatted(run.start().dryRun() ? "dry run" : "backup")
                : "The next attempt begins %s.".formatted(untilMark(retry));
        return verdict(
                State.WAITING,
                "Waiting for %s: %s since %s."
                        .formatted(waiting.what().toUpperCase(Locale.ROOT), waiting.cause(), atMark(waiting.since())),
                next + lastGood);
    }

    private Verdict verdict(State state, String title, String detail) {
        return Phrases.verdict(state, title, detail, now);
    }
}
