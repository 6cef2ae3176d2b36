package io.hubstorage.verify.scrub;

import io.hubstorage.bus.Tally;
import io.hubstorage.fs.Durable;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.verify.scrub.Damage.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds every file that the snapshots share, once: looks at each name of each snapshot whose manifest is certified, and reads no file. The manifests of a bucket are joined, {@value #AT_ONCE} snapshots at a time, the oldest first: a name that leads to the same
 * inode as in the snapshot before has been told already. Memory grows with the number of snapshots by some bytes for each, and not with
 * what they hold. Blocking; for one thread.
 */
final class Inventory {
    /** A manifest that is read takes about a megabyte. */
    static final int AT_ONCE = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);

    private final Layout layout;
    private final InstantSource clock;
    private final Pace pace;
    private final Sink sink;
    private final CertifiedManifests manifests;

    private Tally notProvable = Tally.ZERO;
    private Tally unreadable = Tally.ZERO;

    /** Takes what is found, in no order. */
    interface Sink {
        /** With the time of its download, where the oldest snapshot that has it was made by that. */
        void file(LedgerLine line) throws IOException;

        void damaged(Damage damage) throws IOException;
    }

    Inventory(Layout layout, InstantSource clock, Pace pace, Sink sink) {
        this.layout = layout;
        this.clock = clock;
        this.pace = pace;
        this.sink = sink;
        this.manifests = new CertifiedManifests(layout, clock, pace, sink);
    }

    /** Files of which no manifest has a SHA-256. */
    Tally notProvable() {
        return notProvable;
    }

    /** Names that could not be looked at. */
    Tally unreadable() {
        return manifests.unreadable().plus(unreadable);
    }

    void take() throws IOException, InterruptedException {
        manifests.read();
        for (Map.Entry<String, BitSet> bucket : manifests.byBucket().entrySet()) {
            int[] all = bucket.getValue().stream().toArray();
            // Each part begins with the last snapshot of the one before, which tells what is new in the next.
            for (int from = 0; from == 0 || from < all.length - 1; from += AT_ONCE - 1) {
                int[] part = Arrays.copyOfRange(all, from, Math.min(all.length, from + AT_ONCE));
                join(bucket.getKey(), part, from > 0);
            }
        }
    }

    private void unreadable(@Nullable Path place, long bytes, IOException e) {
        LOG.warn("{} cannot be looked at: {}", place, e.toString());
        unreadable = unreadable.plus(Tally.of(bytes));
    }

    private Damage damage(int number, String bucket, String key, String path, Kind kind) {
        return new Damage(manifests.snapshot(number), bucket, key, path, kind, clock.instant());
    }

    private void join(String bucket, int[] numbers, boolean firstIsKnown) throws IOException, InterruptedException {
        List<InOneSnapshot> all = new ArrayList<>();
        try {
            for (int number : numbers) {
                all.add(new InOneSnapshot(bucket, number, firstIsKnown && all.isEmpty()));
            }
            for (String key = least(all); key != null; key = least(all)) {
                Seen before = null;
                for (InOneSnapshot each : all) {
                    ManifestEntry entry = each.entry;
                    if (entry != null && entry.key().equals(key)) {
                        pace.step();
                        before = each.look(entry, before);
                        each.advance();
                    }
                }
            }
        } finally {
            for (InOneSnapshot each : all) {
                each.close();
            }
        }
    }

    private static @Nullable String least(List<InOneSnapshot> all) {
        String least = null;
        for (InOneSnapshot each : all) {
            ManifestEntry entry = each.entry;
            if (entry != null && (least == null || KeyOrder.compare(entry.key(), least) < 0)) {
                least = entry.key();
            }
        }
        return least;
    }

    /** What stood at a key in the snapshot before. */
    private record Seen(FileId file, @Nullable String sha256) {}

    /** One bucket of one snapshot. */
    private final class InOneSnapshot implements AutoCloseable {
        private final String bucket;
        private final int number;
        private final boolean known;
        private final Path tree;
        private final @Nullable ManifestReader reader;
        private @Nullable ManifestEntry entry;
        private @Nullable Path folder;
        private boolean folderIsOurs;

        /** @param known whether all of it has been told already */
        InOneSnapshot(String bucket, int number, boolean known) throws IOException, InterruptedException {
            this.bucket = bucket;
            this.number = number;
            this.known = known;
            Path snapshot = layout.snapshot(manifests.snapshot(number));
            this.tree = Layout.tree(snapshot, bucket);
            ManifestReader opened = null;
            try {
                Path manifest = Layout.manifest(snapshot, bucket);
                pace.take(Files.size(manifest), true);
                opened = ManifestReader.open(manifest);
            } catch (CorruptManifestException | NoSuchFileException e) {
                corrupt();
            } catch (IOException e) {
                unreadable(e);
            }
            this.reader = opened;
            advance();
        }

        private void corrupt() throws IOException {
            if (!known) {
                manifests.damaged(number, bucket, Layout.index(layout.snapshot(manifests.snapshot(number)), bucket));
            }
        }

        void advance() throws IOException {
            try {
                entry = reader == null ? null : reader.next();
            } catch (CorruptManifestException e) {
                entry = null;
                corrupt();
            } catch (IOException e) {
                entry = null;
                unreadable(e);
            }
        }

        /** One of many must not end the whole job; whether the disk is there is asked when all have been looked at. */
        private void unreadable(IOException e) {
            if (!known) {
                Inventory.this.unreadable(Layout.manifest(layout.snapshot(manifests.snapshot(number)), bucket), 0, e);
            }
        }

        /** Looks at one name, tells of its file if that is another than the one before, and returns it. */
        @Nullable
        Seen look(ManifestEntry at, @Nullable Seen before) throws IOException {
            Path place = KeyPath.staysInside(at.path()) ? tree.resolve(at.path()) : null;
            BasicFileAttributes found;
            try {
                found = place == null || !isOurs(place) ? null : attributes(place);
            } catch (IOException e) {
                unreadable(place, at, e);
                return null;
            }
            if (found == null) {
                damaged(at, place != null && isOurs(place) ? Kind.MISSING : Kind.NOT_A_FILE);
                return null;
            }
            if (at.directory() ? !found.isDirectory() : !found.isRegularFile()) {
                damaged(at, Kind.NOT_A_FILE);
                return null;
            }
            if (at.directory()) {
                return null;
            }
            if (found.size() != at.fileSize()) {
                damaged(at, Kind.SIZE);
                return null;
            }
            Seen seen = new Seen(FileId.of(found), at.fileSha256());
            if (!known && !(seen.file.isKnown() && seen.equals(before))) {
                tell(at, found, seen.file);
            }
            return seen;
        }

        private void unreadable(@Nullable Path place, ManifestEntry at, IOException e) {
            if (!known) {
                Inventory.this.unreadable(place, at.size(), e);
            }
        }

        private void tell(ManifestEntry at, BasicFileAttributes found, FileId file) throws IOException {
            String sha256 = at.fileSha256();
            if (sha256 == null) {
                notProvable = notProvable.plus(Tally.of(at.size()));
                return;
            }
            // The hash is that of the bytes as they came; whether they got to the disk right, the first reading tells.
            boolean asDownloaded = at.state() == EntryState.DOWNLOADED && at.hasTimeOnDisk(found.lastModifiedTime());
            sink.file(new LedgerLine(
                    file,
                    sha256,
                    asDownloaded ? manifests.startedAt(number) : null,
                    new LedgerLine.Name(manifests.snapshot(number), bucket, at.path(), at.stored() != null)));
        }

        private void damaged(ManifestEntry at, Kind kind) throws IOException {
            if (!known) {
                sink.damaged(damage(number, bucket, at.key(), at.path(), kind));
            }
        }

        /** Whether no symbolic link is on the way. Most files are in the folder of the one before. */
        private boolean isOurs(Path place) {
            Path parent = Durable.folderOf(place);
            if (!parent.equals(folder)) {
                folder = parent;
                folderIsOurs = !OwnFiles.leadsAway(layout.data(), parent);
            }
            return folderIsOurs;
        }

        @Override
        public void close() throws IOException {
            if (reader != null) {
                reader.close();
            }
        }
    }

    /** Null where there is nothing, or nothing that leads there. */
    static @Nullable BasicFileAttributes attributes(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            if (isBarred(file)) {
                return null;
            }
            throw e;
        }
    }

    /** Whether there is another file where a folder should be on the way; not where nobody may look, or the disk fails. */
    private static boolean isBarred(Path file) {
        for (Path way = file.getParent(); way != null; way = way.getParent()) {
            try {
                return !Files.readAttributes(way, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isDirectory();
            } catch (IOException _) {
                // What stands before it tells.
            }
        }
        return false;
    }
}
