package io.hubstorage.restore.s3;

import io.hubstorage.restore.targets.Target.Condition;
import io.hubstorage.s3.S3Access;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.WriteSide;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A bucket of a synthetic server, and targets in it. */
abstract class SyntheticTarget {
    static final Condition ABSENT = new Condition.Absent();

    final SyntheticS3 server = SyntheticS3.start();
    final SyntheticBucket bucket = SyntheticBucket.empty();
    final WriteSide writes = bucket.writable();
    final List<TestTarget> opened = new ArrayList<>();
    Path folder;

    @BeforeEach
    void start(@TempDir Path temporary) {
        folder = temporary;
        server.bucket(TestTarget.BUCKET, bucket);
    }

    @AfterEach
    void stop() {
        opened.forEach(TestTarget::close);
        server.close();
    }

    /** How long the server may be silent; for those who try silence, less. */
    Duration stall() {
        return S3Access.STALL;
    }

    final TestTarget open() {
        return open(new ObjectAttributes(null, false, false, Map.of()), false);
    }

    final TestTarget open(ObjectAttributes attributes, boolean createBucket) {
        TestTarget target = new TestTarget(server.settings(), folder, attributes, createBucket, stall());
        opened.add(target);
        return target;
    }

    final SyntheticObject there(String key) {
        return bucket.get(key);
    }

    final long requests(RequestKind kind, String key) {
        return server.log()
                .requests(request -> request.kind() == kind && request.key().equals(key))
                .size();
    }
}
