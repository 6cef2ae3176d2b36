package io.hubstorage.web.api;

import io.hubstorage.browse.CertificateWords;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.SnapshotInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Snapshots and their entries, the way the API shows them. */
final class SnapshotJson {
    private SnapshotJson() {}

    /** A snapshot in short. Reads the disk for what its certificate cannot say. */
    static JsonObject describe(SnapshotInfo snapshot) throws IOException {
        Certificate certificate = snapshot.certificate();
        JsonObject json = new JsonObject()
                .put("name", snapshot.name())
                .put("path", snapshot.folder().toString())
                .put("legacy", snapshot.legacy())
                .put("pinned", snapshot.pinned());
        return certificate == null ? withoutCertificate(json, snapshot) : withCertificate(json, certificate);
    }

    /** A snapshot of the old tool: nothing is known but the names. */
    private static JsonObject withoutCertificate(JsonObject json, SnapshotInfo snapshot) throws IOException {
        JsonArray buckets = new JsonArray();
        snapshot.buckets()
                .forEach(name -> buckets.add(new JsonObject()
                        .put("bucket", name)
                        .put("result", null)
                        .put("files", null)
                        .put("counts", null)
                        .put("words", "Made by the old tool: there is no certificate, only the files.")));
        return json.put("run_id", null)
                .put("started_at", null)
                .put("finished_at", null)
                .put("result", null)
                .put("files", null)
                .put("added", null)
                .put("allocated_bytes", null)
                .put("words", "Made by the old tool: there is no certificate, only the files.")
                .put("buckets", buckets);
    }

    private static JsonObject withCertificate(JsonObject json, Certificate certificate) {
        JsonArray buckets = new JsonArray();
        Tally files = Tally.ZERO;
        Tally added = Tally.ZERO;
        for (Certificate.Bucket bucket : certificate.buckets()) {
            files = files.plus(bucket.files());
            added = added.plus(bucket.counts().downloaded());
            buckets.add(new JsonObject()
                    .put("bucket", bucket.name())
                    .put("result", word(bucket.outcome().result()))
                    .put("files", BusJson.encode(bucket.files()))
                    .put("counts", BusJson.encode(bucket.counts()))
                    .put("words", CertificateWords.of(bucket)));
        }
        return json.put("run_id", certificate.runId())
                .put("started_at", certificate.startedAt().toString())
                .put("finished_at", certificate.run().finishedAt().toString())
                .put("result", word(certificate.result()))
                .put("files", BusJson.encode(files))
                .put("added", BusJson.encode(added))
                .put("allocated_bytes", certificate.allocatedBytes())
                .put("words", CertificateWords.of(certificate))
                .put("buckets", buckets);
    }

    /** What is known of an entry's content, and when it was last changed. */
    static @Nullable JsonObject content(@Nullable ManifestEntry entry) {
        return entry == null
                ? null
                : new JsonObject()
                        .put("size", entry.size())
                        .put("last_modified", entry.lastModified().toString())
                        .put("etag", entry.etag())
                        .put("sha256", entry.sha256())
                        .put("state", entry.state().word());
    }

    /** An enumeration's value as the messages name it. */
    private static String word(Enum<?> value) {
        return BusJson.mapper().convertValue(value, String.class);
    }
}
