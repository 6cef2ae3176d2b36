package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.keys.KeyFilter;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.keys.KeyRange;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A range of a bucket's keys, what is to be done with it, and where: what a message of the bus asks for, in the terms of this room.
 *
 * @param compressed takes the keys that are stored compressed; null where none is
 * @param tree the folder that becomes the bucket's
 * @param journal the folder for working files
 * @param sources what may be linked from, the best first
 */
record Shard(
        TransferMessage.Shard asked,
        KeyRange range,
        KeyFilter filter,
        @Nullable KeyFilter compressed,
        Path tree,
        Path journal,
        List<Source> sources) {
    /**
     * A tree to link from, and the manifest that describes it.
     *
     * @param index its place in {@link #sources}, the best first
     * @param previous whether it is the last snapshot (what the listing lacks was deleted) or staged work
     */
    record Source(int index, Path tree, Path manifest, boolean previous, TransferMessage.Trust trust) {
        Path file(ManifestEntry entry) {
            return tree.resolve(entry.path());
        }
    }

    Shard(TransferMessage.Shard asked) {
        this(
                asked,
                new KeyRange(asked.keys().after(), asked.keys().through()),
                new KeyFilter(
                        asked.keys().prefix(),
                        asked.options().exclude(),
                        asked.options().include()),
                compressed(asked),
                Path.of(asked.workspace().tree()),
                Path.of(asked.workspace().journal()),
                IntStream.range(0, asked.sources().size())
                        .mapToObj(index -> source(index, asked.sources().get(index)))
                        .toList());
    }

    /** Everything is left out, and what matches is included again. */
    private static @Nullable KeyFilter compressed(TransferMessage.Shard asked) {
        TransferMessage.Compression policy = asked.options().compression();
        return policy == null ? null : new KeyFilter(asked.keys().prefix(), List.of("*"), policy.patterns());
    }

    private static Source source(int index, TransferMessage.Source source) {
        return new Source(index, Path.of(source.tree()), Path.of(source.manifest()), source.previous(), source.trust());
    }

    String runId() {
        return asked.runId();
    }

    TransferMessage.ShardId id() {
        return asked.id();
    }

    int index() {
        return asked.id().index();
    }

    String bucket() {
        return asked.bucket();
    }

    TransferMessage.Mode mode() {
        return asked.mode();
    }

    TransferMessage.Progress before() {
        return asked.before();
    }

    TransferMessage.Options options() {
        return asked.options();
    }

    String prefix() {
        return asked.keys().prefix();
    }

    /** Whether the listing must be sorted first, because the server lists in another order than that of keys. */
    boolean sorted() {
        return asked.keys().sorted();
    }

    /** Whether a key is to be in the snapshot. */
    boolean wants(String key) {
        return key.startsWith(prefix()) && filter.accepts(key);
    }

    /** Whether a new file of the key is stored compressed if that spares space. */
    boolean compresses(String key) {
        return compressed != null && compressed.accepts(key);
    }

    /** The same of a listed key, which may be a directory marker: that has no file. */
    boolean compresses(String key, long size) {
        return compresses(key) && !KeyPath.isDirectoryMarker(key, size);
    }

    /** The last snapshot; null where there is none. */
    @Nullable
    Source previous() {
        return sources.stream().filter(Source::previous).findFirst().orElse(null);
    }

    /** Those lines of a source that are of this shard. */
    ManifestReader lines(Source source) throws IOException {
        return ManifestReader.range(source.manifest(), range.after(), range.through());
    }

    /** The file that is there as long as the run counts on the shard. */
    Path lease() {
        return Path.of(asked.lease());
    }

    Path log() {
        return working(".journal");
    }

    Path part() {
        return working(".part.zst");
    }

    /** Every failed object, one JSON line each. */
    Path failures() {
        return working(".failures.jsonl");
    }

    /** Those of them that may be fetched later, one JSON line each. */
    Path retries() {
        return working(".retries.jsonl");
    }

    Path scratch() {
        return working(".scratch");
    }

    private Path working(String ending) {
        return Path.of(asked.workingFile(ending));
    }
}
