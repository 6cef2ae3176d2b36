package io.hubstorage.s3;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.services.s3.DelegatingS3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Request;

/**
 * Looks at how every request ends. What was refused because its credentials have ended is sent once more if there are newer
 * ones by now; outages are told. Nothing here waits on the SDK's threads.
 */
final class WatchedClient extends DelegatingS3AsyncClient {
    private final CredentialSource credentials;
    private final Outage outage;

    WatchedClient(S3AsyncClient client, CredentialSource credentials, Outage outage) {
        super(client);
        this.credentials = credentials;
        this.outage = outage;
    }

    @Override
    protected <T extends S3Request, R> CompletableFuture<R> invokeOperation(
            T request, Function<T, CompletableFuture<R>> operation) {
        Sending<T, R> sending = new Sending<>(request, operation);
        sending.send(true);
        return sending.result;
    }

    private final class Sending<T extends S3Request, R> {
        private final T request;
        private final Function<T, CompletableFuture<R>> operation;
        private final CompletableFuture<R> result = new CompletableFuture<>();

        Sending(T request, Function<T, CompletableFuture<R>> operation) {
            this.request = request;
            this.operation = operation;
        }

        void send(boolean mayRepeat) {
            AwsCredentials used = credentials.latest();
            CompletableFuture<R> call = operation.apply(request);
            var _ = result.whenComplete((_, _) -> {
                if (result.isCancelled()) {
                    call.cancel(true);
                }
            });
            var _ = call.whenComplete((answer, failure) -> ended(answer, failure, mayRepeat ? used : null));
        }

        private void ended(R answer, @Nullable Throwable failure, @Nullable AwsCredentials renewable) {
            if (failure == null) {
                outage.reached();
                result.complete(answer);
                return;
            }
            S3Failure sorted = S3Failure.of(failure, "Asking S3");
            if (sorted.isUnreachable()) {
                outage.unreachable(sorted);
            } else if (FailureSorter.find(failure, SdkServiceException.class) != null) {
                outage.reached();
            }
            if (sorted instanceof S3Failure.Auth && renewable != null) {
                Thread.ofVirtual().name("credentials").start(() -> repeat(failure, renewable));
            } else {
                result.completeExceptionally(failure);
            }
        }

        private void repeat(Throwable failure, AwsCredentials refused) {
            try {
                if (credentials.renew(refused)) {
                    send(false);
                } else {
                    result.completeExceptionally(failure);
                }
            } catch (RuntimeException broken) {
                result.completeExceptionally(broken);
            }
        }
    }
}
