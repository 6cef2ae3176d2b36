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
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs a verification and shows how it gets on. Used once. */
final class FollowedVerification {
    private final VerifyRequest request;
    private final VerifyProgress state;
    private final Progress progress;
    private final SnapshotVerifier verifier;
    private long hashingSince;

    FollowedVerification(VerifyRequest request, VerifyProgress state, Progress progress, InstantSource clock) {
        this.request = request;
        this.state = state;
        this.progress = progress;
        this.verifier = new SnapshotVerifier(clock, Path.of(System.getProperty("java.io.tmpdir")));
    }

    /** The report; empty when {@code stop} completed before it was there. */
    Optional<VerifyReport> run(CompletableFuture<Void> stop) throws IOException, InterruptedException {
        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<VerifyReport> report = thread.submit(() -> verifier.verify(request, state));
            while (true) {
                try {
                    VerifyReport ended = report.get(Progress.PACE.toMillis(), TimeUnit.MILLISECONDS);
                    progress.end();
                    return Optional.of(ended);
                } catch (TimeoutException _) {
                    progress.show(line());
                } catch (ExecutionException e) {
                    progress.end();
                    return failed(e.getCause());
                }
                if (stop.isDone()) {
                    state.cancel();
                }
            }
        }
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
        if (!state.isHashing()) {
            return "Comparing: %s files and folders looked at".formatted(Amounts.number(state.looked()));
        }
        long now = System.nanoTime();
        if (hashingSince == 0) {
            hashingSince = now;
        }
        double seconds = Math.max(1e-3, (now - hashingSince) / 1e9);
        return line(state.bytesCovered(), state.bytesToCover(), state.bytesHashed(), seconds);
    }

    /** While contents are read. */
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
