package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Files and folders on the disk that we may not read, as a bad sector cannot be. Skipped where the tests run as somebody who
 * may read everything; {@code setpriv --bounding-set -dac_override,-dac_read_search} takes that from root.
 */
final class UnreadableFileTest extends EngineTest {
    private Path closed;

    @BeforeEach
    void needsSomebodyWhoMayNotReadEverything() throws IOException {
        closed = home;
        Path probe = close(Files.createFile(home.resolve("probe")));
        assumeFalse(Files.isReadable(probe), "this user may read everything");
    }

    @AfterEach
    void open() throws IOException {
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }

    private Path close(Path path) throws IOException {
        closed = Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
        return closed;
    }

    /** As {@code aws s3 sync} left it. */
    private Path synced(SyntheticBucket bucket) throws IOException {
        Path tree = hub.data().resolve("hublink_20250101120000/s3/photos");
        for (SyntheticObject object : bucket.objects().toList()) {
            Path file = tree.resolve(object.key());
            Files.createDirectories(file.resolveSibling(""));
            Files.write(file, object.body());
            Files.setLastModifiedTime(file, FileTime.from(object.lastModified()));
        }
        return tree;
    }

    private void withoutHardLinks() {
        hub.vertx().eventBus().<JsonObject>addOutboundInterceptor(delivery -> {
            if (delivery.message().address().equals(Addresses.workerShard(Addresses.LOCAL_WORKER))
                    && delivery.body() instanceof JsonObject shard) {
                shard.getJsonObject("options").put("hard_links", false);
            }
            delivery.next();
        });
    }

    @Test
    void oneOfTheOldToolIsDownloaded() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b", "c");
        close(synced(bucket).resolve("b"));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(gets()).isEqualTo(Map.of("b", 1L));
        audit(run).holds("photos", bucket);
    }

    @Test
    void aFolderOfTheOldToolIsDownloaded() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b/c", "b/d/e", "z");
        close(synced(bucket).resolve("b"));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(gets()).containsOnlyKeys("b/c", "b/d/e");
        audit(run).holds("photos", bucket);
    }

    @Test
    void oneOfTheLastSnapshotIsDownloadedWhereFilesMustBeCopied() throws IOException {
        withoutHardLinks();
        SyntheticBucket bucket = bucket("photos", "a", "b/c", "d");
        hub.configure("photos");
        Path file = hub.files(hub.backUp(), "photos").resolve("b/c");
        close(file);
        bucket.change("d");
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(gets()).containsOnlyKeys("b/c", "d");
        assertThat(run.totals().refetched().objects()).isEqualTo(1);
        audit(run).holds("photos", bucket);
    }

    @Test
    void aFolderOfTheLastSnapshotIsDownloaded() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b/c", "b/d", "e");
        hub.configure("photos");
        close(hub.files(hub.backUp(), "photos").resolve("b"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().refetched()).isEqualTo(new Tally(2, 600));
        audit(run).holds("photos", bucket);
    }

    @Test
    void inABucketThatIsKeptItIsNamedAndCostsNoOtherFileAndNoOtherBucket() throws IOException {
        withoutHardLinks();
        bucket("photos", "a", "b", "c");
        SyntheticBucket music = bucket("music", "x");
        hub.configure("photos", "music");
        close(hub.files(hub.backUp(), "photos").resolve("b"));
        s3.removeBucket("photos");
        music.change("x");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(audit(run).holds("music", music).entries("photos").keySet()).containsExactlyInAnyOrder("a", "c");
        assertThat(audit(run).certificate("photos").outcome().failures())
                .extracting(RunRecord.Failure::key)
                .containsExactly("b");
    }

    @Test
    void theFoldersOfAWholeSnapshotAreDownloaded() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a", "b");
        hub.configure("photos");
        close(hub.files(hub.backUp(), "photos").resolve("..").normalize());

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }
}
