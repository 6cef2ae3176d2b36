package io.hubstorage.notify.alerts;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The jobs of the history, as whoever keeps it says. */
record PastJobs(Bus bus) {
    private static final int MISSED = 200;
    private static final int PAGE = 100;
    /** A week of a backup every five minutes, twice. */
    private static final int MOST_OF_A_WEEK = 5000;

    /** Those that ended since then, the oldest first. */
    Future<List<JobRecord>> endedSince(Instant since) {
        return page(null, MISSED)
                .map(page -> page.jobs().stream()
                        .filter(job ->
                                job.finishedAt() != null && !job.finishedAt().isBefore(since))
                        .sorted(Comparator.comparing(JobRecord::startedAt))
                        .toList());
    }

    /** Those that ended after {@code from} and not after {@code until}, the newest first. */
    Future<List<JobRecord>> between(Instant from, Instant until) {
        return between(from, until, null, new ArrayList<>());
    }

    private Future<List<JobRecord>> between(
            Instant from, Instant until, @Nullable String olderThan, List<JobRecord> found) {
        return page(olderThan, PAGE).compose(page -> {
            page.jobs().stream()
                    .filter(job -> job.finishedAt() != null
                            && job.finishedAt().isAfter(from)
                            && !job.finishedAt().isAfter(until))
                    .forEach(found::add);
            boolean all = page.next() == null
                    || page.jobs().getLast().startedAt().isBefore(from)
                    || found.size() >= MOST_OF_A_WEEK;
            return all ? Future.succeededFuture(found) : between(from, until, page.next(), found);
        });
    }

    private Future<JobMessage.Page> page(@Nullable String olderThan, int limit) {
        return bus.ask(Addresses.JOBS_LIST, BusJson.encode(new JobMessage.Query(null, limit, olderThan)), Bus.PATIENT)
                .map(body -> BusJson.decode(body, JobMessage.Page.class));
    }
}
