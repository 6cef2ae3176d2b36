package io.hubstorage.schedule;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
        Files.createDirectories(folder());
        Path next = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(
                    new JsonObject().put("paused", paused).encodePrettily() + "\n");
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (File.separatorChar != '\\') {
            // The new name too; on Windows folders cannot be opened.
            try (FileChannel names = FileChannel.open(folder(), StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    private Path folder() {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file : folder;
    }
}
