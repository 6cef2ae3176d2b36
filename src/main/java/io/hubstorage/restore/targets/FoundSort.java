package io.hubstorage.restore.targets;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.restore.targets.Target.Found;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;

/** Sorts what a target holds by key, on disk where it is much. */
public final class FoundSort implements ExternalSort.Codec<Found> {
    private FoundSort() {}

    /**
     * Sorts nothing yet.
     *
     * @param scratch for temporary files
     */
    public static ExternalSort<Found> in(Path scratch) {
        return new ExternalSort<>(
                Comparator.comparing(Found::key, KeyOrder.COMPARATOR),
                new FoundSort(),
                scratch,
                ExternalSort.DEFAULT_RUN);
    }

    @Override
    public void write(Found found, DataOutput out) throws IOException {
        out.writeUTF(found.key());
        out.writeUTF(found.name());
        out.writeLong(found.size());
        out.writeUTF(Objects.requireNonNullElse(found.etag(), ""));
        Instant time = found.lastModified();
        out.writeLong(time.getEpochSecond());
        out.writeInt(time.getNano());
    }

    @Override
    public Found read(DataInput in) throws IOException {
        String key = in.readUTF();
        String name = in.readUTF();
        long size = in.readLong();
        String etag = in.readUTF();
        Instant time = Instant.ofEpochSecond(in.readLong(), in.readInt());
        return new Found(key, name, size, etag.isEmpty() ? null : etag, time);
    }
}
