package io.hubstorage.jobs;

import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What somebody wants to happen around jobs, beside their work. Thread-safe. */
@FunctionalInterface
public interface JobHooks {
    JobHooks NONE = _ -> List.of();

    /** Those of a job that is about to begin, in their order, as they are configured now. Does not block. */
    List<? extends Hook> of(JobKind kind);

    /** One of them. */
    interface Hook {
        HookOutcome.When when();

        /** Of one before a job: whether the job does not begin when it fails. */
        boolean cancels();

        /** Of one after a job: whether it runs after such an end. */
        boolean concerns(JobRecord ended);

        /**
         * Runs it to its end, whatever that is; never throws. Blocks.
         *
         * @param job as it has begun, or ended
         * @param stop asked many times a second whether it is to end at once
         */
        HookOutcome run(JobRecord job, BooleanSupplier stop);
    }
}
