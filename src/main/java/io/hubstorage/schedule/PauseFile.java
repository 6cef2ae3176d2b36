package io.hubstorage.schedule;

import io.hubstorage.fs.Durable;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers in {@code scheduler.json} that somebody paused the schedule. Blocking. */
final class PauseFile {
    private static final Logger LOG = LoggerFactory.getLogger(PauseFile.class);

    private final Path file;

    PauseFile(Path configFolder) {
        file = configFolder.resolve("scheduler.json");
    }

    /** A file that is missing or cannot be read means "not paused": a backup too many is better than none. */
    boolean paused() {
        try {
            return new JsonObject(Files.readString(file)).getValue("paused") instanceof Boolean paused && paused;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException | DecodeException e) {
            LOG.warn("{} cannot be read ({}): the schedule is not paused", file, e.toString());
            return false;
        }
    }

    /** Written as a whole or not at all, and durable when this returns. */
    void write(boolean paused) throws IOException {
        Files.createDirectories(Durable.folderOf(file));
        Durable.writeAtomically(
                file,
                (new JsonObject().put("paused", paused).encodePrettily() + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
