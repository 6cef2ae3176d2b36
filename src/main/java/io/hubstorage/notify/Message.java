package io.hubstorage.notify;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunResult;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody is told, in plain text: nothing in it is escaped, which is each channel's own affair. Names of buckets and
 * files in it may hold anything.
 *
 * @param id of this message and no other, the same however often and by how many channels it is sent: whoever receives it
 *     twice can drop the second; letters, digits, {@code -}, {@code .} and {@code _}, at most 100
 * @param at when it was decided; with quiet hours or a channel out of reach it goes out later
 * @param subject what it is about, as short as a name: a bucket, a kind of job, the disk; the same for all messages about
 *     the same thing
 * @param title one line: what has happened, where, and since when
 * @param text a few sentences in lines: what that means and what to do
 * @param facts numbers and names worth a table, in the order to be shown
 * @param link to the page that shows more; empty where no {@code public_url} is configured
 * @param job that it tells the end or the begin of; absent where it tells none
 */
public record Message(
        String id,
        Instant at,
        Event event,
        Severity severity,
        State state,
        String subject,
        String title,
        String text,
        List<Fact> facts,
        String link,
        @Nullable JobSummary job) {
    /** What it says of its subject. */
    public enum State {
        /** Something is wrong since now. */
        RAISED,
        /** It still is. */
        REMINDED,
        /** It is over. */
        RESOLVED,
        /** Something to know, which is neither good nor bad. */
        INFO,
        /** Somebody tries a channel out. */
        TEST
    }

    /** One line of a table. */
    public record Fact(String label, String value) {}

    /**
     * The job.
     *
     * @param result {@code RUNNING} where the message tells its begin
     * @param record what the history keeps of it, as {@code hubstorage.<kind>.finished} has it; empty at its begin
     */
    public record JobSummary(JobKind kind, String runId, RunResult result, JsonObject record) {}
}
