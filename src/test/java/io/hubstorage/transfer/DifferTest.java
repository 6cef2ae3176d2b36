package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.keys.PathAllocator;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.testkit.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Listing against last snapshot, without S3 and without files. */
final class DifferTest {
    @TempDir
    Path home;

    private final ShardProgress progress = new ShardProgress(TransferMessage.Progress.NONE);
    private final List<FetchTask> fetches = new ArrayList<>();
    private final FailureLog failures = new FailureLog(null);
    private TransferMessage.@Nullable Compression compression;
    private TransferMessage.Trust trust = TransferMessage.Trust.MANIFEST;

    private static ManifestEntry held(String key, String etag, EntryState state) {
        return new ManifestEntry(
                key,
                key,
                new ManifestEntry.Content(10, etag, "hash", null, ManifestEntry.Upload.UNKNOWN),
                new ManifestEntry.Metadata(Instant.EPOCH),
                state);
    }

    private static ListedObject listed(String key, String etag) {
        return new ListedObject(key, 10, etag, Instant.EPOCH, null, false);
    }

    private static ListedObject cold(String key, boolean restored) {
        return new ListedObject(key, 10, "new", Instant.EPOCH, "GLACIER", restored);
    }

    /** Whether the next snapshot would be another than the last, whatever the fetches bring. */
    private boolean diff(boolean delete, List<ManifestEntry> before, ListedObject... now)
            throws IOException, InterruptedException {
        Path manifest = home.resolve("manifest.zst");
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            for (ManifestEntry entry : before) {
                writer.write(entry);
            }
            writer.finish();
        }
        TransferMessage.Source previous =
                new TransferMessage.Source(home.resolve("tree").toString(), manifest.toString(), true, trust);
        Shard shard = new Shard(shard(delete, previous));
        try (ChangeLog log = new ChangeLog(home.resolve("log"));
                Differ differ = new Differ(
                        shard,
                        new SourceFiles(shard.sources(), progress.lookNanos),
                        progress,
                        new PathAllocator(),
                        log,
                        fetches::add,
                        failures,
                        new ServerQuirks("photos", () -> true))) {
            for (ListedObject object : now) {
                differ.listed(object);
            }
            differ.end();
            return log.isDifferent();
        }
    }

    private List<String> logged() throws IOException {
        return Files.readAllLines(home.resolve("log"));
    }

    private TransferMessage.Shard shard(boolean delete, TransferMessage.Source source) {
        return new TransferMessage.Shard(
                "run",
                new TransferMessage.ShardId("photos", 1, 0),
                TransferMessage.Mode.COPY,
                new TransferMessage.Keys("", null, null, false),
                new TransferMessage.Workspace("tree", "journal", List.of(source)),
                new TransferMessage.Options(delete, List.of("*.no"), List.of(), true, false, false, false, compression),
                TransferMessage.Progress.NONE);
    }

    @Test
    void aDirectoryMarkerHasNoFileThatMayBeCompressed() throws Exception {
        compression = new TransferMessage.Compression(List.of("*"), 3);

        diff(
                true,
                List.of(),
                new ListedObject("a/", 0, "1", Instant.EPOCH, null, false),
                listed("a/.zst", "2"),
                listed("b", "3"),
                listed("b.zst", "4"));

        assertThat(fetches)
                .extracting(FetchTask::path)
                .as("as a shard that begins between them would say")
                .containsExactly("a", "a/.zst", "b", "~hub1~b.zst");
        assertThat(fetches).extracting(FetchTask::compressed).first().isNull();
    }

    @Test
    void ofWhatStaysNothingIsSaid() throws Exception {
        boolean different = diff(
                true,
                List.of(
                        held("a", "1", EntryState.LINKED),
                        held("b", "2", EntryState.DOWNLOADED),
                        held("c", "3", EntryState.KEPT)),
                listed("a", "1"),
                listed("b", "2"),
                listed("c", "3"));

        assertThat(logged()).isEmpty();
        assertThat(fetches).isEmpty();
        assertThat(different).isFalse();
        assertThat(progress.linked.tally()).isEqualTo(new Tally(3, 30));
    }

    @Test
    void norIsItAroundADifference() throws Exception {
        diff(
                true,
                List.of(held("a", "1", EntryState.LINKED), held("c", "2", EntryState.LINKED)),
                listed("a", "1"),
                listed("b", "9"),
                listed("c", "2"));

        assertThat(logged()).isEmpty();
        assertThat(fetches).extracting(FetchTask::key).containsExactly("b");
    }

    @Test
    void whatWasCarriedAndIsListedAgainIsSaidSoThatItsStateIsSetRight() throws Exception {
        boolean different = diff(false, List.of(held("a", "1", EntryState.CARRIED)), listed("a", "1"));

        assertThat(logged()).singleElement().asString().contains("\"state\":\"linked\"");
        assertThat(different).as("the same file").isFalse();
    }

    @Test
    void whatIsCarriedOnceIsCarriedOnWithoutAWord() throws Exception {
        assertThat(diff(false, List.of(held("a", "1", EntryState.CARRIED)))).isFalse();

        assertThat(logged()).isEmpty();
        assertThat(progress.carried.tally()).isEqualTo(new Tally(1, 10));
    }

    @Test
    void anEntryThatGivesWayToANewFileIsSaidToHaveAnotherPath() throws Exception {
        boolean different =
                diff(true, List.of(held("a/b", "1", EntryState.LINKED)), listed("a", "9"), listed("a/b", "1"));

        assertThat(logged()).singleElement().asString().contains("\"path\":\"~hub1~a/b\"");
        assertThat(different).isTrue();
    }

    @Test
    void aKeyGoneFromS3MakesADifferenceOnlyWhereDeletionsCount() throws Exception {
        List<ManifestEntry> before = List.of(held("a", "1", EntryState.LINKED));

        assertThat(diff(true, before)).isTrue();
        assertThat(logged()).containsExactly("{\"gone\":\"a\"}");
        assertThat(progress.deleted.tally()).isEqualTo(new Tally(1, 10));
        assertThat(diff(false, before)).isFalse();
        assertThat(logged()).singleElement().asString().contains("\"state\":\"carried\"");
        assertThat(progress.carried.tally()).isEqualTo(new Tally(1, 10));
    }

    @Test
    void aFilteredKeyIsCountedAndDropped() throws Exception {
        assertThat(diff(false, List.of(held("a.no", "1", EntryState.LINKED)), listed("a.no", "1")))
                .isTrue();

        assertThat(logged()).containsExactly("{\"gone\":\"a.no\"}");
        assertThat(progress.filtered.tally()).isEqualTo(new Tally(1, 10));
        assertThat(progress.carried.tally()).isEqualTo(Tally.ZERO);
    }

    @Test
    void anArchivedObjectIsNotFetchedUntilItIsRestored() throws Exception {
        diff(true, List.of(), cold("a", false), cold("b", true));

        assertThat(fetches).extracting(FetchTask::key).containsExactly("b");
        assertThat(progress.archived.tally()).isEqualTo(new Tally(1, 10));
    }

    @Test
    void anEmptyEtagNeverCountsAsUnchanged() throws Exception {
        diff(true, List.of(held("a", "", EntryState.LINKED)), listed("a", ""));

        assertThat(fetches).hasSize(1);
    }

    @Test
    void aDamagedFileOfAnArchivedObjectIsLostAndNamed() throws Exception {
        trust = TransferMessage.Trust.PRESENCE;

        diff(true, List.of(held("a", "1", EntryState.LINKED)), cold("a", false), cold("b", false));

        assertThat(failures.told(failures.remedy(), null).first())
                .singleElement()
                .satisfies(lost -> {
                    assertThat(lost.key()).isEqualTo("a");
                    assertThat(lost.kind()).isEqualTo("missing");
                    assertThat(lost.cause()).contains("it is archived in S3, and ", "it is missing");
                });
        assertThat(progress.archived.tally()).isEqualTo(new Tally(2, 20));
        assertThat(progress.kept.tally()).isEqualTo(Tally.ZERO);
        assertThat(logged()).as("no file is there to link").containsExactly("{\"gone\":\"a\"}");
    }

    @Test
    void soIsThatOfAnObjectThatIsGone() throws Exception {
        trust = TransferMessage.Trust.PRESENCE;

        diff(false, List.of(held("a", "1", EntryState.LINKED)));

        assertThat(failures.told(failures.remedy(), null).first())
                .singleElement()
                .satisfies(lost -> assertThat(lost.cause()).contains("it is gone from S3, and ", "it is missing"));
        assertThat(progress.carried.tally()).isEqualTo(Tally.ZERO);
        assertThat(progress.deleted.tally()).isEqualTo(new Tally(1, 10));
        assertThat(logged()).contains("{\"gone\":\"a\"}");
    }

    @Test
    void ofAnObjectThatWasArchivedSinceItsPreviousVersionIsKept() throws Exception {
        diff(true, List.of(held("a", "1", EntryState.LINKED)), cold("a", false));

        assertThat(fetches).isEmpty();
        assertThat(progress.archived.tally()).isEqualTo(new Tally(1, 10));
        assertThat(progress.kept.tally()).isEqualTo(new Tally(1, 10));
        assertThat(logged()).singleElement().asString().contains("\"state\":\"kept\"");
    }

    /** Of a server that gives no ETags, or of a file of the old tool, which knew none. */
    private static ManifestEntry withoutEtag(String key, @Nullable String sha256) {
        return new ManifestEntry(
                key,
                key,
                new ManifestEntry.Content(10, null, sha256, null, ManifestEntry.Upload.UNKNOWN),
                new ManifestEntry.Metadata(Instant.EPOCH),
                EntryState.LINKED);
    }

    @Test
    void whereAServerGivesNoEtagsTheTimeThatItListsTellsWhatIsUnchanged() throws Exception {
        diff(
                true,
                List.of(withoutEtag("same", "hash"), withoutEtag("touched", "hash")),
                listed("same", ""),
                new ListedObject("touched", 10, "", Instant.EPOCH.plusMillis(1), null, false));

        assertThat(progress.linked.tally()).isEqualTo(new Tally(1, 10));
        assertThat(fetches).extracting(FetchTask::key).containsExactly("touched");
    }

    @Test
    void thereTheTimeOfAFileIsNotTheListings() throws Exception {
        diff(true, List.of(withoutEtag("a", null)), listed("a", ""));

        assertThat(fetches).singleElement().satisfies(task -> {
            assertThat(task.candidate()).isNotNull();
            assertThat(task.candidate().trusted()).as("linked unread").isFalse();
        });
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void noManifestStaysOpen() throws Exception {
        diff(true, List.of(held("a", "1", EntryState.LINKED)), listed("a", "1"));

        assertThat(OpenFiles.isOpen(home.resolve("manifest.zst"))).isFalse();
    }
}
