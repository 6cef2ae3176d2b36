package io.hubstorage.web;

import io.hubstorage.web.auth.Arrival;
import io.hubstorage.web.auth.Doorkeeper;
import io.hubstorage.web.auth.Refusal;
import io.hubstorage.web.auth.Session;
import io.hubstorage.web.auth.TrustedProxies;
import io.hubstorage.web.auth.Visit;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * Lets nobody past whom the doorkeeper does not know, except to what everybody may see: the login, whether the process lives,
 * whether it is ready. What a browser changes must also come with the token of one of our pages. Use it on one context.
 */
final class Gate implements Handler<RoutingContext> {
    static final String PAGE_TOKEN = "X-CSRF-Token";

    private static final String ARRIVAL = "arrival";
    private static final String VISIT = "visit";
    private static final Set<String> FOR_ALL = Set.of(
            Health.LIVE,
            Health.READY,
            LoginRoutes.LOGIN,
            LoginRoutes.LOGOUT,
            // What a SockJS client asks before it connects, and to which none can add a header. It says which
            // transports
            // there are.
            "/eventbus/info",
            "/assets/css/base.css",
            "/assets/css/login.css",
            "/assets/icons/favicon-idle.svg",
            "/assets/icons/icons.svg");

    private final Doorkeeper doorkeeper;
    private final TrustedProxies proxies;
    private final BasePath base;

    Gate(Doorkeeper doorkeeper, TrustedProxies proxies, BasePath base) {
        this.doorkeeper = doorkeeper;
        this.proxies = proxies;
        this.base = base;
    }

    /** Where a request came from; known from the beginning. */
    static Arrival arrival(RoutingContext context) {
        return Objects.requireNonNull(context.get(ARRIVAL));
    }

    /** Who asks; a stranger until the gate has looked. */
    static Visit visit(RoutingContext context) {
        return context.get(VISIT, new Visit.Stranger());
    }

    /** To come first: finds out where requests come from. */
    Handler<RoutingContext> arrivals() {
        return context -> {
            context.put(ARRIVAL, Arrival.of(context.request(), proxies));
            context.next();
        };
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = context.normalizedPath();
        boolean forAll = FOR_ALL.contains(path);
        // Whoever brings a password to /health/ready wants to see more than everybody.
        boolean wantsMore = path.equals(Health.READY) && request.headers().contains(HttpHeaders.AUTHORIZATION);
        if (forAll && !wantsMore) {
            context.put(VISIT, doorkeeper.glance(request, arrival(context)));
            context.next();
            return;
        }
        // A look at a password takes a while; the body, or the change to a WebSocket, has to wait for it.
        boolean waits = !request.isEnded();
        if (waits) {
            request.pause();
        }
        doorkeeper.admit(request, arrival(context)).onComplete(admitted -> {
            if (waits && (admitted.failed() || !isUpgrade(request))) {
                request.resume();
            }
            if (admitted.succeeded()) {
                enter(context, admitted.result());
            } else {
                refuse(context, admitted.cause());
            }
        });
    }

    /** Which the handler of WebSockets resumes itself. */
    private static boolean isUpgrade(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET, true);
    }

    private void enter(RoutingContext context, Visit visit) {
        context.put(VISIT, visit);
        if (!visit.isWelcome()) {
            askToLogIn(context);
        } else if (visit instanceof Visit.LoggedIn(Session session) && !comesFromAPage(context, session)) {
            context.fail(new HttpProblem(
                    403,
                    "This request lacks the token of a page of this login (%s). Load the page again."
                            .formatted(PAGE_TOKEN)));
        } else {
            context.next();
        }
    }

    /** Clients of the bridge cannot send headers; theirs is the check of the origin, which the bridge has for every request. */
    private static boolean comesFromAPage(RoutingContext context, Session session) {
        String token = context.request().getHeader(PAGE_TOKEN);
        return OriginGuard.READING.contains(context.request().method())
                || context.normalizedPath().startsWith("/eventbus/")
                || (token != null && session.isPageToken(token));
    }

    private void askToLogIn(RoutingContext context) {
        if (Problems.isNavigation(context)) {
            String query = context.request().query();
            String wanted = LocalPath.of(context.request().path() + (query == null ? "" : '?' + query));
            String next = wanted.equals(LocalPath.DASHBOARD)
                    ? ""
                    : "?next=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8);
            context.response()
                    .setStatusCode(303)
                    .putHeader(HttpHeaders.LOCATION, base.text() + LoginRoutes.LOGIN + next)
                    .end();
            return;
        }
        fail401(
                context,
                "A login is needed. Programs bring the password (Authorization: Basic, any user) or the token"
                        + " (Authorization: Bearer); people log in at %s.".formatted(base.text() + LoginRoutes.LOGIN));
    }

    private static void refuse(RoutingContext context, Throwable cause) {
        if (!(cause instanceof Refusal refusal)) {
            context.fail(cause);
        } else if (refusal.patience().isEmpty()) {
            fail401(context, "The password or token is wrong.");
        } else {
            tooMany(context, refusal.patience().get());
        }
    }

    private static void fail401(RoutingContext context, String detail) {
        // Not "Basic": for that, browsers open a window of their own, also behind the back of a page that only asks for
        // data.
        context.response().putHeader("WWW-Authenticate", "Bearer realm=\"HubStorage\"");
        context.fail(new HttpProblem(401, detail));
    }

    private static void tooMany(RoutingContext context, Duration wait) {
        long seconds = retryAfter(context, wait);
        context.fail(new HttpProblem(
                429,
                "Too many wrong passwords or tokens came from this address. Try again in %d s.".formatted(seconds)));
    }

    /** Tells the client how long to wait; returns it in whole seconds. */
    static long retryAfter(RoutingContext context, Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        context.response().putHeader("Retry-After", Long.toString(seconds));
        return seconds;
    }
}
