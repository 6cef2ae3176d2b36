package io.hubstorage.notify.channels;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunResult;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.Fact;
import io.hubstorage.notify.Message.JobSummary;
import io.hubstorage.notify.Message.State;
import io.hubstorage.notify.Severity;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Messages to be told: an ordinary one, one by somebody who chose the names, and one that is too long for everything. */
final class Messages {
    static final Instant AT = Instant.parse("2026-11-27T07:03:00Z");
    static final String LINK = "https://backups.example.com/runs/r1?a=1&b=2";
    static final String HOSTILE = "<!channel> @everyone <b>&amp;</b> *bold* [x](https://evil.example) \"q\"\r\n"
            + "Bcc: victim@example.com\u0000\u202E";

    private Messages() {}

    static Message failed() {
        return of(
                "Backup failed: photos",
                "S3 refused the credentials (AccessDenied).\nThe last good copy is of 26 November, 07:00 UTC.",
                List.of(new Fact("Bucket", "photos"), new Fact("Safe", "3 of 4 buckets")),
                job(JobKind.BACKUP, RunResult.FAILED));
    }

    static Message hostile() {
        return of(HOSTILE, HOSTILE, List.of(new Fact(HOSTILE, HOSTILE)), null);
    }

    /** 200,000 characters in title, text and facts, half of them outside of the BMP. */
    static Message long_() {
        String text = "äö😀<&".repeat(5_000);
        return of(
                text,
                text,
                IntStream.range(0, 80)
                        .mapToObj(i -> new Fact("Number " + i + text, text))
                        .toList(),
                null);
    }

    static JobSummary job(JobKind kind, RunResult result) {
        return new JobSummary(kind, "20261127T070000Z-3f9a", result, new JsonObject().put("result", "failed"));
    }

    static Message of(String title, String text, List<Fact> facts, @Nullable JobSummary job) {
        return new Message(
                "m-1",
                AT,
                Event.BACKUP_FAILED,
                Severity.CRITICAL,
                State.RAISED,
                "photos",
                title,
                text,
                facts,
                LINK,
                job);
    }

    static Message with(State state, @Nullable JobSummary job) {
        return new Message(
                "m-1",
                AT,
                Event.BACKUP_FAILED,
                Severity.CRITICAL,
                state,
                "photos",
                "Title",
                "Text",
                List.of(),
                "",
                job);
    }
}
