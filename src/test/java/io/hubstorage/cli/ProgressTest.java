package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.arbitrary;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private static final Instant NOW = Instant.parse("2026-11-20T08:00:00Z");
    private static final long MIB = 1L << 20;

    private final StringWriter out = new StringWriter();

    private static RunState state(RunPhase phase, long objects, long bytes, long received) {
        long done = bytes == 0 ? 0 : objects * received / bytes;
        Tally listed = new Tally(objects, bytes);
        Tally downloaded = new Tally(done, received);
        BucketCounts counts =
                new BucketCounts(Map.of(BucketCounts.Fate.LISTED, listed, BucketCounts.Fate.DOWNLOADED, downloaded));
        return new RunState(
                new RunStart("id", Trigger.CLI, false, true, NOW),
                NOW,
                new RunState.Stage(phase, 1, 1, null, null, null, null),
                List.of(),
                new RunState.Progress(counts, listed, received, 3.0 * MIB, 10, 65L),
                List.of());
    }

    private static RunState waiting(int second, RunState.@Nullable Waiting waiting) {
        RunState state = state(RunPhase.LISTING, 10, 0, 0);
        return new RunState(
                new RunStart(
                        state.runId(), state.start().trigger(), state.start().dryRun(), true, NOW),
                NOW.plusSeconds(second),
                new RunState.Stage(state.phase(), 1, 1, null, null, waiting, null),
                List.of(),
                new RunState.Progress(
                        state.progress().totals(), state.progress().toDownload(), 0, 0, 0, null),
                List.of());
    }

    @Test
    void aRunThatWaitsForS3SaysSoWhenThatBeginsOnceAMinuteAndWhenItIsOver() {
        StringWriter text = new StringWriter();
        Progress.Lines lines = new Progress.Lines(new PrintWriter(text), Duration.ofHours(1));
        RunState.Waiting refused =
                new RunState.Waiting("s3", "connection refused", NOW.minusSeconds(3), List.of("photos"), "in full");
        for (int second = 0; second < 130; second++) {
            lines.show(waiting(second, refused));
        }
        lines.show(waiting(
                131, new RunState.Waiting("s3", "503 SlowDown", NOW.minusSeconds(3), List.of("photos"), "in full")));
        lines.show(waiting(132, null));
        lines.show(waiting(133, null));

        assertThat(text.toString().lines().toList())
                .hasSize(5)
                .allMatch(line -> line.matches("Wait(ing for S3: .* since [0-9:]{5}, for .*|ed .* for S3\\.)"))
                .first()
                .asString()
                .startsWith("Waiting for S3: connection refused since ")
                .endsWith(", for 3 s");
        assertThat(text.toString())
                .contains("for 1 min 3 s", "for 2 min 3 s", "503 SlowDown", "Waited 2 min 15 s for S3.");
    }

    @Test
    void onATerminalTheLineSaysWhatIsWaitedForInsteadOfABar() {
        RunState.Waiting refused =
                new RunState.Waiting("s3", "connection refused", NOW.minusSeconds(3), List.of("photos"), null);
        assertThat(ProgressText.bar(waiting(60, refused), 120))
                .startsWith("Waiting for S3: connection refused since ")
                .endsWith(", for 1 min 3 s");
    }

    @Test
    void theLineTellsShareObjectsBytesRateAndTimeLeft() {
        assertThat(ProgressText.bar(state(RunPhase.TRANSFERRING, 4_000, 100 * MIB, 25 * MIB), 120))
                .isEqualTo("[#######-----------------------]  25%  1,000 of 4,000 objects  25.0 MiB of 100 MiB"
                        + "  3.00 MiB/s  ETA 1 min 5 s");
        assertThat(ProgressText.line(state(RunPhase.LISTING, 4_000, 100 * MIB, 0)))
                .isEqualTo("Listing: 4,000 objects found, 0 of 4,000 downloaded, 3.00 MiB/s");
    }

    @Test
    void theLineTellsOfALimitAndItsEnd() {
        Instant until = NOW.plusSeconds(3600);
        String end = "limited to 20 Mbit/s until "
                + until.atZone(ZoneId.systemDefault()).toLocalTime().toString();

        assertThat(ProgressText.line(limited(RunPhase.TRANSFERRING, until))).endsWith("  ETA 1 min 5 s  " + end);
        assertThat(ProgressText.line(limited(RunPhase.LISTING, until))).endsWith("3.00 MiB/s, " + end);
        assertThat(ProgressText.line(limited(RunPhase.TRANSFERRING, null))).endsWith("  limited to 20 Mbit/s");
        assertThat(ProgressText.line(limited(RunPhase.COMMITTING, until))).doesNotContain("limited");
    }

    private static RunState limited(RunPhase phase, @Nullable Instant until) {
        RunState state = state(phase, 4_000, 100 * MIB, 25 * MIB);
        return new RunState(
                state.start(),
                state.at(),
                new RunState.Stage(phase, 1, 1, null, null, null, new BandwidthLimit(20, until)),
                state.buckets(),
                state.progress(),
                state.transfers());
    }

    @Test
    void theLineNeverBreaksWhateverTheNumbersAndTheWidth() {
        qt().forAll(
                        integers().between(10, 200),
                        longs().between(0, Long.MAX_VALUE / 10_000),
                        longs().between(0, 100),
                        arbitrary().enumValues(RunPhase.class))
                .check((columns, bytes, percent, phase) -> {
                    long received = bytes / 100 * percent;
                    RunState state = state(phase, 1_000, bytes, received);
                    String text = ProgressText.bar(state, columns);
                    return text.length() <= columns && text.chars().allMatch(c -> c >= ' ' && c < 127);
                });
    }

    @Test
    void aTerminalsLineIsWrittenOverAndWipedOutAtTheEnd() {
        Progress progress = Progress.on(new PrintWriter(out, true), new Program.Terminal(true, 80));
        progress.show(state(RunPhase.LISTING, 4_000, 100 * MIB, 0));
        progress.show(state(RunPhase.COMMITTING, 4_000, 100 * MIB, 0));
        progress.end();

        String[] writes = out.toString().split("\r", -1);
        assertThat(writes[1]).startsWith("Listing: 4,000");
        assertThat(writes[2].stripTrailing()).isEqualTo("Writing the snapshot");
        assertThat(writes[2]).as("covers what stood there").hasSameSizeAs(writes[1]);
        assertThat(out.toString()).endsWith("\r").doesNotContain("\n");
    }

    @Test
    void aPipeGetsWholeLinesAndNoneTwice() {
        Progress progress = new Progress.Lines(new PrintWriter(out, true), Duration.ZERO);
        progress.show(state(RunPhase.LISTING, 4_000, 100 * MIB, 0));
        progress.show(state(RunPhase.LISTING, 4_000, 100 * MIB, 0));
        progress.show(state(RunPhase.COMMITTING, 4_000, 100 * MIB, 0));
        progress.note("Stopping");

        assertThat(out.toString().lines())
                .containsExactly(
                        "Listing: 4,000 objects found, 0 of 4,000 downloaded, 3.00 MiB/s",
                        "Writing the snapshot",
                        "Stopping");
    }

    @Test
    void aRequestToStopIsPassedOnOnceAndTheEndIsStillAwaited() throws Exception {
        Progress progress = new Progress.Lines(new PrintWriter(out, true), Duration.ZERO);
        CompletableFuture<String> end = new CompletableFuture<>();
        CompletableFuture<Void> stop = new CompletableFuture<>();
        AtomicInteger shown = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();

        String ended = progress.follow(
                end,
                () -> {
                    switch (shown.incrementAndGet()) {
                        case 1 -> stop.complete(null);
                        case 3 -> end.complete("in order");
                        default -> assertThat(cancelled).hasValue(1);
                    }
                },
                stop,
                cancelled::incrementAndGet);

        assertThat(ended).isEqualTo("in order");
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void aKeyCannotTalkToTheTerminal() {
        assertThat(Table.printable("a\u001b[2Jb\nc\u202ed")).isEqualTo("a\\u001b[2Jb\\u000ac\\u202ed");
        assertThat(Table.printable("grüße/日本.txt")).isEqualTo("grüße/日本.txt");
    }
}
