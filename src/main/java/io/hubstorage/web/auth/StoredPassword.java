package io.hubstorage.web.auth;

import io.hubstorage.config.ConfigFile;
import io.hubstorage.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The password that is made where none is given: its hash, in a file of the config folder that only its owner may read. The
 * password itself is nowhere. Everything here blocks.
 */
public final class StoredPassword {
    private static final Logger LOG = LoggerFactory.getLogger(StoredPassword.class);
    private static final String NAME = "web-password.hash";
    /** Nothing in it looks like something else. */
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

    private static final int GROUPS = 4;
    private static final int GROUP = 5;

    private final ConfigFile file;

    public StoredPassword(Path configFolder) {
        file = new ConfigFile(configFolder.resolve(NAME));
    }

    /** Where it is; absolute. */
    public Path path() {
        return file.path();
    }

    /** Its hash; empty if none was made yet. */
    Optional<String> hash() throws IOException {
        String text;
        try {
            text = new String(file.read(), StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (!Settings.Web.isPasswordHash(text)) {
            throw new IOException("it holds no hash of a password; 'password --reset' writes it anew");
        }
        return Optional.of(text);
    }

    /**
     * A hash to check passwords by.
     *
     * @param fresh the password, if it was made just now, to be told once to the one who started the program; else null
     */
    record Ready(String hash, @Nullable String fresh) {
        /** Without the password. */
        @Override
        public String toString() {
            return "Ready[fresh=%s]".formatted(fresh != null);
        }
    }

    /** Makes one where there is none; where there is one that may not be read, another for now. */
    Ready ready() throws IOException {
        Optional<String> hash;
        try {
            hash = hash();
        } catch (AccessDeniedException e) {
            // As after a change of the container's user: somebody must be able to come in and read what to do.
            LOG.warn(
                    "{} cannot be read by the user that HubStorage runs as: until it can, another password holds,"
                            + " which is told where the program was started",
                    path());
            String passing = random();
            return new Ready(PasswordHash.of(passing), passing);
        } catch (IOException e) {
            throw new IOException("%s cannot be used: %s".formatted(path(), e.getMessage()), e);
        }
        if (hash.isPresent()) {
            return new Ready(hash.get(), null);
        }
        try {
            String fresh = renew();
            return new Ready(hash().orElseThrow(), fresh);
        } catch (IOException e) {
            throw new IOException(
                    ("%s cannot be written (%s), and no password is set. Set HUBSTORAGE_WEB_PASSWORD, or"
                                    + " HUBSTORAGE_AUTH=none where everybody who reaches the port may do everything.")
                            .formatted(path(), e.getMessage()),
                    e);
        }
    }

    /** Makes a new one in the place of the old, and returns it: nobody can tell it later. */
    public String renew() throws IOException {
        String password = random();
        file.write((PasswordHash.of(password) + "\n").getBytes(StandardCharsets.UTF_8));
        return password;
    }

    /** Twenty characters, almost 100 bits, in groups that can be read aloud. */
    private static String random() {
        SecureRandom random = new SecureRandom();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS * GROUP; i++) {
            if (i > 0 && i % GROUP == 0) {
                text.append('-');
            }
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
