package io.hubstorage.fs;

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

/** The system call {@code syncfs} of Linux, which Java has no other way to reach, on an open descriptor. */
final class SyncFs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SyncFs.class);
    private static final int READ_ONLY = 0;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int NO_SUCH_CALL = 38;
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final @Nullable Calls CALLS = bind();

    private final Calls calls;
    private final Path path;
    private final int descriptor;

    private SyncFs(Calls calls, Path path, int descriptor) {
        this.calls = calls;
        this.path = path;
        this.descriptor = descriptor;
    }

    private record Calls(MethodHandle open, MethodHandle syncfs, MethodHandle close) {}

    /** For the file system that holds the path; it tells of write-back errors from now on. Null where there is no such call. */
    static @Nullable SyncFs open(Path path) throws IOException {
        Calls calls = CALLS;
        if (calls == null) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString());
            int descriptor = (int) calls.open.invokeExact(state, name, READ_ONLY | CLOSE_ON_EXEC);
            if (descriptor < 0) {
                throw failed(path, state);
            }
            return new SyncFs(calls, path, descriptor);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw unforeseen(e);
        }
    }

    /**
     * Writes the file system out.
     *
     * @return false where the kernel has no such call
     * @throws IOException when the file system reports that it could not write everything
     */
    boolean sync() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int result = (int) calls.syncfs.invokeExact(state, descriptor);
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
            throw unforeseen(e);
        }
    }

    @Override
    public void close() {
        try {
            int ignored = (int) calls.close.invokeExact(descriptor);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw unforeseen(e);
        }
    }

    private static IllegalStateException unforeseen(Throwable e) {
        return new IllegalStateException("a call into the C library failed", e);
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
