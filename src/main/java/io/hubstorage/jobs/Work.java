package io.hubstorage.jobs;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.RunResult;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.util.Optional;

/**
 * What a job does, and what only its kind knows of itself; {@link Jobs} lives its life. Of one job, and used once. {@link #admit},
 * {@link #begun}, {@link #run} and {@link #close} are called in this order by the job's own thread and may block, the
 * others at any time by any thread. With hooks before the job, {@link #begun} and {@link #state} are asked for before {@link #admit}
 * too, since the job is told of before the hooks run.
 */
public interface Work {
    JobKind kind();

    /** See {@link Job#id}; that of the earlier job where this one goes on with it. */
    String id();

    /** What people call it. */
    default String noun() {
        return kind().word();
    }

    /**
     * Takes what nobody else may have at the same time.
     *
     * @throws ReplyException by {@link Bus#refusal} when it cannot begin as things are: whoever asked for it is told so, there has
     *     been no job, and nothing else is called but {@link #close}
     * @throws IOException when anything else went wrong; the job has then begun and ends by it
     */
    default void admit() throws IOException {}

    /** What the history says while it is under way. */
    JobRecord begun();

    /**
     * Does it, to its end. Whatever is thrown becomes the end of the job: checked exceptions are its own
     * ({@link #reason}), after it was told to stop they are not why it ends, and others are faults of the program.
     *
     * @param job to be asked often whether it is to stop
     */
    JobRecord run(Job job) throws Exception;

    /** That it ended before {@link #run} has said how. Never throws. */
    JobRecord stopped(RunResult result, String why);

    /** Why it failed, as one sentence that says what to do. */
    String reason(Exception failure);

    /** What becomes of what was done when it is stopped, as the end of a sentence: "the next run goes on from there". */
    String remains();

    JobState state();

    /** It has been told to stop, and whoever works for it elsewhere is to be; may be called again. */
    default void stopping() {}

    /** Why it has to fail now, although it does not know yet; asked for once a second, and may block. */
    default Optional<String> trouble() throws IOException {
        return Optional.empty();
    }

    /** It has ended like that; {@link #state} is asked for once more. */
    default void ended(JobRecord record) {}

    /** Gives back what it took, if anything. */
    default void close() {}
}
