package io.hubstorage.s3;

import io.hubstorage.bus.BucketName;
import io.hubstorage.bus.S3Message;
import io.hubstorage.config.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.RequestPayer;

/**
 * S3 as HubStorage uses it: listing, reading, discovery, diagnosis. Safe for threads; everything that talks to S3 blocks and
 * belongs on virtual threads, and an interrupt aborts the request. Nothing is opened before the first request. Buckets are called as
 * everywhere ({@link BucketName}); that they are of this account is the caller's to see to.
 */
public final class S3Access implements AutoCloseable {
    /** How long a silence is borne; what fits the internet. */
    public static final Duration STALL = Duration.ofSeconds(30);

    /** What S3 gives a page at most, of objects and of buckets. */
    private static final int PAGE = 1000;

    /** For requests whose connection knows when to give up. */
    static final Duration FOREVER = Duration.ofDays(1);

    private final Clients clients;
    /** Whether this is another way of using what another access opens and closes. */
    private final boolean borrowed;

    private final boolean requestPayer;
    private final @Nullable Availability availability;
    private final ObjectReader.Headers headers;

    /**
     * Opens nothing yet.
     *
     * @param maxConnections how many objects or ranges are read at the same time, at most; listings come on top
     * @param version of HubStorage, for the user agent
     * @param stall how long a connection may be silent while data is expected; usually {@link #STALL}
     */
    public S3Access(Settings.Aws aws, int maxConnections, String version, Duration stall) {
        this(new Clients(aws, maxConnections, version, stall), false, false, null);
    }

    private S3Access(Clients clients, boolean borrowed, boolean requestPayer, @Nullable Availability availability) {
        this.clients = clients;
        this.borrowed = borrowed;
        this.requestPayer = requestPayer;
        this.availability = availability;
        this.headers = new ObjectReader.Headers(requestPayer, clients.settings().customerKey());
    }

    /**
     * The same access for buckets whose owners let others pay: requests say that we do. Shares the connections of this one
     * and lives as long.
     */
    public S3Access payingRequests() {
        return new S3Access(clients, true, true, availability);
    }

    /**
     * The same access, whose requests tell {@code availability} how they end. Shares the connections of this one and lives
     * as long.
     */
    public S3Access watchedBy(Availability watcher) {
        return new S3Access(clients, true, requestPayer, watcher);
    }

    /**
     * Lists a range of a bucket's keys; the first request goes out with the first page asked for.
     *
     * @param prefix empty for all
     * @param after only keys greater than this, in UTF-8 byte order
     * @param through only keys up to and including this
     */
    public BucketListing list(String bucket, String prefix, @Nullable String after, @Nullable String through) {
        return list(bucket, prefix, after, through, PAGE);
    }

    BucketListing list(String bucket, String prefix, @Nullable String after, @Nullable String through, int pageSize) {
        return new BucketListing(this, bucket, prefix, after, through, pageSize);
    }

    /** The "folders" right below a prefix, at most a thousand of them, in the server's order; one LIST request. */
    public List<String> commonPrefixes(String bucket, String prefix) throws S3Failure, InterruptedException {
        ListObjectsV2Request.Builder request = ListObjectsV2Request.builder()
                .bucket(BucketName.inS3(bucket))
                .prefix(prefix.isEmpty() ? null : prefix)
                .delimiter("/")
                .maxKeys(PAGE)
                .requestPayer(payer())
                .encodingType(EncodingType.URL);
        return ListingText.prefixes(ListRequests.send(client(), request).await("Listing bucket \"" + bucket + "\""));
    }

    /**
     * What a listing says of one key now; needs no permission beyond that of the backup itself.
     *
     * @param ordered whether the server lists in some order; one LIST request is enough then, because the key itself sorts
     *     before everything that it is a prefix of, in every known order. Otherwise all keys with that prefix are listed
     */
    public Optional<ListedObject> listOne(String bucket, String key, boolean ordered)
            throws S3Failure, InterruptedException {
        try (BucketListing listing = list(bucket, key, null, null, ordered ? 1 : PAGE)) {
            for (BucketListing.Page page = listing.nextPage(); page != null; page = listing.nextPage()) {
                for (ListedObject object : page.objects()) {
                    if (object.key().equals(key)) {
                        return Optional.of(object);
                    }
                }
                if (ordered && !page.objects().isEmpty()) {
                    return Optional.empty();
                }
            }
            return Optional.empty();
        }
    }

    /** Asks for the first key of a bucket's prefix, to see whether the credentials are accepted there. */
    public void tryListing(String bucket, String prefix) throws S3Failure, InterruptedException {
        try (BucketListing listing = list(bucket, prefix, null, null, 1)) {
            listing.nextPage();
        }
    }

    /** Every bucket that the credentials may see, by name. */
    public S3Message.Buckets buckets() throws S3Failure, InterruptedException {
        String what = "Listing the account's buckets";
        List<S3Message.Bucket> found = new ArrayList<>();
        String token = null;
        do {
            // Only AWS is asked for pages: other servers send all at once, and some refuse parameters they do not know.
            ListBucketsRequest request = clients.isAws() || token != null
                    ? ListBucketsRequest.builder()
                            .maxBuckets(PAGE)
                            .continuationToken(token)
                            .build()
                    : ListBucketsRequest.builder().build();
            ListBucketsResponse page = await(client().listBuckets(request), what);
            for (Bucket bucket : page.buckets()) {
                found.add(new S3Message.Bucket(bucket.name(), bucket.creationDate(), bucket.bucketRegion()));
            }
            String next = page.continuationToken();
            if (next != null && next.equals(token)) {
                throw new S3Failure.Permanent(
                        S3Failure.Kind.LISTING, what + " failed: the server repeats a continuation token.", null);
            }
            token = next == null || next.isEmpty() ? null : next;
        } while (token != null);
        found.sort(Comparator.comparing(S3Message.Bucket::name));
        return new S3Message.Buckets(List.copyOf(found));
    }

    /** Whether the server knows the credentials, whatever they are allowed to; one request for the account's buckets. */
    public boolean acceptsCredentials() throws S3Failure, InterruptedException {
        try {
            buckets();
            return true;
        } catch (S3Failure.Auth refused) {
            return false;
        } catch (S3Failure.Permanent refused) {
            if (refused.kind() == S3Failure.Kind.ACCESS_DENIED) {
                return true;
            }
            throw refused;
        }
    }

    /** One object, of any version and without a customer's key. */
    public ObjectReader object(String bucket, String key) {
        return object(bucket, key, null, false);
    }

    /**
     * One object.
     *
     * @param etag the listed one, without quotes; null or empty to take any version
     * @param withCustomerKey whether it is asked for with the key in {@code HUBSTORAGE_SSE_C_KEY}, see {@link #hasCustomerKey}
     */
    public ObjectReader object(String bucket, String key, @Nullable String etag, boolean withCustomerKey) {
        return new ObjectReader(this, bucket, key, etag, null, headers, withCustomerKey);
    }

    /**
     * The version of an object that has this id, which a listing need not show any more; needs {@code s3:GetObjectVersion}.
     *
     * @param etag as in {@link #object(String, String, String, boolean)}
     */
    public ObjectReader version(
            String bucket, String key, String version, @Nullable String etag, boolean withCustomerKey) {
        return new ObjectReader(this, bucket, key, etag, version, headers, withCustomerKey);
    }

    /** Writes to one bucket. */
    public ObjectWriter writer(String bucket) {
        return new ObjectWriter(this, bucket, headers);
    }

    /** Writes to one bucket in parts. */
    public MultipartUploads uploads(String bucket) {
        return new MultipartUploads(this, bucket);
    }

    /** The headers of a write whose object S3 is to encrypt with the customer's key, which must be there: see {@link #hasCustomerKey}. */
    public Map<String, String> customerKeyHeaders() {
        return headers.customerKey();
    }

    /** Whether there is a key for objects that S3 keeps encrypted with a key of the customer's (SSE-C). */
    public boolean hasCustomerKey() {
        return clients.settings().customerKey() != null;
    }

    /** A text for people, with the names of variables as they are in the account that this is access to. */
    public String inWords(String text) {
        return clients.settings().keys().inWords(text);
    }

    public Diagnostics diagnostics() {
        return new Diagnostics(this);
    }

    /** Ends requests under way with an error, and drops the connections. */
    @Override
    public void close() {
        if (!borrowed) {
            clients.close();
        }
    }

    /** What this and those that share its connections are made of. */
    Clients clients() {
        return clients;
    }

    @Nullable
    Availability availability() {
        return availability;
    }

    @Nullable
    RequestPayer payer() {
        return requestPayer ? RequestPayer.REQUESTER : null;
    }

    /** Opened on first use; reads files then. */
    S3AsyncClient client() throws S3Failure {
        S3AsyncClient client = clients.s3();
        return availability == null ? client : availability.watch(client);
    }

    /** The result; an interrupted wait aborts the request. */
    static <T> T await(CompletableFuture<T> call, String what) throws S3Failure, InterruptedException {
        try {
            return call.get(FOREVER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            call.cancel(true);
            throw interrupted;
        } catch (TimeoutException silence) {
            // Whoever watches the call learns why.
            call.completeExceptionally(silence);
            throw FailureClassifier.classify(silence, what);
        } catch (ExecutionException | CancellationException failure) {
            throw FailureClassifier.classifyOrInterrupt(failure, what);
        }
    }
}
