package io.hubstorage.testkit;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Gives all downloads together no more than so many bytes a second, or holds them back until they are let through, so that a backup of
 * little data can be watched.
 */
final class ThrottledStore extends ForwardingBlobStore {
    private static final int CHUNK = 32 * 1024;
    private static final long SECOND = 1_000_000_000L;
    private static final long LOOK = SECOND / 10;

    private volatile long bytesPerSecond;
    /** For the rest of each download; null where nothing is held back. */
    private volatile @Nullable Semaphore passes;

    private long freeAt = System.nanoTime();

    ThrottledStore(BlobStore store) {
        super(store);
    }

    synchronized void limit(long limit) {
        bytesPerSecond = limit;
        // Nobody waits for what was promised under another limit.
        freeAt = System.nanoTime();
    }

    void hold() {
        passes = new Semaphore(0);
    }

    void letThrough(int downloads) {
        Semaphore held = passes;
        if (held != null) {
            held.release(downloads);
        }
    }

    void letAllThrough() {
        letThrough(Integer.MAX_VALUE / 2);
        passes = null;
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        ResponseInputStream<GetObjectResponse> body = super.getBlob(request);
        return bytesPerSecond == 0 && passes == null
                ? body
                : new ResponseInputStream<>(body.response(), new Slow(body));
    }

    /** When the bytes just read may be handed on: every reader queues behind the others. */
    private synchronized long reserve(int bytes, long limit) {
        freeAt = Math.max(freeAt, System.nanoTime()) + bytes * SECOND / limit;
        return freeAt;
    }

    private final class Slow extends FilterInputStream {
        private boolean begun;
        private boolean passed;

        private Slow(InputStream body) {
            super(body);
        }

        @Override
        public int read() throws IOException {
            pass();
            int value = super.read();
            pace(1);
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            pass();
            int count = super.read(buffer, offset, Math.min(length, CHUNK));
            pace(count);
            return count;
        }

        /** Waits, but for the first bytes, until it is let through. */
        private void pass() throws InterruptedIOException {
            Semaphore held = passes;
            if (begun && !passed && held != null) {
                try {
                    held.acquire();
                } catch (InterruptedException _) {
                    throw new InterruptedIOException("stopped while held back");
                }
                passed = true;
            }
            begun = true;
        }

        private void pace(int bytes) throws InterruptedIOException {
            long limit = bytesPerSecond;
            if (limit == 0 || bytes <= 0) {
                return;
            }
            long until = reserve(bytes, limit);
            // Sooner where the limit is lifted meanwhile.
            for (long left = until - System.nanoTime();
                    left > 0 && bytesPerSecond > 0;
                    left = until - System.nanoTime()) {
                LockSupport.parkNanos(Math.min(left, LOOK));
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("stopped while throttled");
                }
            }
        }
    }
}
