package io.hubstorage.transfer;

import io.hubstorage.integrity.PartSizes;
import io.hubstorage.integrity.VerifiedBody;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One object to bring into the tree.
 *
 * @param path where in the tree it goes
 * @param candidate a file that may spare the download
 * @param fallback the last snapshot's version to fall back on, under the path that it has then
 * @param refetch whether S3 lists it as the last snapshot has it, only that its file there was damaged
 */
record FetchTask(
        String path,
        ListedObject object,
        @Nullable Candidate candidate,
        @Nullable ManifestEntry fallback,
        boolean refetch) {
    /**
     * A file that probably holds the listed content.
     *
     * @param source the index of its source
     * @param trusted whether it may be linked without hashing it first
     */
    record Candidate(int source, ManifestEntry entry, boolean trusted) {}

    String key() {
        return object.key();
    }

    /** The manifest line of what was brought in. */
    ManifestEntry entry(VerifiedBody proven) {
        return entry(proven, Map.of());
    }

    /** The same, with the object's tags. */
    ManifestEntry entry(VerifiedBody proven, Map<String, String> tags) {
        ObjectHead head = proven.head();
        ObjectHead.Description told = head == null ? ObjectHead.Description.NONE : head.description();
        return new ManifestEntry(
                object.key(),
                path,
                new ManifestEntry.Content(
                        object.size(),
                        object.etag().isEmpty() ? null : object.etag(),
                        proven.sha256(),
                        proven.verified(),
                        upload(head == null ? ObjectHead.Checksums.NONE : head.checksums(), proven.parts())),
                new ManifestEntry.Metadata(
                        object.lastModified(),
                        object.storageClass(),
                        told.version(),
                        told.headers(),
                        told.metadata(),
                        tags,
                        tags.isEmpty() ? told.properties() : told.propertiesBesideTags()),
                EntryState.DOWNLOADED);
    }

    private static ManifestEntry.Upload upload(ObjectHead.Checksums checksums, @Nullable PartSizes parts) {
        return parts == null && checksums.isEmpty()
                ? ManifestEntry.Upload.UNKNOWN
                : new ManifestEntry.Upload(
                        parts == null ? 0 : parts.each(),
                        parts == null ? List.of() : parts.all(),
                        checksums.values(),
                        checksums.type());
    }

    FetchTask withObject(ListedObject other) {
        return new FetchTask(path, other, candidate, fallback, refetch);
    }
}
