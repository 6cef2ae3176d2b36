package io.hubstorage.testkit;

import io.hubstorage.config.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * A real S3 server (S3Proxy) in this JVM on a loopback port, its objects in memory. It lists in UTF-16 order, refuses keys
 * that begin with {@code /} or hold {@code ..}, and knows no checksums; {@link SyntheticS3} can do the rest. All calls block;
 * safe for threads.
 */
public final class EmbeddedS3 implements AutoCloseable {
    private static final String ACCESS_KEY = "local-identity";
    private static final String SECRET_KEY = "local-credential";
    private static final String LOOPBACK = "127.0.0.1";

    private final S3Proxy proxy;
    private final ThrottledStore store;
    private final URI endpoint;
    private final @Nullable Path caPem;
    private final S3AsyncClient client;

    private EmbeddedS3(boolean tls, String host, int port) {
        store = new ThrottledStore(new TransientNio2BlobStore());
        S3Proxy.Builder builder = S3Proxy.builder()
                .blobStore(store)
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
                .ignoreUnknownHeaders(true)
                .jettyMaxThreads(64)
                // Jetty waits this long for open connections: the clients' pools would hold every stop for all of it.
                .stopTimeout(100)
                .v4MaxNonChunkedRequestSize(1 << 30);
        if (tls) {
            TestCertificates certificates = TestCertificates.get();
            builder.secureEndpoint(URI.create("https://%s:%d".formatted(host, port)))
                    .keyStore(certificates.keyStore().toString(), TestCertificates.PASSWORD);
            caPem = certificates.caPem();
        } else {
            builder.endpoint(URI.create("http://%s:%d".formatted(host, port)));
            caPem = null;
        }
        proxy = builder.build();
        try {
            proxy.start();
        } catch (Exception failure) {
            throw new IllegalStateException("the embedded S3 server did not start", failure);
        }
        endpoint =
                URI.create(tls ? "https://127.0.0.1:" + proxy.getSecurePort() : "http://127.0.0.1:" + proxy.getPort());
        client = TestClients.s3(settings());
    }

    /** Starts a server over plain HTTP. */
    public static EmbeddedS3 start() {
        return new EmbeddedS3(false, LOOPBACK, 0);
    }

    /** Starts a server over plain HTTP on an address that others reach too, as {@code 0.0.0.0}. */
    public static EmbeddedS3 start(String host, int port) {
        return new EmbeddedS3(false, host, port);
    }

    /** Starts a server over HTTPS, whose certificate is signed by the private authority of {@link #caPem}. */
    public static EmbeddedS3 startTls() {
        return new EmbeddedS3(true, LOOPBACK, 0);
    }

    /** Where it listens. */
    public URI endpoint() {
        return endpoint;
    }

    /** The only access key it takes. */
    public String accessKey() {
        return ACCESS_KEY;
    }

    /** The secret of {@link #accessKey}. */
    public String secretKey() {
        return SECRET_KEY;
    }

    /** The authority to trust; only a TLS server has one. */
    public Path caPem() {
        if (caPem == null) {
            throw new IllegalStateException("this server was started without TLS");
        }
        return caPem;
    }

    /** What HubStorage needs to know to use this server. */
    public Settings.Aws settings() {
        Settings.Aws plain = TestClients.settings(endpoint, ACCESS_KEY, SECRET_KEY);
        return caPem == null
                ? plain
                : new Settings.Aws(
                        plain.keys(), plain.region(), null, endpoint, true, new Settings.TrustStore(caPem, null), null);
    }

    /** A client for what the short methods here do not offer; closed with the server. */
    public S3AsyncClient client() {
        return client;
    }

    /** Limits what all downloads together get, in bytes a second; 0 lifts the limit. Takes effect at once. */
    public void throttle(long bytesPerSecond) {
        store.limit(bytesPerSecond);
    }

    /** Holds every download back after its first bytes until it is {@linkplain #letThrough let through}. */
    public void hold() {
        store.hold();
    }

    /** Lets so many of the downloads that are held back, now or later, come to their ends. */
    public void letThrough(int downloads) {
        store.letThrough(downloads);
    }

    /** Holds nothing back any more. */
    public void letAllThrough() {
        store.letAllThrough();
    }

    /** Creates a bucket. */
    public void createBucket(String bucket) {
        await(client.createBucket(request -> request.bucket(bucket)));
    }

    /** Writes an object. */
    public void put(String bucket, String key, byte[] body) {
        put(bucket, key, body, Map.of());
    }

    /** Writes an object with user metadata. */
    public void put(String bucket, String key, byte[] body, Map<String, String> metadata) {
        await(client.putObject(
                request -> request.bucket(bucket).key(key).metadata(metadata), AsyncRequestBody.fromBytes(body)));
    }

    /** Removes an object; nothing happens where there is none. */
    public void delete(String bucket, String key) {
        await(client.deleteObject(request -> request.bucket(bucket).key(key)));
    }

    /** Reads an object; fails with the SDK's {@code NoSuchKeyException} in a {@code CompletionException}. */
    public byte[] get(String bucket, String key) {
        return await(client.getObject(request -> request.bucket(bucket).key(key), AsyncResponseTransformer.toBytes()))
                .asByteArray();
    }

    @Override
    public void close() {
        client.close();
        try {
            proxy.stop();
        } catch (TimeoutException ignored) {
            // Connections that clients keep did not end within the short stop timeout; they are closed all the same.
        } catch (Exception failure) {
            throw new IllegalStateException("the embedded S3 server did not stop", failure);
        }
    }

    private static <T> T await(CompletableFuture<T> future) {
        return future.join();
    }
}
