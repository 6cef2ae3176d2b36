package io.hubstorage.config;

import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.Durable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file that is replaced whole: a reader sees the old content or the new one, also after a power cut. Only
 * where the file cannot be renamed over (a single file mounted into a container) is it written in place. Blocks.
 */
public final class ConfigFile {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigFile.class);

    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);

    private final Path path;
    private final boolean secret;
    private final AtomicBoolean saidInPlace = new AtomicBoolean();

    /** A file, whether or not it exists, that may hold a secret: a new one is for its owner alone, also while it is being written. */
    public ConfigFile(Path path) {
        this(path, true);
    }

    /** @param secret whether a new file is for its owner alone; otherwise the process's umask says who may read it */
    ConfigFile(Path path, boolean secret) {
        this.path = path.toAbsolutePath();
        this.secret = secret;
    }

    public Path path() {
        return path;
    }

    public byte[] read() throws IOException {
        return Files.readAllBytes(path);
    }

    /** Durable on return. Keeps mode, owner and, if the path is a symbolic link, the link. */
    public void write(byte[] content) throws IOException {
        Path target = Files.exists(path) ? path.toRealPath() : path;
        Path folder = Durable.folderOf(target);
        Files.createDirectories(folder);
        Path temp = folder.resolve(".%s.%d.tmp"
                .formatted(target.getFileName(), ProcessHandle.current().pid()));
        try (FileChannel channel =
                secret ? FileChannel.open(temp, NEW, Durable.ownerOnly(temp)) : FileChannel.open(temp, NEW)) {
            writeAll(channel, content);
        } catch (AccessDeniedException e) {
            inPlace(target, content, e);
            return;
        } catch (FileSystemException e) {
            // Nothing was opened, so nothing was written: the folder refuses new files, the file itself may not.
            if (Files.exists(temp) || !Files.isWritable(target)) {
                Files.deleteIfExists(temp);
                throw e;
            }
            inPlace(target, content, e);
            return;
        } catch (IOException e) {
            Files.deleteIfExists(temp);
            throw e;
        }
        try {
            keepAttributes(target, temp);
            Files.move(temp, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            Files.deleteIfExists(temp);
            inPlace(target, content, e);
            return;
        }
        try {
            Durable.syncFolder(folder);
        } catch (IOException e) {
            // Some file systems cannot; the content itself is durable.
            LOG.debug("{} could not be synced", folder, e);
        }
    }

    private void inPlace(Path target, byte[] content, FileSystemException cause) throws IOException {
        if (DiskFull.isCauseOf(cause)) {
            // What has no room beside the file may have none in it either, and would have destroyed it by then.
            throw cause;
        }
        if (!Files.isWritable(target)) {
            throw Files.exists(target) && cause instanceof AccessDeniedException
                    // The file beside it, which was tried first, tells nobody anything.
                    ? new AccessDeniedException(target.toString())
                    : cause;
        }
        if (saidInPlace.compareAndSet(false, true)) {
            LOG.warn(
                    "{} cannot be replaced by a renamed file ({}), as is usual for a single file mounted into a"
                            + " container: it is written in place. Mount its folder instead to make saves atomic.",
                    target,
                    reason(cause));
        }
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            writeAll(channel, content);
        }
    }

    /** Cuts to length after writing, so that a crash in between loses as little as possible. */
    private static void writeAll(FileChannel channel, byte[] content) throws IOException {
        Durable.writeFully(channel, ByteBuffer.wrap(content));
        channel.truncate(content.length);
        channel.force(true);
    }

    private static void keepAttributes(Path from, Path to) throws IOException {
        for (String name : new String[] {"unix:mode", "unix:uid", "unix:gid"}) {
            try {
                Object value = Files.getAttribute(from, name, LinkOption.NOFOLLOW_LINKS);
                if (!value.equals(Files.getAttribute(to, name, LinkOption.NOFOLLOW_LINKS))) {
                    Files.setAttribute(to, name, value, LinkOption.NOFOLLOW_LINKS);
                }
            } catch (NoSuchFileException e) {
                return; // a first save has nothing to keep
            } catch (UnsupportedOperationException | IllegalArgumentException | FileSystemException e) {
                LOG.debug("{} of {} could not be kept", name, from, e);
            }
        }
    }

    /** The number of the user as {@code " (10001)"}; empty where it cannot be told. */
    static String user() {
        try {
            return " (%s)".formatted(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /** Why a file could not be read or written, without repeating its name. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "it does not exist";
            case AccessDeniedException _ -> "permission denied";
            case CharacterCodingException _ -> "it is not UTF-8 text";
            case FileSystemException f when f.getReason() != null -> String.valueOf(f.getReason());
            default -> String.valueOf(e.getMessage());
        };
    }
}
