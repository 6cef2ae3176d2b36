package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests about jobs of every kind, and their answers. */
public sealed interface JobMessage {
    /**
     * Asks for jobs, the newest first. Of what is to be of one of several, one alone may stand without a list, and all count when it is
     * absent.
     *
     * @param kind only those of these kinds
     * @param limit 1 to 1000, 50 when absent
     * @param before only jobs older than this: the {@code next} of a page, or the id of a job
     * @param bucket only those that {@linkplain JobRecord#concerns concern} this bucket
     * @param result only those that ended so
     * @param trigger only those that began so
     */
    record Query(
            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            List<JobKind> kind,

            @Nullable Integer limit,
            @Nullable String before,
            @Nullable String bucket,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            List<RunResult> result,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            List<Trigger> trigger)
            implements JobMessage {
        public Query {
            kind = kind == null ? List.of() : List.copyOf(kind);
            result = result == null ? List.of() : List.copyOf(result);
            trigger = trigger == null ? List.of() : List.copyOf(trigger);
        }

        /** For any, or those of one kind. */
        public Query(@Nullable JobKind kind, @Nullable Integer limit, @Nullable String before) {
            this(kind == null ? List.of() : List.of(kind), limit, before, null, List.of(), List.of());
        }
    }

    /**
     * Jobs, the newest first, ended or not.
     *
     * @param next the {@code before} of the next page; absent on the last one
     * @param searchedTo of a page that has fewer than were asked for, though the history goes further back: when the oldest job began
     *     that was looked at. Go on with {@code next}
     */
    record Page(
            List<JobRecord> jobs,
            @Nullable String next,
            @Nullable Instant searchedTo) implements JobMessage {}

    /** Asks for the job of this id. */
    record Get(String runId) implements JobMessage {}

    /**
     * One job.
     *
     * @param progress how far it is; absent unless this process works on it
     * @param older the id of the one before it of the same kind
     * @param newer the id of the one after it of the same kind
     */
    record Found(
            JobRecord record,
            @Nullable JobState progress,
            @Nullable String older,
            @Nullable String newer) implements JobMessage {}

    /** Stops the job of this id; also the answer, once it has been told to stop. */
    record Cancel(String runId) implements JobMessage {}

    /** How the kinds stand, each of them once. */
    record Status(List<OfKind> kinds) implements JobMessage {}

    /**
     * How one kind stands.
     *
     * @param current what is under way
     * @param last the last one that has ended
     * @param lastSuccess the last one that did all that it was there for
     */
    record OfKind(
            JobKind kind,
            @Nullable JobState current,
            @Nullable JobRecord last,
            @Nullable JobRecord lastSuccess) {}
}
