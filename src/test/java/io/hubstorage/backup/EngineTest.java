package io.hubstorage.backup;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The real engine in a folder of its own beside a synthetic S3, for one test. */
abstract class EngineTest {
    @TempDir
    Path home;

    SyntheticS3 s3;
    Hub hub;

    @BeforeEach
    void startEngine() {
        s3 = SyntheticS3.start();
        hub = new Hub(home, s3.settings(), InstantSource.system());
    }

    @AfterEach
    void stopEngine() {
        hub.close();
        s3.close();
    }

    /** A bucket of exactly these keys, each of a few hundred bytes. */
    SyntheticBucket bucket(String name, String... keys) {
        return s3.bucket(name, SyntheticBucket.ofKeys(300, List.of(keys)));
    }

    /** {@code config.json} for these buckets with these {@code sync_options}. */
    static JsonObject config(JsonObject syncOptions, String... buckets) {
        return new JsonObject()
                .put("s3_buckets", new JsonArray(List.of(buckets)))
                .put("sync_options", syncOptions);
    }

    static JsonObject delete(boolean delete) {
        return new JsonObject().put("delete", delete);
    }

    /** So many further attempts at a run, with hardly any wait between them. */
    static JsonObject retries(int further, String... buckets) {
        return new JsonObject()
                .put("s3_buckets", new JsonArray(List.of(buckets)))
                .put("automation", new JsonObject().put("max_retries", further).put("retry_delay_minutes", 0.001));
    }

    /** A run that made a snapshot, with everything that the snapshot claims recomputed from the disk. */
    Audit audit(RunRecord run) {
        return Audit.of(hub.snapshots(), Objects.requireNonNull(run.snapshot(), () -> "no snapshot: " + run.message()));
    }

    /** How often each key was asked for since the log was cleared. */
    Map<String, Long> gets() {
        return s3.log().requests(request -> request.kind() == RequestKind.GET).stream()
                .collect(Collectors.groupingBy(S3Request::key, TreeMap::new, Collectors.counting()));
    }

    /** How many objects the run under way has downloaded so far; none where there is none. */
    long downloadedSoFar() {
        JsonObject current =
                hub.request(Addresses.BACKUP_STATUS, new JsonObject()).getJsonObject("current");
        return current == null
                ? 0
                : current.getJsonObject("totals").getJsonObject("downloaded").getLong("objects");
    }

    static Object inode(Path file) throws IOException {
        return Objects.requireNonNull(Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS));
    }

    /** Every name below a folder with size, time and inode: equal only when nothing was touched. */
    static Map<String, String> listing(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return Map.of();
        }
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Map<String, Object> attributes =
                        Files.readAttributes(file, "unix:ino,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
                found.put(folder.relativize(file).toString(), attributes.toString());
            }
        }
        return found;
    }
}
