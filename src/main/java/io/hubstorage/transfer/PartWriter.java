package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.Journal;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.manifest.Slots;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes a shard's part of the manifest: the stretch that agrees with the last snapshot, then the spooled decisions with
 * their results. A sequential join of files that are in the same order; constant memory.
 */
final class PartWriter {
    private final TransferMessage.Shard shard;
    private final ShardFiles files;

    PartWriter(TransferMessage.Shard shard, ShardFiles files) {
        this.shard = shard;
        this.files = files;
    }

    void write(Agreement agreement, TransferMessage.@Nullable Source previous) throws IOException {
        try (ManifestWriter part = new ManifestWriter(files.part(), files.partIndex())) {
            if (agreement.through() != null && previous != null) {
                copyAgreed(previous, agreement.through(), part);
            }
            try (Spool.Reader spool = new Spool.Reader(files.spool());
                    Slots.Reader slots = Slots.read(files.slots());
                    Journal journal = Journal.open(files.journal())) {
                for (PlannedEntry planned = spool.next(); planned != null; planned = spool.next()) {
                    ManifestEntry entry = settled(planned, slots.next(), journal);
                    if (entry != null) {
                        part.write(entry);
                    }
                }
            }
            part.finish();
        }
    }

    private void copyAgreed(TransferMessage.Source previous, String through, ManifestWriter part) throws IOException {
        try (ManifestReader reader = ManifestReader.range(Path.of(previous.manifest()), shard.after(), through)) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                EntryState state = Agreement.stateAfter(entry.state());
                if (state == null) {
                    throw new IOException("%s was kept and cannot be part of what agrees".formatted(entry.key()));
                }
                part.write(entry.withState(state));
            }
        }
    }

    private @Nullable ManifestEntry settled(PlannedEntry planned, long slot, Journal journal) throws IOException {
        if (planned.action() == PlannedEntry.Action.LINK) {
            return planned.entry();
        }
        if (slot >= Settler.STORED) {
            return journal.read(slot - Settler.STORED);
        }
        if (slot == Slots.NONE) {
            throw new IOException(
                    "%s was never settled".formatted(planned.entry().key()));
        }
        ManifestEntry fallback = planned.fallback();
        if (fallback == null || (slot == Settler.VANISHED && shard.options().delete())) {
            return null;
        }
        EntryState state = slot == Settler.VANISHED ? EntryState.CARRIED : EntryState.KEPT;
        return fallback.withState(state);
    }
}
