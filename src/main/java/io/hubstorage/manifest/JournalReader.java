package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a journal from its beginning, in the order of writing. A torn last line is ignored; a damaged one in the middle,
 * which only a power loss leaves, is skipped with a warning: its download is then done again. Not thread-safe.
 */
public final class JournalReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalReader.class);

    private final Path path;
    private final InputStream in;
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;

    private JournalReader(Path path, InputStream in) {
        this.path = path;
        this.in = in;
    }

    /** Opens an existing journal. */
    public static JournalReader open(Path path) throws IOException {
        return new JournalReader(path, Files.newInputStream(path));
    }

    /** The next entry, or null after the last whole line. */
    public @Nullable ManifestEntry next() throws IOException {
        for (int length = lineLength(); length >= 0; length = lineLength()) {
            int from = start;
            start += length + 1;
            try (JsonParser json = EntryJson.parser(buffer, from, length)) {
                ManifestEntry entry = EntryJson.read(json);
                if (entry != null) {
                    return entry;
                }
            } catch (IOException e) {
                LOG.warn(
                        "A line of {} is damaged and was skipped; what it recorded is downloaded again: {}",
                        path,
                        e.getMessage());
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** How long the line is that begins at {@code start}, or -1 when there is no whole one. */
    private int lineLength() throws IOException {
        int seen = start;
        while (true) {
            for (int i = seen; i < end; i++) {
                if (buffer[i] == '\n') {
                    return i - start;
                }
            }
            seen = end - start;
            if (!fill()) {
                return -1;
            }
        }
    }

    /** Moves what is left to the beginning of the buffer and reads more behind it. */
    private boolean fill() throws IOException {
        byte[] target = end - start > buffer.length / 2 ? new byte[buffer.length * 2] : buffer;
        System.arraycopy(buffer, start, target, 0, end - start);
        buffer = target;
        end -= start;
        start = 0;
        int read = in.read(buffer, end, buffer.length - end);
        end += Math.max(0, read);
        return read >= 0;
    }
}
