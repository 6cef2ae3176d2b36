package io.hubstorage.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of one connection's answers. What HttpCore's parser leaves open: a head that the connection cuts is no head,
 * since half of an object's metadata would pass for all of it; nor does it go on for ever, be it in length or in time.
 */
final class AnswerHeads extends DefaultHttpResponseParser {
    /** A user's metadata may have 2 KiB on AWS and more elsewhere. */
    private static final int MOST = 64 * 1024;

    static final Http1Config LIMITS = Http1Config.custom()
            .setBufferSize(8 * 1024)
            .setMaxLineLength(MOST)
            .setMaxHeaderCount(1_000)
            .build();

    private final Duration silence;
    private @Nullable SessionInputBuffer buffer;

    /** @param silence how long a head may take */
    AnswerHeads(Duration silence) {
        super(LIMITS);
        this.silence = silence;
    }

    @Override
    public ClassicHttpResponse parse(SessionInputBuffer given, InputStream socket) throws IOException, HttpException {
        buffer = given;
        return super.parse(given, new Bounded(socket, given.length()));
    }

    /** Whether something has been read that no answer has taken. */
    boolean haveLeftOver() {
        return buffer != null && buffer.length() > 0;
    }

    private final class Bounded extends FilterInputStream {
        private final long deadline = System.nanoTime() + silence.toNanos();
        private int come;

        /** @param come how many bytes of the head have come already */
        Bounded(InputStream socket, int come) {
            super(socket);
            this.come = come;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (come > MOST) {
                throw new IOException("the head of the answer is larger than 64 KiB");
            }
            if (System.nanoTime() > deadline) {
                throw new SocketTimeoutException("Read timed out within the head of the answer");
            }
            int count = super.read(into, offset, length);
            if (count < 0 && come > 0) {
                throw new ConnectionClosedException("the connection was closed within the head of the answer");
            }
            come += Math.max(0, count);
            return count;
        }
    }
}
