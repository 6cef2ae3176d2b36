package io.hubstorage.bench;

import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** HubStorage as a command: each run is a JVM of its own, its start included. */
final class ColdHub implements Tool {
    private final HubHome home;
    private final String subcommand;
    private final String caches;

    /** Prepares the home for {@code backup} or {@code verify}; no cache. */
    ColdHub(HubHome home, String subcommand) throws IOException {
        this(home, subcommand, "none");
    }

    private ColdHub(HubHome home, String subcommand, String caches) throws IOException {
        this.home = home;
        this.subcommand = subcommand;
        this.caches = caches;
        home.configure();
    }

    /** With the cache that a first start leaves; an older jar leaves none. */
    static ColdHub afterAFirstStart(HubHome home, String subcommand) throws IOException, InterruptedException {
        Path folder = home.folder();
        ColdHub hub = new ColdHub(
                home,
                subcommand,
                folder.resolveSibling(folder.getFileName() + "-cache").toString());
        Child.run(
                List.of(JAVA, "-cp", home.jar().toString(), "io.hubstorage.AotTraining"),
                hub.environment(),
                folder.resolve("training.txt"));
        return hub;
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(home.environment());
        environment.put("HUBSTORAGE_CACHE_PATH", caches);
        return environment;
    }

    @Override
    public int warmUps(int ofService) {
        return Math.min(1, ofService);
    }

    @Override
    public void empty() throws IOException {
        Trees.delete(home.data());
        Trees.delete(home.folder());
        home.configure();
    }

    @Override
    public Outcome run() throws IOException, InterruptedException {
        Files.createDirectories(home.data());
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(home.javaOptions());
        if (!caches.equals("none")) {
            // With other modules than those of its training, a JVM refuses the cache.
            command.removeAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        command.addAll(List.of("-jar", home.jar().toString(), subcommand));
        Child child = Child.run(command, environment(), home.folder().resolve("output.txt"));
        return new Outcome(child.exitCode() == 0, child.measured());
    }

    @Override
    public Path tree() throws IOException {
        return home.tree();
    }

    @Override
    public void close() {}
}
