package io.hubstorage.s3;

import io.hubstorage.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.RequestPayer;

/**
 * S3 as HubStorage uses it: listing, reading, discovery, diagnosis. Safe for threads; everything that talks to S3 blocks and
 * belongs on virtual threads, and an interrupt aborts the request. Nothing is opened before the first request.
 */
public final class S3Access implements AutoCloseable {
    /** How long a silence is borne; what fits the internet. */
    public static final Duration STALL = Duration.ofSeconds(30);

    /** What S3 gives a page at most. */
    private static final int PAGE = 1000;

    private final Settings.Aws aws;
    private final int maxConnections;
    private final String version;
    private final Duration stall;
    /** Whose connections these are, where this is only another way of using them. */
    private final @Nullable S3Access owner;

    private final boolean requestPayer;
    private final @Nullable Availability availability;
    private @Nullable S3AsyncClient client;
    private @Nullable CredentialSource credentials;
    private @Nullable NettyTransport http;
    private boolean closed;
    private volatile boolean askForRestores = true;

    /**
     * Opens nothing yet.
     *
     * @param maxConnections how many objects or ranges are read at the same time, at most; listings come on top
     * @param version of HubStorage, for the user agent
     */
    public S3Access(Settings.Aws aws, int maxConnections, String version) {
        this(aws, maxConnections, version, STALL);
    }

    /** @param stall how long a connection may be silent while data is expected; usually {@link #STALL} */
    public S3Access(Settings.Aws aws, int maxConnections, String version, Duration stall) {
        this.aws = aws;
        this.maxConnections = maxConnections;
        this.version = version;
        this.stall = stall;
        this.owner = null;
        this.requestPayer = false;
        this.availability = null;
    }

    private S3Access(S3Access owner, boolean requestPayer, @Nullable Availability availability) {
        this.aws = owner.aws;
        this.maxConnections = owner.maxConnections;
        this.version = owner.version;
        this.stall = owner.stall;
        this.owner = owner;
        this.requestPayer = requestPayer;
        this.availability = availability;
    }

    /**
     * The same access for buckets whose owners let others pay: requests say that we do. Shares the connections of this one
     * and lives as long.
     */
    public S3Access payingRequests() {
        return new S3Access(owner == null ? this : owner, true, availability);
    }

    /**
     * The same access, whose requests tell {@code availability} how they end. Shares the connections of this one and lives
     * as long.
     */
    public S3Access watchedBy(Availability watcher) {
        return new S3Access(owner == null ? this : owner, requestPayer, watcher);
    }

    /** Who is to be told whether S3 does its work. */
    @Nullable
    Availability availability() {
        return availability;
    }

    /**
     * Lists a range of a bucket's keys; the first request goes out with the first page asked for.
     *
     * @param prefix empty for all
     * @param after only keys greater than this, in UTF-8 byte order
     * @param through only keys up to and including this
     */
    public ListingPages list(String bucket, String prefix, @Nullable String after, @Nullable String through) {
        return list(bucket, prefix, after, through, PAGE);
    }

    ListingPages list(String bucket, String prefix, @Nullable String after, @Nullable String through, int pageSize) {
        return new BucketListing(this, bucket, prefix, after, through, pageSize);
    }

    /** The "folders" right below a prefix, at most a thousand of them, in the server's order; one LIST request. */
    public List<String> commonPrefixes(String bucket, String prefix) throws S3Failure, InterruptedException {
        ListObjectsV2Request.Builder request = ListObjectsV2Request.builder()
                .bucket(bucket)
                .delimiter("/")
                .maxKeys(PAGE)
                .requestPayer(payer())
                .encodingType(EncodingType.URL);
        if (!prefix.isEmpty()) {
            request.prefix(prefix);
        }
        ListObjectsV2Response answer =
                Calls.await(client().listObjectsV2(request.build()), "Listing bucket \"" + bucket + "\"");
        return ListingText.prefixes(answer);
    }

    /** Whether a key is there. */
    public boolean exists(String bucket, String key) throws S3Failure, InterruptedException {
        return listOne(bucket, key, true).isPresent();
    }

    /**
     * What a listing says of one key now; needs no permission beyond that of the backup itself.
     *
     * @param ordered whether the server lists in some order; one LIST request is enough then, because the key itself sorts
     *     before everything that it is a prefix of, in every known order. Otherwise all keys with that prefix are listed
     */
    public Optional<ListedObject> listOne(String bucket, String key, boolean ordered)
            throws S3Failure, InterruptedException {
        try (ListingPages pages = list(bucket, key, null, null, ordered ? 1 : PAGE)) {
            for (Page page = pages.nextPage(); page != null; page = pages.nextPage()) {
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
        try (ListingPages pages = list(bucket, prefix, null, null, 1)) {
            pages.nextPage();
        }
    }

    /** Whether the server knows the credentials, whatever they are allowed to; one request for the account's buckets. */
    public boolean acceptsCredentials() throws S3Failure, InterruptedException {
        try {
            discovery().buckets();
            return true;
        } catch (S3Failure.Auth refused) {
            return false;
        } catch (S3Failure.Permanent refused) {
            if (refused.kind().equals("access-denied")) {
                return true;
            }
            throw refused;
        }
    }

    /** Reads objects; as long-lived as this. */
    public ObjectReader reader() {
        return reader(false);
    }

    /** Reads objects, with the key in {@code HUBSTORAGE_SSE_C_KEY} (see {@link #hasCustomerKey}) or without. */
    public ObjectReader reader(boolean withCustomerKey) {
        return new ObjectReader(this, extraHeaders(withCustomerKey));
    }

    /** Asks about objects; otherwise as {@link #reader(boolean)}. */
    public HeadReader heads(boolean withCustomerKey) {
        return new HeadReader(this, extraHeaders(withCustomerKey));
    }

    /** Whether there is a key for objects that S3 keeps encrypted with a key of the customer's (SSE-C). */
    public boolean hasCustomerKey() {
        return aws.customerKey() != null;
    }

    private Map<String, String> extraHeaders(boolean withCustomerKey) {
        return ExtraHeaders.of(requestPayer, withCustomerKey ? aws.customerKey() : null);
    }

    /** Finds the account's buckets; as long-lived as this. */
    public Discovery discovery() {
        return new Discovery(this);
    }

    /** Finds out what works; as long-lived as this. */
    public Diagnostics diagnostics() {
        return new Diagnostics(this);
    }

    /** Ends requests under way with an error, and drops the connections. */
    @Override
    public void close() {
        if (owner != null) {
            return;
        }
        S3AsyncClient open;
        CredentialSource source;
        NettyTransport connections;
        synchronized (this) {
            closed = true;
            open = client;
            source = credentials;
            connections = http;
            client = null;
            http = null;
        }
        if (open != null) {
            open.close();
        }
        if (source != null) {
            source.close();
        }
        if (connections != null) {
            connections.close();
        }
    }

    /** For requests that the SDK builds. */
    @Nullable
    RequestPayer payer() {
        return requestPayer ? RequestPayer.REQUESTER : null;
    }

    /** Whether a listing may ask which archived objects have been restored; the first server that refuses ends it. */
    boolean mayAskForRestores() {
        return owner == null ? askForRestores : owner.mayAskForRestores();
    }

    void dontAskForRestores() {
        if (owner != null) {
            owner.dontAskForRestores();
        }
        askForRestores = false;
    }

    /** Whether this is AWS itself and not a server of somebody else's. */
    boolean isAws() {
        return aws.endpoint() == null;
    }

    Settings.Aws settings() {
        return aws;
    }

    String version() {
        return version;
    }

    Duration stall() {
        return stall;
    }

    /** Where requests go. */
    URI endpoint() {
        URI endpoint = aws.endpoint();
        return endpoint == null ? URI.create("https://s3." + aws.region() + ".amazonaws.com") : endpoint;
    }

    synchronized CredentialSource credentials() {
        if (owner != null) {
            return owner.credentials();
        }
        CredentialSource source = credentials;
        if (source == null) {
            source = CredentialSource.of(aws);
            credentials = source;
        }
        return source;
    }

    /** The connections, opened on first use; reads files. */
    synchronized NettyTransport http() throws S3Failure {
        if (owner != null) {
            return owner.http();
        }
        NettyTransport open = http;
        if (open == null) {
            open = Clients.http(aws, maxConnections, stall);
            http = open;
        }
        return open;
    }

    /** The client, built on first use; reads files. */
    synchronized S3AsyncClient client() throws S3Failure {
        if (owner != null) {
            return availability == null ? owner.client() : availability.watch(owner.client());
        }
        if (closed) {
            throw new S3Failure.Permanent("closed", "Access to S3 is closed: HubStorage is stopping.", null);
        }
        S3AsyncClient open = client;
        if (open == null) {
            S3AsyncClient plain = Clients.s3(aws, credentials(), http(), version);
            open = new RenewingClient(plain, credentials());
            client = open;
        }
        return open;
    }
}
