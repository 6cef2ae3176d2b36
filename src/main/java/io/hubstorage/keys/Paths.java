package io.hubstorage.keys;

import java.io.IOException;

/** Gives each key of a bucket its path, in {@link KeyOrder}. Not thread-safe. */
public interface Paths {
    /**
     * The path of the next key: of the folder for a directory marker, of the file otherwise.
     *
     * @param compressible whether {@link #compressed} may be used for the key, so that no other key gets that path
     * @throws IllegalArgumentException when the key is not greater than the one before
     */
    String allocate(String key, long size, boolean compressible) throws IOException;

    /** Of a key whose file is in any case what the object is. */
    default String allocate(String key, long size) throws IOException {
        return allocate(key, size, false);
    }

    /**
     * The path that the key last given to {@link #allocate} has with another size: a directory marker that is no longer
     * empty is a file, and the other way round.
     */
    String withSize(long size);

    /** The path of the file of the key last given to {@link #allocate}, which was compressible, in its compressed form. */
    String compressed();
}
