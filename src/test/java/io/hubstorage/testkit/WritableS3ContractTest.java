package io.hubstorage.testkit;

import io.hubstorage.config.Settings;
import java.util.EnumSet;
import java.util.Set;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** What clients write into the synthetic server must be there as on a real one. */
final class WritableS3ContractTest extends StoredContract {
    private final SyntheticS3 server = SyntheticS3.start();
    private final S3AsyncClient client = TestClients.s3(server.settings());

    @Override
    Settings.Aws startServer(String bucket) {
        server.bucket(bucket, SyntheticBucket.empty()).writable();
        return server.settings();
    }

    @Override
    void stopServer() {
        client.close();
        server.close();
    }

    @Override
    S3AsyncClient writer() {
        return client;
    }

    @Override
    Set<Lack> lacks() {
        return EnumSet.of(Lack.SIGNATURES);
    }
}
