package io.hubstorage.testkit;

import io.hubstorage.config.Settings;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What the tests run against most of the time must be no easier than the real thing. */
final class SyntheticS3ContractTest extends S3Contract {
    private final SyntheticS3 server = SyntheticS3.start();

    @Override
    Settings.Aws startServer(String bucket) {
        server.bucket(bucket, SyntheticBucket.empty().withChecksums(ChecksumKind.CRC32));
        return server.settings();
    }

    @Override
    void stopServer() {
        server.close();
    }

    @Override
    byte[] store(String bucket, String key, int size, Map<String, String> headers, Map<String, String> metadata) {
        SyntheticBucket found = server.bucket(bucket);
        SyntheticObject object = found.add(key, size).withMetadata(headers, metadata);
        found.put(object);
        return object.body();
    }

    @Override
    Set<Lack> lacks() {
        return EnumSet.of(Lack.SIGNATURES);
    }
}
