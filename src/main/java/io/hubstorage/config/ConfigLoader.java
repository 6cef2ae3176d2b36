package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the bytes of {@code config.json} to a configuration that may be put in force. Blocks. */
final class ConfigLoader {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigLoader.class);

    private ConfigLoader() {}

    /**
     * The bytes of the file, which is written first where there is none.
     *
     * @throws ConfigException when it can be neither read nor written, or the seed is not valid
     */
    static byte[] readOrSeed(ConfigFile file, Environment environment) {
        try {
            byte[] bytes = file.read();
            // An empty file is what somebody creates to mount it into a container.
            if (!new String(bytes, StandardCharsets.UTF_8).isBlank()) {
                return bytes;
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} does not exist yet", file.path());
        } catch (IOException e) {
            throw new ConfigException(file.path().toString(), Environment.reason(e), "a readable file");
        }
        byte[] seed = ConfigText.write(Seed.from(environment));
        try {
            file.write(seed);
        } catch (IOException e) {
            throw new ConfigException(
                    file.path().toString(),
                    "it cannot be written: " + Environment.reason(e),
                    "a folder that HubStorage may write to (HUBSTORAGE_CONFIG_PATH names another)");
        }
        LOG.info("Wrote a first {}; change it there or on the configuration page", file.path());
        return seed;
    }

    /**
     * The configuration in an object, whose oddities are added to the list.
     *
     * @throws ConfigException also when it repeats a credential of the environment
     */
    static HubConfig validate(JsonObject json, Environment env, List<String> odd) {
        try {
            HubConfig config = ConfigParser.parse(json, odd);
            List<Problem> leaks = new ArrayList<>();
            ConfigDiff.flatten(json).forEach((path, value) -> {
                String name = env.awsSecretIn(path + value);
                if (name != null) {
                    leaks.add(new Problem(
                            env.redact(path), "the value of " + name, "no secrets in config.json: delete it there"));
                }
            });
            if (!leaks.isEmpty()) {
                throw new ConfigException(leaks);
            }
            return config;
        } catch (ConfigException e) {
            throw new ConfigException(e.problems().stream()
                    .map(problem ->
                            new Problem(env.redact(problem.path()), env.redact(problem.found()), problem.allowed()))
                    .toList());
        }
    }
}
