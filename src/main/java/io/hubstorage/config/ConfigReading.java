package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The configuration as a command looks at it, without a service around it: read once, nothing written. Everything here
 * blocks.
 *
 * @param exists whether there is one; if not, the rest is what the first start would write there
 * @param warnings what is odd about file and environment, but no error
 * @param broken why the rest is not what stands in the file but the last good one that was kept beside it
 */
public record ConfigReading(
        Path file,
        boolean exists,
        HubConfig config,
        Path dataPath,
        List<String> warnings,
        @Nullable BrokenFile broken) {
    /**
     * Reads environment and file.
     *
     * @throws ConfigException with everything that is wrong with either, unless a last good configuration was kept
     */
    public static ConfigReading of(Environment env) {
        env.requireNamedFile();
        List<Problem> problems = new ArrayList<>();
        Settings settings = SettingsReader.read(env, problems);
        ConfigLoader loader = new ConfigLoader(settings.configFile());
        String about = null;
        try {
            Optional<ConfigLoader.Found> there = loader.find(env, Instant.EPOCH);
            ConfigLoader.Found found = there.orElseGet(() -> ConfigLoader.first(env));
            if (problems.isEmpty()) {
                ConfigState state = ConfigState.of(env, settings, found, UnaryOperator.identity(), Instant.EPOCH);
                return new ConfigReading(
                        loader.file().path(),
                        there.isPresent(),
                        state.config(),
                        state.settings().dataPath(),
                        state.current().warnings(),
                        found.broken());
            }
            if (found.broken() != null) {
                problems.addAll(found.broken().problems());
            }
        } catch (ConfigException e) {
            problems.addAll(e.problems());
            about = e.file();
        }
        ConfigException all = new ConfigException(problems);
        throw about == null ? all : all.in(Path.of(about));
    }

    /** {@link #write Writes} the default {@code config.json}, with what {@code BACKUP_*} variables say put in. */
    public static Path create(Environment env, boolean replace) throws IOException {
        return write(env, Seed.from(env), replace);
    }

    /**
     * Writes a {@code config.json} that was made elsewhere.
     *
     * @param replace whether one that is there may be replaced
     * @return the file
     * @throws FileAlreadyExistsException when there is one that may not
     * @throws ConfigException when it is not valid, or a variable is wrong
     */
    public static Path write(Environment env, JsonObject json, boolean replace) throws IOException {
        ConfigFile file = new ConfigFile(env.settings().configFile());
        ConfigParser.parse(json, env, new ArrayList<>());
        if (!replace && Files.exists(file.path())) {
            throw new FileAlreadyExistsException(file.path().toString());
        }
        file.write(ConfigDocument.write(json));
        return file.path();
    }

    /**
     * The JSON object in a file, whatever it means.
     *
     * @throws ConfigException with line and column, and without quoting the file, whose text may hold a secret
     */
    public static JsonObject parse(byte[] bytes) {
        return ConfigDocument.parse(bytes);
    }
}
