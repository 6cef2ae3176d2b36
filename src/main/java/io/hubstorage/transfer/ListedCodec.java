package io.hubstorage.transfer;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.s3.ListedObject;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Listed objects in scratch files. */
final class ListedCodec implements ExternalSort.Codec<ListedObject> {
    @Override
    public void write(ListedObject object, DataOutput out) throws IOException {
        out.writeUTF(object.key());
        out.writeLong(object.size());
        out.writeUTF(object.etag());
        out.writeLong(object.lastModified().toEpochMilli());
        writeNullable(object.storageClass(), out);
        out.writeBoolean(object.restored());
    }

    @Override
    public ListedObject read(DataInput in) throws IOException {
        return new ListedObject(
                in.readUTF(),
                in.readLong(),
                in.readUTF(),
                Instant.ofEpochMilli(in.readLong()),
                readNullable(in),
                in.readBoolean());
    }

    private static void writeNullable(@Nullable String value, DataOutput out) throws IOException {
        out.writeBoolean(value != null);
        if (value != null) {
            out.writeUTF(value);
        }
    }

    private static @Nullable String readNullable(DataInput in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }
}
