package io.hubstorage.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publishes log lines on {@link Addresses#LOG}. The thread that logs only puts the line into a bounded queue; when that is
 * full, or when more than {@value #PER_SECOND} lines come in a second, the rest is counted, and one line says how many.
 */
final class BusAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** More than anybody can read; the file has them all. */
    static final int PER_SECOND = 200;

    private static final int QUEUE = 2000;
    private static final int LONGEST_TEXT = 16_000;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Vertx vertx;
    private final BlockingQueue<LogLine> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong dropped = new AtomicLong();
    private volatile boolean closing;
    private volatile @Nullable Thread publisher;

    /** These three belong to the publishing thread. */
    private long windowStart;

    private int sentInWindow;
    private Instant lastTime = Instant.EPOCH;

    BusAppender(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public void start() {
        closing = false;
        windowStart = System.nanoTime();
        Thread thread = Thread.ofVirtual().name("hubstorage-live-log").unstarted(this::publishAll);
        publisher = thread;
        thread.start();
        super.start();
    }

    /** Publishes what is queued, within a second, and ends. */
    @Override
    public void stop() {
        super.stop();
        closing = true;
        Thread thread = publisher;
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(Duration.ofSeconds(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        // What publishing itself logs would be published, and so on.
        if (Thread.currentThread() == publisher) {
            return;
        }
        if (!queue.offer(LineFormat.line(event))) {
            dropped.incrementAndGet();
        }
    }

    private void publishAll() {
        while (!closing || !queue.isEmpty()) {
            LogLine line = take();
            if (System.nanoTime() - windowStart >= SECOND || (closing && line == null)) {
                nextWindow();
            }
            if (line != null) {
                lastTime = line.time();
                if (sentInWindow < PER_SECOND) {
                    sentInWindow++;
                    publish(line);
                } else {
                    dropped.incrementAndGet();
                }
            }
        }
        nextWindow();
    }

    private @Nullable LogLine take() {
        try {
            // Wakes up at the end of the window only where there is something to say about it.
            return dropped.get() > 0 ? queue.poll(200, TimeUnit.MILLISECONDS) : queue.take();
        } catch (InterruptedException e) {
            return queue.poll();
        }
    }

    private void nextWindow() {
        windowStart = System.nanoTime();
        sentInWindow = 0;
        long missed = dropped.getAndSet(0);
        if (missed > 0) {
            publish(new LogLine(
                    lastTime,
                    "WARN",
                    BusAppender.class.getName(),
                    null,
                    "… %d lines not shown live; the log file has them".formatted(missed)));
        }
    }

    private void publish(LogLine line) {
        String text = line.text();
        LogLine sent = text.length() <= LONGEST_TEXT
                ? line
                : new LogLine(
                        line.time(),
                        line.level(),
                        line.logger(),
                        line.run(),
                        text.substring(0, LONGEST_TEXT) + "… (cut; the log file has the rest)");
        try {
            vertx.eventBus().publish(Addresses.LOG, BusJson.encode(sent));
        } catch (RuntimeException e) {
            addError("cannot publish a log line", e);
        }
    }
}
