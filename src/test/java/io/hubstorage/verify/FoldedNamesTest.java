package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.RunResult;
import io.hubstorage.keys.NameFolding;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.AwkwardKeys;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The engine told that its disk takes names for the same that differ in case or normalisation. The disk of the test does
 * not, so that what would have been one file there is seen here.
 */
final class FoldedNamesTest extends VerifyTest {
    @BeforeEach
    void pretend() {
        hub.vertx().eventBus().<JsonObject>addOutboundInterceptor(delivery -> {
            if (delivery.message().address().equals(Addresses.workerShard(Addresses.LOCAL_WORKER))
                    && delivery.body() instanceof JsonObject shard) {
                shard.getJsonObject("options").put("folded_names", true);
            }
            delivery.next();
        });
        // The run asks the real disk, and would list a new bucket in ranges, which it never does on such a disk.
        s3.faults().when(RequestKind.FOLDERS).then(new Fault.Status(501, "NotImplemented", "no delimiter here"));
    }

    @Test
    void keysThatWouldBeOneFileAreSeveralAndStaySoWhenLinked() throws IOException {
        SyntheticBucket bucket = s3.bucket(
                "photos",
                SyntheticBucket.ofKeys(20, List.of("README", "Z/far", "a", "e\u0301", "readme", "z/FAR", "\u00e9")));
        hub.configure("photos");

        Path first = snapshot();

        assertThat(paths(first))
                .containsEntry("README", "README")
                .containsEntry("readme", "~hub1~readme")
                .containsEntry("z/FAR", "z/~hub1~FAR")
                .containsEntry("\u00e9", "~hub1~\u00e9")
                .containsEntry("a", "a");
        noTwoAreOne(first);
        assertThat(hub.backUp().newSnapshot())
                .as("the same keys get the same paths")
                .isFalse();
        bucket.change("README");
        bucket.add("A", 20);
        s3.log().clear();
        Path second = snapshot();
        assertThat(s3.requestsFor("readme")).as("linked").isEmpty();
        assertThat(paths(second)).containsEntry("A", "A").containsEntry("a", "~hub1~a");
        noTwoAreOne(second);
        assertThat(verify(first, second).ok()).isTrue();
    }

    @Test
    void aCarriedFileStandsInTheWayOfANewOne() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.ofKeys(20, List.of("Report", "other")));
        hub.configure(new JsonObject()
                .put("s3_buckets", new JsonArray(List.of("photos")))
                .put("sync_options", new JsonObject().put("delete", false)));
        snapshot();
        bucket.delete("Report");
        bucket.add("report", 30);
        bucket.add("REPORT/x", 30);

        Path second = snapshot();

        assertThat(paths(second))
                .containsEntry("Report", "Report")
                .containsEntry("report", "~hub1~report")
                .containsEntry("REPORT/x", "~hub2~REPORT/x");
        noTwoAreOne(second);
        assertThat(problems(verify(second))).isEmpty();
    }

    @Test
    void everyAwkwardKeyHasAPlaceOfItsOwnOnSuchADisk() throws IOException {
        s3.bucket("photos", SyntheticBucket.ofKeys(20, AwkwardKeys.all()));
        hub.configure("photos");

        Path snapshot = snapshot();

        assertThat(paths(snapshot).keySet()).containsExactlyInAnyOrderElementsOf(AwkwardKeys.all());
        noTwoAreOne(snapshot);
        assertThat(problems(verify(snapshot))).isEmpty();
    }

    @Test
    void aListingThatBreaksOffLeavesNothingBehind() throws IOException {
        s3.bucket("photos", SyntheticBucket.ofKeys(20, List.of("a", "A")));
        hub.configure("photos", "missing");

        assertThat(hub.backUp().result()).isEqualTo(RunResult.PARTIAL);

        try (Stream<Path> left = Files.walk(hub.data().resolve(".hubstorage"))) {
            assertThat(left.filter(file -> file.toString().endsWith(".sort"))).isEmpty();
        }
    }

    private static Map<String, String> paths(Path snapshot) throws IOException {
        Map<String, String> paths = new TreeMap<>();
        try (ManifestReader reader = ManifestReader.open(Layout.manifest(snapshot, "photos"))) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                paths.put(entry.key(), entry.path());
            }
        }
        return paths;
    }

    /** No two files, and no file and folder, would be the same on such a disk; folders may be. */
    private static void noTwoAreOne(Path snapshot) throws IOException {
        Path tree = snapshot.resolve("s3/photos");
        Map<String, Path> seen = new HashMap<>();
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.toList()) {
                Path other = seen.put(NameFolding.fold(tree.relativize(file).toString()), file);
                assertThat(other == null || (Files.isDirectory(other) && Files.isDirectory(file)))
                        .as("%s and %s would be one", file, other)
                        .isTrue();
            }
        }
    }
}
