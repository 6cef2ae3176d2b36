package io.hubstorage.s3;

import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.S3Message.Outcome;
import io.hubstorage.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/**
 * Finds out, step by step in the order in which a backup needs it, what works against S3 and what to do about the rest. Used once.
 */
public final class Diagnostics {
    /** So many buckets that were found are tried where none is configured. */
    private static final int SAMPLE = 3;

    private static final Set<String> ARCHIVED = Set.of("GLACIER", "DEEP_ARCHIVE");

    private final S3Access access;
    private final Clients clients;
    private final @Nullable URI stsEndpoint;
    private final List<S3Message.Step> steps = new ArrayList<>();
    /** Why no object could be read, as far as the listings have told. */
    private String unread = "no bucket could be listed";

    Diagnostics(S3Access access) {
        this(access, configuredSts());
    }

    /** With {@code stsEndpoint} in place of {@code AWS_ENDPOINT_URL_STS}. */
    Diagnostics(S3Access access, @Nullable URI stsEndpoint) {
        this.access = access;
        this.clients = access.clients();
        this.stsEndpoint = stsEndpoint;
    }

    private static @Nullable URI configuredSts() {
        String endpoint = System.getProperty("aws.endpointUrlSts", System.getenv("AWS_ENDPOINT_URL_STS"));
        return endpoint == null || endpoint.isBlank() ? null : URI.create(endpoint.strip());
    }

    /**
     * Tries everything; a failed step is part of the answer, not an exception. Blocks, for some seconds when something is
     * wrong; for virtual threads.
     *
     * @param buckets those configured, or none to try a few of those found; each is listed, and from the first that has one
     *     an object is read
     * @param requestPayer for which buckets we pay
     */
    public S3Message.Diagnosis diagnose(List<String> buckets, Predicate<String> requestPayer)
            throws InterruptedException {
        boolean authenticated = credentials();
        boolean reachable = endpoint();
        S3Message.Identity identity = null;
        if (authenticated && reachable) {
            identity = identity();
            List<String> found = listBuckets();
            // Before the first is chosen, those that there are say as much.
            List<String> tried = buckets.isEmpty() ? found.subList(0, Math.min(SAMPLE, found.size())) : buckets;
            read(tried, buckets(tried, requestPayer));
        }
        Settings.Aws aws = clients.settings();
        return new S3Message.Diagnosis(
                steps.stream().noneMatch(step -> step.outcome() == Outcome.FAILED),
                clients.endpoint().toString(),
                aws.region(),
                new S3Message.Credentials(
                        authenticated,
                        aws.keys().hasAccessKey(),
                        aws.keys().hasSecretKey(),
                        clients.credentials().description(),
                        aws.profile()),
                identity,
                List.copyOf(steps));
    }

    private boolean credentials() {
        CredentialSource source = clients.credentials();
        try {
            source.resolveCredentials();
            ok("credentials", "found: " + source.description());
            return true;
        } catch (CredentialSource.Missing missing) {
            failed("credentials", S3Failure.of(missing, "Finding credentials"), source.advice());
            return false;
        }
    }

    /** An unsigned request: any answer at all, a refusal too, shows that the way there works. */
    private boolean endpoint() throws InterruptedException {
        URI endpoint = clients.endpoint();
        try {
            S3AsyncClient client = access.client();
            S3Access.await(
                    client.listBuckets(request -> request.overrideConfiguration(
                            o -> o.credentialsProvider(AnonymousCredentialsProvider.create()))),
                    "Reaching " + endpoint);
        } catch (S3Failure failure) {
            if (FailureClassifier.reachedNothing(failure)) {
                failed("endpoint", failure, "check AWS_ENDPOINT_URL, the network and AWS_CA_BUNDLE");
                return false;
            }
        }
        ok("endpoint", endpoint + " answers");
        return true;
    }

    private S3Message.@Nullable Identity identity() throws InterruptedException {
        if (!clients.isAws() && stsEndpoint == null) {
            skipped("identity", "not supported here (fine for MinIO and others)", null);
            return null;
        }
        try (StsAsyncClient sts = clients.newSts(stsEndpoint)) {
            GetCallerIdentityResponse caller = S3Access.await(sts.getCallerIdentity(), "Asking STS who we are");
            ok("identity", caller.arn());
            return new S3Message.Identity(text(caller.account()), text(caller.arn()), text(caller.userId()));
        } catch (S3Failure failure) {
            skipped("identity", text(failure.getMessage()), "a backup does not need STS");
            return null;
        }
    }

    /** The names of all that are found; none where that is not allowed. */
    private List<String> listBuckets() throws InterruptedException {
        try {
            List<String> found = access.buckets().buckets().stream()
                    .map(S3Message.Bucket::name)
                    .toList();
            ok("list buckets", found.size() == 1 ? "1 bucket" : found.size() + " buckets");
            return found;
        } catch (S3Failure failure) {
            if (failure instanceof S3Failure.Permanent) {
                skipped(
                        "list buckets",
                        text(failure.getMessage()),
                        "a backup of named buckets does not need this; finding buckets does (s3:ListAllMyBuckets)");
            } else {
                failed("list buckets", failure, remedy(failure));
            }
            return List.of();
        }
    }

    private record Candidate(S3Access access, String bucket, ListedObject object) {}

    private Optional<Candidate> buckets(List<String> buckets, Predicate<String> requestPayer)
            throws InterruptedException {
        Optional<Candidate> candidate = Optional.empty();
        for (String bucket : buckets) {
            String step = "bucket " + bucket;
            S3Access payer = requestPayer.test(bucket) ? access.payingRequests() : access;
            try (BucketListing listing = payer.list(bucket, "", null, null, 1)) {
                BucketListing.Page page = listing.nextPage();
                Optional<Candidate> first = page == null
                        ? Optional.empty()
                        : page.objects().stream().findFirst().map(object -> new Candidate(payer, bucket, object));
                ok(step, first.isPresent() ? "can be listed" : "can be listed; it is empty");
                if (first.isPresent()) {
                    unread = "the first object of each bucket is empty or archived";
                } else if (unread.startsWith("no bucket")) {
                    unread = "the buckets are empty";
                }
                candidate = candidate.or(() -> first.filter(Diagnostics::isReadable));
            } catch (S3Failure failure) {
                failed(step, failure, remedy(failure));
            }
        }
        return candidate;
    }

    private static boolean isReadable(Candidate candidate) {
        ListedObject object = candidate.object();
        boolean archived = object.storageClass() != null && ARCHIVED.contains(object.storageClass());
        return object.size() > 0 && (!archived || object.restored());
    }

    private void read(List<String> tried, Optional<Candidate> candidate) throws InterruptedException {
        if (candidate.isEmpty()) {
            if (tried.isEmpty()) {
                String why = "not tried: no bucket is configured, and none was found";
                skipped("read", why, "choose a bucket and test again");
            } else {
                skipped("read", "not tried: " + unread, null);
            }
            return;
        }
        String bucket = candidate.get().bucket();
        String key = candidate.get().object().key();
        try {
            candidate.get().access().object(bucket, key).readRange(0, 1, (bytes, position) -> {}, count -> {});
            ok("read", "the first byte of \"" + key + "\" in bucket \"" + bucket + "\"");
        } catch (S3Failure failure) {
            failed("read", failure, remedy(failure));
        } catch (IOException impossible) {
            throw new IllegalStateException("a sink that does nothing failed", impossible);
        }
    }

    private static String remedy(S3Failure failure) {
        return switch (failure) {
            case S3Failure.Auth f -> "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN or the profile";
            case S3Failure.Permanent f -> permanentRemedy(f.kind());
            case S3Failure.Throttled f -> "wait a little and try again";
            case S3Failure.Archived f -> "restore the object in S3";
            case S3Failure.Vanished f -> "try again: the object went away meanwhile";
            case S3Failure.Changed f -> "try again: the object changed meanwhile";
            case S3Failure.Retriable f -> "try again; if it stays, check the network and the server";
        };
    }

    private static String permanentRemedy(S3Failure.Kind kind) {
        return switch (kind) {
            case ACCESS_DENIED ->
                "grant s3:ListBucket on the bucket and s3:GetObject on its objects;"
                        + " where the requester pays, set request_payer";
            case CUSTOMER_KEY -> "put the key of its owner's into HUBSTORAGE_SSE_C_KEY, as base64 of 32 bytes";
            case NOT_FOUND -> "try again: the object may have gone meanwhile; if it stays, check AWS_ENDPOINT_URL";
            case NO_SUCH_BUCKET -> "check the bucket's name, or remove it from the configuration";
            case REGION -> "set AWS_DEFAULT_REGION to the bucket's region";
            case TLS -> "name the authority's PEM or PKCS#12 file in AWS_CA_BUNDLE";
            default -> "check AWS_ENDPOINT_URL and what the server is";
        };
    }

    private void ok(String name, String detail) {
        steps.add(new S3Message.Step(name, Outcome.OK, detail, null));
    }

    private void skipped(String name, String detail, @Nullable String remark) {
        steps.add(new S3Message.Step(name, Outcome.SKIPPED, access.inWords(detail), remark));
    }

    private void failed(String name, S3Failure failure, String remedy) {
        steps.add(new S3Message.Step(
                name, Outcome.FAILED, access.inWords(text(failure.getMessage())), access.inWords(remedy)));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
