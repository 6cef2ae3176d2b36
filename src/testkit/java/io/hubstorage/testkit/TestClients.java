package io.hubstorage.testkit;

import io.hubstorage.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Objects;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The SDK's own client, built without the product's code, so that a test's view of the server is an independent one. */
public final class TestClients {
    /** One for all: an event loop group of its own would hold every client's close for two seconds. */
    private static final SdkEventLoopGroup LOOPS =
            SdkEventLoopGroup.builder().numberOfThreads(2).build();

    private TestClients() {}

    /** How HubStorage gets at a server that is not AWS. */
    public static Settings.Aws settings(URI endpoint, String accessKey, String secretKey) {
        return new Settings.Aws(
                new Settings.Keys(accessKey, secretKey, null), "us-east-1", null, endpoint, true, null, null);
    }

    /** A client with few threads and no retries, for the server that {@code settings} name; the caller closes it. */
    public static S3AsyncClient s3(Settings.Aws settings) {
        NettyNioAsyncHttpClient.Builder http = NettyNioAsyncHttpClient.builder().eventLoopGroup(LOOPS);
        Settings.TrustStore authorities = settings.trustStore();
        TrustManager @Nullable [] trusted = authorities == null ? null : trust(authorities.file());
        if (trusted != null) {
            http.tlsTrustManagersProvider(() -> trusted);
        }
        return S3AsyncClient.builder()
                .httpClientBuilder(http)
                .endpointOverride(Objects.requireNonNull(settings.endpoint(), "endpoint"))
                .region(Region.of(settings.region()))
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(config -> config.retryStrategy(retry -> retry.maxAttempts(1)))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        Objects.requireNonNull(settings.keys().accessKeyId(), "access key"),
                        Objects.requireNonNull(settings.keys().secretAccessKey(), "secret key"))))
                .build();
    }

    private static TrustManager[] trust(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (IOException | GeneralSecurityException failure) {
            throw new IllegalStateException("cannot trust " + pem, failure);
        }
    }
}
