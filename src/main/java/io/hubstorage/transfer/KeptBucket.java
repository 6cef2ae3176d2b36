package io.hubstorage.transfer;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Links a whole bucket over from the last snapshot, because this run did not cover it or could not read it. */
final class KeptBucket {
    private final TransferMessage.Shard shard;
    private final ShardFiles folder;
    private final SourceFiles files;
    private final TreeWriter tree;
    private final ShardProgress progress;
    private final FailureLog failures;
    private final Cancellation cancellation;

    KeptBucket(
            TransferMessage.Shard shard,
            ShardFiles folder,
            SourceFiles files,
            TreeWriter tree,
            ShardProgress progress,
            FailureLog failures,
            Cancellation cancellation) {
        this.shard = shard;
        this.folder = folder;
        this.files = files;
        this.tree = tree;
        this.progress = progress;
        this.failures = failures;
        this.cancellation = cancellation;
    }

    /** Links file by file; one that is not what the last snapshot's manifest says is named as a failure and left out. */
    void run() throws IOException {
        TransferMessage.Source source = shard.sources().getFirst();
        try (ManifestReader reader = ManifestReader.open(Path.of(source.manifest()));
                ManifestWriter part = new ManifestWriter(folder.part(), folder.partIndex())) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                cancellation.check();
                ManifestEntry linked = link(entry, source);
                if (linked != null) {
                    part.write(linked.withState(EntryState.KEPT));
                    progress.kept.add(entry.size());
                }
            }
            part.finish();
        }
    }

    private @Nullable ManifestEntry link(ManifestEntry entry, TransferMessage.Source source) throws IOException {
        try {
            ManifestEntry found = files.check(Differ.file(source, entry), entry, false);
            tree.link(Differ.file(source, found), found, found.path());
            return found;
        } catch (DamagedSourceException e) {
            failures.add(new RunRecord.Failure(entry.key(), "missing", String.valueOf(e.getMessage())), false);
            return null;
        }
    }
}
