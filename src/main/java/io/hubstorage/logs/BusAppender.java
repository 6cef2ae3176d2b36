package io.hubstorage.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Publishes log lines on {@link Addresses#LOG}. When more than {@value #PER_SECOND} lines come in a second, the rest is counted,
 * and one line says how many. What publishing itself logs is not published: Logback calls no appender from within itself.
 */
final class BusAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** More than anybody can read; the file has them all. */
    static final int PER_SECOND = 200;

    private static final int LONGEST_TEXT = 16_000;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Vertx vertx;
    private long windowStart = System.nanoTime();
    private int sentInWindow;
    private int missed;
    private Instant lastMissed = Instant.EPOCH;

    BusAppender(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public void stop() {
        super.stop();
        tellMissed();
    }

    @Override
    protected void append(ILoggingEvent event) {
        LogLine line = LineFormat.line(event);
        Turn turn = turn(line);
        if (turn.notice() != null) {
            publish(turn.notice());
        }
        if (turn.isShown()) {
            publish(line);
        }
    }

    /** @param notice to be published before the line */
    private record Turn(boolean isShown, @Nullable LogLine notice) {}

    /** Publishing is not for within the lock: whoever publishes may need locks of others, who may log. */
    private synchronized Turn turn(LogLine line) {
        long now = System.nanoTime();
        LogLine notice = null;
        if (now - windowStart >= SECOND.toNanos()) {
            windowStart = now;
            sentInWindow = 0;
            // The timer of a verticle that logged, and is no more, never fires.
            notice = takeNotice();
        }
        if (sentInWindow < PER_SECOND) {
            sentInWindow++;
            return new Turn(true, notice);
        }
        lastMissed = line.time();
        missed++;
        if (missed == 1) {
            vertx.setTimer(SECOND.toMillis(), _ -> tellMissed());
        }
        return new Turn(false, notice);
    }

    private void tellMissed() {
        LogLine notice = takeNotice();
        if (notice != null) {
            publish(notice);
        }
    }

    private synchronized @Nullable LogLine takeNotice() {
        if (missed == 0) {
            return null;
        }
        String text = "… %d lines not shown live; the log file has them".formatted(missed);
        missed = 0;
        return new LogLine(lastMissed, "WARN", BusAppender.class.getName(), null, text);
    }

    private void publish(LogLine line) {
        String text = line.text();
        LogLine sent = text.length() <= LONGEST_TEXT
                ? line
                : line.withText(text.substring(0, LONGEST_TEXT) + "… (cut; the log file has the rest)");
        try {
            vertx.eventBus().publish(Addresses.LOG, BusJson.encode(sent));
        } catch (RuntimeException e) {
            addError("cannot publish a log line", e);
        }
    }
}
