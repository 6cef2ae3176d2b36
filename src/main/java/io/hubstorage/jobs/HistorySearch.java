package io.hubstorage.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.IsoTime;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.fs.BackwardLines;
import io.hubstorage.fs.Durable;
import io.vertx.core.json.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks for jobs in the history's file from a place in it backwards, page after page. Each page takes as long as the first one, and none
 * reads more than {@link #MOST}, however seldom the job is that is looked for: the page then says how far back it has looked, and where
 * to go on. Used once.
 */
final class HistorySearch {
    /** Bytes that one page reads. */
    static final int MOST = 8 << 20;

    /** The id of a job, and where its line begins. */
    private static final Pattern CURSOR = Pattern.compile("(.*)@(\\d{1,18})");

    static final String ID = "\"run_id\":\"";
    private static final String BEGAN = "\"started_at\":\"";
    /** So far from its beginning a line has its id. */
    private static final int HEAD = 4096;

    private final JobMessage.Query query;
    private final int limit;
    private final Predicate<String> underWay;
    private final @Nullable String bucket;
    private final Set<String> met = new HashSet<>();
    private final List<JobRecord> found = new ArrayList<>();

    /** @param underWay whether the job of an id is worked on by this process */
    HistorySearch(JobMessage.Query query, int limit, Predicate<String> underWay) {
        this.query = query;
        this.limit = limit;
        this.underWay = underWay;
        this.bucket = query.bucket() == null ? null : Json.encode(query.bucket());
    }

    JobMessage.Page in(FileChannel file, int longest) throws IOException {
        BackwardLines lines = new BackwardLines(file, file.size(), longest);
        String cursor = query.before();
        boolean first = cursor == null;
        if (cursor != null) {
            BackwardLines before = before(file, longest, cursor);
            if (before == null) {
                return new JobMessage.Page(List.of(), null, null);
            }
            lines = before;
        }
        // What was read to find the place is not counted: it is the same for each page.
        long free = lines.bytesRead();
        String next = null;
        String began = null;
        for (String text = lines.previous(); text != null; text = lines.previous()) {
            if (next != null && (found.size() == limit || lines.bytesRead() - free > MOST)) {
                return new JobMessage.Page(found, next, found.size() == limit ? null : instant(began));
            }
            look(text, first);
            next = value(text, ID) + "@" + lines.start();
            String time = value(text, BEGAN);
            began = time.isEmpty() ? began : time;
        }
        return new JobMessage.Page(found, null, null);
    }

    /** The lines before that of this job; null where there is none. */
    private static @Nullable BackwardLines before(FileChannel file, int longest, String cursor) throws IOException {
        Matcher place = CURSOR.matcher(cursor);
        String id = cursor;
        if (place.matches()) {
            id = place.group(1);
            long offset = Long.parseLong(place.group(2));
            if (isAt(file, offset, id)) {
                return new BackwardLines(file, offset, longest);
            }
        }
        // By its id alone; or the file has been compacted since.
        BackwardLines lines = new BackwardLines(file, file.size(), longest);
        for (String text = lines.previous(); text != null; text = lines.previous()) {
            if (value(text, ID).equals(id)) {
                return lines;
            }
        }
        return null;
    }

    private static boolean isAt(FileChannel file, long offset, String id) throws IOException {
        if (offset >= file.size()) {
            return false;
        }
        int length = (int) Math.min(HEAD, file.size() - offset);
        String head = new String(Durable.readFully(file, offset, length), StandardCharsets.UTF_8);
        return head.startsWith("{") && value(head, ID).equals(id);
    }

    private void look(String text, boolean first) {
        String id = value(text, ID);
        if (!met.add(id) || !mayFit(text)) {
            return;
        }
        try {
            JobRecord job = BusJson.mapper().readValue(text, JobRecord.class);
            // Before the first page there may be a line that tells of the same job's end.
            boolean counts = first || job.result().ended() || underWay.test(id);
            if (job.whole() && counts && fits(job)) {
                found.add(job);
            }
        } catch (JsonProcessingException _) {
            // One that a later version wrote, or that was cut off: whoever reads the whole history tells of it.
        }
    }

    /** Cheaply, since most lines may be of no interest: parsing one takes a hundred times as long as looking through it. */
    private boolean mayFit(String text) {
        return (query.kind().isEmpty() || query.kind().stream().anyMatch(kind -> HistoryFile.mayBe(kind, text)))
                && (query.result().isEmpty() || query.result().stream().anyMatch(result -> has(text, "result", result)))
                && (query.trigger().isEmpty()
                        || query.trigger().stream().anyMatch(trigger -> has(text, "trigger", trigger)))
                && (bucket == null || text.contains(bucket));
    }

    private static boolean has(String text, String member, Enum<?> word) {
        return text.contains("\"%s\":\"%s\"".formatted(member, BusJson.word(word)));
    }

    private boolean fits(JobRecord job) {
        return (query.kind().isEmpty() || query.kind().contains(job.kind()))
                && (query.result().isEmpty() || query.result().contains(job.result()))
                && (query.trigger().isEmpty() || query.trigger().contains(job.trigger()))
                && (query.bucket() == null || job.concerns(query.bucket()));
    }

    private static @Nullable Instant instant(@Nullable String text) {
        return text == null ? null : IsoTime.parse(text);
    }

    /** The first text behind that; empty where there is none. Names of jobs and times have no escapes. */
    static String value(String text, String before) {
        int at = text.indexOf(before);
        int end = at < 0 ? -1 : text.indexOf('"', at + before.length());
        return end < 0 ? "" : text.substring(at + before.length(), end);
    }
}
