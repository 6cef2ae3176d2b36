package io.hubstorage.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A login by an OpenID provider: {@code HUBSTORAGE_OIDC_*}.
 *
 * @param clientSecret null for a client that the provider knows as a public one
 * @param name of the provider, as the button of the login page has it
 * @param groupsClaim of the ID token, or of what the provider says of somebody, that lists groups
 * @param redirect where the provider leads back to; null for the address at which the browser asked
 * @param http whether the provider, where it is under http itself, may be so on other machines
 */
public record OpenIdSettings(
        URI issuer,
        String clientId,
        @Nullable String clientSecret,
        String name,
        List<String> scopes,
        String groupsClaim,
        RoleMembers members,
        @Nullable URI redirect,
        boolean http) {
    /** Below the base path: where the provider leads back to. */
    public static final String CALLBACK = "/login/oidc/callback";

    private static final String ISSUER = "HUBSTORAGE_OIDC_ISSUER";
    private static final String REDIRECT = "HUBSTORAGE_OIDC_REDIRECT_URL";
    private static final String WELL_KNOWN = "/.well-known/";
    private static final String MEMBERS =
            "email addresses, domains as @example.org and groups as group:backup, separated by commas, or * for"
                    + " everybody";
    private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}]{1,40}");
    private static final Pattern WORD = Pattern.compile("[\\x21-\\x7e&&[^\"\\\\]]{1,200}");
    /** Where everybody can have an account. */
    private static final String GOOGLE = "accounts.google.com";

    /** Null where none is set. What is wrong is added to the problems of the variables. */
    static @Nullable OpenIdSettings read(VariableReader variables) {
        String issuer = variables.text(ISSUER);
        RoleMembers members = new RoleMembers(
                members(variables, "HUBSTORAGE_OIDC_VIEWERS"),
                members(variables, "HUBSTORAGE_OIDC_OPERATORS"),
                members(variables, "HUBSTORAGE_OIDC_ADMINS"));
        String clientId = word(variables, "HUBSTORAGE_OIDC_CLIENT_ID", null);
        String secret = variables.text("HUBSTORAGE_OIDC_CLIENT_SECRET");
        boolean http = variables.flag("HUBSTORAGE_OIDC_ALLOW_HTTP", false);
        if (issuer == null) {
            if (clientId != null || secret != null || !members.isEmpty()) {
                variables.problem(ISSUER, "", "the address of the provider too, or none of HUBSTORAGE_OIDC_*");
            }
            return null;
        }
        URI provider = provider(issuer, http);
        if (provider == null) {
            variables.problem(
                    ISSUER,
                    issuer,
                    "the address of the provider as it names itself, https://auth.example.org/realms/home for example,"
                            + " without /.well-known/…; http only on this machine, or with"
                            + " HUBSTORAGE_OIDC_ALLOW_HTTP=true");
        }
        if (clientId == null) {
            variables.problem("HUBSTORAGE_OIDC_CLIENT_ID", "", "the id that HubStorage has at the provider");
        }
        if (members.isEmpty()) {
            variables.problem(
                    "HUBSTORAGE_OIDC_ADMINS", "", "somebody there, in _OPERATORS or in _VIEWERS: nobody else comes in");
        }
        if (provider != null && GOOGLE.equals(provider.getHost()) && members.nameEverybody()) {
            variables.problem(
                    "HUBSTORAGE_OIDC_ADMINS, _OPERATORS, _VIEWERS",
                    RoleMembers.EVERYBODY,
                    "email addresses and domains with this provider, where everybody has an account");
        }
        return provider == null || clientId == null
                ? null
                : new OpenIdSettings(
                        provider,
                        clientId,
                        secret,
                        name(variables, provider),
                        scopes(variables),
                        Objects.requireNonNull(word(variables, "HUBSTORAGE_OIDC_GROUPS_CLAIM", "groups")),
                        members,
                        redirect(variables),
                        http);
    }

    private static List<String> members(VariableReader variables, String name) {
        return variables.members(name, RoleMembers::isOfProvider, MEMBERS);
    }

    private static @Nullable URI provider(String text, boolean http) {
        URI uri = web(text);
        boolean safe = uri != null && (isHttps(uri) || http || Settings.Web.isLoopback(host(uri)));
        return safe && !text.contains(WELL_KNOWN) ? uri : null;
    }

    /** An address of the web without a login, a query or a fragment in it. */
    private static @Nullable URI web(String text) {
        URI uri = SettingsReader.endpointOf(text);
        return uri == null || uri.getRawFragment() != null ? null : uri;
    }

    private static boolean isHttps(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    private static String host(URI uri) {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static String name(VariableReader variables, URI issuer) {
        String name = variables.text("HUBSTORAGE_OIDC_NAME");
        if (name != null && !NAME.matcher(name).matches()) {
            variables.problem(
                    "HUBSTORAGE_OIDC_NAME", name, "up to 40 characters: what the button says after \"Sign in with\"");
        }
        return name == null ? host(issuer) : name;
    }

    private static List<String> scopes(VariableReader variables) {
        String text = Objects.requireNonNullElse(variables.text("HUBSTORAGE_OIDC_SCOPES"), "openid profile email");
        List<String> scopes = Stream.of(text.split("[\\s,]+"))
                .filter(Predicate.not(String::isEmpty))
                .toList();
        if (!scopes.contains("openid")
                || !scopes.stream().allMatch(scope -> WORD.matcher(scope).matches())) {
            variables.problem("HUBSTORAGE_OIDC_SCOPES", text, "scopes separated by blanks, openid among them");
        }
        return scopes;
    }

    private static @Nullable String word(VariableReader variables, String name, @Nullable String fallback) {
        String text = variables.text(name);
        if (text != null && !WORD.matcher(text).matches()) {
            variables.problem(name, text, "up to 200 letters, digits and signs without blanks");
        }
        return text == null ? fallback : text;
    }

    private static @Nullable URI redirect(VariableReader variables) {
        String text = variables.text(REDIRECT);
        URI uri = text == null ? null : web(text);
        boolean fits = uri != null && String.valueOf(uri.getPath()).endsWith(CALLBACK);
        if (text != null && !fits) {
            variables.problem(
                    REDIRECT,
                    text,
                    "the address of this HubStorage for browsers, ending in %s: https://backup.example.org%s"
                            .formatted(CALLBACK, CALLBACK));
        }
        return fits ? uri : null;
    }

    /** As the provider's own addresses have to be: whether none of them may travel in the clear. */
    public boolean needsHttps() {
        return isHttps(issuer);
    }

    /** Whether it is Google, where everybody can have an account under an address of any domain. */
    public boolean isGoogle() {
        return GOOGLE.equals(issuer.getHost());
    }

    /** Whether that may be one of the provider's own addresses: nothing secret may travel there for all to see. */
    public boolean takes(String address) {
        String lower = address.toLowerCase(Locale.ROOT);
        return lower.startsWith("https://")
                || (lower.startsWith("http://") && !needsHttps() && (http || isOnThisMachine(address)));
    }

    private static boolean isOnThisMachine(String address) {
        try {
            URI uri = new URI(address);
            return uri.getHost() != null && Settings.Web.isLoopback(host(uri));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "OpenIdSettings[%s, client %s]".formatted(issuer, clientId);
    }
}
