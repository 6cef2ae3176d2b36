package io.hubstorage.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * People whom a reverse proxy has let in and names in a header: {@code HUBSTORAGE_PROXY_*}. It counts only where the connection
 * comes from one of {@code HUBSTORAGE_TRUSTED_PROXIES}.
 *
 * @param userHeader the header with the name, as {@code Remote-User}
 * @param groupsHeader the one with the groups; null where none is set
 */
public record ProxyUserSettings(String userHeader, @Nullable String groupsHeader, RoleMembers members) {
    private static final String USER = "HUBSTORAGE_PROXY_USER_HEADER";
    private static final String PROXIES = "HUBSTORAGE_TRUSTED_PROXIES";
    private static final String MEMBERS = "names, email addresses, domains as @example.org and groups as group:backup,"
            + " separated by commas, or * for everybody";
    private static final int WIDEST_IPV4 = 8;
    private static final int WIDEST_IPV6 = 16;
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,63}");
    /** What clients and proxies send for other ends. */
    private static final Set<String> OTHERS = Set.of(
            "authorization",
            "proxy-authorization",
            "cookie",
            "host",
            "origin",
            "referer",
            "user-agent",
            "accept",
            "connection",
            "content-length",
            "content-type",
            "transfer-encoding",
            "upgrade",
            "via",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-csrf-token");

    /**
     * Null where none is set. What is wrong is added to the problems of the variables.
     *
     * @param trusted the proxies that are believed
     */
    static @Nullable ProxyUserSettings read(VariableReader variables, List<String> trusted) {
        String user = header(variables, USER);
        String groups = header(variables, "HUBSTORAGE_PROXY_GROUPS_HEADER");
        RoleMembers members = new RoleMembers(
                members(variables, "HUBSTORAGE_PROXY_VIEWERS"),
                members(variables, "HUBSTORAGE_PROXY_OPERATORS"),
                members(variables, "HUBSTORAGE_PROXY_ADMINS"));
        if (user == null) {
            if (groups != null || !members.isEmpty()) {
                variables.problem(USER, "", "the header with the name too, or none of HUBSTORAGE_PROXY_*");
            }
            return null;
        }
        if (trusted.isEmpty()) {
            variables.problem(PROXIES, "", "the proxy that sends %s: no other is believed".formatted(user));
        }
        if (trusted.stream().anyMatch(ProxyUserSettings::isTooWide)) {
            variables.problem(
                    PROXIES,
                    String.join(",", trusted),
                    "the proxies alone, in no network wider than /8, of IPv6 /16: whoever is in there can be anybody");
        }
        if (members.isEmpty()) {
            variables.problem(
                    "HUBSTORAGE_PROXY_ADMINS",
                    "",
                    "somebody there, in _OPERATORS or in _VIEWERS: nobody else comes in");
        }
        if (members.nameGroups() && groups == null) {
            variables.problem("HUBSTORAGE_PROXY_GROUPS_HEADER", "", "the header with the groups that have a role");
        }
        if (user.equalsIgnoreCase(groups)) {
            variables.problem("HUBSTORAGE_PROXY_GROUPS_HEADER", user, "another header than that of the name");
        }
        return new ProxyUserSettings(user, groups, members);
    }

    private static boolean isTooWide(String network) {
        int slash = network.indexOf('/');
        int most = network.contains(":") ? WIDEST_IPV6 : WIDEST_IPV4;
        return slash >= 0 && Integer.parseInt(network.substring(slash + 1)) < most;
    }

    private static @Nullable String header(VariableReader variables, String name) {
        String text = variables.text(name);
        if (text != null && (!HEADER.matcher(text).matches() || OTHERS.contains(text.toLowerCase(Locale.ROOT)))) {
            variables.problem(name, text, "a header that only the proxy sends, as Remote-User");
        }
        return text;
    }

    private static List<String> members(VariableReader variables, String name) {
        return variables.members(name, RoleMembers::isOfProxy, MEMBERS);
    }
}
