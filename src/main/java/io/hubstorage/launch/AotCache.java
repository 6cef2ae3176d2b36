package io.hubstorage.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The classes of this jar, loaded and with the profiles of a backup, in a file from which the next JVM takes them (JEP 483, 515).
 * There is one for each jar, Java runtime and set of options. Linux only, as {@link Launcher} is.
 *
 * <p>Nobody's backup is recorded for it. With {@code -XX:AOTCacheOutput} a run would cost a third more and wait for its JVM at the end, and
 * what fails there would become its exit code. {@code -XX:+AutoCreateSharedArchive} is cheaper, but keeps no profiles, and needs a
 * command line as well. So {@link AotTraining} makes the cache later, in a process of its own.
 *
 * <p>A cache that does not fit its JVM can end that JVM, even before it runs any Java. So a process leaves a mark before it starts with
 * the cache, and takes it away when it ends in good order, or after ten minutes: not when an error that nobody expected ends it, such as
 * one of a class. The mark of a process that is gone means that the cache goes too. Another one is made no sooner than a week after the
 * last, so that a machine on which none works loses at most one run a week.
 *
 * @param jar the program; another one of the same path, size and time would not be noticed
 * @param stem what the paths of its files begin with, in a folder that nobody else can write to
 */
record AotCache(Path jar, Path stem) {
    /** Names the folder, or says {@code none}. Read from the environment alone: there is no time to read {@code .env}. */
    static final String VARIABLE = "HUBSTORAGE_CACHE_PATH";

    /** The JVMs that record, make and use a cache must agree on these; see docker/jvm.args. */
    static final List<String> OPTIONS = List.of(
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:ArchiveRelocationMode=0",
            // By its checksums a damaged cache is left unused.
            "-XX:+VerifySharedSpaces",
            "-Xlog:aot*=off,cds*=off",
            "--enable-native-access=ALL-UNNAMED",
            // As in the jar's manifest, for the module of the vectors; the rehearsal is not started by that.
            "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.jfr.enabled=false");

    /** A property of the process that was started with it. */
    private static final String STEM = "hubstorage.aot";

    /** File systems on which another host can take a file away from a JVM that has mapped it. */
    private static final List<String> REMOTE =
            List.of("nfs", "cifs", "smb", "fuse", "9p", "afs", "ceph", "lustre", "gpfs");

    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int STICKY = 01000;

    /** Null where it is switched off, and where no folder can be trusted with one. Makes the folder if need be. */
    static @Nullable AotCache of(Path jar, Map<String, String> environment) throws IOException {
        Path folder = folder(environment);
        // A JVM takes a colon for the end of a path.
        if (folder == null || !Files.isRegularFile(jar) || (jar.toString() + folder).indexOf(':') >= 0) {
            return null;
        }
        int name = Objects.hash(
                jar.toString(),
                Files.size(jar),
                Files.getLastModifiedTime(jar).toMillis(),
                System.getProperty("java.home"),
                System.getProperty("java.vm.vendor"),
                System.getProperty("java.vm.version"),
                OPTIONS);
        return new AotCache(jar, folder.resolve("hubstorage-" + Integer.toHexString(name)));
    }

    private static @Nullable Path folder(Map<String, String> environment) throws IOException {
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        String usual = (caches.startsWith("/") ? caches : System.getProperty("user.home") + "/.cache") + "/hubstorage";
        String named = environment.getOrDefault(VARIABLE, "");
        Path folder = Path.of(named.isEmpty() ? usual : named, "aot");
        if (!folder.isAbsolute()) {
            return null;
        }
        Path existing = folder;
        while (!Files.exists(existing)) {
            existing = Objects.requireNonNull(existing.getParent());
        }
        String disk = Files.getFileStore(existing).type();
        if (REMOTE.stream().anyMatch(disk::startsWith) || !isSafe(existing.toRealPath(), false)) {
            return null;
        }
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path real = folder.toRealPath();
        return isSafe(real, true) ? real : null;
    }

    /**
     * Whether nobody but this user and root can put anything there, or another folder in its place.
     *
     * @param ours whether it must be this user's; else a folder of this user's will be made in it
     */
    private static boolean isSafe(Path folder, boolean ours) throws IOException {
        int us = number(Path.of("/proc/self"), "uid");
        boolean safe = !ours || (number(folder, "uid") == us && (number(folder, "mode") & WRITABLE_BY_OTHERS) == 0);
        for (Path path = folder; safe && path != null; path = path.getParent()) {
            int owner = number(path, "uid");
            int mode = number(path, "mode");
            safe = (owner == us || owner == 0) && ((mode & WRITABLE_BY_OTHERS) == 0 || (mode & STICKY) != 0);
        }
        return safe;
    }

    private static int number(Path path, String attribute) throws IOException {
        return (int) Files.getAttribute(path, "unix:" + attribute);
    }

    /** The cache, whether it is there or not. */
    Path file() {
        return Path.of(stem + ".aot");
    }

    Path folder() {
        return Objects.requireNonNull(stem.getParent());
    }

    /** Left by the process of this id from before it starts with the cache until that is known to work. */
    private Path mark() {
        return Path.of(stem + "." + ProcessHandle.current().pid() + ".mark");
    }

    /**
     * The options of a JVM that starts with the cache under the id of this process, whose mark is left from then on; none where
     * there is no cache, or none that works.
     */
    List<String> use() throws IOException {
        Path mark = mark();
        String own = stem.getFileName() + ".";
        for (String name : Objects.requireNonNullElse(folder().toFile().list(), new String[0])) {
            if (name.startsWith(own) && name.endsWith(".mark")) {
                Path left = folder().resolve(name);
                String process = name.substring(own.length(), name.length() - ".mark".length());
                boolean gone = left.equals(mark) || !Files.exists(Path.of("/proc", process));
                // Where it is no longer there, its process has just ended in good order, or another one was here.
                if (gone && Files.deleteIfExists(left)) {
                    Files.deleteIfExists(file());
                }
            }
        }
        if (!Files.exists(file())) {
            return List.of();
        }
        // Tells whoever tidies up that it is in use.
        Files.setLastModifiedTime(file(), FileTime.from(Instant.now()));
        Files.createFile(mark);
        List<String> options = new ArrayList<>(OPTIONS);
        options.add("-XX:AOTCache=" + file());
        options.add("-D" + STEM + "=" + stem);
        return options;
    }

    /** The cache that this process was started with. */
    static @Nullable AotCache ofThisProcess() {
        String stem = System.getProperty(STEM);
        return stem == null ? null : new AotCache(Path.of(System.getProperty("java.class.path")), Path.of(stem));
    }

    /** Takes the mark of this process away: it has worked, or was not used. */
    void works() {
        try {
            Files.deleteIfExists(mark());
        } catch (IOException e) {
            // Then another one will be made.
        }
    }
}
