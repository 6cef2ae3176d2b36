package io.hubstorage.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.fs.BackwardLines;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job in the history.
 *
 * @param older the id of the one of the same kind before it
 * @param newer likewise after it
 */
record HistoryPlace(
        JobRecord record, @Nullable String older, @Nullable String newer) {
    /** Looks for it from the end; empty where there is none of this id. */
    static Optional<HistoryPlace> of(String id, BackwardLines lines) throws IOException {
        Map<JobKind, String> newer = new EnumMap<>(JobKind.class);
        for (String text = lines.previous(); text != null; text = lines.previous()) {
            String met = HistorySearch.value(text, HistorySearch.ID);
            if (met.equals(id)) {
                JobRecord job = parse(text);
                if (job != null) {
                    return Optional.of(new HistoryPlace(job, older(id, job.kind(), lines), newer.get(job.kind())));
                }
            } else if (!met.isEmpty()) {
                for (JobKind kind : JobKind.values()) {
                    if (HistoryFile.mayBe(kind, text)) {
                        newer.put(kind, met);
                        break;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static @Nullable String older(String id, JobKind kind, BackwardLines lines) throws IOException {
        for (String text = lines.previous(); text != null; text = lines.previous()) {
            String met = HistorySearch.value(text, HistorySearch.ID);
            if (!met.isEmpty() && !met.equals(id) && HistoryFile.mayBe(kind, text)) {
                return met;
            }
        }
        return null;
    }

    /** Null where it cannot be read, or is no whole record. */
    private static @Nullable JobRecord parse(String text) {
        try {
            JobRecord job = BusJson.mapper().readValue(text, JobRecord.class);
            return job != null && job.whole() ? job : null;
        } catch (JsonProcessingException _) {
            return null;
        }
    }
}
