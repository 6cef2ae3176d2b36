package io.hubstorage.retain;

import io.hubstorage.fs.Durable;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers in {@code retention.json} of the configuration folder for which policy somebody has looked at a preview and started it. Only
 * that policy removes anything by itself. Blocking.
 */
final class ConfirmedPolicy {
    private static final Logger LOG = LoggerFactory.getLogger(ConfirmedPolicy.class);
    private static final String POLICY = "policy";

    private final Path file;

    ConfirmedPolicy(Path configFolder) {
        file = configFolder.resolve("retention.json");
    }

    /** A file that is missing or cannot be read means "not confirmed": nothing is removed then. */
    boolean is(String policyDigest) {
        try {
            return policyDigest.equals(new JsonObject(Files.readString(file)).getValue(POLICY));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException | DecodeException e) {
            LOG.warn("{} cannot be read ({}): retention waits for a confirmation", file, e.toString());
            return false;
        }
    }

    void confirm(String policyDigest, Instant now) throws IOException {
        Files.createDirectories(Durable.folderOf(file));
        JsonObject content = new JsonObject().put(POLICY, policyDigest).put("confirmed_at", now.toString());
        Durable.writeAtomically(file, (content.encodePrettily() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    void withdraw() throws IOException {
        Files.deleteIfExists(file);
    }
}
