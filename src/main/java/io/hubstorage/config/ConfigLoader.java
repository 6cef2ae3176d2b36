package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.bus.ConfigMessage.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code config.json} on the disk, and what lies beside it for the day on which somebody breaks it:
 * {@code config.json.last-good}, the content that was last put in force, and {@code config.json.broken-<time>}, hand edits
 * that a save has replaced. Blocks.
 */
final class ConfigLoader {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigLoader.class);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    private final ConfigFile file;
    private final ConfigFile lastGood;
    private boolean saidUnwritable;

    ConfigLoader(Path configFile) {
        // It holds no secret, and whoever takes the folder over must be able to start and say on a page what is wrong.
        this.file = new ConfigFile(configFile, false);
        this.lastGood = new ConfigFile(sibling(".last-good"));
    }

    /**
     * A configuration that may be put in force.
     *
     * @param hash names what is on disk, as {@link ConfigState#hash} has it
     * @param broken why this is the last good one instead of the file
     */
    record Found(
            ConfigDocument document, String hash, @Nullable BrokenFile broken) {}

    ConfigFile file() {
        return file;
    }

    /**
     * What is in force at the start, after a first file was written where there is neither one nor a last good one. The log is
     * told of everything that is odd about it.
     *
     * @throws ConfigException when the file is broken and nothing was kept, or a first one cannot be written
     */
    ConfigState open(Environment env, Settings settings, UnaryOperator<HubConfig> override, Instant now) {
        Found found = find(env, now).orElseGet(() -> seed(env));
        ConfigState state = ConfigState.of(env, settings, found, override, now);
        BrokenFile broken = found.broken();
        if (broken == null) {
            keep(found.document());
        } else {
            LOG.error("{}", env.redact(broken.sentence() + ' ' + broken.instead()));
        }
        state.current().warnings().stream()
                .skip(broken == null ? 0 : 1)
                .forEach(warning -> LOG.warn("{}", env.redact(warning)));
        return state;
    }

    /**
     * The file; or, where it is broken, gone or empty, the last good one that was kept; or nothing, where there is
     * neither.
     *
     * @throws ConfigException naming the file, when it is broken and nothing was kept
     */
    Optional<Found> find(Environment env, Instant now) {
        try {
            byte[] bytes = file.read();
            String hash = ConfigDocument.hash(bytes);
            // An empty file is what somebody creates to mount it into a container.
            if (new String(bytes, StandardCharsets.UTF_8).isBlank()) {
                return standIn(env, hash, "is empty", List.of(), now);
            }
            try {
                return Optional.of(new Found(ConfigDocument.read(bytes, env), hash, null));
            } catch (ConfigException e) {
                Optional<Found> good = standIn(env, hash, "is not valid", e.problems(), now);
                if (good.isEmpty()) {
                    throw e.in(file.path());
                }
                return good;
            }
        } catch (IOException e) {
            Optional<Found> good = standIn(env, hash(e), reason(e), List.of(), now);
            if (good.isEmpty() && !(e instanceof NoSuchFileException)) {
                throw new ConfigException(
                        file.path().toString(),
                        ConfigFile.reason(e),
                        "a file that the user of this process%s may read: chown it and its folder to that user"
                                .formatted(ConfigFile.user()));
            }
            return good;
        }
    }

    /** The configuration last kept, if there is one that may be used in this environment. */
    private Optional<Found> standIn(Environment env, String hash, String reason, List<Problem> problems, Instant now) {
        Path copy = lastGood.path();
        try {
            ConfigDocument kept = ConfigDocument.read(lastGood.read(), env);
            BrokenFile broken = new BrokenFile(
                    file.path().toString(),
                    reason,
                    problems,
                    changed(file.path()).orElse(now),
                    changed(copy).orElse(now),
                    copy.toString());
            return Optional.of(new Found(kept, hash, broken));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", copy, ConfigFile.reason(e));
            return Optional.empty();
        } catch (ConfigException e) {
            LOG.warn("{} cannot be used either:\n{}", copy, e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Instant> changed(Path path) {
        try {
            return Optional.of(Files.getLastModifiedTime(path).toInstant());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What is the matter with a file that cannot be read, as a part of a sentence. */
    static String reason(IOException e) {
        return e instanceof NoSuchFileException
                ? "is gone; a save writes it again"
                : "cannot be read (%s)".formatted(ConfigFile.reason(e));
    }

    static String hash(IOException e) {
        return e instanceof NoSuchFileException ? "missing" : "unreadable";
    }

    /**
     * What a first file is.
     *
     * @throws ConfigException when a variable is wrong
     */
    static Found first(Environment env) {
        ConfigDocument document = ConfigDocument.read(ConfigDocument.write(Seed.from(env)), env);
        return new Found(document, document.hash(), null);
    }

    /** @throws ConfigException when that is not possible, or a variable is wrong */
    private Found seed(Environment env) {
        Found first = first(env);
        try {
            file.write(first.document().text().getBytes());
        } catch (IOException e) {
            throw new ConfigException(
                    file.path().toString(),
                    "it cannot be written: " + ConfigFile.reason(e),
                    "a folder that HubStorage may write to (HUBSTORAGE_CONFIG_PATH names another)");
        }
        LOG.info("Wrote a first {}; change it there or in the settings", file.path());
        return first;
    }

    /** Remembers content that has just been put in force; durable on return. Only warns where that is not possible. */
    void keep(ConfigDocument document) {
        byte[] content = document.text().getBytes();
        try {
            if (!Files.exists(lastGood.path()) || !Arrays.equals(lastGood.read(), content)) {
                lastGood.write(content);
            }
        } catch (IOException e) {
            if (!saidUnwritable) {
                LOG.warn(
                        "{} cannot be written ({}): should config.json be broken one day, a restart has nothing to fall"
                                + " back on",
                        lastGood.path(),
                        ConfigFile.reason(e));
            }
            saidUnwritable = true;
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
        if (!Files.exists(file.path())) {
            return null;
        }
        String stamp = STAMP.format(now);
        Path aside = sibling(".broken-" + stamp);
        for (int i = 2; Files.exists(aside); i++) {
            aside = sibling(".broken-%s-%d".formatted(stamp, i));
        }
        try {
            new ConfigFile(aside).write(file.read());
        } catch (AccessDeniedException e) {
            // What may not be read can still be renamed, if the folder is ours.
            Files.move(file.path(), aside);
        }
        return aside;
    }

    private Path sibling(String ending) {
        Path path = file.path();
        return path.resolveSibling(path.getFileName() + ending);
    }
}
