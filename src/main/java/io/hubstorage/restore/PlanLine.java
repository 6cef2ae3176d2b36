package io.hubstorage.restore;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What will become of one object: a line of a plan.
 *
 * @param line its number, from 1
 * @param key in the snapshot
 * @param to what it is called in the target
 * @param size of the entry; of what is deleted where that is the action
 * @param reason why it is not simply written: {@code exists}, {@code newer}, {@code missing}, …
 * @param detail the same in a sentence, where more is known
 * @param found what there is in the target now
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PlanLine(
        long line,
        String bucket,
        String key,
        String to,
        long size,
        Action action,
        @Nullable String reason,
        @Nullable String detail,
        @Nullable Seen found) {
    enum Action {
        WRITE,
        /** The target has it already. */
        IDENTICAL,
        /** The target has something else, which stays. */
        SKIP,
        /** It cannot be restored. */
        FAIL,
        /** The target has it, and the snapshot has not. */
        DELETE
    }

    /** What was found under {@link #to}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Seen(long size, @Nullable String etag, Instant lastModified) {}

    PlanLine numbered(long number) {
        return new PlanLine(number, bucket, key, to, size, action, reason, detail, found);
    }
}
