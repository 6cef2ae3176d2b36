package io.hubstorage.s3;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes a range as it arrives, in order. Called on the reading (virtual) thread, so it may block. */
@FunctionalInterface
public interface RangeSink {
    /**
     * Takes bytes; while it works, at most a few hundred KiB more are fetched.
     *
     * @param bytes belong to the sink from now on
     * @param position of the first of them in the object
     * @throws IOException ends the download; it reaches the caller as it is
     */
    void write(ByteBuffer bytes, long position) throws IOException;
}
