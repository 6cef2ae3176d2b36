package io.hubstorage.verify.scrub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.hubstorage.bus.BusJson;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of {@link LedgerLine}s: JSON lines, compressed by zstd with its checksum, so that none is missing without an error. */
final class LedgerFile {
    private static final int LEVEL = 3;
    private static final int BUFFER = 1 << 16;

    private LedgerFile() {}

    /** The file does not hold what was written to it. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException(Path file, IOException cause) {
            super("%s is damaged: %s".formatted(file, cause.getMessage()), cause);
        }
    }

    /** Writes one. The channel stays open; whoever opened it makes it durable. Not thread-safe. */
    static final class Writer implements AutoCloseable {
        private final OutputStream out;

        Writer(FileChannel channel) throws IOException {
            OutputStream kept =
                    new FilterOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
                        @Override
                        public void write(byte[] bytes, int offset, int length) throws IOException {
                            out.write(bytes, offset, length);
                        }

                        @Override
                        public void close() throws IOException {
                            flush();
                        }
                    };
            this.out = new BufferedOutputStream(new ZstdOutputStream(kept, LEVEL).setChecksum(true), BUFFER);
        }

        void add(LedgerLine line) throws IOException {
            out.write(BusJson.mapper().writeValueAsBytes(line));
            out.write('\n');
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /** Reads one from its beginning. Not thread-safe. */
    static final class Reader implements AutoCloseable {
        private final Path file;
        private final BufferedReader in;

        Reader(Path file) throws IOException {
            this.file = file;
            InputStream bytes = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
            this.in = new BufferedReader(
                    new InputStreamReader(
                            new ZstdInputStream(new BufferedInputStream(bytes, BUFFER)), StandardCharsets.UTF_8),
                    BUFFER);
        }

        /** Passes over so many lines. */
        void skip(long lines) throws IOException {
            for (long i = 0; i < lines; i++) {
                if (text() == null) {
                    throw new DamagedException(file, new IOException("it ends after %d lines".formatted(i)));
                }
            }
        }

        /**
         * The next line, or null after the last.
         *
         * @throws DamagedException when there is none, and it was not the last that was written
         */
        @Nullable
        LedgerLine next() throws IOException {
            String text = text();
            if (text == null) {
                return null;
            }
            try {
                LedgerLine line = BusJson.mapper().readValue(text, LedgerLine.class);
                if (!line.isWhole()) {
                    throw new DamagedException(file, new IOException("a line lacks something"));
                }
                return line;
            } catch (JsonProcessingException e) {
                throw new DamagedException(file, e);
            }
        }

        private @Nullable String text() throws IOException {
            try {
                return in.readLine();
            } catch (IOException e) {
                throw new DamagedException(file, e);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
