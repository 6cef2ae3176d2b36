package io.hubstorage.web;

import io.hubstorage.web.auth.AuthHandler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A browser without a screen that signs in by way of a provider: it keeps all its cookies, and follows where it is led step by step. */
final class SignInVisitor {
    private static final Pattern TOKEN = Pattern.compile("<meta name=\"page-token\" content=\"([^\"]+)\">");

    /** By name. */
    final Map<String, String> cookies = new TreeMap<>();
    /** What a proxy adds to each request. */
    final Map<String, String> headers = new HashMap<>();

    private final WebServer server;
    private String pageToken = "";

    SignInVisitor(WebServer server) {
        this.server = server;
    }

    /** Signs in with what stands at the provider, and comes back. */
    WebServer.Answer signIn(String next) {
        return open(atProvider(leave(next)));
    }

    /** Follows the button of the login page; returns where that leads. */
    String leave(String next) {
        WebServer.Answer answer = open("/login/oidc?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
        if (answer.status() != 303) {
            throw new AssertionError(answer.status() + ": " + answer.body());
        }
        return answer.header("Location");
    }

    /** What the provider leads back to, as a path of the server. */
    static String atProvider(String address) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
            URI back = URI.create(answer.headers()
                    .firstValue("Location")
                    .orElseThrow(() -> new AssertionError(answer.statusCode() + ": " + answer.body())));
            return back.getRawPath() + '?' + back.getRawQuery();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The parameters of an address, by name. */
    static Map<String, String> parameters(String address) {
        return Pattern.compile("&")
                .splitAsStream(String.valueOf(URI.create(address).getRawQuery()))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    WebServer.Answer open(String path) {
        WebServer.Answer page = exchange(HttpMethod.GET, path, Map.of("Accept", "text/html,*/*"), null);
        Matcher token = TOKEN.matcher(page.body().toString());
        pageToken = token.find() ? token.group(1) : pageToken;
        return page;
    }

    WebServer.Answer get(String path) {
        return exchange(HttpMethod.GET, path, Map.of("Accept", "application/json"), null);
    }

    /** As a script of the page would. */
    WebServer.Answer post(String path, @Nullable JsonObject body) {
        return exchange(
                HttpMethod.POST,
                path,
                Map.of("Content-Type", "application/json", AuthHandler.PAGE_TOKEN, pageToken),
                body == null ? null : body.toBuffer());
    }

    WebServer.Answer logOut() {
        return exchange(
                HttpMethod.POST,
                "/logout",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                Buffer.buffer("page_token=" + URLEncoder.encode(pageToken, StandardCharsets.UTF_8)));
    }

    /** The header with all its cookies. */
    String cookie() {
        return cookies.entrySet().stream()
                .map(each -> each.getKey() + '=' + each.getValue())
                .collect(Collectors.joining("; "));
    }

    private WebServer.Answer exchange(
            HttpMethod method, String path, Map<String, String> further, @Nullable Buffer body) {
        Map<String, String> all = new HashMap<>(headers);
        all.putAll(further);
        if (!cookies.isEmpty()) {
            all.put("Cookie", cookie());
        }
        WebServer.Answer answer = server.send(method, path, all, body);
        for (String set : answer.headers().getAll("Set-Cookie")) {
            String[] pair = set.replaceFirst(";.*", "").split("=", 2);
            if (set.contains("Max-Age=0")) {
                cookies.remove(pair[0]);
            } else {
                cookies.put(pair[0], pair[1]);
            }
        }
        return answer;
    }
}
