package io.hubstorage.retain;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import io.hubstorage.retain.Trash.Note;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is written down beside the snapshots in the trash, and what is taken for true where nothing is. A note is called as its folder is,
 * with {@value #ENDING} behind it. Blocking.
 */
final class TrashNotes {
    static final String ENDING = ".json";

    private static final Logger LOG = LoggerFactory.getLogger(TrashNotes.class);

    private final Path folder;
    private final InstantSource clock;

    /** @param folder the one that the removed snapshots are in */
    TrashNotes(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    Path of(String name) {
        return folder.resolve(name + ENDING);
    }

    /** The note beside a folder of that name, or what its folder tells. */
    Note get(String name) {
        return read(name).orElseGet(() -> unknown(name));
    }

    void write(String name, Note note) throws IOException {
        Durable.writeAtomically(
                of(name), BusJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(note));
    }

    /** The same where nobody depends on it: on a full disk, what is said of a snapshot matters less than that it goes. */
    void tryWrite(String name, Note note) {
        try {
            write(name, note);
        } catch (IOException e) {
            LOG.warn("Nothing can be written down beside {} in the trash: {}", name, e.getMessage());
        }
    }

    private Optional<Note> read(String name) {
        Path file = of(name);
        if (OwnFiles.regular(file) == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(BusJson.mapper().readValue(Files.readAllBytes(file), Note.class))
                    .filter(note -> note.removedAt() != null);
        } catch (JsonProcessingException e) {
            LOG.warn("{} is damaged: {}", file, e.getOriginalMessage());
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.getMessage());
        }
        return Optional.empty();
    }

    /** Without a note: removed when its folder was renamed, which was the last change of it. */
    private Note unknown(String name) {
        Instant moved = clock.instant();
        try {
            if (Files.getAttribute(folder.resolve(name), "unix:ctime", LinkOption.NOFOLLOW_LINKS)
                    instanceof FileTime time) {
                moved = time.toInstant();
            }
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            LOG.debug("nothing tells when {} was removed", name, e);
        }
        return new Note(false, moved, null, null, null);
    }
}
