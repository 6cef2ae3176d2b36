package io.hubstorage.snapshot;

import com.fasterxml.jackson.core.JsonParser;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
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
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1_024);

    private JournalReader(Path path, InputStream in) {
        this.path = path;
        this.in = in;
    }

    /** Opens an existing journal. */
    public static JournalReader open(Path path) throws IOException {
        return new JournalReader(path, new BufferedInputStream(Files.newInputStream(path), 1 << 16));
    }

    /** The next entry, or null after the last whole line. */
    public @Nullable ManifestEntry next() throws IOException {
        while (readLine()) {
            byte[] bytes = line.toByteArray();
            try (JsonParser json = EntryJson.parser(bytes, 0, bytes.length)) {
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

    private boolean readLine() throws IOException {
        line.reset();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return true;
            }
            line.write(next);
        }
        return false;
    }
}
