package io.hubstorage.web.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.BackwardLines;
import io.hubstorage.fs.ChangeLock;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.DurableLines;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code audit.jsonl} of the config folder, for its owner alone: one JSON object a line, only ever appended to. A long file becomes
 * {@code audit.1.jsonl} and so on, and the oldest goes. A line that cannot be read costs that line. Blocking; thread-safe; a command
 * may write beside a running service.
 */
public final class AuditFile {
    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);
    /** Some 25,000 lines. */
    static final long LONG_BYTES = 5L << 20;
    /** Older ones beside the one that is written to. */
    static final int OLDER = 4;

    private static final int LONGEST_LINE = 16 << 10;

    private final Path folder;
    private final InstantSource clock;
    private final long longBytes;

    /**
     * Some entries, the newest first.
     *
     * @param next what to ask with as {@code before} for older ones; null when there are none
     */
    public record Page(List<AuditEntry> entries, @Nullable String next) {}

    public AuditFile(Path configFolder, InstantSource clock) {
        this(configFolder, clock, LONG_BYTES);
    }

    AuditFile(Path configFolder, InstantSource clock, long longBytes) {
        this.folder = configFolder;
        this.clock = clock;
        this.longBytes = longBytes;
    }

    /** What a command on this machine did. */
    public void appendCommand(String action, @Nullable String subject) throws IOException {
        Identity user = new Identity(System.getProperty("user.name", "unknown"), Role.ADMIN, Identity.Via.COMMAND_LINE);
        append(AuditEntry.of(clock.instant(), action, subject, AuditEntry.By.of(user, null), 200));
    }

    synchronized void append(AuditEntry entry) throws IOException {
        byte[] line = BusJson.mapper().writeValueAsBytes(entry);
        Files.createDirectories(folder);
        Path file = file(0);
        // Nobody moves the file on, or a second time, between a look at it and the line.
        try (ChangeLock _ = lock()) {
            if (Files.exists(file) && Files.size(file) >= longBytes) {
                for (int i = OLDER - 1; i >= 0; i--) {
                    if (Files.exists(file(i))) {
                        Files.move(file(i), file(i + 1), StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
            try {
                Files.createFile(file, Durable.ownerOnly(file));
                Durable.syncFolder(folder);
            } catch (FileAlreadyExistsException goesOn) {
                // As nearly always.
            }
            DurableLines.append(file, line);
        }
    }

    private ChangeLock lock() {
        return ChangeLock.take(folder.resolve(".audit.lock"));
    }

    private Path file(int age) {
        return folder.resolve(age == 0 ? "audit.jsonl" : "audit.%d.jsonl".formatted(age));
    }

    /**
     * The newest entries.
     *
     * @param before only those older than the one of that id; null for all
     */
    public Page read(int limit, @Nullable String before) throws IOException {
        List<FileChannel> files = open();
        try {
            List<AuditEntry> found = new ArrayList<>();
            boolean reached = before == null;
            for (FileChannel channel : files) {
                BackwardLines lines = new BackwardLines(channel, channel.size(), LONGEST_LINE);
                for (String line = lines.previous(); line != null; line = lines.previous()) {
                    AuditEntry entry = parse(line);
                    if (entry != null && !reached) {
                        reached = entry.id().equals(before);
                    } else if (entry != null && found.size() == limit) {
                        return new Page(found, found.getLast().id());
                    } else if (entry != null) {
                        found.add(entry);
                    }
                }
            }
            return new Page(found, null);
        } finally {
            close(files);
        }
    }

    private static void close(List<FileChannel> files) throws IOException {
        for (FileChannel channel : files) {
            channel.close();
        }
    }

    /** The newest first; all at once, so that no other age of the same file is read while they move up. */
    private synchronized List<FileChannel> open() throws IOException {
        List<FileChannel> files = new ArrayList<>();
        for (int age = 0; age <= OLDER; age++) {
            try {
                files.add(FileChannel.open(file(age), StandardOpenOption.READ));
            } catch (NoSuchFileException e) {
                // Not as old as that yet.
            } catch (IOException e) {
                close(files);
                throw e;
            }
        }
        return files;
    }

    private static @Nullable AuditEntry parse(String line) {
        try {
            AuditEntry entry = line.isBlank() ? null : BusJson.mapper().readValue(line, AuditEntry.class);
            return entry == null || entry.id() == null || entry.by() == null ? null : entry;
        } catch (JsonProcessingException e) {
            LOG.debug("A line of the audit log cannot be read", e);
            return null;
        }
    }
}
