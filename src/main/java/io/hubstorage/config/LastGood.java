package io.hubstorage.config;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lies beside {@code config.json} for the day on which somebody breaks it: {@code config.json.last-good}, the content
 * that was last put in force, and {@code config.json.broken-<time>}, hand edits that a save has replaced. Both are for the
 * owner alone. Blocks.
 */
final class LastGood {
    private static final Logger LOG = LoggerFactory.getLogger(LastGood.class);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    private final ConfigFile original;
    private final ConfigFile copy;
    private boolean saidUnwritable;

    LastGood(ConfigFile original) {
        this.original = original;
        this.copy = new ConfigFile(sibling(".last-good"), ConfigFile.Readers.OWNER);
    }

    /**
     * A configuration from the copy.
     *
     * @param file the copy
     * @param since when it was kept
     */
    record Kept(Path file, JsonObject json, HubConfig config, Instant since) {}

    /** Remembers content that has just been put in force; durable on return. Only warns where that is not possible. */
    void keep(byte[] content) {
        try {
            if (!Files.exists(copy.path()) || !Arrays.equals(copy.read(), content)) {
                copy.write(content);
            }
        } catch (IOException e) {
            if (!saidUnwritable) {
                LOG.warn(
                        "{} cannot be written ({}): should config.json be broken one day, a restart has nothing to fall"
                                + " back on",
                        copy.path(),
                        Environment.reason(e));
            }
            saidUnwritable = true;
        }
    }

    /** The configuration last kept, if there is one that may be used in this environment. */
    Optional<Kept> read(Environment env, List<String> odd) {
        try {
            byte[] bytes = copy.read();
            JsonObject json = ConfigText.parse(bytes);
            HubConfig config = ConfigParser.parse(json, env, odd);
            return Optional.of(new Kept(
                    copy.path(),
                    json,
                    config,
                    Files.getLastModifiedTime(copy.path()).toInstant()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", copy.path(), Environment.reason(e));
            return Optional.empty();
        } catch (ConfigException e) {
            LOG.warn("{} cannot be used either:\n{}", copy.path(), e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Keeps what is in {@code config.json} under another name, before a save replaces it.
     *
     * @return where it is now; null when there was nothing to keep
     * @throws IOException when it cannot be kept
     */
    @Nullable
    Path setAside(Instant now) throws IOException {
        if (!Files.exists(original.path())) {
            return null;
        }
        String stamp = STAMP.format(now);
        Path aside = sibling(".broken-" + stamp);
        for (int i = 2; Files.exists(aside); i++) {
            aside = sibling(".broken-%s-%d".formatted(stamp, i));
        }
        try {
            new ConfigFile(aside, ConfigFile.Readers.OWNER).write(original.read());
        } catch (AccessDeniedException e) {
            // What may not be read can still be renamed, if the folder is ours.
            Files.move(original.path(), aside);
        }
        return aside;
    }

    private Path sibling(String ending) {
        Path path = original.path();
        return path.resolveSibling(path.getFileName() + ending);
    }
}
