package io.hubstorage.bench;

import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** HubStorage as a command: each run is a JVM of its own, its start included. */
final class ColdHub implements Tool {
    private final HubHome home;

    /** Prepares the home. */
    ColdHub(HubHome home) throws IOException {
        this.home = home;
        home.configure();
    }

    @Override
    public int warmUps() {
        return 1;
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
        command.addAll(List.of("-jar", home.jar().toString(), "backup"));
        Child child = Child.run(command, home.environment(), home.folder().resolve("output.txt"));
        return new Outcome(child.exitCode() == 0, child.measured());
    }

    @Override
    public Path tree() throws IOException {
        return home.tree();
    }

    @Override
    public void close() {}
}
