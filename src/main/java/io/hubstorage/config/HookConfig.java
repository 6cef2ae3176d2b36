package io.hubstorage.config;

import io.hubstorage.bus.HookOutcome.When;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunResult;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of {@code hooks}: what runs before or after jobs. Members are explained in {@code conf/config.schema.json}.
 *
 * @param name unique
 * @param run the name of a file in the folder that {@code HUBSTORAGE_HOOKS_PATH} names; absent for one that is an address
 * @param urlEnv the variable that holds the address; absent for one that is a file
 * @param onError of one before a job
 * @param results of one after a job: the ends after which it runs; none for all
 */
public record HookConfig(
        String name,
        boolean enabled,
        When when,
        List<JobKind> jobs,
        @Nullable String run,
        @Nullable String urlEnv,
        int timeoutSeconds,
        OnError onError,
        List<RunResult> results) {
    /** What becomes of the job when a hook before it fails; in JSON in lower case. */
    public enum OnError {
        /** It does not begin. */
        CANCEL,
        /** It begins all the same. */
        IGNORE
    }

    /** Without kinds of jobs it is about backups. */
    public HookConfig {
        jobs = jobs == null || jobs.isEmpty() ? List.of(JobKind.BACKUP) : List.copyOf(jobs);
        results = results == null ? List.of() : List.copyOf(results);
    }

    public Duration timeout() {
        return Duration.ofSeconds(timeoutSeconds);
    }
}
