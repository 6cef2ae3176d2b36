package io.hubstorage.config;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What counts as a secret, by name or by look, and how a value is shown to people without giving one away. */
final class Secrets {
    /** Shown in place of a secret. */
    static final String HIDDEN = "(not shown)";

    private static final Set<String> AWS = Set.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN");
    private static final Pattern OUR_SECRET =
            Pattern.compile("HUBSTORAGE_\\w*(PASSWORD|SECRET|TOKEN|HASH|SSE_C_KEY)\\w*");
    private static final Pattern MEMBER = Pattern.compile(
            "password|passwd|passphrase|secret|accesskey|apikey|privatekey|sessiontoken|authtoken|bearertoken");
    private static final Pattern ACCESS_KEY = Pattern.compile("\\b(AKIA|ASIA)[A-Z0-9]{12,}");
    private static final Pattern LOGIN_IN_URL = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://.*@.*", Pattern.DOTALL);
    private static final Pattern PLACEHOLDER = Pattern.compile("<?your[_-]\\w*[_-]here>?", Pattern.CASE_INSENSITIVE);
    private static final int SHOWN = 80;

    private Secrets() {}

    /** Whether the environment variable of that name holds a secret, and so may come from a {@code _FILE}. */
    static boolean isVariable(String name) {
        return AWS.contains(name) || (OUR_SECRET.matcher(name).matches() && !name.endsWith("_FILE"));
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

    /** A text for messages: quoted, cut at a readable length, on one line, hidden when it looks like a secret. */
    static String show(String value) {
        if (looksSecret(value)) {
            return HIDDEN;
        }
        String line = value.replaceAll("\\p{Cntrl}", " ");
        return '"' + shorten(line) + '"';
    }

    static String shorten(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
