package io.hubstorage.s3;

import io.hubstorage.bus.TransferMessage.Service;
import io.hubstorage.bus.TransferMessage.Trouble;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.DelegatingS3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Request;

/**
 * Whether S3 does its work, as seen by one user of it: the user's requests tell how they end, and whoever wants to know asks.
 * A server that refuses a request for a reason of its own (no such key, access denied) is at work; one that cannot be
 * reached, throttles, fails inside or says nothing at all is not. Thread-safe.
 */
public final class Availability {
    /** How long nothing may come while something is asked for. A listing page or a first byte rarely takes longer. */
    private static final Duration SILENCE = Duration.ofSeconds(6);

    private final long silenceNanos;
    private final LongSupplier nanoClock;
    private int pending;
    private long pendingSinceNanos;
    private boolean hasAnswered;
    private long answeredNanos;
    private @Nullable S3Failure failing;
    private long failingSinceNanos;

    public Availability() {
        this(SILENCE, System::nanoTime);
    }

    Availability(Duration silence, LongSupplier nanoClock) {
        this.silenceNanos = silence.toNanos();
        this.nanoClock = nanoClock;
    }

    /** What to tell others: when S3 last did what it was asked for, and what it is in the way of now. */
    public synchronized Service service() {
        long now = nanoClock.getAsLong();
        return new Service(hasAnswered ? millis(now - answeredNanos) : null, trouble(now));
    }

    private @Nullable Trouble trouble(long nowNanos) {
        S3Failure failure = failing;
        if (failure != null) {
            return new Trouble(millis(nowNanos - failingSinceNanos), failure.inShort(), failure.getMessage());
        }
        return isSilent(nowNanos) ? new Trouble(millis(nowNanos - quietSinceNanos()), "no answer", null) : null;
    }

    private static long millis(long nanos) {
        return Math.max(0, nanos / 1_000_000);
    }

    /** Something is asked for: an answer, or the next bytes of a body. {@link #ended} must follow. */
    synchronized void began() {
        if (pending++ == 0) {
            pendingSinceNanos = nanoClock.getAsLong();
        }
    }

    /** What was asked for has come, or never will. */
    synchronized void ended() {
        pending--;
    }

    synchronized void answered() {
        hasAnswered = true;
        answeredNanos = nanoClock.getAsLong();
        failing = null;
    }

    synchronized void failed(S3Failure failure, long nowNanos) {
        if (!failure.refusesService()) {
            answered();
            return;
        }
        if (failing == null) {
            failingSinceNanos = isSilent(nowNanos) ? quietSinceNanos() : nowNanos;
        }
        failing = failure;
    }

    private boolean isSilent(long nowNanos) {
        return pending > 0 && nowNanos - quietSinceNanos() >= silenceNanos;
    }

    private long quietSinceNanos() {
        return hasAnswered && answeredNanos - pendingSinceNanos > 0 ? answeredNanos : pendingSinceNanos;
    }

    /** The same client, whose requests tell this how they end. */
    S3AsyncClient watch(S3AsyncClient client) {
        return new DelegatingS3AsyncClient(client) {
            @Override
            protected <T extends S3Request, R> CompletableFuture<R> invokeOperation(
                    T request, Function<T, CompletableFuture<R>> operation) {
                return watch(() -> operation.apply(request));
            }
        };
    }

    /** Sends a request, and is told how it ends. */
    private <R> CompletableFuture<R> watch(Supplier<CompletableFuture<R>> request) {
        began();
        CompletableFuture<R> call;
        try {
            call = request.get();
        } catch (RuntimeException e) {
            ended();
            throw e;
        }
        var _ = call.whenComplete((_, failure) -> end(failure));
        return call;
    }

    private synchronized void end(@Nullable Throwable failure) {
        if (failure == null) {
            answered();
        } else if (!(failure instanceof CancellationException)) {
            failed(S3Failure.of(failure, "Asking S3"), nanoClock.getAsLong());
        }
        // Last: how long the request was silent still counts when it fails.
        ended();
    }
}
