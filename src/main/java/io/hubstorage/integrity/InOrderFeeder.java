package io.hubstorage.integrity;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a sink with a file that is written in several places at once, in order and each byte once. Whoever writes the stretch
 * that is next in line feeds it as it comes, so that most bytes need not be read again.
 *
 * <p>A stretch is written front to back by one thread. It is next in line when all before it has been fed; only its writer
 * feeds it then, until {@link #finish} takes what is left of it, after its writer has ended. So the sink never sees two threads
 * at once, and each sees what the one before has done ({@code fed} is volatile, and written last).
 */
public final class InOrderFeeder {
    private final ByteSource file;
    private volatile @Nullable ByteSink sink;
    private volatile long fed;

    public InOrderFeeder(ByteSource file) {
        this.file = file;
    }

    /** Begins; before, nothing is fed. Call once. */
    public void into(ByteSink begun) {
        sink = begun;
    }

    /**
     * Bytes have been written.
     *
     * @param from where the writer's stretch begins
     * @param position of the first of these bytes in the file
     * @param written a heap buffer, as it was before it was written
     */
    public void written(long from, long position, ByteBuffer written) throws IOException {
        ByteSink open = sink;
        // Nothing new may come of a stretch that has been fed long ago, and then it is another's turn.
        if (open == null || !written.hasRemaining() || fed < from) {
            return;
        }
        if (fed < position) {
            open.read(file, fed, position - fed);
        }
        open.update(written.array(), written.arrayOffset() + written.position(), written.remaining());
        fed = position + written.remaining();
    }

    /** Feeds what is left up to the end of a stretch whose writer has ended; all before it must be finished. */
    public void finish(long end) throws IOException {
        ByteSink open = sink;
        if (open == null) {
            throw new IllegalStateException("nothing to feed");
        }
        if (fed < end) {
            open.read(file, fed, end - fed);
            fed = end;
        }
    }
}
