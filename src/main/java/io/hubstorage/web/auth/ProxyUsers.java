package io.hubstorage.web.auth;

import io.hubstorage.config.ProxyUserSettings;
import io.hubstorage.web.http.ClientInfo;
import io.hubstorage.web.http.HttpProblem;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whom a reverse proxy names that has let them in. What anybody else writes into these headers is not read. */
record ProxyUsers(Supplier<@Nullable ProxyUserSettings> settings, KnownBrowsers known) {
    private static final Pattern BLANKS = Pattern.compile("^[ \t]+|[ \t]+$");
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_LIST = 8 << 10;

    /**
     * Who it is, if the one who asks is a trusted proxy and names somebody with a role.
     *
     * @throws HttpProblem where the proxy names more than one, since then one of them was named by somebody else
     */
    Principal principal(HttpServerRequest request, ClientInfo client) {
        ProxyUserSettings now = settings.get();
        Optional<Account> named = named(request, client, now);
        return now == null || named.isEmpty()
                ? new Principal.Anonymous()
                : named.get()
                        .role(now.members())
                        .map(role -> new Identity(named.get().name(), role, Identity.Via.PROXY))
                        .<Principal>map(who -> new Principal.Proxied(who, known.pageToken(who.name())))
                        .orElseGet(Principal.Anonymous::new);
    }

    /** Somebody whom a trusted proxy names, and who has no role. */
    Optional<String> stranger(HttpServerRequest request, ClientInfo client) {
        ProxyUserSettings now = settings.get();
        return named(request, client, now)
                .filter(account -> now != null && account.role(now.members()).isEmpty())
                .map(Account::name);
    }

    private static Optional<Account> named(
            HttpServerRequest request, ClientInfo client, @Nullable ProxyUserSettings settings) {
        if (settings == null || !client.proxied()) {
            return Optional.empty();
        }
        Optional<String> user = single(request, settings.userHeader(), LONGEST_NAME);
        if (user.filter(name -> name.contains(",")).isPresent()) {
            throw twice(settings.userHeader());
        }
        String groups = settings.groupsHeader() == null
                ? ""
                : single(request, settings.groupsHeader(), LONGEST_LIST).orElse("");
        return user.map(name -> new Account(name, name, name.contains("@") ? name : null, true, split(groups)));
    }

    private static Optional<String> single(HttpServerRequest request, String header, int longest) {
        List<String> lines = request.headers().getAll(header);
        if (lines.size() > 1) {
            throw twice(header);
        }
        // Headers are read as Latin-1; proxies send UTF-8.
        Optional<String> text = lines.stream()
                .map(line -> new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .map(ProxyUsers::strip)
                .filter(Predicate.not(String::isEmpty))
                .findFirst();
        if (text.filter(line -> line.length() > longest).isPresent()) {
            throw new HttpProblem(400, "The header %s is longer than this server takes.".formatted(header));
        }
        return text;
    }

    private static HttpProblem twice(String header) {
        return new HttpProblem(
                400,
                "The header %s names more than one. The proxy must replace what a client sends of it, not add to it."
                        .formatted(header));
    }

    /** Of the blanks that headers have around them; others belong to the name. */
    private static String strip(String text) {
        return BLANKS.matcher(text).replaceAll("");
    }

    /** Authelia separates groups by commas, Authentik by bars. */
    private static Set<String> split(String groups) {
        return Stream.of(groups.split("[,|]"))
                .map(ProxyUsers::strip)
                .filter(Predicate.not(String::isEmpty))
                .collect(Collectors.toUnmodifiableSet());
    }
}
