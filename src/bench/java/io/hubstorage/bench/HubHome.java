package io.hubstorage.bench;

import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.HubProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Where a HubStorage has its configuration and its data.
 *
 * @param jar what is run
 * @param jvm how it is run
 * @param folder the home: configuration and logs
 * @param data the snapshots
 */
record HubHome(Path jar, Jvm jvm, Path folder, Path data, Server server) {
    private static final Duration LONGEST_TRAINING = Duration.ofMinutes(2);

    /** Writes the configuration. */
    void configure() throws IOException {
        Files.createDirectories(temporary());
        HubProcess.configure(
                folder,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of(Server.BUCKET)))
                        .put(
                                "automation",
                                new JsonObject().put("enabled", false).put("max_retries", 0)));
    }

    /** The options of its JVM, and where that may put temporary files: a service is not stopped in order in the end. */
    List<String> javaOptions() {
        List<String> all = new ArrayList<>(jvm.options());
        all.add("-Djava.io.tmpdir=" + temporary());
        return all;
    }

    private Path temporary() {
        return folder.resolve("tmp");
    }

    /** What its process gets to know. */
    Map<String, String> environment() {
        Map<String, String> environment = HubProcess.environment(folder, server.settings());
        // What one run leaves there for the next is the program's affair, but belongs to this home alone.
        environment.put("XDG_CACHE_HOME", cache().toString());
        environment.putAll(jvm.environment());
        environment.put("HUBSTORAGE_DATA_PATH", data.toString());
        return environment;
    }

    /** Deletes all of it. */
    void delete() throws IOException {
        Trees.delete(data);
        Trees.delete(folder);
        Trees.delete(cache());
    }

    /** Waits for what a run has begun to make for the next in the background, so that no other run is measured beside it. */
    void awaitCache() {
        Path folder = cache().resolve("hubstorage/aot");
        try {
            Awaitility.await().atMost(LONGEST_TRAINING).until(() -> has(folder, ".aot") || !has(folder, ".log"));
        } catch (ConditionTimeoutException e) {
            // Then there is no cache, as for a user.
        }
    }

    private static boolean has(Path folder, String ending) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(ending));
        }
    }

    private Path cache() {
        return folder.resolveSibling(folder.getFileName() + "-cache");
    }

    /** Deletes the snapshots; the folder stays the one it was. */
    void deleteSnapshots() throws IOException {
        for (Path snapshot : snapshots()) {
            Trees.delete(snapshot);
        }
    }

    /** The bucket's files in the newest snapshot. */
    Path tree() throws IOException {
        List<Path> snapshots = snapshots();
        if (snapshots.isEmpty()) {
            throw new IOException("no snapshot was made");
        }
        return Layout.tree(snapshots.getLast(), Server.BUCKET);
    }

    private List<Path> snapshots() throws IOException {
        if (!Files.isDirectory(data)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> file.getFileName().toString().startsWith(Layout.SNAPSHOT_PREFIX))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }
}
