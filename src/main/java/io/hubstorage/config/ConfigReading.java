package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The configuration as a command looks at it, without a service around it: read once, nothing written. Everything here
 * blocks.
 *
 * @param file {@code config.json}
 * @param exists whether there is one; if not, the rest is what the first start would write there
 * @param dataPath where snapshots go
 * @param warnings what is odd about file and environment, but no error
 */
public record ConfigReading(Path file, boolean exists, HubConfig config, Path dataPath, List<String> warnings) {
    /**
     * Reads environment and file.
     *
     * @throws ConfigException with everything that is wrong with either
     */
    public static ConfigReading of(Environment env) {
        List<Problem> problems = new ArrayList<>();
        Settings settings = SettingsReader.read(env, problems);
        ConfigFile file = new ConfigFile(settings.configFile());
        List<String> odd = new ArrayList<>();
        try {
            byte[] bytes = read(file);
            JsonObject json = bytes.length == 0 ? Seed.from(env) : ConfigText.parse(bytes);
            HubConfig config = ConfigLoader.validate(json, env, odd);
            if (problems.isEmpty()) {
                ConfigState state = new ConfigState(
                        env, env, settings, json, config, "", List.copyOf(odd), null, null, Instant.EPOCH);
                return new ConfigReading(
                        file.path(),
                        bytes.length > 0,
                        config,
                        state.settings().dataPath(),
                        state.current().warnings());
            }
        } catch (ConfigException e) {
            problems.addAll(e.problems());
        }
        throw new ConfigException(problems);
    }

    /** Empty where there is no file, or an empty one such as is made to mount it into a container. */
    private static byte[] read(ConfigFile file) {
        try {
            byte[] bytes = file.read();
            return new String(bytes, StandardCharsets.UTF_8).isBlank() ? new byte[0] : bytes;
        } catch (NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            throw new ConfigException(file.path().toString(), Environment.reason(e), "a readable file");
        }
    }

    /**
     * Writes the default {@code config.json}, with what {@code BACKUP_*} variables say put in.
     *
     * @param replace whether one that is there may be replaced
     * @return the file
     * @throws FileAlreadyExistsException when there is one that may not
     * @throws ConfigException when a variable is wrong
     */
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
        ConfigLoader.validate(json, env, new ArrayList<>());
        if (!replace && Files.exists(file.path())) {
            throw new FileAlreadyExistsException(file.path().toString());
        }
        file.write(ConfigText.write(json));
        return file.path();
    }

    /**
     * The JSON object in a file, whatever it means.
     *
     * @throws ConfigException with line and column, and without quoting the file, whose text may hold a secret
     */
    public static JsonObject parse(byte[] bytes) {
        return ConfigText.parse(bytes);
    }
}
