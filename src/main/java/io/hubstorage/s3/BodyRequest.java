package io.hubstorage.s3;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/**
 * Asks for the body of one object: past the SDK's pipeline where that may be, else by the SDK.
 *
 * @param bucket its name in S3
 * @param etag without quotes, which the object must have; empty for any
 * @param version the version id; null for the present one
 * @param headers beside those of every request
 */
record BodyRequest(
        S3Access access,
        String bucket,
        String key,
        String etag,
        @Nullable String version,
        AwsRequestOverrideConfiguration headers) {
    /**
     * Sends it and waits until the body begins; an interrupt closes the connection.
     *
     * @param range as the header has it; null for all of it
     * @param what is asked for, as the subject of a sentence
     */
    Body send(@Nullable String range, String what) throws S3Failure, InterruptedException {
        Clients clients = access.clients();
        // Earlier versions are rarely asked for, and only the SDK signs such a request.
        BucketPlaces.Place place = version == null ? clients.place(bucket) : null;
        if (place != null) {
            try {
                return sendPast(place, range, what);
            } catch (S3Failure failure) {
                if (!isOfPlace(failure)) {
                    throw failure;
                }
                clients.forgetPlace(bucket);
            }
        }
        return sendBySdk(range, what);
    }

    /** Whether the SDK, which knows how to find a bucket and what time it is there, may fare better. */
    private static boolean isOfPlace(S3Failure failure) {
        return failure.kind() == S3Failure.Kind.REGION
                || (failure.getCause() instanceof SdkException refusal && RetryUtils.isClockSkewException(refusal));
    }

    private Body sendPast(BucketPlaces.Place place, @Nullable String range, String what)
            throws S3Failure, InterruptedException {
        CredentialSource source = access.clients().credentials();
        AwsCredentials credentials = source.credentials(what);
        try {
            return sendPast(place, range, credentials, what);
        } catch (S3Failure.Auth refused) {
            if (isOfPlace(refused) || !source.renew(credentials)) {
                throw refused;
            }
            return sendPast(place, range, source.credentials(what), what);
        }
    }

    private Body sendPast(BucketPlaces.Place place, @Nullable String range, AwsCredentials credentials, String what)
            throws S3Failure, InterruptedException {
        Map<String, String> all = new TreeMap<>();
        headers.headers().forEach((name, values) -> all.put(name, values.getFirst()));
        if (range != null) {
            all.put("Range", range);
        }
        String match = ifMatch();
        if (match != null) {
            all.put("If-Match", match);
        }
        BodyClient client = access.clients().bodies();
        Body body = await(() -> client.get(place, key, credentials, all), what);
        Availability availability = access.availability();
        if (availability != null) {
            availability.answered();
        }
        return body;
    }

    private Body sendBySdk(@Nullable String range, String what) throws S3Failure, InterruptedException {
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .versionId(version)
                .ifMatch(ifMatch())
                .range(range)
                .overrideConfiguration(headers)
                .build();
        // The connection gives up before that; this only guards against a signal that got lost.
        Duration stall = access.clients().stall().multipliedBy(2);
        BodyStream body = new BodyStream(stall);
        CompletableFuture<Map<String, List<String>>> answer = access.client().getObject(request, body);
        boolean begun = false;
        try {
            S3Access.await(answer, what);
            begun = true;
            return body;
        } finally {
            if (!begun) {
                // One that comes in the very moment of giving up is not left open.
                body.cancel();
            }
        }
    }

    /** What the object's ETag must match; null for anything. */
    @Nullable
    String ifMatch() {
        return etag.isEmpty() ? null : '"' + etag + '"';
    }

    /** Waits for something that S3 owes, and tells whoever watches. */
    <T> T await(Callable<T> owed, String what) throws S3Failure, InterruptedException {
        // Where there is always something to read, nothing else looks for it.
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted: " + what);
        }
        Availability availability = access.availability();
        if (availability != null) {
            availability.began();
        }
        try {
            return owed.call();
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception broken) {
            S3Failure failure = FailureClassifier.classifyOrInterrupt(broken, what);
            if (availability != null) {
                availability.failed(failure, System.nanoTime());
            }
            throw failure;
        } finally {
            if (availability != null) {
                availability.ended();
            }
        }
    }
}
