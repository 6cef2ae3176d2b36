package io.hubstorage.verify;

import io.hubstorage.fs.ExternalSort;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A file whose content has to be read.
 *
 * @param inode see {@link FoundPath}
 * @param place see {@link FoundPath}
 * @param path relative to the bucket's folder
 * @param sha256 what the manifest says
 */
record HashJob(String inode, String place, String path, String key, long size, String sha256) {
    /** For sorting on disk. */
    static final class Codec implements ExternalSort.Codec<HashJob> {
        @Override
        public void write(HashJob item, DataOutput out) throws IOException {
            Texts.write(item.inode, out);
            Texts.write(item.place, out);
            Texts.write(item.path, out);
            Texts.write(item.key, out);
            out.writeLong(item.size);
            Texts.write(item.sha256, out);
        }

        @Override
        public HashJob read(DataInput in) throws IOException {
            return new HashJob(
                    Texts.read(in), Texts.read(in), Texts.read(in), Texts.read(in), in.readLong(), Texts.read(in));
        }
    }
}
