package io.hubstorage.keys;

import io.hubstorage.fs.ExternalSort;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A key that cannot have its ordinary path.
 *
 * @param folders its segments that are folders where a file stands
 * @param own the number of its last segment, if it is a file; 0 for none
 */
record NumberedKey(String key, List<Mark> folders, int own) {
    /**
     * A segment that gets a number.
     *
     * @param end the length of the key up to the segment's end
     * @param number from 1
     */
    record Mark(int end, int number) {}

    NumberedKey {
        folders = List.copyOf(folders);
    }

    boolean isPlain() {
        return own == 0 && folders.isEmpty();
    }

    /** @param marker whether the key is a directory marker now */
    String path(boolean marker) {
        if (marker) {
            return KeyPath.encode(key.substring(0, key.length() - 1), folders);
        }
        List<Mark> marks = new ArrayList<>(folders);
        if (own > 0) {
            marks.add(new Mark(key.length(), own));
        }
        return KeyPath.encode(key, marks);
    }

    /** For sorting on disk. */
    static final class Codec implements ExternalSort.Codec<NumberedKey> {
        @Override
        public void write(NumberedKey item, DataOutput out) throws IOException {
            out.writeUTF(item.key);
            out.writeInt(item.own);
            out.writeInt(item.folders.size());
            for (Mark mark : item.folders) {
                out.writeInt(mark.end());
                out.writeInt(mark.number());
            }
        }

        @Override
        public NumberedKey read(DataInput in) throws IOException {
            String key = in.readUTF();
            int own = in.readInt();
            int count = in.readInt();
            List<Mark> folders = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                folders.add(new Mark(in.readInt(), in.readInt()));
            }
            return new NumberedKey(key, folders, own);
        }
    }
}
