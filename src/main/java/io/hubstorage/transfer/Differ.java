package io.hubstorage.transfer;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.keys.KeyFilter;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares a listing, object by object in key order, with the last snapshot and with what earlier passes left. Constant
 * memory: a merge of sorted streams. Not thread-safe.
 */
final class Differ implements AutoCloseable {
    private static final Set<String> ARCHIVE_TIERS = Set.of("GLACIER", "DEEP_ARCHIVE");

    private static final Logger LOG = LoggerFactory.getLogger(Differ.class);

    private final TransferMessage.Shard shard;
    private final SourceFiles files;
    private final KeyFilter filter;
    private final ShardProgress progress;
    private final Difference.Sink sink;
    private final FailureLog failures;
    private final List<SourceCursor> staged = new ArrayList<>();
    private @Nullable SourceCursor previous;

    /** @param failures told of what is lost for good */
    Differ(
            TransferMessage.Shard shard,
            SourceFiles files,
            KeyFilter filter,
            ShardProgress progress,
            Difference.Sink sink,
            FailureLog failures)
            throws IOException {
        this.shard = shard;
        this.files = files;
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
        ManifestEntry recorded = previous == null ? null : previous.take(object.key());
        if (!filter.accepts(object.key())) {
            progress.filtered.add(object.size());
            drop(recorded);
            return;
        }
        Damage damage = new Damage();
        ManifestEntry before = previous == null ? null : intact(previous.source(), recorded, damage);
        if (before != null && previous != null && isUnchanged(before, object)) {
            sink.accept(unchanged(previous.index(), before, object, before.equals(recorded)));
            return;
        }
        Difference.Version version =
                before == null || previous == null ? null : new Difference.Version(previous.index(), before);
        Difference.Candidate candidate = candidate(object, version);
        if (candidate == null && isArchived(object)) {
            progress.archived.add(object.size());
            if (damage.what != null) {
                lost(object.key(), "it is archived in S3", damage);
            }
            sink.accept(new Difference.Archived(version));
        } else {
            boolean refetch = damage.what != null && recorded != null && isUnchanged(recorded, object);
            sink.accept(new Difference.Changed(object, candidate, version, refetch));
        }
    }

    /** The bytes are the same; whether what is known of them is, may have to be asked. */
    private Difference unchanged(int source, ManifestEntry entry, ListedObject object, boolean asRecorded) {
        return MetadataRefresh.isDue(entry, object, shard, progress.doTimesMove(entry.directory()))
                ? new Difference.Changed(
                        object,
                        new Difference.Candidate(source, entry, true),
                        new Difference.Version(source, entry),
                        false)
                : new Difference.Unchanged(source, entry, asRecorded);
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
            return;
        }
        Damage damage = new Damage();
        ManifestEntry intact = intact(cursor.source(), entry, damage);
        if (intact == null) {
            lost(entry.key(), "it is gone from S3", damage);
            drop(entry);
        } else {
            sink.accept(new Difference.Gone(new Difference.Version(cursor.index(), intact), intact.equals(entry)));
        }
    }

    private void lost(String key, String why, Damage damage) throws IOException {
        failures.add(new RunRecord.Failure(key, "missing", why + ", and " + damage.what), false);
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

    /** What was found to be wrong with a file. */
    private static final class Damage {
        private @Nullable String what;
    }

    /** The entry as its file is, unless that must be looked at and is not what the entry says. */
    private @Nullable ManifestEntry intact(
            TransferMessage.Source source, @Nullable ManifestEntry entry, Damage damage) {
        if (entry == null || source.trust() == TransferMessage.Trust.MANIFEST) {
            return entry;
        }
        try {
            return files.check(file(source, entry), entry, source.trust() == TransferMessage.Trust.HASH);
        } catch (DamagedSourceException e) {
            damage.what = e.getMessage();
            LOG.warn("{}/{}: {}", shard.bucket(), entry.key(), e.getMessage());
            return null;
        }
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
