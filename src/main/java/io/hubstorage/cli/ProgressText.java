package io.hubstorage.cli;

import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.Sizes;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What a run is doing, in one line. Pure; ASCII only, since nobody knows what a terminal can show. */
final class ProgressText {
    private static final int LONGEST_BAR = 30;
    private static final int SHORTEST_BAR = 5;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    private ProgressText() {}

    /** With a bar once it is known how much there is to do, and never wider than the terminal. */
    static String bar(RunState state, int columns) {
        String text = line(state);
        if (downloading(state)) {
            int room = Math.min(LONGEST_BAR, columns - text.length() - 3);
            if (room >= SHORTEST_BAR) {
                int full = (int) (room * share(state));
                text = "[%s%s] %s".formatted("#".repeat(full), "-".repeat(room - full), text);
            }
        }
        return text.length() <= columns ? text : text.substring(0, columns);
    }

    static String line(RunState state) {
        RunState.Waiting waiting = state.waiting();
        if (waiting != null) {
            return waiting(waiting, state.at());
        }
        String message = state.stage().message();
        return switch (state.phase()) {
            case WAITING, PREPARING -> "Preparing";
            case LISTING -> listing(state);
            case TRANSFERRING -> state.start().dryRun() ? listing(state) : transferring(state);
            case COMMITTING -> "Writing the snapshot";
            case RETRYING -> "Waiting to try again%s".formatted(message == null ? "" : ": " + Table.printable(message));
            case CANCELLING -> "Stopping";
            case DONE, FAILED -> "Ending";
        };
    }

    /** {@code Waiting for S3: connection refused since 07:16, for 40 s}; the time of day is this machine's. */
    static String waiting(RunState.Waiting waiting, Instant now) {
        return "Waiting for %s: %s since %s, for %s"
                .formatted(
                        waiting.what().toUpperCase(Locale.ROOT),
                        Table.printable(waiting.cause()),
                        TIME.format(waiting.since()),
                        Sizes.duration(Duration.between(waiting.since(), now)));
    }

    private static String listing(RunState state) {
        String found = "%s %s found"
                .formatted(
                        state.start().dryRun() ? "Planning:" : "Listing:",
                        Sizes.objects(state.progress().totals().listed().objects()));
        return state.start().dryRun() || state.progress().toDownload().objects() == 0
                ? found
                : "%s, %s of %s downloaded, %s/s%s"
                        .formatted(
                                found,
                                Sizes.number(
                                        state.progress().totals().downloaded().objects()),
                                Sizes.number(state.progress().toDownload().objects()),
                                Sizes.bytes(state.progress().bytesPerSecond()),
                                limited(", ", state));
    }

    private static String transferring(RunState state) {
        if (!downloading(state)) {
            return "Linking: %s unchanged"
                    .formatted(Sizes.objects(state.progress().totals().linked().objects()));
        }
        Long eta = state.progress().etaSeconds();
        return "%3d%%  %s of %s  %s of %s  %s/s%s%s"
                .formatted(
                        (int) (100 * share(state)),
                        Sizes.number(state.progress().totals().downloaded().objects()),
                        Sizes.objects(state.progress().toDownload().objects()),
                        Sizes.bytes((double) received(state)),
                        Sizes.bytes((double) state.progress().toDownload().bytes()),
                        Sizes.bytes(state.progress().bytesPerSecond()),
                        eta == null ? "" : "  ETA " + Sizes.duration(Duration.ofSeconds(eta)),
                        limited("  ", state));
    }

    /** {@code limited to 20 Mbit/s until 18:00}, this machine's time; empty where nothing is limited. */
    private static String limited(String before, RunState state) {
        BandwidthLimit limit = state.stage().bandwidthLimit();
        if (limit == null) {
            return "";
        }
        return "%slimited to %s%s"
                .formatted(
                        before, limit.inWords(), limit.until() == null ? "" : " until " + TIME.format(limit.until()));
    }

    private static boolean downloading(RunState state) {
        return state.phase() == RunPhase.TRANSFERRING
                && state.waiting() == null
                && !state.start().dryRun()
                && state.progress().toDownload().objects() > 0;
    }

    /** How much of the downloads is done, from 0 to 1. */
    private static double share(RunState state) {
        long bytes = state.progress().toDownload().bytes();
        return bytes > 0
                ? received(state) / (double) bytes
                : Math.min(
                        1,
                        state.progress().totals().downloaded().objects()
                                / (double) state.progress().toDownload().objects());
    }

    /** What an interrupted run left counts as downloaded though nothing of it is received; what is repeated counts once. */
    private static long received(RunState state) {
        long most = Math.max(
                state.progress().bytesReceived(),
                state.progress().totals().downloaded().bytes());
        return Math.min(most, state.progress().toDownload().bytes());
    }
}
