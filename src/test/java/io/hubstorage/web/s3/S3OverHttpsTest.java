package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.ExtraPort;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TestClients;
import io.hubstorage.testkit.TestPem;
import io.hubstorage.web.tls.ServerCertificate;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The endpoint by the web server's certificate, as the SDK of AWS sees it. */
@ExtendWith(VertxExtension.class)
final class S3OverHttpsTest {
    @Test
    void theSdkReadsByTlsAndTheNextCertificateIsShownHereToo(@TempDir Path home, Vertx vertx) throws IOException {
        try (SyntheticS3 source = SyntheticS3.start();
                Hub hub = new Hub(home, source.settings(), InstantSource.fixed(Instant.parse("2026-11-20T08:00:00Z")))
                        .configure("photos")) {
            SyntheticBucket bucket = source.bucket("photos", SyntheticBucket.ofKeys(33, List.of("small")));
            bucket.add("large", 300_000);
            hub.backUp();
            try (S3AsyncClient original = TestClients.s3(source.settings())) {
                readsBy(vertx, home, bytes(original));
            }
        }
    }

    private static void readsBy(Vertx vertx, Path home, byte[] content) throws IOException {
        TestPem first = TestPem.make("EC");
        TestPem second = TestPem.make("RSA");
        Path certificate = home.resolve("tls.crt");
        Path key = home.resolve("tls.key");
        first.write(certificate, key);
        ConfigStore store = S3Endpoint.store(
                vertx,
                home,
                Map.of("HUBSTORAGE_TLS_CERT", certificate.toString(), "HUBSTORAGE_TLS_KEY", key.toString()));
        ServerCertificate own = S3Endpoint.await(ServerCertificate.open(vertx, store, InstantSource.system()))
                .orElseThrow();
        S3Verticle verticle = new S3Verticle(
                store,
                InstantSource.system(),
                new ExtraPort("snapshots as S3", S3Verticle.PORT, S3Verticle.HOST, "127.0.0.1", 0),
                Optional.of(own));
        S3Endpoint.await(vertx.deployVerticle(verticle));
        URI address = URI.create("https://127.0.0.1:" + verticle.actualPort());
        Path trusted = Files.writeString(home.resolve("trusted.pem"), first.certificate());

        try (S3AsyncClient client = client(address, trusted)) {
            assertThat(bytes(client)).isEqualTo(content);
        }

        second.write(certificate, key);
        S3Endpoint.await(own.look());

        try (S3AsyncClient client = client(address, trusted)) {
            assertThatThrownBy(() -> bytes(client))
                    .as("not the one that it trusts")
                    .hasStackTraceContaining("SSL");
        }
        Files.writeString(trusted, second.certificate());
        try (S3AsyncClient client = client(address, trusted)) {
            assertThat(bytes(client)).isEqualTo(content);
        }
    }

    private static byte[] bytes(S3AsyncClient client) {
        return S3Endpoint.of(client.getObject(
                        get -> get.bucket("photos").key("large"),
                        AsyncResponseTransformer.<GetObjectResponse>toBytes()))
                .asByteArray();
    }

    private static S3AsyncClient client(URI address, Path trusted) {
        Settings.Aws plain = TestClients.settings(address, S3Endpoint.ACCESS_KEY, S3Endpoint.SECRET_KEY);
        return TestClients.s3(new Settings.Aws(
                plain.keys(),
                plain.region(),
                null,
                plain.endpoint(),
                true,
                new Settings.TrustStore(trusted, null),
                null));
    }
}
