package io.hubstorage.s3;

import io.hubstorage.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientAsyncConfiguration;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.StsAsyncClientBuilder;

/** How the SDK's clients are set up. Building one reads files: not on an event loop. */
final class Clients {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Queueing is the caller's, so this is little more than the time to connect. */
    private static final Duration ACQUIRE = CONNECT.plusSeconds(5);
    /** Listings and diagnostics must not queue behind downloads. */
    private static final int SPARE_CONNECTIONS = 16;

    private Clients() {}

    /** The connections that all clients share; their owner closes them. Blocks for a moment, and reads files. */
    static NettyTransport http(Settings.Aws aws, int connections, Duration stall) throws S3Failure {
        Settings.TrustStore trusted = aws.trustStore();
        URI endpoint = aws.endpoint();
        return new NettyTransport(
                endpoint == null ? "https" : endpoint.getScheme(),
                new NettyTransport.Limits(connections + SPARE_CONNECTIONS, CONNECT, ACQUIRE, stall),
                trusted == null ? null : TrustedAuthorities.load(trusted.file(), trusted.password()));
    }

    static S3AsyncClient s3(Settings.Aws aws, CredentialSource credentials, SdkAsyncHttpClient http, String version) {
        S3AsyncClientBuilder builder = S3AsyncClient.builder()
                .region(Region.of(aws.region()))
                .credentialsProvider(credentials)
                .forcePathStyle(aws.pathStyle())
                .httpClient(http)
                .asyncConfiguration(directCompletion())
                // Bodies are compared with their checksums elsewhere, and once is enough.
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(overrides(version, c -> c.addExecutionInterceptor(new RawListing())));
        URI endpoint = aws.endpoint();
        if (endpoint == null) {
            builder.crossRegionAccessEnabled(true);
        } else {
            // Some servers break on, or get wrong, the checksums that the SDK adds of its own accord.
            builder.endpointOverride(endpoint).requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED);
        }
        return builder.build();
    }

    static StsAsyncClient sts(
            Settings.Aws aws,
            CredentialSource credentials,
            SdkAsyncHttpClient http,
            @Nullable URI endpoint,
            String version) {
        StsAsyncClientBuilder builder = StsAsyncClient.builder()
                .region(Region.of(aws.region()))
                .credentialsProvider(credentials)
                .httpClient(http)
                .overrideConfiguration(overrides(version, c -> {}));
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return builder.build();
    }

    private static ClientOverrideConfiguration overrides(
            String version, Consumer<ClientOverrideConfiguration.Builder> more) {
        return ClientOverrideConfiguration.builder()
                .putAdvancedOption(SdkAdvancedClientOption.USER_AGENT_PREFIX, "hubstorage/" + version)
                .retryStrategy(clockSkewOnly())
                .applyMutation(more)
                .build();
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

    /** Callers wait on virtual threads: completing their futures on the SDK's loop wakes them without a second thread. */
    private static ClientAsyncConfiguration directCompletion() {
        return ClientAsyncConfiguration.builder()
                .advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run)
                .build();
    }
}
