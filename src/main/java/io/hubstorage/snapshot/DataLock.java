package io.hubstorage.snapshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two processes from working on one data folder at once, whatever configuration each has. Held for a run; the
 * operating system lets go of it when the process ends, however it ends, so that it is never stale. Blocking.
 */
public final class DataLock implements AutoCloseable {
    /**
     * Those of this process. The system's locks belong to the process: when it closes any channel on the file, even one
     * it only read by, the lock is gone. So the file is not touched while we hold it.
     */
    private static final ConcurrentMap<Path, Holder> OURS = new ConcurrentHashMap<>();

    private static final int MOST_BYTES = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(DataLock.class);

    private final Path file;
    private final FileChannel channel;

    private DataLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Who works on the folder, as far as is known. */
    public record Holder(
            @Nullable Long pid,
            @Nullable String host,
            @Nullable Instant since) {
        static final Holder UNKNOWN = new Holder(null, null, null);

        /** For messages: {@code process 4711 on nas, since 2026-11-20T08:00:00Z}. */
        @Override
        public String toString() {
            return pid == null ? "an unknown process" : "process %d on %s, since %s".formatted(pid, host, since);
        }
    }

    /** Somebody else is at work on the folder. */
    public static final class HeldException extends Exception {
        private static final long serialVersionUID = 1L;

        private HeldException(Layout layout, Holder holder) {
            super("another HubStorage is at work on %s (%s); wait for it to end".formatted(layout.data(), holder));
        }
    }

    /**
     * Takes it, or finds that somebody has it.
     *
     * @param now what is written down as the begin of the work
     * @throws IOException also where the file system has no locks
     */
    public static DataLock take(Layout layout, Instant now) throws IOException, HeldException {
        Path file = layout.lock();
        Files.createDirectories(layout.hub());
        Holder us = new Holder(ProcessHandle.current().pid(), host(), now);
        Holder ours = OURS.putIfAbsent(file, us);
        if (ours != null) {
            throw new HeldException(layout, ours);
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new HeldException(layout, readHolder(file));
            }
            trySign(channel, us);
            return new DataLock(file, channel);
        } catch (IOException | HeldException e) {
            if (channel != null) {
                channel.close();
            }
            OURS.remove(file);
            throw e;
        }
    }

    /** Who is at work on the folder just now; empty when nobody is. Writes nothing. */
    public static Optional<Holder> holder(Layout layout) throws IOException {
        Path file = layout.lock();
        Holder ours = OURS.get(file);
        if (ours != null) {
            return Optional.of(ours);
        }
        if (!Files.isWritable(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null ? Optional.of(readHolder(file)) : Optional.empty();
        }
    }

    /** The lock is what counts; on a full disk it is held without a name. */
    private static void trySign(FileChannel channel, Holder us) {
        try {
            sign(channel, us);
        } catch (IOException e) {
            LOG.debug("who holds the lock cannot be written down", e);
        }
    }

    private static void sign(FileChannel channel, Holder us) throws IOException {
        channel.truncate(0);
        ByteBuffer text = ByteBuffer.wrap(BusJson.mapper().writeValueAsBytes(us));
        while (text.hasRemaining()) {
            channel.write(text);
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this host";
        }
    }

    private static Holder readHolder(Path file) throws IOException {
        // Only its first lines: it need not be ours.
        try (var in = Files.newInputStream(file)) {
            return BusJson.mapper()
                    .readValue(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8), Holder.class);
        } catch (JsonProcessingException e) {
            return Holder.UNKNOWN;
        }
    }

    /** Lets go of it. The file stays: whoever deleted it could delete the one that somebody has just locked. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            OURS.remove(file);
        }
    }
}
