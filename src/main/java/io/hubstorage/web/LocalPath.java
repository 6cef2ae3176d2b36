package io.hubstorage.web;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where somebody wanted to go before the login: a path on this very server, below the base path, or else the dashboard. */
final class LocalPath {
    static final String DASHBOARD = "/";
    /** One slash, then no second one, nor a backslash that browsers take for one, nor what they leave out of an address. */
    private static final Pattern LOCAL = Pattern.compile("/(?!/)[\\x21-\\x7e&&[^\\\\]]{0,2000}");

    private static final Pattern DOOR = Pattern.compile("/(login|logout)(?![^?#]).*");

    private LocalPath() {}

    /** That path if it is one; the login itself is none, or people would go round in circles. */
    static String of(@Nullable String asked) {
        return asked != null
                        && LOCAL.matcher(asked).matches()
                        && !DOOR.matcher(asked).matches()
                ? asked
                : DASHBOARD;
    }
}
