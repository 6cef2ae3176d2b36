package io.hubstorage.verify.scrub;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.LineLog;
import io.hubstorage.verify.scrub.Ledger.Done;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many lines of a ledger are done, and which of them were not proven: JSON lines beside it, appended after each batch. Lasts as a
 * {@link LineLog} does.
 */
final class DoneFile {
    private static final Logger LOG = LoggerFactory.getLogger(DoneFile.class);

    private DoneFile() {}

    /** The number of a line of the ledger whose file was looked at and not proven; stands before its {@link Done}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Mark(@Nullable Long unproven) {}

    /** Writes it. For one thread. */
    static final class Log implements AutoCloseable {
        private final LineLog file;

        private Log(LineLog file) {
            this.file = file;
        }

        /** Behind the last whole line; a new one where there is none. */
        static Log goOn(Path file) throws IOException {
            long end;
            try (Reader marks = new Reader(file)) {
                marks.last();
                end = marks.end;
            }
            return new Log(Files.exists(file) ? LineLog.goOn(file, end) : LineLog.create(file));
        }

        /** @param unproven the numbers of those lines, counted from 0 and rising, whose files were not proven */
        void add(Done done, List<Long> unproven) throws IOException {
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            for (Long line : unproven) {
                lines.write(BusJson.mapper().writeValueAsBytes(new Mark(line)));
                lines.write('\n');
            }
            lines.write(BusJson.mapper().writeValueAsBytes(done));
            lines.write('\n');
            file.append(lines.toByteArray());
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** Reads what was done, up to the first line that is torn or damaged: what came behind that is done again. */
    static final class Reader implements AutoCloseable {
        private final @Nullable BufferedReader in;
        private final Queue<Long> unproven = new ArrayDeque<>();
        /** Behind the last whole {@link Done}. */
        private long end;

        private @Nullable Done current;
        private boolean ended;
        private boolean lastIsUnproven;

        Reader(Path file) throws IOException {
            BufferedReader opened;
            try {
                opened = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
            } catch (NoSuchFileException e) {
                opened = null;
            }
            this.in = opened;
        }

        /** Reads to the end. */
        @Nullable
        Done last() throws IOException {
            Done last = null;
            for (Done next = next(); next != null; next = next()) {
                last = next;
                unproven.clear();
            }
            return last;
        }

        private @Nullable Done next() throws IOException {
            long at = end;
            while (in != null && !ended) {
                String text = line();
                if (text == null) {
                    break;
                }
                at += text.length() + 1;
                try {
                    Mark mark = BusJson.mapper().readValue(text, Mark.class);
                    if (mark.unproven() != null) {
                        unproven.add(mark.unproven());
                        continue;
                    }
                    Done done = BusJson.mapper().readValue(text, Done.class);
                    if (done.isWhole()) {
                        end = at;
                        return done;
                    }
                } catch (JsonProcessingException e) {
                    LOG.debug("a torn line", e);
                }
                break;
            }
            ended = true;
            return null;
        }

        /** A line with its end; null for one that has none. */
        private @Nullable String line() throws IOException {
            StringBuilder text = new StringBuilder();
            BufferedReader from = Objects.requireNonNull(in);
            for (int next = from.read(); next >= 0; next = from.read()) {
                if (next == '\n') {
                    return text.toString();
                }
                text.append((char) next);
            }
            return null;
        }

        /** When this line of the ledger was proven in the cycle; null when it was not. Asked for one after the other. */
        @Nullable
        Instant provenAt(long line) throws IOException {
            while (!ended && (current == null || current.through() <= line)) {
                current = next();
            }
            lastIsUnproven = false;
            if (current == null || current.through() <= line) {
                return null;
            }
            while (!unproven.isEmpty() && unproven.peek() < line) {
                unproven.remove();
            }
            lastIsUnproven = !unproven.isEmpty() && unproven.peek() == line;
            return lastIsUnproven ? null : current.at();
        }

        /** Whether the line that was asked for last was looked at and not found right, so that nothing older counts either. */
        boolean isUnproven() {
            return lastIsUnproven;
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
            }
        }
    }
}
