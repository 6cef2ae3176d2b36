package io.hubstorage.restore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Sha256;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON lines in zstd frames, and beside them where each frame begins, so that a page in the middle of a million lines is read without
 * those before it. Memory does not grow with the lines.
 */
final class PlanFile {
    private static final int LEVEL = 3;
    private static final int FRAME_LINES = 4_096;

    private PlanFile() {}

    /** Where a frame begins in the file, and the number of its first line. */
    private record Frame(long line, long offset) {}

    private record Index(long lines, List<Frame> frames) {}

    private static Path index(Path file) {
        return file.resolveSibling(file.getFileName() + ".index.json");
    }

    /** Writes a plan; only {@link #finish} makes it one. For one thread. */
    static final class Writer implements AutoCloseable {
        private final Path file;
        private final OutputStream out;
        private final MessageDigest digest = Sha256.digest();
        private final ByteArrayOutputStream frame = new ByteArrayOutputStream(1 << 20);
        private final List<Frame> frames = new ArrayList<>();
        private long lines;
        private long inFrame;
        private long offset;

        /** @param before what the digest begins with */
        Writer(Path file, byte[] before) throws IOException {
            this.file = file;
            this.out = Files.newOutputStream(file);
            digest.update(before);
        }

        /** Numbers the line and writes it. */
        void add(PlanLine line) throws IOException {
            byte[] json = BusJson.mapper().writeValueAsBytes(line.numbered(++lines));
            if (inFrame == 0) {
                frames.add(new Frame(lines, offset));
            }
            frame.writeBytes(json);
            frame.write('\n');
            if (++inFrame == FRAME_LINES) {
                endFrame();
            }
        }

        private void endFrame() throws IOException {
            byte[] text = frame.toByteArray();
            digest.update(text);
            byte[] compressed = Zstd.compress(text, LEVEL);
            out.write(compressed);
            offset += compressed.length;
            frame.reset();
            inFrame = 0;
        }

        /** The SHA-256 of all, in lower-case hex. */
        String finish() throws IOException {
            if (inFrame > 0) {
                endFrame();
            }
            out.close();
            Durable.writeAtomically(index(file), BusJson.mapper().writeValueAsBytes(new Index(lines, frames)));
            return HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    static void delete(Path file) throws IOException {
        Files.deleteIfExists(index(file));
        Files.deleteIfExists(file);
    }

    /** The number of lines. */
    static long lines(Path file) throws IOException {
        return readIndex(file).lines;
    }

    private static Index readIndex(Path file) throws IOException {
        return BusJson.mapper().readValue(Files.readAllBytes(index(file)), Index.class);
    }

    /** What {@link Writer#finish} said, computed anew from the file. */
    static String digest(Path file, byte[] before) throws IOException {
        MessageDigest digest = Sha256.digest();
        digest.update(before);
        try (InputStream in = new ZstdInputStream(Files.newInputStream(file))) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The lines after the one of that number; 0 for all. */
    static Reader open(Path file, long after) throws IOException {
        Frame start = readIndex(file).frames.stream()
                .filter(frame -> frame.line <= after + 1)
                .reduce((_, later) -> later)
                .orElse(new Frame(1, 0));
        InputStream in = Files.newInputStream(file);
        try {
            in.skipNBytes(start.offset);
            return new Reader(file, in, after);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** For one thread. */
    static final class Reader implements AutoCloseable {
        private final Path file;
        private final BufferedReader lines;
        private final long after;

        private Reader(Path file, InputStream in, long after) throws IOException {
            this.file = file;
            this.lines =
                    new BufferedReader(new InputStreamReader(new ZstdInputStream(in), StandardCharsets.UTF_8), 1 << 16);
            this.after = after;
        }

        /** The next, or null after the last. */
        @Nullable
        PlanLine next() throws IOException {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                PlanLine line = parse(text);
                if (line.line() > after) {
                    return line;
                }
            }
            return null;
        }

        private PlanLine parse(String text) throws IOException {
            try {
                return BusJson.mapper().readValue(text, PlanLine.class);
            } catch (JsonProcessingException e) {
                throw new IOException("The plan %s is damaged: make another.".formatted(file), e);
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
