package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What counts as a secret, by name or by look, and how a value is shown to people without giving one away. */
final class Secrets {
    static final String HIDDEN = "(not shown)";

    private static final Set<String> AWS = Set.of(
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "RESTORE_AWS_ACCESS_KEY_ID",
            "RESTORE_AWS_SECRET_ACCESS_KEY",
            "RESTORE_AWS_SESSION_TOKEN");
    private static final Pattern OUR_SECRET =
            Pattern.compile("HUBSTORAGE_\\w*(PASSWORD|SECRET|TOKEN|HASH|SSE_C_KEY|ACCESS_KEY)\\w*");
    private static final Pattern MEMBER = Pattern.compile(
            "password|passwd|passphrase|secret|accesskey|apikey|privatekey|sessiontoken|authtoken|bearertoken");
    /** What notifications and hooks are sent with: of any name, since addresses can be secrets too. */
    private static final Pattern NOTIFY_SECRET = Pattern.compile("HUBSTORAGE_(NOTIFY|HOOK)_[A-Z0-9_]+");
    /** The one with that prefix that is none. */
    private static final String NOTIFY_PRIVATE = "HUBSTORAGE_NOTIFY_PRIVATE";
    /** The name of a variable, in a member that says so: {@code "password_env": "HUBSTORAGE_NOTIFY_PASSWORD"}. */
    private static final Pattern NOTIFY_MEMBER = Pattern.compile("[a-z]+_env");

    private static final Pattern ACCESS_KEY = Pattern.compile("\\b(AKIA|ASIA)[A-Z0-9]{12,}");
    private static final Pattern LOGIN_IN_URL = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://.*@.*", Pattern.DOTALL);
    private static final Pattern PLACEHOLDER = Pattern.compile("<?your[_-]\\w*[_-]here>?", Pattern.CASE_INSENSITIVE);
    private static final int SHOWN = 80;
    private static final Map<String, String> CREDENTIALS = Map.of(
            "aws_access_key_id", "AWS_ACCESS_KEY_ID",
            "aws_secret_access_key", "AWS_SECRET_ACCESS_KEY",
            "aws_session_token", "AWS_SESSION_TOKEN");

    private Secrets() {}

    /** Whether the environment variable of that name holds a secret, and so may come from a {@code _FILE}. */
    static boolean isVariable(String name) {
        return AWS.contains(name)
                || isPrefixed(name)
                || ((OUR_SECRET.matcher(name).matches() || isNotify(name)) && !name.endsWith("_FILE"));
    }

    /** Whether it holds what notifications or hooks are sent with. */
    static boolean isNotify(String name) {
        return NOTIFY_SECRET.matcher(name).matches() && !name.equals(NOTIFY_PRIVATE);
    }

    /** Whether it is a key of S3 under a prefix, as a named account has it, or another program. */
    static boolean isPrefixed(String name) {
        return AWS.stream().anyMatch(key -> name.endsWith("_" + key));
    }

    /** Whether a member of that name in {@code config.json} sounds like a credential. */
    static boolean isMember(String key) {
        String plain = key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return MEMBER.matcher(plain).find();
    }

    /** Whether a text looks like a credential wherever it stands: an AWS access key, or a login within a URL. */
    static boolean looksSecret(String value) {
        return ACCESS_KEY.matcher(value).find() || LOGIN_IN_URL.matcher(value).matches();
    }

    /** Whether a value is one that {@code .env.example} asks to be replaced. */
    static boolean isPlaceholder(String value) {
        return PLACEHOLDER.matcher(value).matches();
    }

    /** Quoted, cut at a readable length, on one line, hidden when it looks like a secret. */
    private static String quoted(String value) {
        if (looksSecret(value)) {
            return HIDDEN;
        }
        String line = value.replaceAll("\\p{Cntrl}", " ");
        return '"' + shorten(line) + '"';
    }

    static String shorten(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    /** Any value of JSON for messages; lists and objects by their kind alone. */
    static String show(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> quoted(text);
            case Number number -> shorten(number.toString());
            case Boolean flag -> flag.toString();
            case JsonObject _, Map<?, ?> _ -> "an object";
            default -> "a list";
        };
    }

    /**
     * The credentials anywhere in a document, under whatever name; none is shown.
     *
     * @param env whose secrets are looked for, too
     */
    static List<Problem> in(JsonObject document, @Nullable Environment env) {
        List<Problem> found = new ArrayList<>();
        scan("", "", document, env, found);
        return found;
    }

    private static void scan(
            String path, String key, @Nullable Object value, @Nullable Environment env, List<Problem> found) {
        switch (value) {
            case JsonObject members ->
                members.forEach(member -> scan(
                        path.isEmpty() ? member.getKey() : path + "." + member.getKey(),
                        member.getKey(),
                        member.getValue(),
                        env,
                        found));
            case JsonArray items
            when !items.isEmpty() -> {
                for (int i = 0; i < items.size(); i++) {
                    scan("%s[%d]".formatted(path, i), key, items.getValue(i), env, found);
                }
            }
            case null -> {}
            default -> problem(path, key, value, env).ifPresent(found::add);
        }
    }

    private static Optional<Problem> problem(String path, String key, Object value, @Nullable Environment env) {
        String known = env == null ? null : env.awsSecretIn(path + " " + value);
        if (known != null) {
            return Optional.of(
                    new Problem(path, "the value of " + known, "no secrets in config.json: delete it there"));
        }
        boolean named =
                value instanceof String name && NOTIFY_MEMBER.matcher(key).matches() && isNotify(name);
        if (!(value instanceof String text) || text.isBlank() || named || !(isMember(key) || looksSecret(text))) {
            return Optional.empty();
        }
        String variable = CREDENTIALS.get(key.toLowerCase(Locale.ROOT));
        return Optional.of(new Problem(
                path,
                "a credential " + HIDDEN,
                "no secrets in config.json: move it to .env"
                        + (variable == null ? "" : " as " + variable)
                        + " and delete it here"));
    }
}
