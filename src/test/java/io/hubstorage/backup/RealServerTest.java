package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.Hub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine, fresh from its start, against a real server that refuses what it does not know. */
final class RealServerTest {
    @TempDir
    Path home;

    @Test
    void severalBucketsAreCopiedByANewProcess() throws Exception {
        String[] buckets = {"alpha", "beta", "gamma"};
        try (EmbeddedS3 server = EmbeddedS3.start()) {
            for (String bucket : buckets) {
                server.createBucket(bucket);
                server.put(bucket, "a/file.txt", bucket.getBytes(StandardCharsets.UTF_8));
            }
            // Whether the buckets' first requests meet is a matter of luck.
            for (int run = 0; run < 4; run++) {
                try (Hub hub = new Hub(home.resolve("hub" + run), server.settings(), InstantSource.system())) {
                    RunRecord record = hub.configure(buckets).backUp();

                    assertThat(record.result()).as(record.message()).isEqualTo(RunResult.SUCCESS);
                    for (String bucket : buckets) {
                        assertThat(Files.readString(hub.files(record, bucket).resolve("a/file.txt")))
                                .isEqualTo(bucket);
                    }
                }
            }
        }
    }
}
