package io.hubstorage.bench;

import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** HubStorage as a command: each run is a JVM of its own, its start included, with what the first one has left for it. */
final class ColdHub implements Tool {
    private final HubHome home;
    private final List<String> arguments;

    /** Prepares the home for a command with these arguments. */
    ColdHub(HubHome home, String... arguments) throws IOException {
        this.home = home;
        this.arguments = List.of(arguments);
        home.configure();
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
        command.addAll(List.of("-jar", home.jar().toString()));
        command.addAll(arguments);
        Map<String, String> environment = home.environment();
        environment.put("CI", "");
        if (!"none".equals(System.getenv("HUBSTORAGE_CACHE_PATH"))) {
            environment.remove("HUBSTORAGE_CACHE_PATH");
        }
        Child child = Child.run(command, environment, home.folder().resolve("output.txt"));
        home.awaitCache();
        return new Outcome(child.exitCode() == 0, child.measured());
    }

    @Override
    public Path tree() throws IOException {
        return home.tree();
    }

    @Override
    public void close() {}
}
