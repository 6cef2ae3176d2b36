package io.hubstorage.fs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file system has at a path, the way it counts itself: hard links of one file have the same device and number.
 *
 * @param device of which the number is
 * @param number of the inode; 0 where files have none
 * @param links how many names it has, everywhere on its disk
 * @param allocated bytes that it takes on the disk, in whole blocks
 */
public record Inode(long device, long number, int links, long allocated, boolean folder) {
    /**
     * Looks at paths, one after the other. For one thread.
     *
     * <p>Java does not tell how many blocks a file has. Linux does, by {@code statx}; elsewhere they are worked out from the size.
     */
    public static final class Reader implements AutoCloseable {
        private static final Logger LOG = LoggerFactory.getLogger(Reader.class);

        // struct statx of <linux/stat.h>, which is the same on every architecture.
        private static final int STATX_BYTES = 256;
        private static final int LINKS = 16;
        private static final int MODE = 28;
        private static final int NUMBER = 32;
        private static final int BLOCKS = 48;
        private static final int DEVICE_MAJOR = 136;
        private static final int DEVICE_MINOR = 140;
        private static final int BASIC_STATS = 0x7ff;
        private static final int NO_FOLLOW = 0x100;
        /** What paths are relative to; ours never are. */
        private static final int CURRENT_FOLDER = -100;

        private static final int TYPE_BITS = 0xf000;
        private static final int FOLDER = 0x4000;
        /** Of any file system, whatever its own blocks are. */
        private static final int BLOCK_BYTES = 512;

        private static final int USUAL_PATH = 4_096;
        private static final int LONGEST_OF_CHARACTER = 3;
        private static final @Nullable MethodHandle STATX = bind();

        private final Arena arena = Arena.ofConfined();
        private final MemorySegment found = arena.allocate(STATX_BYTES, Long.BYTES);
        private MemorySegment name = arena.allocate(USUAL_PATH);
        /** Of the disk that was asked last, where blocks are worked out. */
        private @Nullable Blocks blocks;

        /**
         * What is at an absolute path; a symbolic link is not followed.
         *
         * @throws java.nio.file.NoSuchFileException when there is nothing
         */
        public Inode read(Path path) throws IOException {
            MethodHandle statx = STATX;
            return statx != null && call(statx, path.toString())
                    ? new Inode(
                            (long) found.get(JAVA_INT, DEVICE_MAJOR) << Integer.SIZE
                                    | Integer.toUnsignedLong(found.get(JAVA_INT, DEVICE_MINOR)),
                            found.get(ValueLayout.JAVA_LONG, NUMBER),
                            found.get(JAVA_INT, LINKS),
                            found.get(ValueLayout.JAVA_LONG, BLOCKS) * BLOCK_BYTES,
                            (found.get(ValueLayout.JAVA_SHORT, MODE) & TYPE_BITS) == FOLDER)
                    : readByJava(path);
        }

        private boolean call(MethodHandle statx, String path) {
            long most = (long) path.length() * LONGEST_OF_CHARACTER + 1;
            if (most > name.byteSize()) {
                name = arena.allocate(most);
            }
            name.setString(0, path);
            try {
                return (int) statx.invokeExact(CURRENT_FOLDER, name, NO_FOLLOW, BASIC_STATS, found) == 0;
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("a call into the C library failed", e);
            }
        }

        /** Also where {@code statx} fails, for the error's sake. */
        private Inode readByJava(Path path) throws IOException {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            Blocks its = blocks;
            if (its == null) {
                its = Blocks.of(path);
                blocks = its;
            }
            long allocated = attributes.isDirectory() ? its.size() : its.holding(attributes.size());
            try {
                Map<String, Object> inode = Files.readAttributes(path, "unix:dev,ino,nlink", LinkOption.NOFOLLOW_LINKS);
                return new Inode(
                        number(inode, "dev").longValue(),
                        number(inode, "ino").longValue(),
                        number(inode, "nlink").intValue(),
                        allocated,
                        attributes.isDirectory());
            } catch (UnsupportedOperationException | IllegalArgumentException _) {
                return new Inode(0, 0, 1, allocated, attributes.isDirectory());
            }
        }

        private static Number number(Map<String, Object> attributes, String name) {
            return (Number) Objects.requireNonNull(attributes.get(name));
        }

        @Override
        public void close() {
            arena.close();
        }

        @SuppressWarnings("restricted")
        private static @Nullable MethodHandle bind() {
            if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
                return null;
            }
            try {
                Linker linker = Linker.nativeLinker();
                return linker.defaultLookup()
                        .find("statx")
                        .map(statx -> linker.downcallHandle(
                                statx, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS)))
                        .orElse(null);
            } catch (RuntimeException | LinkageError e) {
                LOG.info(
                        "statx cannot be called here, so what files take is worked out from their sizes: {}",
                        e.toString());
                return null;
            }
        }
    }
}
