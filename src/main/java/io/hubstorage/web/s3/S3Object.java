package io.hubstorage.web.s3;

import io.hubstorage.manifest.ManifestEntry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An entry of a manifest as S3 would tell of it. */
record S3Object(ManifestEntry entry) {
    /** Clients do not even try to read what lies there; here it lies on the disk. */
    private static final Set<String> ARCHIVED = Set.of("GLACIER", "DEEP_ARCHIVE");

    String key() {
        return entry.key();
    }

    long size() {
        return entry.size();
    }

    /** In quotes. Where none was recorded, one that changes with size and time and looks like no MD5. */
    String etag() {
        String etag = entry.etag();
        return '"'
                + (etag == null || etag.isEmpty()
                        ? "hub-%x-%x".formatted(size(), entry.lastModified().toEpochMilli())
                        : etag)
                + '"';
    }

    /** That of S3, but for archives; absent for the standard one. */
    @Nullable
    String storageClass() {
        String recorded = entry.metadata().storageClass();
        return recorded == null || ARCHIVED.contains(recorded) ? null : recorded;
    }

    /** To the second, as headers tell it. */
    Instant lastModified() {
        return entry.lastModified().truncatedTo(ChronoUnit.SECONDS);
    }

    boolean hasEtag(String quotedOrNot) {
        String text = quotedOrNot.strip();
        return text.equals(etag()) || text.equals(etag().substring(1, etag().length() - 1));
    }
}
