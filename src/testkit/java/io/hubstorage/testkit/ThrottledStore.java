package io.hubstorage.testkit;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.LockSupport;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Gives all downloads together no more than so many bytes a second, so that a backup of little data can be watched. */
final class ThrottledStore extends ForwardingBlobStore {
    private static final int CHUNK = 32 * 1024;
    private static final long SECOND = 1_000_000_000L;

    private volatile long bytesPerSecond;
    private long freeAt = System.nanoTime();

    ThrottledStore(BlobStore store) {
        super(store);
    }

    void limit(long limit) {
        bytesPerSecond = limit;
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        ResponseInputStream<GetObjectResponse> body = super.getBlob(request);
        return bytesPerSecond == 0 ? body : new ResponseInputStream<>(body.response(), new Slow(body));
    }

    /** When the bytes just read may be handed on: every reader queues behind the others. */
    private synchronized long reserve(int bytes, long limit) {
        freeAt = Math.max(freeAt, System.nanoTime()) + bytes * SECOND / limit;
        return freeAt;
    }

    private final class Slow extends FilterInputStream {
        private Slow(InputStream body) {
            super(body);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            pace(1);
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, Math.min(length, CHUNK));
            pace(count);
            return count;
        }

        private void pace(int bytes) throws InterruptedIOException {
            long limit = bytesPerSecond;
            if (limit == 0 || bytes <= 0) {
                return;
            }
            long until = reserve(bytes, limit);
            for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("stopped while throttled");
                }
            }
        }
    }
}
