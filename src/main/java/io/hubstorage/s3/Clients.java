package io.hubstorage.s3;

import io.hubstorage.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientAsyncConfiguration;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.StsAsyncClientBuilder;

/**
 * What it takes to talk to S3 with certain settings: credentials, connections, the SDK's clients. Each is opened on first use,
 * which reads files: not on an event loop. Thread-safe.
 */
final class Clients implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Queueing is the caller's, so this is little more than the time to connect. */
    private static final Duration ACQUIRE = CONNECT.plusSeconds(5);
    /** Listings and diagnostics must not queue behind downloads. */
    private static final int SPARE_CONNECTIONS = 16;

    private final Settings.Aws aws;
    private final int connections;
    private final String version;
    private final Duration stall;
    private final BucketPlaces places = new BucketPlaces(InstantSource.system());
    /** Closes what has been opened, the last first. */
    private final Deque<Runnable> closing = new ArrayDeque<>();

    private @Nullable CredentialSource credentials;
    private @Nullable NettyTransport http;
    private @Nullable BodyClient bodies;
    private @Nullable S3AsyncClient s3;
    private boolean closed;
    private volatile boolean askForRestores = true;
    private volatile boolean utf8Headers;

    Clients(Settings.Aws aws, int connections, String version, Duration stall) {
        this.aws = aws;
        this.connections = connections;
        this.version = version;
        this.stall = stall;
    }

    Settings.Aws settings() {
        return aws;
    }

    /** How long a connection may be silent while data is expected. */
    Duration stall() {
        return stall;
    }

    /** Whether this is AWS itself and not a server of somebody else's. */
    boolean isAws() {
        return aws.endpoint() == null;
    }

    URI endpoint() {
        URI endpoint = aws.endpoint();
        return endpoint == null ? URI.create("https://s3." + aws.region() + ".amazonaws.com") : endpoint;
    }

    /** Whether a listing may ask which archived objects have been restored; the first server that refuses ends it. */
    boolean mayAskForRestores() {
        return askForRestores;
    }

    void dontAskForRestores() {
        askForRestores = false;
    }

    /** Whether the server compares signatures with the bytes of a header, and not with what they are in ISO 8859-1. */
    boolean signsUtf8Headers() {
        return utf8Headers;
    }

    void signUtf8Headers() {
        utf8Headers = true;
    }

    synchronized CredentialSource credentials() {
        if (credentials == null) {
            credentials = CredentialSource.of(aws);
            closing.push(credentials::close);
        }
        return credentials;
    }

    synchronized S3AsyncClient s3() throws S3Failure {
        requireOpen();
        if (s3 == null) {
            s3 = credentials().renewing(newS3());
            closing.push(s3::close);
        }
        return s3;
    }

    private void requireOpen() throws S3Failure {
        if (closed) {
            throw new S3Failure.Permanent(
                    S3Failure.Kind.CLOSED, "Access to S3 is closed: HubStorage is stopping.", null);
        }
    }

    private S3AsyncClient newS3() throws S3Failure {
        S3AsyncClientBuilder builder = S3AsyncClient.builder()
                .region(Region.of(aws.region()))
                .credentialsProvider(credentials())
                .forcePathStyle(aws.pathStyle())
                .httpClient(http())
                // Callers wait on virtual threads: completing their futures on the SDK's loop spares a second thread.
                .asyncConfiguration(ClientAsyncConfiguration.builder()
                        .advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run)
                        .build())
                // Bodies are compared with their checksums elsewhere, and once is enough; what is written brings its
                // own, and
                // some servers break on, or get wrong, those that the SDK adds of its own accord.
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .overrideConfiguration(overrides()
                        .addExecutionInterceptor(new ListRequests())
                        .addExecutionInterceptor(places)
                        .build());
        URI endpoint = aws.endpoint();
        if (endpoint == null) {
            builder.crossRegionAccessEnabled(true);
        } else {
            builder.endpointOverride(endpoint);
        }
        return builder.build();
    }

    StsAsyncClient newSts(@Nullable URI endpoint) throws S3Failure {
        StsAsyncClientBuilder builder = StsAsyncClient.builder()
                .region(Region.of(aws.region()))
                .credentialsProvider(credentials())
                .httpClient(http())
                .overrideConfiguration(overrides().build());
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return builder.build();
    }

    private synchronized NettyTransport http() throws S3Failure {
        requireOpen();
        if (http == null) {
            http = new NettyTransport(isAws() ? "https" : endpoint().getScheme(), limits(), trusted());
            closing.push(http::close);
        }
        return http;
    }

    /** Where a bucket is, if requests may go there past the SDK; null where that is not known, or a proxy is in between. */
    BucketPlaces.@Nullable Place place(String bucket) throws S3Failure {
        BucketPlaces.Place place = places.of(bucket);
        // The SDK's way shows the certificate of a client that Java's properties name, this one does not.
        if (place == null || System.getProperty("javax.net.ssl.keyStore") != null) {
            return null;
        }
        return http().reachesDirectly(place.server().getHost()) ? place : null;
    }

    /** A bucket is not where it was, or its requests are to be signed otherwise. */
    void forgetPlace(String bucket) {
        places.forget(bucket);
    }

    /** For GETs of bodies in buckets whose places are known. */
    synchronized BodyClient bodies() throws S3Failure {
        requireOpen();
        if (bodies == null) {
            bodies = new BodyClient(agent(), limits(), trusted());
            closing.push(bodies::close);
        }
        return bodies;
    }

    private String agent() {
        return "hubstorage/" + version;
    }

    private NettyTransport.Limits limits() {
        return new NettyTransport.Limits(connections + SPARE_CONNECTIONS, CONNECT, ACQUIRE, stall);
    }

    private @Nullable TrustManager trusted() throws S3Failure {
        Settings.TrustStore trusted = aws.trustStore();
        return trusted == null ? null : TrustedAuthorities.load(trusted.file(), trusted.password());
    }

    private ClientOverrideConfiguration.Builder overrides() {
        return ClientOverrideConfiguration.builder()
                .putAdvancedOption(SdkAdvancedClientOption.USER_AGENT_PREFIX, agent())
                .retryStrategy(clockSkewOnly());
    }

    /**
     * Whoever needs an answer counts the attempts at it, and what two of them count multiplies. Only the SDK can sign anew by the
     * server's clock, which it learns from the refusal.
     */
    private static RetryStrategy clockSkewOnly() {
        return DefaultRetryStrategy.standardStrategyBuilder()
                .useClientDefaults(false)
                .maxAttempts(2)
                .retryOnException(
                        failure -> failure instanceof SdkException refused && RetryUtils.isClockSkewException(refused))
                .build();
    }

    /** Ends requests under way with an error, and drops the connections; nothing can be opened any more. */
    @Override
    public void close() {
        List<Runnable> opened;
        synchronized (this) {
            closed = true;
            opened = List.copyOf(closing);
            closing.clear();
        }
        opened.forEach(Runnable::run);
    }
}
