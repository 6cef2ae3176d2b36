package io.hubstorage.fs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes files that share the blocks of others until one of both is written to: what a file system can do for a file that may have no
 * further hard link. btrfs, XFS and ZFS can, by Linux's {@code ioctl(FICLONE)}, which either shares everything or fails; nothing is
 * ever copied here. For the files of one file system: once that has said that it cannot, it is not asked again. Blocking; thread-safe.
 */
public final class Reflinks {
    private static final Logger LOG = LoggerFactory.getLogger(Reflinks.class);

    private static final int READ_ONLY = 0;
    private static final int WRITE_ONLY = 1;
    private static final int CREATE = 0x40;
    private static final int EXCLUSIVE = 0x80;
    /** So that a pipe in the place of a file is opened at once, and then refused. */
    private static final int NO_WAITING = 0x800;

    private static final int NO_FOLLOW = 0x20000;
    /** On ARM 0x20000 is O_LARGEFILE and this one O_NOFOLLOW. */
    private static final int NO_FOLLOW_ARM = 0x8000;

    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int READABLE_BY_ALL = 0444;
    /** {@code _IOW(0x94, 9, int)} of {@code <linux/fs.h>}. */
    private static final long CLONE = 0x40049409L;

    private static final int EXISTS = 17;
    /** What says that the file system cannot at all: ENOTTY, ENOSYS, EOPNOTSUPP. */
    private static final Set<Integer> NEVER = Set.of(25, 38, 95);

    /** Of which the numbers above are; others have other ones. */
    private static final Set<String> MACHINES = Set.of("amd64", "aarch64");

    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final @Nullable Calls CALLS = bind();

    /** A call into the C library keeps the thread that carries a virtual one, and a disk may take its time. */
    private static final ExecutorService FOR_VIRTUAL = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("reflink-", 0).factory());

    private volatile boolean possible = CALLS != null;

    private record Calls(MethodHandle create, MethodHandle ioctl, MethodHandle close) {}

    /**
     * Makes a new file of the same bytes that nobody may write to.
     *
     * @param from neither a symbolic link, nor reached through one that somebody else may set
     * @param time that it gets as its last step, so that one which is not whole is told by its time
     * @param durable whether it is forced to the disk by itself
     * @return false where it cannot share blocks with that file, whatever the reason; there is nothing at the place then
     * @throws FileAlreadyExistsException when something is there already
     * @throws IOException when the disk is full, or the time cannot be set; there is nothing at the place then
     * @throws ClosedByInterruptException when a virtual thread was interrupted that waited for a disk; there is nothing at the place
     *     once that has answered
     */
    public boolean make(Path from, Path to, FileTime time, boolean durable) throws IOException {
        Calls calls = CALLS;
        if (calls == null || !possible) {
            return false;
        }
        if (!Thread.currentThread().isVirtual()) {
            return make(calls, from, to, time, durable);
        }
        CompletableFuture<Boolean> made = new CompletableFuture<>();
        FOR_VIRTUAL.execute(() -> {
            try {
                made.complete(make(calls, from, to, time, durable));
            } catch (IOException | RuntimeException | Error e) {
                made.completeExceptionally(e);
            }
        });
        return await(made, to);
    }

    private static boolean await(CompletableFuture<Boolean> made, Path to) throws IOException {
        try {
            return made.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("a file that shares blocks could not be made", e);
        } catch (InterruptedException _) {
            CompletableFuture<Void> _ = made.thenAccept(there -> {
                if (there) {
                    remove(to);
                }
            });
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
    }

    private static void remove(Path abandoned) {
        try {
            Files.deleteIfExists(abandoned);
        } catch (IOException e) {
            LOG.warn("{}, which nobody waits for any more, could not be removed: {}", abandoned, e.toString());
        }
    }

    private boolean make(Calls calls, Path from, Path to, FileTime time, boolean durable) throws IOException {
        if (!share(calls, from, to)) {
            return false;
        }
        try {
            Files.setLastModifiedTime(to, time);
            if (durable) {
                Durable.syncFile(to);
            }
            return true;
        } catch (IOException e) {
            Files.deleteIfExists(to);
            throw e;
        }
    }

    private boolean share(Calls calls, Path from, Path to) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int source = open(calls, arena, state, from, READ_ONLY | NO_WAITING);
            if (source < 0) {
                return false;
            }
            try {
                int target = open(calls, arena, state, to, WRITE_ONLY | CREATE | EXCLUSIVE);
                if (target < 0) {
                    return refused(state, to);
                }
                return share(calls, state, source, target, to);
            } finally {
                int _ = (int) calls.close.invokeExact(source);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call into the C library failed", e);
        }
    }

    private boolean share(Calls calls, MemorySegment state, int source, int target, Path to) throws Throwable {
        boolean shared = false;
        try {
            shared = (int) calls.ioctl.invokeExact(state, target, CLONE, source) == 0;
            return shared || refused(state, to);
        } finally {
            int _ = (int) calls.close.invokeExact(target);
            if (!shared) {
                Files.deleteIfExists(to);
            }
        }
    }

    /** What the file at hand has to do with it, the copy finds out that comes next. */
    private boolean refused(MemorySegment state, Path to) throws IOException {
        int errno = (int) ERRNO.get(state, 0L);
        if (errno == EXISTS) {
            throw new FileAlreadyExistsException(to.toString());
        }
        if (DiskFull.isErrno(errno)) {
            throw DiskFull.failure(to);
        }
        if (NEVER.contains(errno)) {
            possible = false;
        }
        return false;
    }

    private static int open(Calls calls, Arena arena, MemorySegment state, Path path, int flags) throws Throwable {
        MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString());
        return (int) calls.create.invokeExact(state, name, flags | noFollow() | CLOSE_ON_EXEC, READABLE_BY_ALL);
    }

    private static int noFollow() {
        return System.getProperty("os.arch", "").equals("aarch64") ? NO_FOLLOW_ARM : NO_FOLLOW;
    }

    @SuppressWarnings("restricted")
    private static @Nullable Calls bind() {
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")
                || !MACHINES.contains(System.getProperty("os.arch", ""))) {
            return null;
        }
        try {
            Linker linker = Linker.nativeLinker();
            Linker.Option errno = Linker.Option.captureCallState("errno");
            return new Calls(
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("open"),
                            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
                            Linker.Option.firstVariadicArg(2),
                            errno),
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("ioctl"),
                            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT),
                            Linker.Option.firstVariadicArg(2),
                            errno),
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT)));
        } catch (RuntimeException | LinkageError e) {
            LOG.info("ioctl cannot be called here, so no blocks are shared between files: {}", e.toString());
            return null;
        }
    }
}
