package io.hubstorage.restore.s3;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The uploads in parts that a restore has begun and not ended, in a file, because S3 does not tell whose an unfinished upload is. A line
 * of JSON before one is begun, one with its id, one when it has ended; durable, and a torn last line is none. Thread-safe.
 */
final class UploadJournal {
    private static final OpenOption[] DURABLE = {
        StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.DSYNC
    };

    /**
     * An upload that has not ended.
     *
     * @param begun shortly before
     * @param until when its answer was not waited for any more; a guess where that is not known
     * @param id null where its beginning was not answered, and there may be none
     */
    record Upload(
            String key,
            Instant begun,
            Instant until,
            @Nullable String id) {}

    /** The file cannot be written or read. */
    static final class JournalException extends IOException {
        private static final long serialVersionUID = 1L;

        JournalException(Path file, IOException cause) {
            super("The list of unfinished uploads, %s, cannot be kept: %s".formatted(file, cause), cause);
        }
    }

    /** An upload is known by its key and when it began: one that could not be ended is not forgotten for the next of its key. */
    private record Begin(String key, String begins) {}

    /** No request to begin one is tried, and waited for, longer. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Path file;
    /** An earlier process may have been killed in a line. */
    private boolean mayBeTorn = true;

    /** @param file made when it is needed; its folder too */
    UploadJournal(Path file) {
        this.file = file;
    }

    void begins(String key, Instant now) throws JournalException {
        write(line(key, now));
    }

    void begun(String key, Instant when, String id) throws JournalException {
        write(line(key, when).put("id", id));
    }

    /** Nobody waits any more for the answer to its beginning; the server may have begun it all the same. */
    void unanswered(String key, Instant when, Instant until) throws JournalException {
        write(line(key, when).put("until", until.toString()));
    }

    void ended(String key, Instant when) throws JournalException {
        write(line(key, when).put("ended", true));
    }

    private static JsonObject line(String key, Instant begins) {
        return new JsonObject().put("key", key).put("begins", begins.toString());
    }

    private synchronized void write(JsonObject line) throws JournalException {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            String text = (mayBeTorn ? "\n" : "") + line.encode() + '\n';
            Files.write(file, text.getBytes(StandardCharsets.UTF_8), DURABLE);
            mayBeTorn = false;
        } catch (IOException e) {
            throw new JournalException(file, e);
        }
    }

    /** Those that have not ended. */
    synchronized List<Upload> open() throws JournalException {
        Map<Begin, Upload> open = new LinkedHashMap<>();
        // Read so that bytes that are no text are only that: a kill may have left some.
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                read(line, open);
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new JournalException(file, e);
        }
        return new ArrayList<>(open.values());
    }

    private static void read(String line, Map<Begin, Upload> open) {
        try {
            JsonObject read = new JsonObject(line);
            String key = read.getString("key", "");
            String begins = read.getString("begins", "");
            Begin upload = new Begin(key, begins);
            if (read.getBoolean("ended", false)) {
                open.remove(upload);
            } else {
                Instant begun = Instant.parse(begins);
                String until = read.getString("until");
                open.put(
                        upload,
                        new Upload(
                                key,
                                begun,
                                until == null ? begun.plus(LONGEST) : Instant.parse(until),
                                read.getString("id")));
            }
        } catch (DecodeException torn) {
            // What it would have said has not happened: the line comes first.
        }
    }

    synchronized void delete() throws JournalException {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new JournalException(file, e);
        }
    }
}
