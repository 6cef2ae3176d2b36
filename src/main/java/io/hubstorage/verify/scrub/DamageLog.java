package io.hubstorage.verify.scrub;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.ExternalSort;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file behind the {@link DamageList}: JSON lines, of which each says what became of a file of a snapshot. It only grows. Several
 * processes may append; a line is one write, and a torn or damaged one is passed over: what it said is found again in the next cycle.
 * Blocking; thread-safe.
 */
final class DamageLog {
    private static final Logger LOG = LoggerFactory.getLogger(DamageLog.class);

    /** Of all lists of this process: lines that a killed process has torn are ended by one of them only. */
    private static final ReentrantLock APPENDING = new ReentrantLock();

    private final Path file;

    enum Event {
        FOUND,
        REPAIRED,
        /** Looked at again and right, or gone with its snapshot. */
        GONE
    }

    /** As it stands in the file. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(Event event, Instant at, String snapshot, String bucket, String key, String path, Damage.Kind kind) {
        static Line of(Event event, @Nullable Instant at, Damage damage) {
            return new Line(
                    event,
                    at == null ? damage.foundAt() : at,
                    damage.snapshot(),
                    damage.bucket(),
                    damage.key(),
                    damage.path(),
                    damage.kind());
        }

        boolean isWhole() {
            return Stream.of(event, at, snapshot, bucket, key, path, kind).allMatch(Objects::nonNull);
        }

        Damage damage() {
            return new Damage(snapshot, bucket, key, path, kind, at);
        }
    }

    static final ExternalSort.Codec<Line> CODEC = new ExternalSort.Codec<>() {
        @Override
        public void write(Line line, DataOutput out) throws IOException {
            byte[] json = BusJson.mapper().writeValueAsBytes(line);
            out.writeInt(json.length);
            out.write(json);
        }

        @Override
        public Line read(DataInput in) throws IOException {
            byte[] json = new byte[in.readInt()];
            in.readFully(json);
            return BusJson.mapper().readValue(json, Line.class);
        }
    };

    DamageLog(Path file) {
        this.file = file;
    }

    boolean exists() {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Adds a line for each. Durable when it returns.
     *
     * @param at when that was; as each of them says when null
     */
    void append(Event event, Collection<Damage> damages, @Nullable Instant at) throws IOException {
        if (damages.isEmpty()) {
            return;
        }
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Damage damage : damages) {
            lines.write(BusJson.mapper().writeValueAsBytes(Line.of(event, at, damage)));
            lines.write('\n');
        }
        APPENDING.lock();
        try {
            Files.createDirectories(Durable.folderOf(file));
            boolean isNew = !exists();
            if (isTorn()) {
                // Or the first of these lines would be lost with the torn one.
                write(new byte[] {'\n'});
            }
            write(lines.toByteArray());
            if (isNew) {
                Durable.syncFolder(Durable.folderOf(file));
            }
        } finally {
            APPENDING.unlock();
        }
    }

    private void write(byte[] bytes) throws IOException {
        try (FileChannel out = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS))) {
            Durable.writeFully(out, ByteBuffer.wrap(bytes));
            out.force(true);
        }
    }

    private boolean isTorn() throws IOException {
        if (!exists()) {
            return false;
        }
        try (FileChannel in = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            return in.size() > 0 && Durable.readFully(in, in.size() - 1, 1)[0] != '\n';
        }
    }

    /** All lines that are whole, in their order. */
    void read(ExternalSort<Line> into) throws IOException {
        if (!exists()) {
            return;
        }
        try (InputStream bytes = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
                BufferedReader in = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                Line line = text.isBlank() ? null : parse(text);
                if (line != null && line.isWhole()) {
                    into.add(line);
                }
            }
        }
    }

    private @Nullable Line parse(String text) {
        try {
            return BusJson.mapper().readValue(text, Line.class);
        } catch (JsonProcessingException e) {
            LOG.warn("A line of {} is damaged and was passed over: {}", file, e.getOriginalMessage());
            return null;
        }
    }
}
