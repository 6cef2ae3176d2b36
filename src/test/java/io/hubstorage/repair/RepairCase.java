package io.hubstorage.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RepairRecord;
import io.hubstorage.repair.RepairKit.Item;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of one bucket, to be damaged and repaired. */
abstract class RepairCase {
    @TempDir
    Path home;

    @AutoClose
    RepairKit kit;

    SyntheticBucket bucket;

    @BeforeEach
    void open() throws IOException {
        use(new RepairKit(home.toRealPath()));
    }

    final void use(RepairKit other) {
        kit = other;
        bucket = kit.s3.bucket("photos", SyntheticBucket.empty());
    }

    /** Three snapshots of two objects that S3 has as well. */
    List<String> threeSnapshots() {
        SortedMap<String, Item> photos = RepairKit.items();
        photos.put("a/1.jpg", Item.of(bucket.add("a/1.jpg", 3_000)));
        photos.put("b.jpg", Item.of(bucket.add("b.jpg", 200)));
        return Stream.of(1, 2, 3).map(number -> kit.snapshot(number, photos)).toList();
    }

    List<JsonObject> log(String snapshot) throws IOException {
        return Files.readAllLines(kit.data.resolve(snapshot).resolve("repairs.jsonl")).stream()
                .map(JsonObject::new)
                .toList();
    }

    static String only(RepairRecord.Outcome outcome) {
        assertThat(outcome.repaired()).isEmpty();
        assertThat(outcome.lostFiles()).hasSize(1);
        return outcome.lostFiles().getFirst().detail();
    }
}
