package io.hubstorage.fs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Appends lines to files for people and for later, each forced to the disk before anybody goes by it. What the end of a process or of
 * the power has torn stays what it is, and costs no other line. Blocking.
 */
public final class DurableLines {
    private DurableLines() {}

    /**
     * What was appended.
     *
     * @param start how long the file was before
     * @param bytes how much longer it is now
     * @param afterTorn whether the line before it had no end, and got it now
     */
    public record Appended(long start, int bytes, boolean afterTorn) {}

    /**
     * Appends one line; the file is made where there is none, its folder is not.
     *
     * @param line without its end
     * @param further how else to open the file, as {@link LinkOption#NOFOLLOW_LINKS}
     */
    public static Appended append(Path file, byte[] line, LinkOption... further) throws IOException {
        boolean made = !Files.exists(file, further);
        long start = made ? 0 : Files.size(file);
        boolean torn = start > 0 && lastByte(file, further) != '\n';
        ByteBuffer bytes = ByteBuffer.allocate(line.length + 2);
        if (torn) {
            bytes.put((byte) '\n');
        }
        bytes.put(line).put((byte) '\n').flip();
        int length = bytes.remaining();
        try (FileChannel channel =
                FileChannel.open(file, options(further, StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
            Durable.writeFully(channel, bytes);
            channel.force(true);
        }
        if (made) {
            Durable.syncFolder(Durable.folderOf(file));
        }
        return new Appended(start, length, torn);
    }

    private static byte lastByte(Path file, LinkOption[] further) throws IOException {
        try (FileChannel channel = FileChannel.open(file, options(further, StandardOpenOption.READ))) {
            return Durable.readFully(channel, channel.size() - 1, 1)[0];
        }
    }

    private static Set<OpenOption> options(LinkOption[] further, OpenOption... all) {
        return Stream.concat(Stream.of(all), Stream.of(further)).collect(Collectors.toSet());
    }
}
