package io.hubstorage.replicate;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Snapshots whose files were re-used from the old tool's, which had no hashes. */
final class Unproven {
    private Unproven() {}

    static void forgetHashes(Path snapshot, String bucket) throws IOException {
        Path manifest = Layout.manifest(snapshot, bucket);
        List<ManifestEntry> entries = new ArrayList<>();
        try (ManifestReader reader = ManifestReader.open(manifest)) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(new ManifestEntry(
                        entry.key(),
                        entry.path(),
                        new ManifestEntry.Content(entry.size(), entry.etag()),
                        entry.metadata(),
                        entry.state()));
            }
        }
        ManifestSummary summary;
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            for (ManifestEntry entry : entries) {
                writer.write(entry);
            }
            summary = writer.finish();
        }
        Certificate before = Certificate.read(Layout.certificate(snapshot));
        Certificate.Bucket only = before.buckets().getFirst();
        new Certificate(
                        before.format(),
                        before.snapshot(),
                        before.run(),
                        before.basis(),
                        List.of(new Certificate.Bucket(
                                only.name(),
                                only.prefix(),
                                only.outcome(),
                                only.listing(),
                                only.files(),
                                summary,
                                null)),
                        before.alarms(),
                        null)
                .write(Layout.certificate(snapshot));
    }
}
