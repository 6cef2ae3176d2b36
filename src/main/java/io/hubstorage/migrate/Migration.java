package io.hubstorage.migrate;

import io.hubstorage.config.ConfigReading;
import io.hubstorage.config.EnvFile;
import io.hubstorage.config.Environment;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The move from the old tool: reads its configuration and the LaunchAgent that ran it, and writes ours. What the old tool
 * wrote is never changed, so that there is a way back. Everything here blocks.
 */
public final class Migration {
    private final Environment environment;
    private final @Nullable LaunchAgent agent;
    private final Conversion conversion;
    private final Path data;
    private final EnvFile.Edit dotenv;

    private Migration(Environment environment, @Nullable LaunchAgent agent, Conversion conversion) throws IOException {
        this.environment = environment;
        this.agent = agent;
        this.conversion = conversion;
        Path old = conversion.dataFolder().orElse(null);
        Map<String, String> variables = new TreeMap<>(conversion.variables());
        // In a container the folder of old is mounted where the environment says.
        if (old == null || environment.get("HUBSTORAGE_DATA_PATH") != null) {
            this.data = environment.settings().dataPath();
        } else {
            this.data = old;
            variables.put("HUBSTORAGE_DATA_PATH", old.toString());
        }
        this.dotenv = EnvFile.edit(environment.dotenv(), variables);
    }

    /**
     * Reads what there is; nothing is written yet.
     *
     * @param oldConfig the old {@code config.json}
     * @param launchAgent its property list; if absent, the usual place below this home is looked at
     * @throws io.hubstorage.config.ConfigException when a file is no JSON
     */
    public static Migration read(Environment environment, Path oldConfig, @Nullable Path launchAgent, Path home)
            throws IOException {
        JsonObject old = ConfigReading.parse(Files.readAllBytes(oldConfig));
        Optional<Path> plist = launchAgent == null ? LaunchAgent.installed(home) : Optional.of(launchAgent);
        LaunchAgent agent = plist.isPresent() ? LaunchAgent.read(plist.get()) : null;
        Path folder = oldConfig.toAbsolutePath().getParent();
        return new Migration(environment, agent, new Conversion(old, folder == null ? home : folder, agent));
    }

    /**
     * What was written.
     *
     * @param variables names that are new in {@code .env}; none if that did not have to change
     */
    public record Written(Path config, Path dotenv, Set<String> variables) {}

    /**
     * Writes {@code .env} and {@code config.json}; all or, if something is in the way, nothing.
     *
     * @param force whether what is there may be replaced
     * @throws FileAlreadyExistsException naming what is in the way
     * @throws io.hubstorage.config.ConfigException when the old configuration has values that ours cannot have
     */
    public Written write(boolean force) throws IOException {
        Path config = environment.settings().configFile();
        if (!force && Files.exists(config)) {
            throw new FileAlreadyExistsException(config.toString(), null, "it exists already");
        }
        if (!force && !dotenv.conflicts().isEmpty()) {
            throw new FileAlreadyExistsException(
                    dotenv.path().toString(), null, "it has other values of " + String.join(", ", dotenv.conflicts()));
        }
        // The configuration first: it is checked before it is written, and refers to nothing in .env.
        boolean replaced = Files.exists(config);
        Path written = ConfigReading.write(environment, conversion.config(), force);
        try {
            return new Written(written, dotenv.path(), dotenv.write(force));
        } catch (IOException e) {
            // All or nothing: a configuration without its credentials would only look like a move.
            if (!replaced) {
                Files.deleteIfExists(written);
            }
            throw e;
        }
    }

    public Conversion conversion() {
        return conversion;
    }

    /** The property list of the LaunchAgent that has to go. */
    public Optional<Path> launchAgent() {
        return Optional.ofNullable(agent).map(LaunchAgent::file);
    }

    /** Where snapshots are and will be, as this process sees it. */
    public Path dataFolder() {
        return data;
    }

    /** The old tool's snapshots there, the newest first: what the first backup links from. */
    public List<SnapshotInfo> snapshots() throws IOException {
        return new Snapshots(new Layout(data))
                .folders(null)
                .filter(Snapshots.Folder::legacy)
                .map(folder -> new SnapshotInfo(folder.name(), folder.path(), null))
                .toList();
    }
}
