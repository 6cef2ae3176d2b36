package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the bytes of {@code config.json} to a configuration that may be put in force. Blocks. */
final class ConfigLoader {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigLoader.class);

    private ConfigLoader() {}

    /**
     * A configuration that may be put in force.
     *
     * @param json its content
     * @param config the same, read
     * @param bytes the content of {@code config.json}, good or not; empty where that cannot be read
     * @param hash names what is on disk, as {@link ConfigState#hash} has it
     * @param odd what the parser warned about
     * @param broken why this is the last good one instead of the file
     */
    record Found(
            JsonObject json,
            HubConfig config,
            Buffer bytes,
            String hash,
            List<String> odd,
            @Nullable BrokenFile broken) {}

    /**
     * The file; or, where it is broken, gone or empty, the last good one that was kept; or nothing, where there is
     * neither.
     *
     * @throws ConfigException naming the file, when it is broken and nothing was kept
     */
    static Optional<Found> find(ConfigFile file, LastGood lastGood, Environment env, Instant now) {
        try {
            byte[] bytes = file.read();
            // An empty file is what somebody creates to mount it into a container.
            if (new String(bytes, StandardCharsets.UTF_8).isBlank()) {
                return standIn(file, lastGood, env, ConfigText.hash(bytes), "is empty", List.of(), now);
            }
            List<String> odd = new ArrayList<>();
            try {
                JsonObject json = ConfigText.parse(bytes);
                HubConfig config = ConfigParser.parse(json, env, odd);
                return Optional.of(new Found(json, config, Buffer.buffer(bytes), ConfigText.hash(bytes), odd, null));
            } catch (ConfigException e) {
                Optional<Found> good =
                        standIn(file, lastGood, env, ConfigText.hash(bytes), "is not valid", e.problems(), now);
                if (good.isEmpty()) {
                    throw e.in(file.path());
                }
                return good;
            }
        } catch (IOException e) {
            Optional<Found> good = standIn(file, lastGood, env, hash(e), reason(e), List.of(), now);
            if (good.isEmpty() && !(e instanceof NoSuchFileException)) {
                throw new ConfigException(file.path().toString(), Environment.reason(e), "a readable file");
            }
            return good;
        }
    }

    private static Optional<Found> standIn(
            ConfigFile file,
            LastGood lastGood,
            Environment env,
            String hash,
            String reason,
            List<Problem> problems,
            Instant now) {
        List<String> odd = new ArrayList<>();
        return lastGood.read(env, odd).map(kept -> {
            BrokenFile broken = new BrokenFile(
                    file.path().toString(),
                    reason,
                    problems,
                    changed(file, now),
                    kept.since(),
                    kept.file().toString());
            return new Found(kept.json(), kept.config(), Buffer.buffer(), hash, odd, broken);
        });
    }

    private static Instant changed(ConfigFile file, Instant otherwise) {
        try {
            return Files.getLastModifiedTime(file.path()).toInstant();
        } catch (IOException e) {
            return otherwise;
        }
    }

    /** What is the matter with a file that cannot be read, as a part of a sentence. */
    static String reason(IOException e) {
        return e instanceof NoSuchFileException
                ? "is gone; a save writes it again"
                : "cannot be read (%s)".formatted(Environment.reason(e));
    }

    /** Stands for the content of a file that cannot be read. */
    static String hash(IOException e) {
        return e instanceof NoSuchFileException ? "missing" : "unreadable";
    }

    /**
     * Writes a first file.
     *
     * @throws ConfigException when it cannot be written, or a variable is wrong
     */
    static Found seed(ConfigFile file, Environment env) {
        byte[] seed = ConfigText.write(Seed.from(env));
        List<String> odd = new ArrayList<>();
        JsonObject json = ConfigText.parse(seed);
        HubConfig config = ConfigParser.parse(json, env, odd);
        try {
            file.write(seed);
        } catch (IOException e) {
            throw new ConfigException(
                    file.path().toString(),
                    "it cannot be written: " + Environment.reason(e),
                    "a folder that HubStorage may write to (HUBSTORAGE_CONFIG_PATH names another)");
        }
        LOG.info("Wrote a first {}; change it there or on the configuration page", file.path());
        return new Found(json, config, Buffer.buffer(seed), ConfigText.hash(seed), odd, null);
    }
}
