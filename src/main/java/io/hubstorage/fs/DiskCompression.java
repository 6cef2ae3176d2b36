package io.hubstorage.fs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the file system below a folder does to take less space for what is written there, as far as it tells without a command
 * being run and without rights. Changes nothing.
 *
 * @param fileSystem its type, as the system names it: {@code btrfs}
 * @param setting the method, where it is known: {@code zstd:1}
 * @param source what the file system calls the place: of ZFS the data set
 */
public record DiskCompression(
        String fileSystem,
        State state,
        @Nullable String setting,
        @Nullable String source) {
    /** In JSON in lower case. */
    public enum State {
        /** New files are compressed. */
        ON,
        /** It could, and is not set so. */
        OFF,
        /** It can, and does not tell whether it does. */
        UNTOLD,
        /** It cannot, or nobody knows of it. */
        NONE
    }

    private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
    private static final String BTRFS = "btrfs";
    private static final String ZFS = "zfs";
    private static final String BCACHEFS = "bcachefs";

    /** Looks at it. */
    public static DiskCompression of(Path folder) throws IOException {
        return of(folder.toRealPath(), MOUNTINFO);
    }

    /** @param folder without symbolic links */
    static DiskCompression of(Path folder, Path mountinfo) throws IOException {
        Mount mount = Mount.of(folder, mountinfo).orElse(null);
        if (mount == null) {
            return new DiskCompression(Files.getFileStore(folder).type(), State.NONE, null, null);
        }
        return switch (mount.type()) {
            case BTRFS -> btrfs(mount, ExtendedAttribute.read(folder, "btrfs.compression"));
            case BCACHEFS -> set(mount, mount.option("compression").orElse(null));
            case ZFS -> new DiskCompression(ZFS, State.UNTOLD, null, mount.source());
            default -> new DiskCompression(mount.type(), State.NONE, null, mount.source());
        };
    }

    /** @param property of the folder, which new files inherit, and which counts more than how the disk is mounted */
    static DiskCompression btrfs(Mount mount, @Nullable String property) {
        String mounted = mount.option("compress-force")
                .or(() -> mount.option("compress"))
                .orElse(null);
        return set(mount, property == null || property.isEmpty() ? mounted : property);
    }

    private static DiskCompression set(Mount mount, @Nullable String method) {
        boolean on = method != null && !method.equals("no") && !method.equals("none");
        return new DiskCompression(mount.type(), on ? State.ON : State.OFF, on ? method : null, mount.source());
    }

    /** In a sentence. */
    public String sentence() {
        return switch (state) {
            case ON -> "%s compresses new files (%s).".formatted(name(), setting);
            case OFF -> "%s can compress, and is not set to.".formatted(name());
            case UNTOLD -> "%s can compress; whether it does it tells its own command only.".formatted(name());
            case NONE -> "%s compresses nothing: files take their full size.".formatted(name());
        };
    }

    /** What somebody can do to save space; null where nothing needs to be done. */
    public @Nullable String remedy() {
        return switch (state) {
            case ON -> null;
            case OFF ->
                fileSystem.equals(BTRFS)
                        ? "Mount it with compress=zstd:1, which counts for what is written from then on, or set"
                                + " compression.mode to files."
                        : "Mount it with compression=zstd, or set compression.mode to files.";
            case UNTOLD ->
                "Ask 'zfs get compression %s'; 'zfs set compression=zstd %s' turns it on for what is written from then on."
                        .formatted(source, source);
            case NONE ->
                "Set compression.mode to files to store text, tables and logs compressed, or use Btrfs or ZFS.";
        };
    }

    private String name() {
        return switch (fileSystem) {
            case BTRFS -> "Btrfs";
            case ZFS -> "ZFS";
            default -> fileSystem;
        };
    }

    /** Attributes of other name spaces than {@code user}, which is the only one that Java reads. */
    private static final class ExtendedAttribute {
        private static final int LONGEST = 64;
        private static final @Nullable MethodHandle GETXATTR = bind();

        /** Null where there is none, or it cannot be read. */
        static @Nullable String read(Path file, String name) {
            MethodHandle getxattr = GETXATTR;
            if (getxattr == null) {
                return null;
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment value = arena.allocate(LONGEST);
                long length = (long) getxattr.invokeExact(
                        arena.allocateFrom(file.toString()), arena.allocateFrom(name), value, (long) LONGEST);
                return length < 0
                        ? null
                        : new String(value.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("a call into the C library failed", e);
            }
        }

        @SuppressWarnings("restricted")
        private static @Nullable MethodHandle bind() {
            if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
                return null;
            }
            try {
                Linker linker = Linker.nativeLinker();
                Optional<MemorySegment> found = linker.defaultLookup().find("getxattr");
                return found.map(call -> linker.downcallHandle(
                                call, FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG)))
                        .orElse(null);
            } catch (RuntimeException | LinkageError e) {
                return null;
            }
        }
    }
}
