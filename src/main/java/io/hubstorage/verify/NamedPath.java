package io.hubstorage.verify;

import io.hubstorage.manifest.ManifestEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A manifest line, as far as the disk has to agree with it.
 *
 * @param place what lines and files are joined by: the path, folded where the disk folds names, with a slash at its end for
 *     a directory marker
 * @param path as the manifest writes it
 */
record NamedPath(
        String place,
        String path,
        String key,
        long size,
        @Nullable String sha256,
        boolean directory) {
    static NamedPath of(ManifestEntry entry, BucketTree tree) {
        return new NamedPath(
                tree.place(entry.path(), entry.directory()),
                entry.path(),
                entry.key(),
                entry.size(),
                entry.sha256(),
                entry.directory());
    }

    /** For sorting on disk. */
    static final Texts<NamedPath> CODEC = new Texts<>(
            named -> List.of(
                    named.place,
                    named.path,
                    named.key,
                    Long.toString(named.size),
                    named.sha256 == null ? "" : named.sha256,
                    Boolean.toString(named.directory)),
            texts -> new NamedPath(
                    texts.get(0),
                    texts.get(1),
                    texts.get(2),
                    Long.parseLong(texts.get(3)),
                    texts.get(4).isEmpty() ? null : texts.get(4),
                    Boolean.parseBoolean(texts.get(5))));
}
