package io.hubstorage.s3;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.services.s3.DelegatingS3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Request;

/**
 * Sends what was refused because its credentials have ended once more, if there are newer ones by now. Nothing here waits on
 * the SDK's threads.
 */
final class RenewingClient extends DelegatingS3AsyncClient {
    private final CredentialSource credentials;

    RenewingClient(S3AsyncClient client, CredentialSource credentials) {
        super(client);
        this.credentials = credentials;
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
                result.complete(answer);
                return;
            }
            if (renewable != null && S3Failure.of(failure, "Asking S3") instanceof S3Failure.Auth) {
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
