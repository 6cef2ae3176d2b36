package io.hubstorage.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How a JVM of HubStorage is started. */
record Jvm(List<String> options, Map<String, String> environment) {
    /** What the image sets for it beside {@code docker/jvm.args}. */
    private static final Map<String, String> IN_CONTAINER = Map.of("MALLOC_ARENA_MAX", "2");

    /** What an AOT cache is trained on: enough requests and bytes for what a backup does to be known. */
    private static final List<String> REHEARSAL = List.of("--objects=1000", "--size=mixed");

    /** With these options. */
    static Jvm with(List<String> options) {
        return new Jvm(List.copyOf(options), Map.of());
    }

    /**
     * As the image starts it in a container with so much memory.
     *
     * @param arguments {@code docker/jvm.args}; what it says about files of the image is left out
     */
    static Jvm inContainer(Path arguments, int mebibytes) throws IOException {
        try (Stream<String> lines = Files.lines(arguments)) {
            Stream<String> flags = lines.filter(line -> line.startsWith("-") && !line.contains("/app/"));
            return new Jvm(
                    Stream.concat(flags, Stream.of("-XX:MaxRAM=%dm".formatted(mebibytes)))
                            .toList(),
                    IN_CONTAINER);
        }
    }

    /** The same with one more option. */
    Jvm and(String option) {
        return new Jvm(Stream.concat(options.stream(), Stream.of(option)).toList(), environment);
    }

    /**
     * The same with an AOT cache, as the image has one: made here by a backup with this jar, because a cache fits one jar in one
     * place. Without a cache if none could be made.
     *
     * @param folder that the cache is made in and stays in; anything else in it is deleted
     */
    Jvm rehearsed(Path jar, Path folder, PrintStream log) throws IOException, InterruptedException {
        Path cache = Files.createDirectories(folder).resolve("hubstorage.aot");
        try (Server server = Server.start(REHEARSAL, folder)) {
            // With the vectors' module loaded, the JVM makes no cache.
            Jvm recorded = and("-XX:AOTCacheOutput=" + cache).and("-Dhubstorage.vectors=off");
            HubHome home = new HubHome(jar, recorded, folder.resolve("home"), folder.resolve("data"), server);
            try (ColdHub command = new ColdHub(home, "backup")) {
                Tool.Outcome outcome = command.run();
                boolean made = outcome.successful() && Files.isRegularFile(cache);
                log.printf(
                        "  AOT cache of %s: %s%n",
                        jar.getFileName(),
                        made
                                ? "%d MiB, made in %.0f s"
                                        .formatted(
                                                Files.size(cache) >> 20,
                                                outcome.measured().wall())
                                : "none, see below\n"
                                        + Files.readString(home.folder().resolve("output.txt")));
                return made ? and("-XX:AOTCache=" + cache) : this;
            } finally {
                home.delete();
            }
        }
    }
}
