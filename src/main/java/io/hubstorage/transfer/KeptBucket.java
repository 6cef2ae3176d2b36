package io.hubstorage.transfer;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.snapshot.EntryState;
import io.hubstorage.snapshot.ManifestEntry;
import io.hubstorage.snapshot.ManifestReader;
import io.hubstorage.snapshot.ManifestWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Links a whole bucket over from the last snapshot, because this run did not cover it or could not read it. */
final class KeptBucket {
    private final TransferMessage.Shard shard;
    private final ShardFiles files;
    private final ShardProgress progress;
    private final FailureLog failures;
    private final Cancellation cancellation;

    KeptBucket(
            TransferMessage.Shard shard,
            ShardFiles files,
            ShardProgress progress,
            FailureLog failures,
            Cancellation cancellation) {
        this.shard = shard;
        this.files = files;
        this.progress = progress;
        this.failures = failures;
        this.cancellation = cancellation;
    }

    /** Links file by file; one that is missing in the last snapshot is named as a failure and left out. */
    void run() throws IOException {
        Files.createDirectories(files.folder());
        TransferMessage.Source source = shard.sources().getFirst();
        TreeWriter tree = new TreeWriter(shard);
        try (ManifestReader reader = ManifestReader.open(Path.of(source.manifest()));
                ManifestWriter part = new ManifestWriter(files.part(), files.partIndex())) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                cancellation.check();
                if (link(entry, source, tree)) {
                    part.write(entry.withState(EntryState.KEPT));
                    progress.kept.add(entry.size());
                }
            }
            part.finish();
        }
    }

    private boolean link(ManifestEntry entry, TransferMessage.Source source, TreeWriter tree) throws IOException {
        try {
            if (entry.directory()) {
                tree.folder(entry.path());
            } else {
                tree.link(Differ.file(source, entry), entry.path());
            }
            return true;
        } catch (MissingSourceException e) {
            failures.add(new RunRecord.Failure(entry.key(), "missing", String.valueOf(e.getMessage())), false);
            return false;
        }
    }
}
