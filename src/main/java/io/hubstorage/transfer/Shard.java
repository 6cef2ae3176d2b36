package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.keys.KeyFilter;
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
 * Immutable.
 */
final class Shard {
    private final TransferMessage.Shard asked;
    private final KeyRange range;
    private final KeyFilter filter;
    private final Path tree;
    private final Path journal;
    private final List<Source> sources;
    private final @Nullable Source previous;

    /**
     * A tree to link from, and the manifest that describes it.
     *
     * @param index its place in {@link #sources}, the best first
     * @param previous whether it is the last snapshot (what the listing lacks was deleted) or staged work
     */
    record Source(int index, Path tree, Path manifest, boolean previous, TransferMessage.Trust trust) {
        /** The file of one of its entries. */
        Path file(ManifestEntry entry) {
            return tree.resolve(entry.path());
        }
    }

    Shard(TransferMessage.Shard asked) {
        TransferMessage.Keys keys = asked.keys();
        this.asked = asked;
        this.range = new KeyRange(keys.after(), keys.through());
        this.filter = KeyFilter.below(
                keys.prefix(), asked.options().exclude(), asked.options().include());
        this.tree = Path.of(asked.workspace().tree());
        this.journal = Path.of(asked.workspace().journal());
        this.sources = IntStream.range(0, asked.sources().size())
                .mapToObj(index -> source(index, asked.sources().get(index)))
                .toList();
        this.previous = sources.stream().filter(Source::previous).findFirst().orElse(null);
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

    /** How far it is already. */
    TransferMessage.Progress before() {
        return asked.before();
    }

    TransferMessage.Options options() {
        return asked.options();
    }

    /** What every key of it begins with. */
    String prefix() {
        return asked.keys().prefix();
    }

    KeyRange range() {
        return range;
    }

    /** Whether the listing must be sorted first, because the server lists in another order than that of keys. */
    boolean sorted() {
        return asked.keys().sorted();
    }

    /** Whether a key is to be in the snapshot. */
    boolean wants(String key) {
        return key.startsWith(prefix()) && filter.accepts(key);
    }

    List<Source> sources() {
        return sources;
    }

    /** The last snapshot. */
    @Nullable
    Source previous() {
        return previous;
    }

    /** Those lines of a source that are of this shard. */
    ManifestReader lines(Source source) throws IOException {
        return ManifestReader.range(source.manifest(), range.after(), range.through());
    }

    /** The folder that becomes the bucket's. */
    Path tree() {
        return tree;
    }

    /** The folder for working files. */
    Path journal() {
        return journal;
    }

    /** The file that is there as long as the run counts on the shard. */
    Path lease() {
        return Path.of(asked.lease());
    }

    /** The change log. */
    Path log() {
        return working("journal");
    }

    /** The shard's part of the bucket's manifest. */
    Path part() {
        return working("part.zst");
    }

    /** Every failed object, one JSON line each. */
    Path failures() {
        return working("failures.jsonl");
    }

    /** Those of them that may be fetched later, one JSON line each. */
    Path retries() {
        return working("retries.jsonl");
    }

    /** Room for sorting. */
    Path scratch() {
        return working("scratch");
    }

    private Path working(String kind) {
        return journal.resolve("shard-%04d.%s".formatted(index(), kind));
    }
}
