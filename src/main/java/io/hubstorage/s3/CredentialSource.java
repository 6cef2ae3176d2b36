package io.hubstorage.s3;

import io.hubstorage.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.services.s3.DelegatingS3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Request;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Where the credentials come from: the settings' keys, else the named profile, else, but not for a named account, the SDK's default
 * chain: what that finds is of the account without a name. The SDK refreshes
 * what it knows the end of; what ends unannounced is {@linkplain #renewing looked up anew} when it has been refused. Resolving
 * may read files and ask the network, so it belongs on a virtual or worker thread. Thread-safe.
 */
final class CredentialSource implements AwsCredentialsProvider, AutoCloseable {
    private static final String DEFAULT_PROFILE = "default";
    private static final String DEFAULT_CHAIN = "default chain";
    private static final String ACCESS_KEY = "AWS_ACCESS_KEY_ID";
    private static final String SECRET_KEY = "AWS_SECRET_ACCESS_KEY";

    /** For so long, credentials that were looked up anew and were still the same are not looked up again. */
    private static final long FUTILE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Supplier<AwsCredentialsProvider> maker;
    private final List<AwsCredentialsProvider> opened = new ArrayList<>();
    private final String name;
    /** What to do when there are none. */
    private final String advice;

    private volatile AwsCredentialsProvider provider;
    private volatile @Nullable AwsCredentials latest;
    private @Nullable AwsCredentials futile;
    private long futileSinceNanos;

    private CredentialSource(Supplier<AwsCredentialsProvider> maker, String name, String advice) {
        this.maker = maker;
        this.name = name;
        this.advice = advice;
        this.provider = open();
    }

    private AwsCredentialsProvider open() {
        AwsCredentialsProvider made = maker.get();
        opened.add(made);
        return made;
    }

    /** Chooses; profile files are read here. */
    static CredentialSource of(Settings.Aws aws) {
        String access = aws.keys().accessKeyId();
        String secret = aws.keys().secretAccessKey();
        String accessName = aws.keys().variable(ACCESS_KEY);
        String secretName = aws.keys().variable(SECRET_KEY);
        String bothKeys = "set both %s and %s".formatted(accessName, secretName);
        if (access != null && secret != null) {
            AwsCredentials keys = aws.keys().sessionToken() == null
                    ? AwsBasicCredentials.create(access, secret)
                    : AwsSessionCredentials.create(access, secret, aws.keys().sessionToken());
            return new CredentialSource(() -> StaticCredentialsProvider.create(keys), accessName, bothKeys);
        }
        if (access != null || secret != null) {
            String missing = access == null ? accessName : secretName;
            return none(missing + " is not set, only its other half is; set both", accessName, bothKeys);
        }
        boolean named = aws.keys().prefix() != null;
        String profile = aws.profile();
        if (profile != null && (named || !profile.equals(DEFAULT_PROFILE) || hasProfile(profile))) {
            return new CredentialSource(
                    () -> ProfileCredentialsProvider.create(profile),
                    "profile " + profile,
                    "check that the profile \"" + profile
                            + "\" is in ~/.aws/config or ~/.aws/credentials and complete");
        }
        if (named) {
            String advice = "%s in .env, or %s".formatted(bothKeys, aws.keys().variable("AWS_PROFILE"));
            return none("no credentials were found (%s); %s".formatted(accessName, advice), accessName, advice);
        }
        return new CredentialSource(
                () -> DefaultCredentialsProvider.builder().build(),
                DEFAULT_CHAIN,
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in .env, or AWS_PROFILE, or attach a role to this"
                        + " machine");
    }

    private static CredentialSource none(String why, String name, String advice) {
        return new CredentialSource(
                () -> () -> {
                    throw new Missing(why, null);
                },
                name,
                advice);
    }

    private static boolean hasProfile(String profile) {
        return ProfileFile.defaultProfileFile().profile(profile).isPresent();
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            AwsCredentials credentials = provider.resolveCredentials();
            latest = credentials;
            return credentials;
        } catch (SdkException | IllegalStateException | IllegalArgumentException failure) {
            throw new Missing("no credentials were found (" + name + "); " + advice, failure);
        }
    }

    AwsCredentials credentials(String what) throws S3Failure {
        try {
            return resolveCredentials();
        } catch (Missing none) {
            throw FailureClassifier.classify(none, what);
        }
    }

    /**
     * The server has refused these credentials: looks up whether there are others by now, past everything that the SDK
     * remembers. Blocks.
     *
     * @return whether a request may fare better now
     */
    synchronized boolean renew(AwsCredentials refused) {
        AwsCredentials now = latest;
        if (now != null && !isSame(now, refused)) {
            return true;
        }
        long nanos = System.nanoTime();
        if (futile != null && isSame(futile, refused) && nanos - futileSinceNanos < FUTILE_NANOS) {
            return false;
        }
        AwsCredentialsProvider before = provider;
        provider = open();
        try {
            if (!isSame(resolveCredentials(), refused)) {
                return true;
            }
        } catch (Missing none) {
            provider = before;
        }
        futile = refused;
        futileSinceNanos = nanos;
        return false;
    }

    private static boolean isSame(AwsCredentials one, AwsCredentials other) {
        return one.accessKeyId().equals(other.accessKeyId())
                && one.secretAccessKey().equals(other.secretAccessKey())
                && Objects.equals(token(one), token(other));
    }

    private static @Nullable String token(AwsCredentials credentials) {
        return credentials instanceof AwsSessionCredentials session ? session.sessionToken() : null;
    }

    /**
     * The same client, which sends what was refused because its credentials have ended once more, if there are newer ones by
     * then. Nothing waits on the SDK's threads.
     */
    S3AsyncClient renewing(S3AsyncClient client) {
        return new DelegatingS3AsyncClient(client) {
            @Override
            protected <T extends S3Request, R> CompletableFuture<R> invokeOperation(
                    T request, Function<T, CompletableFuture<R>> operation) {
                CompletableFuture<R> result = new CompletableFuture<>();
                send(() -> operation.apply(request), result, true);
                return result;
            }
        };
    }

    private <R> void send(Supplier<CompletableFuture<R>> request, CompletableFuture<R> result, boolean mayRepeat) {
        AwsCredentials used = latest;
        CompletableFuture<R> call = request.get();
        var _ = result.whenComplete((_, _) -> {
            if (result.isCancelled()) {
                call.cancel(true);
            }
        });
        var _ = call.whenComplete((answer, failure) -> {
            if (failure == null) {
                result.complete(answer);
            } else if (mayRepeat && used != null && S3Failure.of(failure, "Asking S3") instanceof S3Failure.Auth) {
                Thread.ofVirtual().name("credentials").start(() -> repeat(request, result, used, failure));
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    private <R> void repeat(
            Supplier<CompletableFuture<R>> request,
            CompletableFuture<R> result,
            AwsCredentials refused,
            Throwable refusal) {
        try {
            if (renew(refused)) {
                send(request, result, false);
            } else {
                result.completeExceptionally(refusal);
            }
        } catch (RuntimeException broken) {
            result.completeExceptionally(broken);
        }
    }

    /** What was used, for people; names the link of the default chain once credentials were found. */
    String description() {
        AwsCredentials found = latest;
        String codes = found == null ? null : found.providerName().orElse(null);
        String link = name.equals(DEFAULT_CHAIN) ? link(codes) : "";
        return link.isEmpty() ? name : name + ": " + link;
    }

    /** The SDK names its providers by the codes it reports to AWS; a chain of them is joined by commas. */
    private static String link(@Nullable String codes) {
        return switch (codes == null ? "" : codes.split(",", 2)[0]) {
            case "f" -> "Java system properties";
            case "g" -> "process environment";
            case "h", "k" -> "web identity token";
            case "n", "o", "p", "q", "r", "t", "v", "AC" -> "default profile";
            case "z" -> "role of the container";
            case "0" -> "role of the machine";
            default -> "";
        };
    }

    String advice() {
        return advice;
    }

    @Override
    public synchronized void close() {
        for (AwsCredentialsProvider each : opened) {
            if (each instanceof SdkAutoCloseable closeable) {
                closeable.close();
            }
        }
    }

    /** There are no credentials; the message says what to do. */
    static final class Missing extends RuntimeException {
        Missing(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
