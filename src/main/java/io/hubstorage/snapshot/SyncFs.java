package io.hubstorage.snapshot;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The system call {@code syncfs} of Linux, which Java has no other way to reach. */
final class SyncFs {
    private static final Logger LOG = LoggerFactory.getLogger(SyncFs.class);
    private static final int READ_ONLY = 0;
    private static final int NO_SUCH_CALL = 38;
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final @Nullable Calls CALLS = bind();

    private SyncFs() {}

    private record Calls(MethodHandle open, MethodHandle syncfs, MethodHandle close) {}

    /**
     * Writes out the file system that holds the path.
     *
     * @return false where there is no such call
     * @throws IOException when the file system reports that it could not write everything
     */
    static boolean sync(Path path) throws IOException {
        Calls calls = CALLS;
        if (calls == null) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString());
            int descriptor = (int) calls.open.invokeExact(state, name, READ_ONLY);
            if (descriptor < 0) {
                throw failed(path, state);
            }
            int result;
            try {
                result = (int) calls.syncfs.invokeExact(state, descriptor);
            } finally {
                int ignored = (int) calls.close.invokeExact(descriptor);
            }
            if (result != 0 && (int) ERRNO.get(state, 0L) == NO_SUCH_CALL) {
                return false;
            }
            if (result != 0) {
                throw failed(path, state);
            }
            return true;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call into the C library failed", e);
        }
    }

    private static IOException failed(Path path, MemorySegment state) {
        int errno = (int) ERRNO.get(state, 0L);
        // Disks that give out their blocks only when they write, such as NFS, say here that there are none.
        return DiskFull.isErrno(errno)
                ? DiskFull.failure(path)
                : new IOException(
                        "The disk that holds %s could not be synced (errno %d); what was written may not survive a power loss"
                                .formatted(path, errno));
    }

    // Three signatures of the C library that do not change; where native access is denied, files are synced one by one.
    @SuppressWarnings("restricted")
    private static @Nullable Calls bind() {
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
            return null;
        }
        try {
            Linker linker = Linker.nativeLinker();
            Linker.Option errno = Linker.Option.captureCallState("errno");
            return new Calls(
                    linker.downcallHandle(
                            symbol(linker, "open"),
                            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                            Linker.Option.firstVariadicArg(2),
                            errno),
                    linker.downcallHandle(symbol(linker, "syncfs"), FunctionDescriptor.of(JAVA_INT, JAVA_INT), errno),
                    linker.downcallHandle(symbol(linker, "close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT)));
        } catch (RuntimeException | LinkageError e) {
            LOG.info("syncfs cannot be called here, files are synced one by one instead: {}", e.toString());
            return null;
        }
    }

    private static MemorySegment symbol(Linker linker, String name) {
        return linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
    }
}
