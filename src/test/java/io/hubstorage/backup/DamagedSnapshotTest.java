package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
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
    void aFileThatWasTruncatedAndOneThatIsGoneAreFetchedAgainInARunThatChangesAThird() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c", "d");
        hub.configure("photos");
        Path files = hub.files(hub.backUp(), "photos");
        truncate(files.resolve("a"));
        Files.delete(files.resolve("b"));
        bucket.change("c");
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        assertThat(gets()).isEqualTo(Map.of("a", 1L, "b", 1L, "c", 1L));
        assertThat(run.totals().refetched()).isEqualTo(new Tally(2, 600));
        assertThat(audit(run).certificate("photos").counts().refetched()).isEqualTo(new Tally(2, 600));
        assertThat(run.message()).contains("2 fetched again because the disk no longer held them");
    }

    @Test
    void aRunInWhichNothingChangedFindsThemTooAndMakesASnapshot() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c/", "c/d");
        hub.configure("photos");
        RunRecord first = hub.backUp();
        Path files = hub.files(first, "photos");
        truncate(files.resolve("a"));
        Files.delete(files.resolve("b"));

        RunRecord run = hub.backUp();

        assertThat(run.newSnapshot()).isTrue();
        audit(run).holds("photos", bucket);
        assertThat(run.totals().refetched().objects()).isEqualTo(2);
        RunRecord next = hub.backUp();
        assertThat(next.newSnapshot()).isFalse();
        assertThat(next.message())
                .isEqualTo(
                        "photos: no changes; %s is still current and its files are in place".formatted(run.snapshot()));
        assertThat(next.current().filesCheckedAt()).isEqualTo(next.startedAt());
    }

    @Test
    void aFileWithOtherBytesOfTheSameLengthIsFetchedAgain() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b");
        hub.configure("photos");
        Path file = hub.files(hub.backUp(), "photos").resolve("a");
        byte[] bytes = Files.readAllBytes(file);
        bytes[7] ^= 1;
        writable(file);
        Files.write(file, bytes);

        RunRecord run = hub.backUp();

        audit(run).holds("photos", bucket);
        assertThat(run.totals().refetched().objects()).isEqualTo(1);
    }

    @Test
    void aFileThatWasOnlyTouchedIsReadAndLinkedOn() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure("photos");
        RunRecord first = hub.backUp();
        Path file = hub.files(first, "photos").resolve("b");
        FileTime touched = FileTime.from(Instant.parse("2031-05-06T07:08:09Z"));
        Files.setLastModifiedTime(file, touched);
        s3.log().clear();

        assertThat(hub.backUp().newSnapshot()).as("the content is right").isFalse();
        bucket.change("c");
        RunRecord run = hub.backUp();

        assertThat(gets()).containsOnlyKeys("c");
        assertThat(run.totals().refetched().objects()).isZero();
        audit(run).holds("photos", bucket);
        assertThat(inode(audit(run).file("photos", "b"))).isEqualTo(inode(file));
        assertThat(audit(run).entry("photos", "b").fileTime()).isEqualTo(touched.toInstant());
        bucket.change("a");
        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void whereALookTakesLongItIsTakenOnceInSoManyHoursAndTheRunSaysWhen() throws IOException {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T08:00:00Z"));
        hub.close();
        hub = new Hub(home, s3.settings(), now::get);
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        hub.configure("photos");
        RunRecord first = hub.backUp();
        Path looks = hub.data().resolve(".hubstorage/presence.json");
        Files.writeString(looks, Files.readString(looks).replaceAll("\"millis\":\\d+", "\"millis\":10001"));
        Files.delete(hub.files(first, "photos").resolve("b"));

        now.set(Instant.parse("2026-11-21T07:59:00Z"));
        RunRecord soon = hub.backUp();

        assertThat(soon.newSnapshot()).isFalse();
        assertThat(soon.message())
                .isEqualTo("photos: no changes; %s is still current, its files were last looked at 23 hours ago"
                        .formatted(first.snapshot()));
        assertThat(soon.current().filesCheckedAt()).isEqualTo(first.startedAt());

        now.set(Instant.parse("2026-11-21T08:00:00Z"));
        RunRecord later = hub.backUp();

        assertThat(later.newSnapshot()).isTrue();
        assertThat(later.current().filesCheckedAt()).isEqualTo(now.get());
        audit(later).holds("photos", bucket);
    }

    @Test
    void anArchivedObjectWhoseFileIsGoneIsNamed() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b");
        hub.configure("photos");
        Files.delete(hub.files(hub.backUp(), "photos").resolve("b"));
        bucket.put(bucket.get("b").withStorageClass("GLACIER", false));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.buckets().getFirst().outcome().failures())
                .extracting(RunRecord.Failure::key)
                .containsExactly("b");
    }

    @Test
    void onADiskWithoutHardLinksACopyHasTheContentAndTheTime() throws IOException {
        hub.vertx().eventBus().<JsonObject>addOutboundInterceptor(delivery -> {
            if (delivery.message().address().equals(Addresses.workerShard(Addresses.LOCAL_WORKER))
                    && delivery.body() instanceof JsonObject shard) {
                shard.getJsonObject("options").put("hard_links", false);
            }
            delivery.next();
        });
        SyntheticBucket bucket = bucket("photos", "a", "b/c", "d");
        hub.configure("photos");
        RunRecord first = hub.backUp();
        bucket.change("d");
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(gets()).containsOnlyKeys("d");
        audit(run).holds("photos", bucket);
        Path copy = hub.files(run, "photos").resolve("b/c");
        Path original = hub.files(first, "photos").resolve("b/c");
        assertThat(inode(copy)).isNotEqualTo(inode(original));
        assertThat(Files.getLastModifiedTime(copy)).isEqualTo(Files.getLastModifiedTime(original));
    }

    private static void truncate(Path file) throws IOException {
        writable(file);
        Files.write(file, new byte[5]);
    }

    private static void writable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
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
        assertThat(audit(run)
                        .holds("photos", bucket)
                        .certificate("photos")
                        .outcome()
                        .failures())
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
        assertThat(audit(run).certificate("photos").outcome().failures())
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
        io.hubstorage.fs.Trees.delete(hub.data());

        assertThatThrownBy(hub::backUp)
                .isInstanceOf(ReplyException.class)
                .hasMessageContaining("probably the disk is not mounted");
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

        assertThatThrownBy(hub::backUp)
                .isInstanceOf(ReplyException.class)
                .hasMessageContaining("another disk is mounted");
        assertThat(listing(hub.data())).isEqualTo(before);
    }
}
