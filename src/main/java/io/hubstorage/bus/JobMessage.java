package io.hubstorage.bus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests about jobs of every kind, and their answers. */
public sealed interface JobMessage {
    /**
     * Asks for jobs, the newest first.
     *
     * @param kind only those of this kind; all of them when absent
     * @param limit 1 to 1000, 50 when absent
     * @param before only jobs older than the one of this id
     */
    record Query(
            @Nullable JobKind kind,
            @Nullable Integer limit,
            @Nullable String before) implements JobMessage {}

    /**
     * Jobs, the newest first, ended or not.
     *
     * @param next the {@code before} of the next page; absent on the last one
     */
    record Page(List<JobRecord> jobs, @Nullable String next) implements JobMessage {}

    /** Asks for the job of this id. */
    record Get(String runId) implements JobMessage {}

    /**
     * One job.
     *
     * @param progress how far it is; absent unless this process works on it
     */
    record Found(JobRecord record, @Nullable JobState progress) implements JobMessage {}

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
