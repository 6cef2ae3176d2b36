package io.hubstorage.notify.channels;

import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.JobSummary;
import io.hubstorage.notify.Message.State;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A check of <a href="https://healthchecks.io/docs/http_api/">Healthchecks</a>: it hears of the begin and the end of each job, and
 * so also finds out when nothing is heard any more. What is not fully a success counts as a failure.
 *
 * @param ping the check's address, by UUID or by slug
 * @param jobs the words of the kinds of jobs that it is about
 */
record Healthchecks(URI ping, Set<String> jobs) implements HttpKind {
    /** What is kept of a body. */
    private static final int BODY_BYTES = 100_000;

    @Override
    public boolean concerns(Message message) {
        JobSummary job = message.job();
        return message.event() == Event.TEST
                || (job != null && jobs.contains(job.kind().word()));
    }

    @Override
    public Call call(Message message) {
        JobSummary job = message.job();
        String path = ping.getRawPath().replaceFirst("/+$", "") + signal(message);
        String run = job == null ? "" : "?rid=" + rid(job.runId());
        return new Call(
                "POST",
                ping.resolve(path + run),
                Map.of("Content-Type", "text/plain; charset=utf-8"),
                Buffer.buffer(Text.fitBytes(message.title() + "\n\n" + Text.body(message), BODY_BYTES)));
    }

    /** A reminder, a recovery or a test is neither a start nor an end, which the check would count. */
    private static String signal(Message message) {
        JobSummary job = message.job();
        if (job == null || message.state() == State.REMINDED || message.state() == State.TEST) {
            return "/log";
        }
        return switch (job.result()) {
            case RUNNING -> "/start";
            case SUCCESS -> "";
            case PARTIAL, FAILED, INTERRUPTED -> "/fail";
            case CANCELLED -> "/log";
        };
    }

    /** The run's id where it is a UUID, as one has to be here; else one that is made of it. */
    private static String rid(String runId) {
        try {
            return UUID.fromString(runId).toString();
        } catch (IllegalArgumentException _) {
            return UUID.nameUUIDFromBytes(runId.getBytes(StandardCharsets.UTF_8))
                    .toString();
        }
    }

    @Override
    public Receipt judge(Answer answer) {
        // Both with status 200.
        if (answer.text().contains("(not found)")) {
            return new Receipt.Refused("there is no such check");
        }
        if (answer.text().contains("(rate limited)")) {
            return new Receipt.TryAgain("asked too often", null);
        }
        return HttpKind.super.judge(answer);
    }
}
