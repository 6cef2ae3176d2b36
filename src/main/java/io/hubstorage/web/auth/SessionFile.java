package io.hubstorage.web.auth;

import io.hubstorage.bus.BusJson;
import io.hubstorage.config.ConfigFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logins over a restart, in {@code web-sessions.json} of the config folder: digests of their secrets, so that who reads it comes in
 * by none of them. With them stands, as slow to guess as a stored password, by which credentials they began: under others they are
 * over, also when those were changed while HubStorage was stopped. Blocking; one thread at a time.
 */
final class SessionFile {
    private static final Logger LOG = LoggerFactory.getLogger(SessionFile.class);
    private static final int FORMAT = 1;

    private final ConfigFile file;
    /** The credentials that {@link #hash} was made of. */
    private String hashed = "";

    private @Nullable String hash;
    private boolean unwritable;

    private record Content(
            int format,
            @Nullable String credentials,
            @Nullable List<Line> sessions) {}

    private record Line(String digest, String name, String role, String via, Instant begunAt, Instant lastUsedAt) {
        static Line of(Session.Kept kept) {
            Identity who = kept.identity();
            return new Line(
                    kept.digest(), who.name(), who.role().word(), who.via().word(), kept.begun(), kept.lastUsed());
        }

        Session.Kept kept() {
            Identity.Via way = Identity.Via.valueOf(via.toUpperCase(Locale.ROOT));
            return new Session.Kept(digest, new Identity(name, Role.of(role).orElseThrow(), way), begunAt, lastUsedAt);
        }
    }

    SessionFile(Path configFolder) {
        file = new ConfigFile(configFolder.resolve("web-sessions.json"));
    }

    /** Those that began with these credentials; none if anything about the file is not as it should be. */
    List<Session.Kept> read(String credentials) {
        try {
            Content content = BusJson.mapper().readValue(file.read(), Content.class);
            List<Line> lines = content == null ? null : content.sessions();
            String kept = content == null ? null : content.credentials();
            if (lines == null || lines.isEmpty() || kept == null || content.format() != FORMAT) {
                return List.of();
            }
            if (!PasswordHash.matches(kept, credentials)) {
                LOG.info("The dashboard has another password or token than before, or lets in others: everybody has to"
                        + " log in again");
                return List.of();
            }
            hashed = credentials;
            hash = kept;
            return lines.stream().map(Line::kept).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "{} cannot be used ({}): everybody has to log in again",
                    file.path(),
                    e.getClass().getSimpleName());
            return List.of();
        }
    }

    /**
     * Replaces them, durably. A disk that takes nothing costs nobody the login that is under way: it is said in the log.
     *
     * @return whether they are written down
     */
    boolean write(String credentials, List<Session.Kept> sessions) {
        try {
            String proof = hash;
            if (proof == null || !hashed.equals(credentials)) {
                proof = PasswordHash.of(credentials);
                hashed = credentials;
                hash = proof;
            }
            file.write(BusJson.mapper()
                    .writeValueAsBytes(new Content(
                            FORMAT, proof, sessions.stream().map(Line::of).toList())));
            unwritable = false;
            return true;
        } catch (IOException e) {
            if (!unwritable) {
                LOG.warn(
                        "{} cannot be written ({}): who logs in or out now does so until the next restart only",
                        file.path(),
                        e.getMessage());
            }
            unwritable = true;
            return false;
        }
    }
}
