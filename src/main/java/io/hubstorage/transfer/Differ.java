package io.hubstorage.transfer;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.plan.KeyFilter;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.snapshot.ManifestEntry;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares a listing, object by object in key order, with the last snapshot and with what earlier passes left. Constant
 * memory: a merge of sorted streams. Not thread-safe.
 */
final class Differ implements AutoCloseable {
    private static final Set<String> ARCHIVE_TIERS = Set.of("GLACIER", "DEEP_ARCHIVE");

    private final TransferMessage.Shard shard;
    private final KeyFilter filter;
    private final ShardProgress progress;
    private final Difference.Sink sink;
    private final FailureLog failures;
    private final List<SourceCursor> staged = new ArrayList<>();
    private @Nullable SourceCursor previous;

    /** @param failures told of what is lost for good */
    Differ(
            TransferMessage.Shard shard,
            KeyFilter filter,
            ShardProgress progress,
            Difference.Sink sink,
            FailureLog failures)
            throws IOException {
        this.shard = shard;
        this.filter = filter;
        this.progress = progress;
        this.sink = sink;
        this.failures = failures;
        for (int i = 0; i < shard.sources().size(); i++) {
            TransferMessage.Source source = shard.sources().get(i);
            SourceCursor cursor = new SourceCursor(i, source, shard.after(), shard.through());
            if (source.previous()) {
                previous = cursor;
            } else {
                staged.add(cursor);
            }
        }
    }

    /** Takes the next listed object; keys must come in order. */
    void listed(ListedObject object) throws IOException, InterruptedException {
        progress.listed.add(object.size());
        passOver(object.key());
        ManifestEntry before = previous == null ? null : present(previous.source(), previous.take(object.key()));
        if (!filter.accepts(object.key())) {
            progress.filtered.add(object.size());
            drop(before);
            return;
        }
        if (before != null && previous != null && isUnchanged(before, object)) {
            sink.accept(unchanged(previous.index(), before, object));
            return;
        }
        Difference.Version version =
                before == null || previous == null ? null : new Difference.Version(previous.index(), before);
        Difference.Candidate candidate = candidate(object, version);
        if (candidate == null && isArchived(object)) {
            progress.archived.add(object.size());
            sink.accept(new Difference.Archived(version));
        } else {
            sink.accept(new Difference.Changed(object, candidate, version));
        }
    }

    /** The bytes are the same; whether what is known of them is, may have to be asked. */
    private Difference unchanged(int source, ManifestEntry entry, ListedObject object) {
        return MetadataRefresh.isDue(entry, object, shard, progress.doTimesMove())
                ? new Difference.Changed(
                        object, new Difference.Candidate(source, entry, true), new Difference.Version(source, entry))
                : new Difference.Unchanged(source, entry);
    }

    /** The listing has reached its end: what the last snapshot still has is gone from S3. */
    void end() throws IOException, InterruptedException {
        passOver(null);
    }

    private void passOver(@Nullable String key) throws IOException, InterruptedException {
        for (SourceCursor cursor : staged) {
            while (cursor.takeBefore(key) != null) {
                // Staged for a key that is no longer listed: left behind in the old pass, which is deleted as a whole.
            }
        }
        if (previous != null) {
            for (ManifestEntry gone = previous.takeBefore(key); gone != null; gone = previous.takeBefore(key)) {
                gone(previous, gone);
            }
        }
    }

    private void gone(SourceCursor cursor, ManifestEntry entry) throws IOException, InterruptedException {
        if (shard.options().delete() || !entry.key().startsWith(shard.prefix()) || !filter.accepts(entry.key())) {
            drop(entry);
        } else if (present(cursor.source(), entry) == null) {
            String where = "it is gone from S3, and its file %s is missing in the last snapshot"
                    .formatted(file(cursor.source(), entry));
            failures.add(new RunRecord.Failure(entry.key(), "missing", where), false);
            drop(entry);
        } else {
            sink.accept(new Difference.Gone(new Difference.Version(cursor.index(), entry)));
        }
    }

    private void drop(@Nullable ManifestEntry entry) throws IOException, InterruptedException {
        if (entry != null) {
            progress.deleted.add(entry.size());
            sink.accept(new Difference.Dropped(entry));
        }
    }

    private Difference.@Nullable Candidate candidate(ListedObject object, Difference.@Nullable Version version)
            throws IOException {
        Difference.Candidate found = null;
        for (SourceCursor cursor : staged) {
            ManifestEntry entry = cursor.take(object.key());
            if (found == null && entry != null && isUnchanged(entry, object)) {
                found = new Difference.Candidate(
                        cursor.index(), entry, cursor.source().trust() != TransferMessage.Trust.HASH);
            }
        }
        if (found == null && version != null && isSameByTime(version.entry(), object)) {
            found = new Difference.Candidate(version.source(), version.entry(), false);
        }
        return found;
    }

    /** The entry, unless its file must be looked at and is not there. */
    private static @Nullable ManifestEntry present(TransferMessage.Source source, @Nullable ManifestEntry entry)
            throws IOException {
        if (entry == null || source.trust() == TransferMessage.Trust.MANIFEST || entry.directory()) {
            return entry;
        }
        Path file = file(source, entry);
        BasicFileAttributes found = OwnFiles.leadsAway(Path.of(source.tree()), file) ? null : OwnFiles.regular(file);
        return found != null && found.size() == entry.size() ? entry : null;
    }

    /** Compares listing with listing, never with file times; a server without ETags has only its own times to go by. */
    private static boolean isUnchanged(ManifestEntry entry, ListedObject object) {
        if (entry.size() != object.size()) {
            return false;
        }
        return object.etag().isEmpty()
                ? entry.etag() == null && isRead(entry) && entry.lastModified().equals(object.lastModified())
                : object.etag().equals(entry.etag());
    }

    /** An entry without a hash was made from a file, and its time is the file's. */
    private static boolean isRead(ManifestEntry entry) {
        return entry.sha256() != null;
    }

    /** For snapshots of the old tool, which knew no ETags: {@code aws s3 sync} set the file time to LastModified. */
    private static boolean isSameByTime(ManifestEntry entry, ListedObject object) {
        return entry.etag() == null
                && entry.size() == object.size()
                && toSeconds(entry.lastModified()).equals(toSeconds(object.lastModified()));
    }

    private static Instant toSeconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    private static boolean isArchived(ListedObject object) {
        return object.storageClass() != null && ARCHIVE_TIERS.contains(object.storageClass()) && !object.restored();
    }

    /** The file of a source's entry. */
    static Path file(TransferMessage.Source source, ManifestEntry entry) {
        return Path.of(source.tree()).resolve(entry.path());
    }

    @Override
    public void close() throws IOException {
        for (SourceCursor cursor : staged) {
            cursor.close();
        }
        if (previous != null) {
            previous.close();
        }
    }
}
