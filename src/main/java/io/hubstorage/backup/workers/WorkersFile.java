package io.hubstorage.backup.workers;

import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers that should be there, in {@code workers.json} of the configuration folder: when the service starts anew at night, and a worker
 * does not come back, somebody has to miss it. Reads and writes block, and are for one thread at a time; never throws for the disk's sake.
 */
final class WorkersFile {
    private static final Logger LOG = LoggerFactory.getLogger(WorkersFile.class);
    private static final int FORMAT = 1;

    private final Path file;
    private volatile List<Known> written = List.of();

    /**
     * One of them.
     *
     * @param since when it was first heard of
     * @param lostAt when it was last heard of; absent while it is there
     */
    record Known(String name, Instant since, @Nullable Instant lostAt) {}

    private record Content(int format, @Nullable List<Known> workers) {}

    WorkersFile(Path configFolder) {
        file = configFolder.resolve("workers.json");
    }

    /** Those that should have been there when the file was written. */
    List<Known> read() {
        try {
            Content content = BusJson.mapper().readValue(Files.readAllBytes(file), Content.class);
            written = Stream.ofNullable(content.workers)
                    .flatMap(List::stream)
                    .filter(WorkersFile::isWhole)
                    .toList();
        } catch (NoSuchFileException e) {
            // None has joined yet.
        } catch (IOException e) {
            LOG.warn("{} is of no use, so only workers that join from now on are missed: {}", file, e.getMessage());
        }
        return written;
    }

    /** JSON can leave out what the record's type promises. */
    private static boolean isWhole(@Nullable Known known) {
        return known != null && Stream.of(known.name(), known.since()).allMatch(Objects::nonNull);
    }

    /** Whether the file says so already. */
    boolean isAsWritten(List<Known> known) {
        return known.equals(written);
    }

    void write(List<Known> known) {
        // Also where that fails: it is tried again with the next change, and said once.
        written = List.copyOf(known);
        try {
            Durable.writeAtomically(
                    file,
                    BusJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(new Content(FORMAT, known)));
        } catch (IOException e) {
            LOG.warn(
                    "{} cannot be written, so a worker that does not come back after a restart may not be missed: {}",
                    file,
                    e.toString());
        }
    }
}
