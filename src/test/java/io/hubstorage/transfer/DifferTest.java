package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.keys.KeyFilter;
import io.hubstorage.keys.PathAllocator;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.s3.ListedObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listing against last snapshot, without S3 and without files. */
final class DifferTest {
    @TempDir
    Path home;

    private final ShardProgress progress = new ShardProgress();
    private final List<PlannedEntry> spooled = new ArrayList<>();
    private final List<FetchTask> fetches = new ArrayList<>();

    private static ManifestEntry held(String key, String etag, EntryState state) {
        return new ManifestEntry(key, key, 10, etag, Instant.EPOCH, "hash", null, null, Map.of(), Map.of(), state);
    }

    private static ListedObject listed(String key, String etag) {
        return new ListedObject(key, 10, etag, Instant.EPOCH, null, false);
    }

    private static ListedObject cold(String key, boolean restored) {
        return new ListedObject(key, 10, "new", Instant.EPOCH, "GLACIER", restored);
    }

    private Planner diff(boolean delete, List<ManifestEntry> before, ListedObject... now)
            throws IOException, InterruptedException {
        Path manifest = home.resolve("manifest.zst");
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            for (ManifestEntry entry : before) {
                writer.write(entry);
            }
            writer.finish();
        }
        TransferMessage.Source previous = new TransferMessage.Source(
                home.resolve("tree").toString(), manifest.toString(), true, TransferMessage.Trust.MANIFEST);
        Planner planner = new Planner(
                progress,
                new PathAllocator(),
                planned -> {
                    spooled.add(planned);
                    return spooled.size() - 1L;
                },
                0,
                fetches::add);
        try (Differ differ = new Differ(
                shard(delete, previous),
                new SourceFiles(List.of(previous), progress.lookNanos),
                new KeyFilter("", List.of("*.no"), List.of()),
                progress,
                planner,
                new FailureLog(null))) {
            for (ListedObject object : now) {
                differ.listed(object);
            }
            differ.end();
        }
        return planner;
    }

    private static TransferMessage.Shard shard(boolean delete, TransferMessage.Source source) {
        return new TransferMessage.Shard(
                "run",
                TransferMessage.Mode.COPY,
                "photos",
                1,
                0,
                null,
                null,
                "",
                false,
                "tree",
                "journal",
                List.of(source),
                new TransferMessage.Options(delete, List.of(), List.of(), true, false, false, false));
    }

    private @Nullable String agreed(Planner planner) {
        return planner.agreement().through();
    }

    @Test
    void asLongAsEverythingAgreesNothingIsSpooled() throws Exception {
        Planner planner = diff(
                true,
                List.of(held("a", "1", EntryState.LINKED), held("b", "2", EntryState.DOWNLOADED)),
                listed("a", "1"),
                listed("b", "2"));

        assertThat(agreed(planner)).isEqualTo("b");
        assertThat(spooled).isEmpty();
        assertThat(planner.isDifferent()).isFalse();
        assertThat(progress.linked.tally()).isEqualTo(new Tally(2, 20));
    }

    @Test
    void fromTheFirstDifferenceOnEverythingIsSpooled() throws Exception {
        Planner planner = diff(
                true,
                List.of(held("a", "1", EntryState.LINKED), held("c", "2", EntryState.LINKED)),
                listed("a", "1"),
                listed("b", "9"),
                listed("c", "2"));

        assertThat(agreed(planner)).isEqualTo("a");
        assertThat(spooled)
                .extracting(PlannedEntry::action)
                .containsExactly(PlannedEntry.Action.FETCH, PlannedEntry.Action.LINK);
        assertThat(fetches).extracting(FetchTask::key).containsExactly("b");
        assertThat(fetches.getFirst().sequence()).isZero();
    }

    @Test
    void whatWasKeptIsSpooledSoThatItsStateIsSetRight() throws Exception {
        Planner planner = diff(true, List.of(held("a", "1", EntryState.KEPT)), listed("a", "1"));

        assertThat(agreed(planner)).isNull();
        assertThat(spooled)
                .singleElement()
                .satisfies(planned -> assertThat(planned.entry().state()).isEqualTo(EntryState.LINKED));
        assertThat(planner.isDifferent()).as("the same file").isFalse();
    }

    @Test
    void aKeyGoneFromS3MakesADifferenceOnlyWhereDeletionsCount() throws Exception {
        List<ManifestEntry> before = List.of(held("a", "1", EntryState.LINKED));

        assertThat(diff(true, before).isDifferent()).isTrue();
        assertThat(progress.deleted.tally()).isEqualTo(new Tally(1, 10));
        assertThat(diff(false, before).isDifferent()).isFalse();
        assertThat(progress.carried.tally()).isEqualTo(new Tally(1, 10));
    }

    @Test
    void aFilteredKeyIsCountedAndDropped() throws Exception {
        Planner planner = diff(false, List.of(held("a.no", "1", EntryState.LINKED)), listed("a.no", "1"));

        assertThat(planner.isDifferent()).isTrue();
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
    void theSpoolGivesBackWhatWasWritten() throws Exception {
        diff(
                true,
                List.of(held("a\n", "1", EntryState.LINKED), held("b", "2", EntryState.LINKED)),
                listed("a\n", "9"),
                listed("b", "2"));
        Path file = home.resolve("spool");
        try (Spool.Writer writer = new Spool.Writer(file)) {
            long sequence = 0;
            for (PlannedEntry planned : spooled) {
                assertThat(writer.write(planned)).isEqualTo(sequence++);
            }
        }

        try (Spool.Reader reader = new Spool.Reader(file)) {
            for (PlannedEntry planned : spooled) {
                assertThat(reader.next()).isEqualTo(planned);
            }
            assertThat(reader.next()).isNull();
        }
    }
}
