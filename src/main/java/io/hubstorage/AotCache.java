package io.hubstorage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The classes of this jar as a JVM has loaded, linked and measured them once, in a file that lets the next process begin with
 * them. One for each jar and each JVM, which looks itself whether a cache fits it. Linux only, where {@link Launcher} works.
 *
 * @param jar with everything in it
 * @param file the cache, there or not
 */
record AotCache(Path jar, Path file) {
    /** Names the folder, or says {@code none}. Of the environment alone: there is no time to read {@code .env}. */
    static final String VARIABLE = "HUBSTORAGE_CACHE_PATH";

    /** Of a name. */
    static final String PREFIX = "hubstorage-";

    static final String SUFFIX = ".aot";

    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    /** Empty where there can be none: this is no jar, or another system, or it is not wanted. */
    static Optional<AotCache> ofThisJar(Map<String, String> environment) {
        Path folder = folder(environment);
        Path jar = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
        if (folder == null || !System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        try {
            BasicFileAttributes now = Files.readAttributes(jar, BasicFileAttributes.class);
            int name = Objects.hash(
                    jar.toString(),
                    now.size(),
                    now.lastModifiedTime().toMillis(),
                    System.getProperty("java.home"),
                    System.getProperty("java.vm.version"));
            return now.isRegularFile()
                    ? Optional.of(new AotCache(jar, folder.resolve(PREFIX + Integer.toHexString(name) + SUFFIX)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** As the XDG base directories have it. */
    private static @Nullable Path folder(Map<String, String> environment) {
        String set = environment.getOrDefault(VARIABLE, "");
        if (!set.isEmpty()) {
            return set.startsWith("/") ? Path.of(set) : null;
        }
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        String home = System.getProperty("user.home", "");
        if (caches.startsWith("/")) {
            return Path.of(caches, "hubstorage");
        }
        return home.length() > 1 && home.startsWith("/") ? Path.of(home, ".cache", "hubstorage") : null;
    }

    Path folder() {
        return Objects.requireNonNull(file.getParent());
    }

    /** Whether there is one, of this user's, that nobody else may have written: a JVM believes what is in it. */
    boolean isUsable() throws IOException {
        return Files.isRegularFile(file) && isOurs(file) && isOurs(folder());
    }

    static boolean isOurs(Path path) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
        return attributes.owner().getName().equals(System.getProperty("user.name"))
                && attributes.permissions().stream().noneMatch(OF_OTHERS::contains);
    }

    /**
     * What tells a JVM to use it; one that cannot goes on without, and without a word. It computes the checksums first, some
     * milliseconds: a cache that a failing disk has changed would end it.
     */
    List<String> options() {
        return List.of(
                "-XX:AOTCache=" + file,
                "-XX:+VerifySharedSpaces",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-Xlog:aot*=off,cds*=off:stderr");
    }

    /** Starts the training in a process of its own, of the lowest priority, that outlives this one, if there is no cache yet. */
    void trainInBackground() {
        if (Files.exists(file)) {
            return;
        }
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/nice"))) {
            command.addAll(List.of("/usr/bin/nice", "-n", "19"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-cp",
                jar.toString(),
                AotTraining.class.getName()));
        try {
            Process training = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            training.getOutputStream().close();
            LoggerFactory.getLogger(AotCache.class)
                    .debug("process {} makes {} for the next start", training.pid(), file);
        } catch (IOException e) {
            LoggerFactory.getLogger(AotCache.class).debug("no training: {}", e.toString());
        }
    }
}
