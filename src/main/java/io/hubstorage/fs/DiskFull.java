package io.hubstorage.fs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a write failed because there is no room left: neither blocks, nor inodes, nor quota. */
public final class DiskFull {
    private static final int NO_SPACE = 28;
    private static final int QUOTA_EXCEEDED = 122;
    private static final int LONGEST_TEXT = 1_024;
    private static final String NO_SPACE_TEXT = "No space left on device";
    private static final Set<String> TEXTS = texts();

    private DiskFull() {}

    /** Whether this, or what caused it, is the system saying so. Java passes on nothing but the system's words. */
    public static boolean isCauseOf(@Nullable Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String message = each.getMessage();
            if (each instanceof IOException && message != null && TEXTS.stream().anyMatch(message::endsWith)) {
                return true;
            }
        }
        return false;
    }

    /**
     * What is wrong.
     *
     * @param reason the system's own words
     */
    public static String sentence(Path folder, @Nullable String reason) {
        return "the disk that holds %s is full, or allows no further files (%s)".formatted(folder, reason);
    }

    /** Whether a call to the C library of Linux failed for that reason. */
    static boolean isErrno(int errno) {
        return errno == NO_SPACE || errno == QUOTA_EXCEEDED;
    }

    /** What Java would throw. */
    public static IOException failure(Path file) {
        return new FileSystemException(file.toString(), null, NO_SPACE_TEXT);
    }

    private static Set<String> texts() {
        // In English, as Linux, macOS and Windows say it.
        Set<String> texts = new LinkedHashSet<>(List.of(
                NO_SPACE_TEXT, "Disk quota exceeded", "Disc quota exceeded", "There is not enough space on the disk"));
        texts.addAll(localTexts());
        return texts;
    }

    /** In the language of this process. */
    @SuppressWarnings("restricted")
    private static List<String> localTexts() {
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle strerror = linker.downcallHandle(
                    linker.defaultLookup().find("strerror").orElseThrow(), FunctionDescriptor.of(ADDRESS, JAVA_INT));
            return List.of(text(strerror, NO_SPACE), text(strerror, QUOTA_EXCEEDED));
        } catch (Throwable e) {
            // Where native access is denied the English ones must do.
            return List.of();
        }
    }

    @SuppressWarnings("restricted")
    private static String text(MethodHandle strerror, int errno) throws Throwable {
        return ((MemorySegment) strerror.invokeExact(errno))
                .reinterpret(LONGEST_TEXT)
                .getString(0);
    }
}
