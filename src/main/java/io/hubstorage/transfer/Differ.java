package io.hubstorage.transfer;

import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.Paths;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.s3.ListedObject;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares a listing, object by object in key order, with the last snapshot and with what earlier attempts left: what must be
 * read goes to the fetches, what else is new to the change log, and of what stays as it is nothing is said. Constant memory: a
 * merge of sorted streams. Not thread-safe.
 */
final class Differ implements AutoCloseable {
    private static final Set<String> ARCHIVE_TIERS = Set.of("GLACIER", "DEEP_ARCHIVE");

    private static final Logger LOG = LoggerFactory.getLogger(Differ.class);

    private final Shard shard;
    private final SourceFiles files;
    private final ShardProgress progress;
    private final Paths paths;
    private final ChangeLog log;
    private final Fetches fetches;
    private final FailureLog failures;
    private final ServerQuirks quirks;
    private final List<Cursor> staged = new ArrayList<>();
    private @Nullable Cursor previous;
    /** What is wrong with the last snapshot's file of the present key. */
    private @Nullable String damage;

    /** Walks one source's manifest in step with the listing. */
    private static final class Cursor implements AutoCloseable {
        private final Shard.Source source;
        private final ManifestReader reader;
        private @Nullable ManifestEntry head;

        Cursor(Shard.Source source, ManifestReader reader) throws IOException {
            this.source = source;
            this.reader = reader;
            this.head = reader.next();
        }

        /** Takes the next entry whose key is before {@code key} (or any, when {@code key} is absent); null when none is left. */
        @Nullable
        ManifestEntry takeBefore(@Nullable String key) throws IOException {
            ManifestEntry entry = head;
            // Mostly it is the same key, which is seen sooner than what comes first.
            boolean before = entry != null
                    && (key == null || (!entry.key().equals(key) && KeyOrder.compare(entry.key(), key) < 0));
            if (!before) {
                return null;
            }
            head = reader.next();
            return entry;
        }

        /** Takes the entry of exactly this key, if it is next; entries before it must have been taken. */
        @Nullable
        ManifestEntry take(String key) throws IOException {
            ManifestEntry entry = head;
            if (entry == null || !entry.key().equals(key)) {
                return null;
            }
            head = reader.next();
            return entry;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    /** Takes fetch tasks; may block to hold the listing back. */
    @FunctionalInterface
    interface Fetches {
        void submit(FetchTask task) throws IOException, InterruptedException;
    }

    /** @param failures told of what is lost for good */
    Differ(
            Shard shard,
            SourceFiles files,
            ShardProgress progress,
            Paths paths,
            ChangeLog log,
            Fetches fetches,
            FailureLog failures,
            ServerQuirks quirks)
            throws IOException {
        this.shard = shard;
        this.files = files;
        this.progress = progress;
        this.paths = paths;
        this.log = log;
        this.fetches = fetches;
        this.failures = failures;
        this.quirks = quirks;
        for (Shard.Source source : shard.sources()) {
            Cursor cursor = new Cursor(source, shard.lines(source));
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
        if (!shard.wants(object.key())) {
            progress.filtered.add(object.size());
            drop(recorded);
            return;
        }
        ManifestEntry before = intact(recorded);
        boolean sameBytes = before != null && isUnchanged(before, object);
        if (before != null && sameBytes && !ObjectMetadata.isRefreshDue(before, object, shard, quirks)) {
            progress.linked.add(before.size());
            place(before, recorded, EntryState.LINKED);
            return;
        }
        FetchTask.Candidate candidate = previous != null && before != null && sameBytes
                ? new FetchTask.Candidate(previous.source.index(), before, true)
                : candidate(object, before);
        if (candidate == null && isArchived(object)) {
            archived(object, before, recorded);
        } else {
            fetch(object, candidate, before, damage != null && recorded != null && isUnchanged(recorded, object));
        }
    }

    /** The listing has reached its end: what the last snapshot still has is gone from S3. */
    void end() throws IOException, InterruptedException {
        passOver(null);
    }

    private void passOver(@Nullable String key) throws IOException {
        for (Cursor cursor : staged) {
            while (cursor.takeBefore(key) != null) {
                // Staged for a key that is no longer listed: left behind in its attempt, which is deleted as a whole.
            }
        }
        if (previous != null) {
            for (ManifestEntry gone = previous.takeBefore(key); gone != null; gone = previous.takeBefore(key)) {
                gone(gone);
            }
        }
    }

    private void gone(ManifestEntry recorded) throws IOException {
        if (shard.options().delete() || !shard.wants(recorded.key())) {
            drop(recorded);
            return;
        }
        ManifestEntry intact = intact(recorded);
        if (intact == null) {
            lost(recorded.key(), recorded.size(), "it is gone from S3");
            drop(recorded);
        } else {
            progress.carried.add(intact.size());
            place(intact, recorded, EntryState.CARRIED);
        }
    }

    /** In an archive tier that cannot be read. */
    private void archived(ListedObject object, @Nullable ManifestEntry before, @Nullable ManifestEntry recorded)
            throws IOException {
        progress.archived.add(object.size());
        if (damage != null) {
            lost(object.key(), object.size(), "it is archived in S3");
        }
        if (before != null) {
            progress.kept.add(before.size());
            place(before, recorded, EntryState.KEPT);
        }
    }

    private void lost(String key, long size, String why) throws IOException {
        failures.add(new RunRecord.Failure(key, FailureCause.MISSING, why + ", and " + damage, size));
    }

    private void drop(@Nullable ManifestEntry recorded) throws IOException {
        if (recorded != null) {
            progress.deleted.add(recorded.size());
            log.gone(recorded.key());
        }
    }

    private void place(ManifestEntry entry, @Nullable ManifestEntry recorded, EntryState state) throws IOException {
        String plain =
                paths.allocate(entry.key(), entry.size(), mayBeCompressed(entry.key(), entry.size(), entry, null));
        String path = isCompressed(entry) ? paths.compressed() : plain;
        boolean unsaid = entry.equals(recorded)
                && path.equals(entry.path())
                && entry.state().unchanged() == state;
        if (!unsaid) {
            log.put(entry.withPath(path).withState(state), entry);
        }
    }

    private void fetch(
            ListedObject object,
            FetchTask.@Nullable Candidate candidate,
            @Nullable ManifestEntry before,
            boolean refetch)
            throws IOException, InterruptedException {
        boolean mayBeCompressed =
                mayBeCompressed(object.key(), object.size(), before, candidate == null ? null : candidate.entry());
        String path = paths.allocate(object.key(), object.size(), mayBeCompressed);
        String compressed = mayBeCompressed ? paths.compressed() : null;
        ManifestEntry fallback = before == null
                ? null
                : before.withPath(isCompressed(before) ? paths.compressed() : paths.withSize(before.size()));
        if (candidate == null) {
            progress.toDownload.add(object.size());
        }
        fetches.submit(new FetchTask(path, compressed, object, candidate, fallback, refetch));
    }

    /**
     * Whether the key's file may be compressed: by the policy, or because one of those that may be linked is. Whether it then
     * turns out to be makes no difference, so that the paths of other keys do not depend on that.
     */
    private boolean mayBeCompressed(
            String key, long size, @Nullable ManifestEntry before, @Nullable ManifestEntry candidate) {
        return shard.compresses(key, size) || isCompressed(before) || isCompressed(candidate);
    }

    private static boolean isCompressed(@Nullable ManifestEntry file) {
        return file != null && file.stored() != null;
    }

    private FetchTask.@Nullable Candidate candidate(ListedObject object, @Nullable ManifestEntry before)
            throws IOException {
        FetchTask.Candidate found = null;
        for (Cursor cursor : staged) {
            ManifestEntry entry = cursor.take(object.key());
            if (found == null && entry != null && isUnchanged(entry, object)) {
                found = new FetchTask.Candidate(
                        cursor.source.index(), entry, cursor.source.trust() != TransferMessage.Trust.HASH);
            }
        }
        if (found == null && previous != null && before != null && isSameByTime(before, object)) {
            found = new FetchTask.Candidate(previous.source.index(), before, false);
        }
        return found;
    }

    /** The last snapshot's entry as its file is; null when that must be looked at and is not what the entry says. */
    private @Nullable ManifestEntry intact(@Nullable ManifestEntry recorded) throws IOException {
        damage = null;
        if (recorded == null || previous == null || previous.source.trust() == TransferMessage.Trust.MANIFEST) {
            return recorded;
        }
        try {
            return files.check(previous.source, recorded, previous.source.trust() == TransferMessage.Trust.HASH);
        } catch (SourceFiles.DamagedException e) {
            damage = e.getMessage();
            LOG.warn("{}/{}: {}", shard.bucket(), recorded.key(), e.getMessage());
            log.lost(recorded.key());
            return null;
        }
    }

    /** Compares listing with listing, never with file times; a server without ETags has only its own times to go by. */
    private static boolean isUnchanged(ManifestEntry entry, ListedObject object) {
        if (entry.size() != object.size()) {
            return false;
        }
        if (!object.etag().isEmpty()) {
            return object.etag().equals(entry.etag());
        }
        // An entry without a hash was made from a file, and its time is the file's.
        boolean read = entry.sha256() != null;
        return entry.etag() == null && read && entry.lastModified().equals(object.lastModified());
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

    @Override
    public void close() throws IOException {
        for (Cursor cursor : staged) {
            cursor.close();
        }
        if (previous != null) {
            previous.close();
        }
    }
}
