package io.hubstorage.cli;

import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs a verification and shows how it gets on. Used once. */
final class FollowedVerification {
    private static final int AHEAD = 16;

    private final VerifyRequest request;
    private final VerifyProgress state;
    private final Progress progress;
    private final SnapshotVerifier verifier;
    private int shown;
    private long since;
    private long hashedBefore;

    FollowedVerification(VerifyRequest request, VerifyProgress state, Progress progress, InstantSource clock) {
        this.request = request;
        this.state = state;
        this.progress = progress;
        this.verifier = new SnapshotVerifier(clock, Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * The report without its snapshots; empty when {@code stop} completed before it was there.
     *
     * @param each gets one snapshot after the other, on the caller's thread
     */
    Optional<VerifyReport> run(CompletableFuture<Void> stop, Consumer<VerifyReport.Snapshot> each)
            throws IOException, InterruptedException {
        BlockingQueue<VerifyReport.Snapshot> verified = new ArrayBlockingQueue<>(AHEAD);
        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<VerifyReport> report = thread.submit(() -> verifier.verify(request, state, put(verified)));
            try {
                while (!report.isDone() || !verified.isEmpty()) {
                    VerifyReport.Snapshot snapshot = verified.poll(Progress.PACE.toMillis(), TimeUnit.MILLISECONDS);
                    if (snapshot != null) {
                        progress.end();
                        each.accept(snapshot);
                    } else if (!report.isDone()) {
                        progress.show(line());
                    }
                    if (stop.isDone()) {
                        state.cancel();
                        report.cancel(true);
                        return Optional.empty();
                    }
                }
                return Optional.of(report.get());
            } catch (ExecutionException e) {
                return failed(e.getCause());
            } finally {
                state.cancel();
                report.cancel(true);
                progress.end();
            }
        }
    }

    private static Consumer<VerifyReport.Snapshot> put(BlockingQueue<VerifyReport.Snapshot> verified) {
        return snapshot -> {
            try {
                verified.put(snapshot);
            } catch (InterruptedException e) {
                throw new CancellationException("nobody waits for it");
            }
        };
    }

    private static Optional<VerifyReport> failed(@Nullable Throwable cause) throws IOException {
        return switch (cause) {
            case CancellationException _ -> Optional.empty();
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case null, default -> throw new IllegalStateException(cause);
        };
    }

    private String line() {
        long now = System.nanoTime();
        if (state.snapshot() != shown) {
            shown = state.snapshot();
            since = now;
            hashedBefore = state.bytesHashed();
        }
        double seconds = Math.max(1e-3, (now - since) / 1e9);
        String line = line(state.bytesCovered(), state.bytesToCover(), state.bytesHashed() - hashedBefore, seconds);
        int snapshots = request.snapshots().size();
        return snapshots == 1
                ? line
                : "Snapshot %s of %s:%s".formatted(Amounts.number(shown), Amounts.number(snapshots), line);
    }

    /** How much of a snapshot is done, of which so much was read in so many seconds. */
    static String line(long covered, long toCover, long hashed, double seconds) {
        double share = toCover == 0 ? 1 : Math.min(1, covered / (double) toCover);
        String eta = share > 0 && share < 1
                ? "  ETA " + Amounts.time(Duration.ofSeconds(Math.round(seconds * (1 - share) / share)))
                : "";
        return "%3d%%  %s of %s proven  %s/s%s"
                .formatted(
                        (int) (100 * share),
                        Amounts.bytes((double) covered),
                        Amounts.bytes((double) toCover),
                        Amounts.bytes(hashed / seconds),
                        eta);
    }
}
