package io.hubstorage.bus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests to the repair room and their answers; what is to be done is started by a {@link RepairStart}. */
public sealed interface RepairMessage {
    /**
     * Asks for the plan of a repair: of what is on the list of damage, which a verification fills.
     *
     * @param snapshots only what these hold; all when absent or empty. What shares a damaged file with them is repaired with it
     * @param buckets only of these; all when absent or empty
     */
    record Request(List<String> snapshots, List<String> buckets) implements RepairMessage {
        /** All that is damaged. */
        public static final Request ALL = new Request(List.of(), List.of());

        public Request {
            snapshots = snapshots == null ? List.of() : List.copyOf(snapshots);
            buckets = buckets == null ? List.of() : List.copyOf(buckets);
        }
    }

    /**
     * Where things stand.
     *
     * @param mode {@code off}, {@code ask} or {@code auto}, as {@code verify.repair} has it
     * @param planning whether a plan is being made
     * @param plan the last that was made since the program started; absent before
     * @param problem why the last could not be made, in a sentence
     * @param progress of the repair that goes on in this process
     */
    record View(
            String mode,
            boolean planning,
            @Nullable RepairPlan plan,
            @Nullable String problem,
            @Nullable RepairState progress)
            implements RepairMessage {}
}
