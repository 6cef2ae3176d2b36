package io.hubstorage.notify.alerts;

import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Alerts.Addressed;
import io.hubstorage.notify.alerts.Alerts.Decision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that is told at a moment, as one decision: problems, reports of jobs, the digest. Pure.
 *
 * @param before when the last decision was made
 */
record Decider(Policy policy, AlertState before) {
    /**
     * What has happened since.
     *
     * @param began jobs
     * @param ended jobs, of which those may be told already that an earlier process has seen
     * @param week the jobs of the week before the digest that is due; empty while none is
     */
    record News(List<JobState> began, List<JobRecord> ended, Optional<List<JobRecord>> week) {
        static final News NONE = new News(List.of(), List.of(), Optional.empty());
    }

    Decision decide(Situation situation, News news) {
        Instant now = situation.now();
        Reports reports = new Reports(policy, now);
        List<JobRecord> ended = news.ended().stream().filter(this::isNew).toList();
        List<Addressed> messages = new ArrayList<>();
        news.began().forEach(job -> reports.began(job).ifPresent(messages::add));
        ended.forEach(job -> reports.ended(job).ifPresent(messages::add));
        ended.forEach(job -> reports.hooks(job).ifPresent(messages::add));
        Decision alerts = Alerts.decide(policy, before, situation);
        messages.addAll(alerts.messages());
        long number = alerts.state().messages();
        Instant digested = digestedBefore(now);
        Optional<Instant> due = policy.dueDigest(before, now);
        if (due.isPresent() && news.week().isPresent()) {
            digested = due.get();
            List<String> channels = policy.subscribers().stream()
                    .filter(each -> each.hears(Event.DIGEST, Severity.INFO))
                    .map(Policy.Subscriber::name)
                    .toList();
            if (!channels.isEmpty()) {
                messages.add(new Addressed(
                        new Digest(policy, due.get(), news.week().get(), situation).message(++number, now), channels));
            }
        }
        AlertState state = new AlertState(
                number,
                before.since(),
                digested,
                AlertState.newest(
                        before.reported(), ended.stream().map(JobRecord::runId).toList()),
                alerts.state().alerts());
        return new Decision(state, messages);
    }

    /** Where there was no digest, the first one is about what is after now. */
    private Instant digestedBefore(Instant now) {
        if (policy.rhythm().digest() == null) {
            return AlertState.NO_DIGEST;
        }
        return before.digestedUntil().equals(AlertState.NO_DIGEST) ? now : before.digestedUntil();
    }

    private boolean isNew(JobRecord job) {
        return job.finishedAt() != null
                && !job.finishedAt().isBefore(before.since())
                && !before.reported().contains(job.runId());
    }
}
