package io.hubstorage.demo;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one demo: configuration, data and logs.
 *
 * @param keep whether it stays after {@link #close}
 */
record DemoHome(Path folder, boolean keep) implements AutoCloseable {
    /** 72 seconds. */
    static final double INTERVAL_HOURS = 0.02;

    /** Makes a new folder below {@code parent}, with a configuration for these buckets. */
    static DemoHome create(Path parent, boolean keep, List<String> buckets) throws IOException {
        Files.createDirectories(parent);
        DemoHome home = new DemoHome(Files.createTempDirectory(parent.toRealPath(), "run-"), keep);
        Files.createDirectories(home.config().resolveSibling("."));
        Files.createDirectories(home.data());
        Files.createDirectories(home.logs());
        Files.writeString(home.config(), home.configuration(buckets).encodePrettily());
        return home;
    }

    Path config() {
        return folder.resolve("config").resolve("config.json");
    }

    Path data() {
        return folder.resolve("data");
    }

    Path logs() {
        return folder.resolve("logs");
    }

    /** What the program prints. */
    Path console() {
        return logs().resolve("console.log");
    }

    /** The snapshot that a backup has committed, if there is one yet. */
    Optional<Path> firstSnapshot() throws IOException {
        try (Stream<Path> entries = Files.list(data())) {
            return entries.filter(path -> path.getFileName().toString().startsWith("hublink_"))
                    .sorted()
                    .findFirst();
        }
    }

    /** Removes the folder and everything in it, unless it is to be kept; follows no symbolic link. */
    @Override
    public void close() throws IOException {
        if (!keep) {
            delete();
        }
    }

    private void delete() throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path entered, BasicFileAttributes attributes) {
                // Nothing can be removed from a folder that may not be written; failing here shows at the removal.
                boolean ignored = entered.toFile().setWritable(true);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path left, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(left);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private JsonObject configuration(List<String> buckets) {
        return new JsonObject()
                .put("s3_buckets", new JsonArray(buckets))
                .put("local_base_path", data().toString())
                .put(
                        "sync_options",
                        new JsonObject()
                                .put("delete", true)
                                .put("exclude_patterns", new JsonArray(List.of("*.tmp", "*/temp/*")))
                                .put("include_patterns", new JsonArray()))
                .put(
                        "logging",
                        new JsonObject()
                                .put("level", "INFO")
                                .put("max_size_mb", 10)
                                .put("backup_count", 5))
                .put(
                        "automation",
                        new JsonObject()
                                .put("enabled", true)
                                .put("interval_hours", INTERVAL_HOURS)
                                .put("max_retries", 3)
                                .put("retry_delay_minutes", 1));
    }
}
