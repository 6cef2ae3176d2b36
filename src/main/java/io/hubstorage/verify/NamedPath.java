package io.hubstorage.verify;

import io.hubstorage.manifest.ManifestEntry;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
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
    static final class Codec implements io.hubstorage.fs.ExternalSort.Codec<NamedPath> {
        @Override
        public void write(NamedPath item, DataOutput out) throws IOException {
            Texts.write(item.place, out);
            Texts.write(item.path, out);
            Texts.write(item.key, out);
            out.writeLong(item.size);
            Texts.write(item.sha256 == null ? "" : item.sha256, out);
            out.writeBoolean(item.directory);
        }

        @Override
        public NamedPath read(DataInput in) throws IOException {
            String place = Texts.read(in);
            String path = Texts.read(in);
            String key = Texts.read(in);
            long size = in.readLong();
            String sha256 = Texts.read(in);
            return new NamedPath(place, path, key, size, sha256.isEmpty() ? null : sha256, in.readBoolean());
        }
    }
}
