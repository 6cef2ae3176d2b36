package io.hubstorage.bus;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Between the coordinator and its transfer workers in other processes; internal, not bridged. */
public sealed interface WorkerMessage {
    /**
     * A worker is there and would copy; told every second. The answer is {@link Welcome}, or a failure that says why it
     * gets none.
     *
     * @param id of this start of the process; no two are alike
     * @param name for people
     * @param version of the program, which must be the coordinator's
     * @param clock what its clock says
     * @param folder the id in its data folder's {@code marker.json}
     * @param listens whether it can be handed shards: one that was not taken before first needs to know the configuration
     * @param problem why it cannot do what that says, in a sentence or two
     */
    record Hello(
            String id,
            String name,
            String version,
            Instant clock,
            String folder,
            boolean listens,
            @Nullable String problem)
            implements WorkerMessage {}

    /**
     * A worker is taken.
     *
     * @param config {@code config.json} in force
     */
    record Welcome(JsonObject config, Share share) implements WorkerMessage {}

    /**
     * What a worker may take of what all of them may together.
     *
     * @param requests for bodies, at most so many at once
     * @param bytesPerSecond null where that is not limited
     */
    record Share(int requests, @Nullable Double bytesPerSecond) implements WorkerMessage {}

    /** A worker takes no more shards, and gives back those that it has. */
    record Goodbye(String id) implements WorkerMessage {}

    /**
     * The coordinator wants to know whether a worker has the same data folder.
     *
     * @param name of the question there, see {@code snapshot.SharedFolder}
     */
    record Probe(String name) implements WorkerMessage {}

    /** The answer. */
    record Probed(String word) implements WorkerMessage {}
}
