package io.hubstorage.web.auth;

import io.hubstorage.config.ConfigFile;
import io.hubstorage.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * The password that is made where none is given: its hash, in a file of the config folder that only its owner may read. The
 * password itself is nowhere. Everything here blocks.
 */
public final class StoredPassword {
    private static final String NAME = "web-password.hash";
    /** Nothing in it looks like something else. */
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

    private static final int GROUPS = 4;
    private static final int GROUP = 5;

    private final ConfigFile file;

    /** That of a config folder, whether or not there is one. */
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

    /** Makes a new one in the place of the old, and returns it: nobody can tell it later. */
    public String renew() throws IOException {
        String password = random();
        file.write((PasswordHash.of(password) + "\n").getBytes(StandardCharsets.UTF_8));
        return password;
    }

    /** Twenty characters, almost 100 bits, in groups that can be read aloud. */
    static String random() {
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
