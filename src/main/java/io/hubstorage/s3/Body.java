package io.hubstorage.s3;

import java.util.List;
import java.util.Map;

/** The body of an answer that has begun. For one thread. */
interface Body {
    /** What the answer says of it; names in any case. */
    Map<String, List<String>> headers();

    /**
     * Waits for the next bytes.
     *
     * @param length at least 1
     * @return how many came, or -1 at the end
     * @throws Exception whatever broke the body off, or {@link InterruptedException}
     */
    int read(byte[] into, int offset, int length) throws Exception;

    /** Gives up what has not been read; its connection is closed. Without effect at the end. */
    void cancel();
}
