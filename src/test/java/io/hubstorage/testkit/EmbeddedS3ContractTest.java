package io.hubstorage.testkit;

import io.hubstorage.config.Settings;
import java.util.EnumSet;
import java.util.Set;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The real server in this process. */
final class EmbeddedS3ContractTest extends StoredContract {
    private final EmbeddedS3 server = EmbeddedS3.start();

    @Override
    Settings.Aws startServer(String bucket) {
        server.createBucket(bucket);
        return server.settings();
    }

    @Override
    void stopServer() {
        server.close();
    }

    @Override
    S3AsyncClient writer() {
        return server.client();
    }

    @Override
    Set<Lack> lacks() {
        return EnumSet.of(
                Lack.UTF8_ORDER,
                Lack.LEADING_SLASH,
                Lack.DOT_SEGMENTS,
                Lack.EMPTY_SEGMENTS,
                Lack.FILE_BESIDE_FOLDER,
                Lack.FOLDER_WITH_CONTENT,
                Lack.CHECKSUMS);
    }
}
