package io.hubstorage.web;

import io.hubstorage.web.auth.AuthHandler;
import io.hubstorage.web.auth.LoginRoutes;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A browser without a screen: it keeps its cookie, and knows the token of the page it last opened. */
final class Visitor {
    private static final Pattern TOKEN = Pattern.compile("<meta name=\"page-token\" content=\"([^\"]+)\">");
    private static final String FORM = "application/x-www-form-urlencoded";

    final Map<String, String> headers = new HashMap<>();
    private final WebServer server;
    private String pageToken = "";
    private String recognition = "";

    Visitor(WebServer server) {
        this.server = server;
    }

    /** From that address, by a proxy in between. */
    static Visitor from(WebServer server, String address) {
        Visitor visitor = new Visitor(server);
        visitor.headers.put("X-Forwarded-For", address);
        return visitor;
    }

    WebServer.Answer logIn(String password) {
        return WebServer.await(tryToLogIn(password, "/"));
    }

    WebServer.Answer logIn(String password, String next) {
        return WebServer.await(tryToLogIn(password, next));
    }

    Future<WebServer.Answer> tryToLogIn(String password, String next) {
        return submit("/login", "username=hubstorage&password=%s&next=%s".formatted(encoded(password), encoded(next)));
    }

    WebServer.Answer logOut() {
        return WebServer.await(submit("/logout", LoginRoutes.TOKEN_FIELD + "=" + encoded(pageToken)));
    }

    private Future<WebServer.Answer> submit(String path, String fields) {
        return exchange(HttpMethod.POST, path, Map.of("Content-Type", FORM), Buffer.buffer(fields));
    }

    /** Opens a page, and learns its token. */
    WebServer.Answer open(String path) {
        WebServer.Answer page =
                WebServer.await(exchange(HttpMethod.GET, path, Map.of("Accept", "text/html,*/*"), null));
        Matcher token = TOKEN.matcher(page.body().toString());
        pageToken = token.find() ? token.group(1) : "";
        return page;
    }

    WebServer.Answer get(String path) {
        return WebServer.await(exchange(HttpMethod.GET, path, Map.of("Accept", "application/json"), null));
    }

    /** As a script of the page would. */
    WebServer.Answer post(String path, @Nullable JsonObject body) {
        return post(path, body, Map.of(AuthHandler.PAGE_TOKEN, pageToken));
    }

    WebServer.Answer post(String path, @Nullable JsonObject body, Map<String, String> further) {
        Map<String, String> all = new HashMap<>(further);
        all.put("Content-Type", "application/json");
        return WebServer.await(exchange(HttpMethod.POST, path, all, body == null ? null : body.toBuffer()));
    }

    String pageToken() {
        return pageToken;
    }

    /** What its cookie is, with its name. */
    String cookie() {
        return headers.getOrDefault("Cookie", "");
    }

    /** The cookie by which a browser is known that has logged in once. */
    String recognition() {
        return recognition;
    }

    private Future<WebServer.Answer> exchange(
            HttpMethod method, String path, Map<String, String> further, @Nullable Buffer body) {
        Map<String, String> all = new HashMap<>(headers);
        all.putAll(further);
        return server.exchange(
                        method,
                        path,
                        all,
                        body,
                        response -> response.body()
                                .map(whole -> new WebServer.Answer(response.statusCode(), response.headers(), whole)))
                .onSuccess(this::keepCookie);
    }

    private void keepCookie(WebServer.Answer answer) {
        String set = answer.headers().get("Set-Cookie");
        answer.headers().getAll("Set-Cookie").stream()
                .filter(cookie -> cookie.contains("_known="))
                .forEach(cookie -> recognition = cookie.replaceFirst(";.*", ""));
        if (set != null) {
            headers.put("Cookie", set.replaceFirst(";.*", ""));
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
