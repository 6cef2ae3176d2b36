package io.hubstorage.cli;

import io.hubstorage.bus.RunState;
import io.hubstorage.bus.Sizes;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Shows how something gets on. One thread. */
sealed interface Progress {
    /** How often it may be asked to show something. */
    Duration PACE = Duration.ofMillis(200);

    void show(RunState state);

    /** Where something else than a run stands, in one line. */
    void show(String line);

    /** Something that stays to be read. */
    void note(String text);

    /** No more comes: what was only for the moment is wiped out. */
    void end();

    /**
     * Shows how something gets on until it ends.
     *
     * @param show is called every {@link #PACE}, to show where it stands
     * @param stop asks for it to be stopped, when it completes
     * @param cancel stops it; it is still awaited
     */
    default <T> T follow(Future<T> end, Runnable show, CompletableFuture<Void> stop, Runnable cancel)
            throws ExecutionException, InterruptedException {
        boolean stopping = false;
        try {
            while (true) {
                try {
                    return end.get(PACE.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException _) {
                    show.run();
                }
                if (stop.isDone() && !stopping) {
                    stopping = true;
                    cancel.run();
                }
            }
        } finally {
            end();
        }
    }

    static Progress on(PrintWriter out, Program.Terminal terminal) {
        return terminal.interactive() ? new Line(out, terminal.columns()) : new Lines(out);
    }

    /** One line of a terminal, written over again and again. */
    final class Line implements Progress {
        private final PrintWriter out;
        private final int columns;
        private int shown;

        Line(PrintWriter out, int columns) {
            this.out = out;
            // In the last column some terminals begin a new line.
            this.columns = columns - 1;
        }

        @Override
        public void show(RunState state) {
            print(ProgressText.bar(state, columns));
        }

        @Override
        public void show(String line) {
            print(line.length() <= columns ? line : line.substring(0, columns));
        }

        private void print(String text) {
            out.print('\r' + text + " ".repeat(Math.max(0, shown - text.length())));
            out.flush();
            shown = text.length();
        }

        @Override
        public void note(String text) {
            end();
            out.println(text);
            out.flush();
        }

        @Override
        public void end() {
            if (shown > 0) {
                out.print('\r' + " ".repeat(shown) + '\r');
                out.flush();
                shown = 0;
            }
        }
    }

    /**
     * A line every few seconds, for files and pipes; none where nothing has changed. While the run waits for S3, one line
     * when that begins, one a minute, and one when it is over.
     */
    final class Lines implements Progress {
        private static final Duration EVERY = Duration.ofSeconds(5);
        private static final Duration WAITING_EVERY = Duration.ofMinutes(1);

        private final PrintWriter out;
        private final long everyNanos;
        private long last;
        private String shown = "";
        private RunState.@Nullable Waiting waiting;
        private Instant waitingTold = Instant.MIN;

        Lines(PrintWriter out) {
            this(out, EVERY);
        }

        Lines(PrintWriter out, Duration every) {
            this.out = out;
            this.everyNanos = every.toNanos();
            this.last = System.nanoTime();
        }

        @Override
        public void show(RunState state) {
            RunState.Waiting now = state.waiting();
            if (now != null) {
                waits(now, state);
                return;
            }
            RunState.Waiting over = waiting;
            if (over != null) {
                waiting = null;
                note("Waited %s for S3.".formatted(Sizes.duration(Duration.between(over.since(), state.at()))));
            }
            show(ProgressText.line(state));
        }

        private void waits(RunState.Waiting now, RunState state) {
            boolean begins = waiting == null || !waiting.cause().equals(now.cause());
            waiting = now;
            if (begins || Duration.between(waitingTold, state.at()).abs().compareTo(WAITING_EVERY) >= 0) {
                waitingTold = state.at();
                note(ProgressText.line(state));
            }
        }

        @Override
        public void show(String line) {
            long now = System.nanoTime();
            if (now - last < everyNanos) {
                return;
            }
            String text = line.strip();
            if (!text.equals(shown)) {
                out.println(text);
                out.flush();
            }
            last = now;
            shown = text;
        }

        @Override
        public void note(String text) {
            out.println(text);
            out.flush();
        }

        @Override
        public void end() {
            // Nothing to wipe out.
        }
    }
}
