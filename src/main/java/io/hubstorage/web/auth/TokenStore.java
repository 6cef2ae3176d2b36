package io.hubstorage.web.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.hubstorage.bus.BusJson;
import io.hubstorage.config.ConfigFile;
import io.hubstorage.fs.ChangeLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens for programs, in {@code api-tokens.json} of the config folder, which only its owner may read and which holds no
 * token, only digests. A command may change it beside a running service. Blocking; thread-safe.
 */
public final class TokenStore {
    /** So that a scan for secrets finds one that got into a repository. */
    static final String PREFIX = "hst_";

    public static final int LONGEST_NAME = 60;
    /** One that expires does so within ten years. */
    public static final int MOST_DAYS = 3_650;

    private static final int MOST = 100;
    private static final int FORMAT = 1;
    private static final int ID_BYTES = 4;
    private static final Pattern NAME = Pattern.compile(
            "[^\\p{Cntrl}\\p{Cf}\\p{Z}](?:[^\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]*[^\\p{Cntrl}\\p{Cf}\\p{Z}])?");

    private final ConfigFile file;
    private final InstantSource clock;

    private record Content(int format, @Nullable List<ApiToken> tokens) {}

    /**
     * One that was just made.
     *
     * @param text the token itself, to be shown once: nobody can tell it later
     */
    public record Made(ApiToken token, String text) {
        /** Without the token. */
        @Override
        public String toString() {
            return "Made[%s]".formatted(token);
        }
    }

    public TokenStore(Path configFolder, InstantSource clock) {
        this.file = new ConfigFile(configFolder.resolve("api-tokens.json"));
        this.clock = clock;
    }

    /** What one may be called, as a part of a sentence. */
    public static String allowedNames() {
        return "1 to %d characters on one line, without blanks around them".formatted(LONGEST_NAME);
    }

    public static boolean isName(String name) {
        return name.length() <= LONGEST_NAME && NAME.matcher(name).matches();
    }

    /**
     * Those there are, the expired ones too.
     *
     * @throws IOException also when the file is damaged; then nobody comes in by any. The role of one may be of a later version
     */
    public synchronized List<ApiToken> list() throws IOException {
        try {
            Content content = BusJson.mapper().readValue(file.read(), Content.class);
            List<ApiToken> tokens = content == null ? null : content.tokens();
            if (tokens == null || content.format() != FORMAT) {
                throw new IOException(file.path() + " holds no tokens of a format that this version knows");
            }
            check(tokens);
            return tokens;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (JsonProcessingException | RuntimeException e) {
            throw new IOException(file.path() + " is damaged: restore it, or remove it and make the tokens anew", e);
        }
    }

    /** Whether there is a file of them, be it empty or damaged. */
    boolean hasFile() {
        return Files.exists(file.path());
    }

    private void check(List<ApiToken> tokens) throws IOException {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < tokens.size(); i++) {
            ApiToken token = tokens.get(i);
            // Jackson puts null where nothing is.
            if (token == null || !token.isWhole()) {
                throw new IOException(
                        "%s is damaged: of its token no. %d, id, name, role, digest or created_at are missing"
                                .formatted(file.path(), i + 1));
            }
            if (!seen.add("id " + token.id()) || !seen.add("digest " + token.digest())) {
                throw new IOException("%s is damaged: its token no. %d, %s, is there twice by id or digest"
                        .formatted(file.path(), i + 1, token.id()));
            }
        }
    }

    /**
     * Makes one.
     *
     * @param name as {@link #isName} wants it
     * @param expires null for never
     * @throws IllegalStateException when there are too many, or another one has that name
     */
    public Made create(String name, Role role, @Nullable Instant expires) throws IOException {
        if (!isName(name)) {
            throw new IllegalArgumentException("a name of " + allowedNames());
        }
        String text = PREFIX + Tokens.text(Tokens.KEY_BYTES);
        ApiToken token = new ApiToken(
                HexFormat.of().formatHex(Tokens.random(ID_BYTES)),
                name,
                role.word(),
                Tokens.digest(text),
                clock.instant(),
                expires,
                null);
        change(all -> {
            if (all.stream().anyMatch(each -> each.name().equals(name))) {
                throw new IllegalStateException("another token has that name");
            }
            if (all.size() >= MOST) {
                throw new IllegalStateException("there are %d tokens: revoke one that is not used".formatted(MOST));
            }
            return Stream.concat(all.stream(), Stream.of(token)).toList();
        });
        return new Made(token, text);
    }

    /** Removes one for good, and returns it; empty when there is none of that id. */
    public Optional<ApiToken> revoke(String id) throws IOException {
        List<ApiToken> before = list();
        change(all -> all.stream().filter(each -> !each.id().equals(id)).toList());
        return before.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    /** Writes down when some were last used, by their ids. */
    void used(Map<String, Instant> uses) throws IOException {
        change(all -> all.stream()
                .map(each ->
                        Optional.ofNullable(uses.get(each.id())).map(each::used).orElse(each))
                .toList());
    }

    private synchronized void change(UnaryOperator<List<ApiToken>> change) throws IOException {
        try (ChangeLock _ = ChangeLock.take(file.path().resolveSibling(".api-tokens.lock"))) {
            List<ApiToken> before = list();
            List<ApiToken> after = change.apply(before);
            if (!after.equals(before)) {
                file.write(BusJson.mapper()
                        .writer()
                        .with(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsBytes(new Content(FORMAT, after)));
            }
        }
    }
}
