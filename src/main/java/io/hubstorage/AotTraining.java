package io.hubstorage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Makes the AOT cache of the jar that it is in, by a {@link Rehearsal}. A program of its own that nobody waits for. */
final class AotTraining {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /** Before what came to nothing is tried again. */
    private static final Duration PAUSE = Duration.ofDays(1);
    /** Caches of other jars or JVMs, which may be in use by turns. */
    private static final int KEPT = 3;
    /** What the rehearsal may know of its surroundings: where it is, and what makes a JVM another one. */
    private static final Set<String> VARIABLES =
            Set.of("PATH", "HOME", "TMPDIR", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");

    private AotTraining() {}

    /** Ends with code 0 if there is a cache now. */
    public static void main(String[] args) throws IOException, InterruptedException {
        AotCache cache = AotCache.ofThisJar(System.getenv())
                .orElseThrow(() -> new IllegalStateException("there can be no cache here; see " + AotCache.VARIABLE));
        Path folder = cache.folder();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(Objects.requireNonNull(folder.getParent()));
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        // Never into another user's folder, where sudo may have led us.
        if (AotCache.isOurs(folder) && !Files.exists(cache.file()) && begin(attempt(cache))) {
            make(cache);
            Files.delete(attempt(cache));
            forgetOld(folder);
        }
        System.exit(cache.isUsable() ? 0 : 1);
    }

    private static Path attempt(AotCache cache) {
        return cache.file().resolveSibling(cache.file().getFileName() + ".attempt");
    }

    /** Whether it is up to this process: no other one is at it, and none has failed lately. */
    private static boolean begin(Path attempt) throws IOException {
        try {
            Files.createFile(attempt);
            return true;
        } catch (FileAlreadyExistsException e) {
            Instant begun = Files.getLastModifiedTime(attempt).toInstant();
            if (begun.plus(PAUSE).isAfter(Instant.now())) {
                return false;
            }
            Files.delete(attempt);
            return begin(attempt);
        }
    }

    /** Under another name until all of it is on the disk. */
    private static void make(AotCache cache) throws IOException, InterruptedException {
        Path draft = attempt(cache).resolveSibling(attempt(cache).getFileName() + ".draft");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:AOTCacheOutput=" + draft,
                        "-Xmx256m",
                        "-cp",
                        cache.jar().toString(),
                        Rehearsal.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(attempt(cache).toFile()));
        builder.environment().keySet().retainAll(VARIABLES);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process rehearsal = builder.start();
        try {
            if (!rehearsal.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || rehearsal.exitValue() != 0) {
                throw new IOException("the rehearsal did not end as it should; see " + attempt(cache));
            }
            try (FileChannel file = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                file.force(true);
            }
            Files.move(draft, cache.file(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            rehearsal.descendants().forEach(ProcessHandle::destroyForcibly);
            rehearsal.destroyForcibly();
            Files.deleteIfExists(draft);
            Files.deleteIfExists(draft.resolveSibling(draft.getFileName() + ".config"));
        }
    }

    private static void forgetOld(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> caches = files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(AotCache.PREFIX) && name.endsWith(AotCache.SUFFIX);
                    })
                    .sorted(Comparator.comparingLong(
                                    (Path file) -> file.toFile().lastModified())
                            .reversed())
                    .toList();
            for (Path old : caches.subList(Math.min(KEPT, caches.size()), caches.size())) {
                Files.deleteIfExists(old);
            }
        }
    }
}
