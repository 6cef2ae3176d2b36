package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;

/** Which files that are on the disk already are taken in the place of a download. */
final class LocalReuseTest extends WithTestShard {
    /** A tree with this one file, or folder, and its manifest. */
    private void source(boolean previous, ManifestEntry entry, byte[] content) throws IOException {
        Path tree = Files.createDirectories(home.resolve("before"));
        if (!entry.directory()) {
            Path file = Files.write(tree.resolve(entry.path()), content);
            Files.setLastModifiedTime(file, FileTime.from(entry.lastModified()));
        }
        Path manifest = home.resolve("before.zst");
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            writer.write(entry);
            writer.finish();
        }
        shard.source(new TransferMessage.Source(
                tree.toString(), manifest.toString(), previous, TransferMessage.Trust.MANIFEST));
    }

    /** The last snapshot is the old tool's, which kept nothing of an object but its file and its time. */
    private void oldTool(SyntheticObject object, byte[] content) throws IOException {
        shard.bucket().put(object);
        source(
                true,
                new ManifestEntry(
                        object.key(),
                        object.key(),
                        new ManifestEntry.Content(object.size(), null),
                        new ManifestEntry.Metadata(object.lastModified()),
                        EntryState.LINKED),
                content);
    }

    private ManifestEntry copied(String key) throws IOException {
        TransferMessage.Result result = shard.backUp();
        assertThat(result.failures().first()).isEmpty();
        ManifestEntry entry = shard.line(key);
        assertThat(entry.sha256()).isEqualTo(shard.bucket().get(key).sha256());
        return entry;
    }

    /** Those that do not ask for a part. */
    private long headsOfTheWhole() {
        return shard.s3().log().requests(request -> request.kind() == RequestKind.HEAD).stream()
                .filter(request -> !request.query().containsKey("partNumber"))
                .count();
    }

    @Test
    void aFolderOfAnInterruptedRunIsMadeAgain() throws IOException {
        SyntheticObject marker = shard.bucket().add("folder/", 0);
        source(
                false,
                new ManifestEntry(
                        "folder/",
                        "folder",
                        new ManifestEntry.Content(
                                0, marker.etag(), marker.sha256(), ManifestEntry.EMPTY, ManifestEntry.Upload.UNKNOWN),
                        new ManifestEntry.Metadata(marker.lastModified()),
                        EntryState.DOWNLOADED),
                new byte[0]);

        ManifestEntry entry = copied("folder/");

        assertThat(shard.tree().resolve("folder")).isDirectory();
        assertThat(entry.state()).isEqualTo(EntryState.DOWNLOADED);
        assertThat(shard.gets()).isZero();
    }

    @Test
    void aFileOfTheLastSnapshotIsNotInTheTreeBeforeAllThatStaysIsLinked() throws IOException {
        SyntheticObject object = SyntheticObject.of("a", 300, 1);
        oldTool(object, object.body());

        TransferMessage.Result result = shard.run(Mode.COPY);

        assertThat(result.progress().counts().linked().objects()).isEqualTo(1);
        assertThat(shard.tree()).isEmptyDirectory();
    }

    @Test
    void oneThatSomebodyWroteToIsDownloadedAgainWhereItsMetadataAreNew() throws IOException {
        SyntheticObject object = shard.bucket().add("a", 300);
        shard.backUp();
        Path file = shard.tree().resolve("a");
        Files.delete(file);
        Files.write(file, new byte[300]);
        shard.bucket().put(object.withLastModified(object.lastModified().plusSeconds(60)));

        copied("a");

        assertThat(shard.gets()).isEqualTo(2);
        assertThat(shard.tree().resolve("a")).hasBinaryContent(object.body());
    }

    @Test
    void aSmallFileInPartsIsProvenByThemWithoutAskingForItsHead() throws IOException {
        SyntheticObject object = SyntheticObject.of("a", ObjectFetch.SMALL, 1).inParts(ObjectFetch.SMALL / 2);
        oldTool(object, object.body());

        ManifestEntry entry = copied("a");

        assertThat(entry.verified()).isEqualTo("multipart-md5");
        assertThat(entry.state()).isEqualTo(EntryState.LINKED);
        assertThat(shard.gets()).isZero();
        assertThat(headsOfTheWhole()).isZero();
    }

    @Test
    void oneByteMoreAndItsHeadIsAskedForChecksums() throws IOException {
        SyntheticObject object =
                SyntheticObject.of("a", ObjectFetch.SMALL + 1, 1).inParts(ObjectFetch.SMALL);
        oldTool(object, object.body());

        assertThat(copied("a").verified()).isEqualTo("multipart-md5");

        assertThat(shard.gets()).isZero();
        assertThat(headsOfTheWhole()).isEqualTo(1);
    }

    @Test
    void aFileInPartsOfASizeThatIsNotTheLikeliestIsReadOnceMore() throws IOException {
        // Two parts: of 1 MiB and the rest, or of the same size each.
        SyntheticObject object = SyntheticObject.of("a", 3 << 19, 1).inParts(3 << 18);
        oldTool(object, object.body());

        ManifestEntry entry = copied("a");

        assertThat(entry.verified()).isEqualTo("multipart-md5");
        assertThat(entry.content().upload().partSize()).isEqualTo(3 << 18);
        assertThat(shard.gets()).isZero();
    }

    @Test
    void aFileWithOtherBytesIsDownloadedAlsoWhereNoHeadIsAllowed() throws IOException {
        oldTool(SyntheticObject.of("a", 300, 1), new byte[300]);
        shard.s3().faults().when(RequestKind.HEAD).then(Fault.accessDenied());

        ManifestEntry entry = copied("a");

        assertThat(entry.state()).isEqualTo(EntryState.DOWNLOADED);
        assertThat(entry.verified()).isEqualTo("md5");
        assertThat(shard.gets()).isEqualTo(1);
    }

    @Test
    void aFileOfTheSameTimeAndSizeIsTakenWhereNothingProvesIt() throws IOException {
        SyntheticObject encrypted = SyntheticObject.of("a", 300, 1).withKms();
        oldTool(encrypted, encrypted.body());

        ManifestEntry entry = copied("a");

        assertThat(entry.verified()).isEqualTo(ManifestEntry.LENGTH);
        assertThat(entry.state()).isEqualTo(EntryState.LINKED);
        assertThat(shard.gets()).isZero();
        assertThat(shard.heads()).as("whether its ETag is a digest").isEqualTo(1);
    }
}
