package io.hubstorage.web.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one range of a file that a request asks for (RFC 9110), or the whole of it.
 *
 * @param length in bytes; 0 only for the whole of an empty file
 */
public record FileRange(long first, long length) {
    private static final int BUFFER = 64 << 10;
    private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /**
     * Reads the header.
     *
     * @return null for the whole file: without the header, with one of several ranges, and with one that is none
     * @throws HttpProblem 416 when the range is beyond the end
     */
    public static @Nullable FileRange of(@Nullable String header, long size) {
        Matcher range = ONE.matcher(header == null ? "" : header.strip());
        if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
            return null;
        }
        long first;
        long last = size - 1;
        if (range.group(1).isEmpty()) {
            first = Math.max(0, size - Long.parseLong(range.group(2)));
        } else {
            first = Long.parseLong(range.group(1));
            if (!range.group(2).isEmpty()) {
                long asked = Long.parseLong(range.group(2));
                if (asked < first) {
                    return null;
                }
                last = Math.min(last, asked);
            }
        }
        if (first > last) {
            throw new HttpProblem(
                    416, "The file has %d bytes; the range that was asked for is not in it.".formatted(size));
        }
        return new FileRange(first, last - first + 1);
    }

    /** Copies it from the content, which stays open. Blocks at the pace of the stream. */
    public void copy(SeekableByteChannel content, OutputStream out) throws IOException {
        InputStream in = Channels.newInputStream(content.position(first));
        byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(1, length))];
        long left = length;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new IOException("the file became shorter while it was sent");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
    }

    public String contentRange(long size) {
        return "bytes %d-%d/%d".formatted(first, first + length - 1, size);
    }
}
