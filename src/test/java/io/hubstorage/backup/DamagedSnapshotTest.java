package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.SyntheticBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The last snapshot, or the whole destination, is not what it was. */
final class DamagedSnapshotTest extends EngineTest {
    private Path snapshot(RunRecord run) {
        return hub.data().resolve(Objects.requireNonNull(run.snapshot()));
    }

    @Test
    void aFileMissingInTheLastSnapshotIsFetchedAgain() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c", "d");
        hub.configure("photos");
        Files.delete(hub.files(hub.backUp(), "photos").resolve("b"));
        bucket.change("d");
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        assertThat(gets()).containsOnlyKeys("b", "d").containsEntry("b", 1L).containsEntry("d", 1L);
    }

    @Test
    void aFileMissingInAnUnchangedBucketBesideAChangedOneIsFetchedAgain() throws IOException {
        SyntheticBucket photos = bucket("photos", "a", "b", "c");
        SyntheticBucket music = bucket("music", "x");
        hub.configure("photos", "music");
        Files.delete(hub.files(hub.backUp(), "photos").resolve("b"));
        music.change("x");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", photos).holds("music", music);
    }

    @Test
    void aCarriedFileThatIsMissingIsNamedAsAFailureAndEverythingElseIsSafe() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c", "d");
        hub.configure(config(delete(false), "photos"));
        Files.delete(hub.files(hub.backUp(), "photos").resolve("b"));
        bucket.delete("b");
        bucket.change("d");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(audit(run).holds("photos", bucket).certificate("photos").failures())
                .singleElement()
                .satisfies(failure -> {
                    assertThat(failure.key()).isEqualTo("b");
                    assertThat(failure.kind()).isEqualTo("missing");
                });
        bucket.change("a");
        assertThat(hub.backUp().result()).isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void aKeptFileThatIsMissingIsNamedAsAFailure() throws IOException {
        bucket("photos", "a", "b", "c");
        SyntheticBucket music = bucket("music", "x");
        hub.configure("photos", "music");
        Files.delete(hub.files(hub.backUp(), "photos").resolve("b"));
        s3.removeBucket("photos");
        music.change("x");

        RunRecord run = hub.backUp();

        assertThat(audit(run).entries("photos").keySet()).containsExactlyInAnyOrder("a", "c");
        assertThat(audit(run).certificate("photos").failures())
                .extracting(RunRecord.Failure::key)
                .containsExactly("b");
    }

    @Test
    void aDamagedIndexOfTheLastSnapshotIsNoReasonToDownloadEverything() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure("photos");
        Files.writeString(snapshot(hub.backUp()).resolve("manifest/photos.index.json"), "{");
        bucket.change("c");
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        assertThat(gets()).isEqualTo(Map.of("c", 1L));
    }

    @Test
    void aDamagedManifestOfTheLastSnapshotIsNoReasonToDownloadEverything() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure("photos");
        Path manifest = snapshot(hub.backUp()).resolve("manifest/photos.jsonl.zst");
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(manifest, bytes);
        bucket.change("c");
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        assertThat(gets()).isEqualTo(Map.of("c", 1L));
    }

    @Test
    void aDestinationThatLostItsMarkerIsNotFilled() throws IOException {
        bucket("photos", "a");
        hub.configure("photos");
        hub.backUp();
        hub.stop();
        io.hubstorage.snapshot.Trees.delete(hub.data());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).contains("probably the disk is not mounted");
        assertThat(hub.data()).doesNotExist();
    }

    @Test
    void anotherDiskInThePlaceOfTheDestinationIsNotFilled() throws IOException {
        bucket("photos", "a");
        hub.configure("photos");
        hub.backUp();
        Files.writeString(
                hub.data().resolve(".hubstorage/marker.json"),
                "{\"format\": 1, \"id\": \"00000000-0000-0000-0000-000000000000\"}");
        Map<String, String> before = listing(hub.data());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).contains("another disk is mounted");
        assertThat(listing(hub.data())).isEqualTo(before);
    }
}
