package io.hubstorage.fs;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** How items of a few texts, of any length each, stand in scratch files. */
public record TextCodec<T>(Function<T, List<String>> texts, Function<List<String>, T> item)
        implements ExternalSort.Codec<T> {
    @Override
    public void write(T each, DataOutput out) throws IOException {
        List<String> all = texts.apply(each);
        out.writeByte(all.size());
        for (String text : all) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    @Override
    public T read(DataInput in) throws IOException {
        int count = in.readUnsignedByte();
        List<String> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            all.add(new String(bytes, StandardCharsets.UTF_8));
        }
        return item.apply(all);
    }
}
