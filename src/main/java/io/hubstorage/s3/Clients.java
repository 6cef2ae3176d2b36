package io.hubstorage.s3;

import io.hubstorage.config.Settings;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientAsyncConfiguration;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.StsAsyncClientBuilder;

/** How the SDK's clients are set up. Building one reads files: not on an event loop. */
final class Clients {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /**
     * Queueing is the caller's, so this is little more than the time to connect. It also ends requests that the SDK's pool
     * forgets: with several event loops it loses about one refused connection in ten (SDK 2.40.2 with Netty 4.2.9).
     */
    private static final Duration ACQUIRE = CONNECT.plusSeconds(5);
    /** Listings and diagnostics must not queue behind downloads. */
    private static final int SPARE_CONNECTIONS = 16;

    private static final int MOST_THREADS = 4;

    private Clients() {}

    /** The threads that all clients share; their owner stops them with {@link #stop}. */
    static SdkEventLoopGroup loops() {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_THREADS);
        return SdkEventLoopGroup.builder()
                .numberOfThreads(threads)
                .threadFactory(new DefaultThreadFactory("hubstorage-s3", true))
                .build();
    }

    /** At once: the quiet period that a client would grant loops of its own holds every close for two seconds. */
    static void stop(SdkEventLoopGroup loops) {
        loops.eventLoopGroup().shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    static S3AsyncClient s3(
            Settings.Aws aws,
            CredentialSource credentials,
            SdkEventLoopGroup loops,
            int connections,
            String version,
            Patience patience)
            throws S3Failure {
        S3AsyncClientBuilder builder = S3AsyncClient.builder()
                .region(Region.of(aws.region()))
                .credentialsProvider(credentials)
                .forcePathStyle(aws.pathStyle())
                .httpClientBuilder(http(aws, loops, connections + SPARE_CONNECTIONS, patience))
                .asyncConfiguration(directCompletion())
                // Bodies are compared with their checksums elsewhere, and once is enough.
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(overrides(version, patience, c -> c.addExecutionInterceptor(new RawListing())));
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
            SdkEventLoopGroup loops,
            @Nullable URI endpoint,
            String version,
            Patience patience)
            throws S3Failure {
        StsAsyncClientBuilder builder = StsAsyncClient.builder()
                .region(Region.of(aws.region()))
                .credentialsProvider(credentials)
                .httpClientBuilder(http(aws, loops, 1, patience))
                .overrideConfiguration(overrides(version, patience, c -> {}));
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return builder.build();
    }

    private static NettyNioAsyncHttpClient.Builder http(
            Settings.Aws aws, SdkEventLoopGroup loops, int connections, Patience patience) throws S3Failure {
        NettyNioAsyncHttpClient.Builder http = NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(loops)
                .maxConcurrency(connections)
                .maxPendingConnectionAcquires(Integer.MAX_VALUE)
                .connectionAcquisitionTimeout(ACQUIRE)
                .connectionTimeout(CONNECT)
                .readTimeout(patience.stall())
                .writeTimeout(patience.stall())
                .tcpKeepAlive(true);
        Path trustStore = aws.trustStore();
        if (trustStore != null) {
            TrustManager[] trusted = TrustedAuthorities.load(trustStore, aws.trustStorePassword());
            http.tlsTrustManagersProvider(() -> trusted);
        }
        return http;
    }

    private static ClientOverrideConfiguration overrides(
            String version, Patience patience, Consumer<ClientOverrideConfiguration.Builder> more) {
        return ClientOverrideConfiguration.builder()
                .putAdvancedOption(SdkAdvancedClientOption.USER_AGENT_PREFIX, "hubstorage/" + version)
                .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(patience.attempts())
                        .build())
                .applyMutation(more)
                .build();
    }

    /** Callers wait on virtual threads: completing their futures on the SDK's loop wakes them without a second thread. */
    private static ClientAsyncConfiguration directCompletion() {
        return ClientAsyncConfiguration.builder()
                .advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run)
                .build();
    }
}
