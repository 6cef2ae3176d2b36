package io.hubstorage.keys;

import java.io.IOException;

/** Gives each key of a bucket its path, in {@link KeyOrder}. Not thread-safe. */
public interface Paths {
    /**
     * The path of the next key: of the folder for a directory marker, of the file otherwise.
     *
     * @throws IllegalArgumentException when the key is not greater than the one before
     */
    String allocate(String key, long size) throws IOException;

    /**
     * The path that the key last given to {@link #allocate} has with another size: a directory marker that is no longer
     * empty is a file, and the other way round.
     */
    String withSize(long size);
}
