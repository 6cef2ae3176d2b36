package io.hubstorage.transfer;

import io.hubstorage.integrity.PartSizes;
import io.hubstorage.integrity.VerifiedBody;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One object to bring into the tree.
 *
 * @param path where in the tree it goes
 * @param compressed where in the tree it goes instead if it is compressed; null when it may not be
 * @param candidate a file that may spare the download
 * @param fallback the last snapshot's version to fall back on, under the path that it has then
 * @param refetch whether S3 lists it as the last snapshot has it, only that its file there was damaged
 */
record FetchTask(
        String path,
        @Nullable String compressed,
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

    /** Where a file in this form goes. */
    String path(ManifestEntry.@Nullable Stored stored) {
        return stored == null ? path : Objects.requireNonNull(compressed);
    }

    ManifestEntry entry(VerifiedBody proven) {
        return entry(proven, Map.of());
    }

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
                metadata(object, told, tags, !tags.isEmpty()),
                EntryState.DOWNLOADED);
    }

    /**
     * The line of an object whose bytes are there already, with what the server says of it now.
     *
     * @param head null where it is not known
     * @param tags null where they are not known anew
     */
    static ManifestEntry entry(
            ManifestEntry known, ListedObject object, @Nullable ObjectHead head, @Nullable Map<String, String> tags) {
        ManifestEntry.Metadata old = known.metadata();
        ObjectHead.Description told = head == null
                ? new ObjectHead.Description(old.version(), old.headers(), old.user(), old.properties())
                : head.description();
        return new ManifestEntry(
                        known.key(), known.path(), content(known.content(), head), old, known.state(), known.fileTime())
                .withMetadata(metadata(object, told, tags == null ? old.tags() : tags, tags != null));
    }

    private static ManifestEntry.Metadata metadata(
            ListedObject object, ObjectHead.Description told, Map<String, String> tags, boolean areTagsNew) {
        return new ManifestEntry.Metadata(
                object.lastModified(),
                object.storageClass(),
                told.version(),
                told.headers(),
                told.metadata(),
                tags,
                areTagsNew ? told.propertiesBesideTags() : told.properties());
    }

    /** A server may have computed checksums since. */
    private static ManifestEntry.Content content(ManifestEntry.Content known, @Nullable ObjectHead head) {
        if (head == null || head.checksums().isEmpty()) {
            return known;
        }
        ManifestEntry.Upload upload = known.upload();
        return known.withUpload(new ManifestEntry.Upload(
                upload.partSize(),
                upload.partSizes(),
                head.checksums().values(),
                head.checksums().type()));
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
        return new FetchTask(path, compressed, other, candidate, fallback, refetch);
    }
}
