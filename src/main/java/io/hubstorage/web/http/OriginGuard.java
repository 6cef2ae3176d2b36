package io.hubstorage.web.http;

import io.netty.util.NetUtil;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other sites' pages out. Where no login is asked for, a request must come under a name that cannot have been pointed
 * here by a stranger (an IP address, {@code localhost} or an allowed name: DNS rebinding); with a login, a stranger's name has
 * no cookie. What changes something must also come from a page of our own, if it comes from a page at all. All that it goes by
 * is asked for anew each time, since .env may change.
 */
public record OriginGuard(
        Supplier<List<String>> allowedHosts, Supplier<List<String>> corsOrigins, BooleanSupplier loginAskedFor) {
    public static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private static final Set<HttpMethod> CROSS_METHODS =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE);
    private static final Set<String> CROSS_HEADERS =
            Set.of("authorization", "content-type", "if-match", "if-none-match", "last-event-id", "range");
    private static final Set<String> EXPOSED_HEADERS =
            Set.of("ETag", "Location", "Retry-After", "Content-Disposition", "Content-Range");
    private static final int PREFLIGHT_SECONDS = 600;

    /** Under any name: health checks and badges come from everywhere, and what our pages are made of is no secret. */
    private static final Pattern FOR_ALL = Pattern.compile("/(health|assets)/.*|/status(\\.json|/badge\\.svg)?");

    private static final Pattern ORIGIN = Pattern.compile("(https?)://(.+)");

    /** Checks names, and of requests that change something the origin. */
    public Handler<RoutingContext> requests() {
        return context -> {
            boolean reads = READING.contains(context.request().method());
            if (!loginAskedFor.getAsBoolean()
                    && !(reads && FOR_ALL.matcher(context.normalizedPath()).matches())) {
                checkName(ClientInfo.of(context).host());
                // A proxy that passes X-Forwarded-Host on as it came would let a page say any name there.
                checkName(context.request().authority());
                checkReader(context.request());
            }
            if (!reads && !isAllowedAcross(context)) {
                checkOrigin(context);
            }
            context.next();
        };
    }

    /**
     * To come before any login is asked for, because browsers ask beforehand without one: lets pages of the origins in
     * {@code HUBSTORAGE_CORS_ORIGINS} read answers. Never with cookies: such a page brings the token or the password.
     */
    public Handler<RoutingContext> cors() {
        return context -> {
            List<String> origins = corsOrigins.get();
            if (!origins.isEmpty()) {
                context.response().headers().add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
            }
            if (isAllowedAcross(context)) {
                // It refuses every other origin, our own included, so those never get here.
                CorsHandler.create()
                        .addOrigins(origins)
                        .allowedMethods(CROSS_METHODS)
                        .allowedHeaders(CROSS_HEADERS)
                        .exposedHeaders(EXPOSED_HEADERS)
                        .maxAgeSeconds(PREFLIGHT_SECONDS)
                        .handle(context);
            } else {
                context.next();
            }
        };
    }

    /** Whether it comes from a page of an origin that may use the API; the event-bus bridge is not among that. */
    private boolean isAllowedAcross(RoutingContext context) {
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        return origin != null
                && corsOrigins.get().contains(origin.toLowerCase(Locale.ROOT))
                && !context.normalizedPath().startsWith("/eventbus/");
    }

    /** Checks the origin whatever the method: for a connection on which anything may follow. */
    public Handler<RoutingContext> connections() {
        return context -> {
            checkOrigin(context);
            context.next();
        };
    }

    /**
     * Other sites' pages cannot see what they make a browser read here, but they can keep us busy, by an image whose address is a
     * search. Whoever follows a link from there is welcome.
     */
    private static void checkReader(HttpServerRequest request) {
        boolean navigation = "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
                && "document".equals(request.getHeader("Sec-Fetch-Dest"));
        if ("cross-site".equals(request.getHeader("Sec-Fetch-Site")) && !navigation) {
            throw new HttpProblem(
                    403,
                    "This request comes from a page of another site, which without a login gets nothing from here. Set"
                            + " HUBSTORAGE_WEB_PASSWORD, or open the address by itself.");
        }
    }

    private void checkName(@Nullable HostAndPort host) {
        if (host == null || !isTrusted(host.host(), allowedHosts.get())) {
            throw new HttpProblem(
                    403,
                    ("Access by host name \"%s\" is refused: without a login, anybody could have pointed that name"
                        + " here. Use an IP address or localhost, add the name to HUBSTORAGE_ALLOWED_HOSTS, or set"
                        + " HUBSTORAGE_WEB_PASSWORD.")
                            .formatted(host == null ? "" : host.host()));
        }
    }

    private static void checkOrigin(RoutingContext context) {
        HttpServerRequest request = context.request();
        HostAndPort host = ClientInfo.of(context).host();
        String site = request.getHeader("Sec-Fetch-Site");
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean foreignSite = site != null && !site.equals("same-origin") && !site.equals("none");
        if (foreignSite || (origin != null && (host == null || !sameOrigin(origin, host)))) {
            throw new HttpProblem(
                    403,
                    ("This request comes from another site (%s) and may not change anything here. A reverse proxy in"
                                    + " front of HubStorage must pass the Host header on unchanged, or be named in"
                                    + " HUBSTORAGE_TRUSTED_PROXIES and send X-Forwarded-Host.")
                            .formatted(origin == null ? site : origin));
        }
    }

    /**
     * Whether nobody but the owner can have chosen this name.
     *
     * @param allowed further names, which the owner has
     */
    public static boolean isTrusted(String host, List<String> allowed) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.startsWith("[") && name.endsWith("]")) {
            return NetUtil.isValidIpV6Address(name.substring(1, name.length() - 1));
        }
        return name.equals("localhost")
                || NetUtil.isValidIpV4Address(name)
                || NetUtil.isValidIpV6Address(name)
                || allowed.stream().anyMatch(name::equalsIgnoreCase);
    }

    /** Whether an Origin header names the very host and port that the request went to. */
    private static boolean sameOrigin(String origin, HostAndPort host) {
        Matcher parts = ORIGIN.matcher(origin);
        if (!parts.matches()) {
            return false;
        }
        int usual = parts.group(1).equals("https") ? 443 : 80;
        HostAndPort named = HostAndPort.parseAuthority(parts.group(2), usual);
        return named != null
                && named.host().equalsIgnoreCase(host.host())
                && named.port() == (host.port() == -1 ? usual : host.port());
    }
}
