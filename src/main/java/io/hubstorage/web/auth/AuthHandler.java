package io.hubstorage.web.auth;

import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.ClientInfo;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.OriginGuard;
import io.hubstorage.web.http.ProblemHandler;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Lets nobody past whom the {@link Authenticator} does not know, except to the paths that {@link Permits} leaves open. What a
 * browser changes must also come with the token of one of our pages. Use it on one context.
 */
public record AuthHandler(Authenticator authenticator, BasePath base) implements Handler<RoutingContext> {
    public static final String PAGE_TOKEN = "X-CSRF-Token";

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        ClientInfo client = ClientInfo.of(context);
        if (isOpen(context.normalizedPath(), request)) {
            authenticator.identify(request, client).put(context);
            context.next();
            return;
        }
        // A look at a password takes a while; the body, or the change to a WebSocket, has to wait for it.
        boolean waits = !request.isEnded();
        if (waits) {
            request.pause();
        }
        authenticator.authenticate(request, client).onComplete(done -> {
            if (waits && (done.failed() || !isUpgrade(request))) {
                request.resume();
            }
            if (done.succeeded()) {
                enter(context, done.result());
            } else {
                refuse(context, done.cause());
            }
        });
    }

    private boolean isOpen(String path, HttpServerRequest request) {
        return Permits.OPEN.contains(path)
                || (Permits.OPEN_FOR_MORE.contains(path) && !request.headers().contains(HttpHeaders.AUTHORIZATION));
    }

    /** Which the handler of WebSockets resumes itself. */
    private static boolean isUpgrade(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET, true);
    }

    private void enter(RoutingContext context, Principal principal) {
        principal.put(context);
        if (!principal.isKnown()) {
            askToLogIn(context);
        } else if (principal instanceof Principal.Browser browser && !comesFromAPage(context, browser)) {
            context.fail(new HttpProblem(
                    403,
                    "This request lacks the token of a page of this login (%s). Load the page again."
                            .formatted(PAGE_TOKEN)));
        } else {
            context.next();
        }
    }

    private static boolean comesFromAPage(RoutingContext context, Principal.Browser browser) {
        String token = context.request().getHeader(PAGE_TOKEN);
        return OriginGuard.READING.contains(context.request().method())
                || (token != null && browser.isPageToken(token));
    }

    private void askToLogIn(RoutingContext context) {
        if (ProblemHandler.isNavigation(context)) {
            String query = context.request().query();
            String wanted = LoginRoutes.localPath(context.request().path() + (query == null ? "" : '?' + query));
            String next = wanted.equals(LoginRoutes.DASHBOARD)
                    ? ""
                    : "?next=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8);
            base.redirect(context, LoginRoutes.LOGIN + next);
            return;
        }
        Optional<String> stranger = authenticator.stranger(context.request(), ClientInfo.of(context));
        if (stranger.isPresent()) {
            context.fail(new HttpProblem(403, LoginRoutes.hasNoRole(stranger.get(), "the proxy")));
            return;
        }
        fail401(
                context,
                "A login is needed. Programs bring the password (Authorization: Basic, any user) or the token"
                        + " (Authorization: Bearer); people log in at %s.".formatted(base.text() + LoginRoutes.LOGIN));
    }

    private static void refuse(RoutingContext context, Throwable cause) {
        if (!(cause instanceof AuthFailure failure)) {
            context.fail(cause);
        } else {
            failure.putRetryAfter(context)
                    .ifPresentOrElse(
                            seconds -> context.fail(new HttpProblem(
                                    429,
                                    "Too many wrong passwords or tokens came from this address. Try again in %d s."
                                            .formatted(seconds))),
                            () -> fail401(context, "The password or token is wrong."));
        }
    }

    private static void fail401(RoutingContext context, String detail) {
        // Not "Basic": for that, browsers open a window of their own, also behind the back of a page that only asks for
        // data.
        context.response().putHeader("WWW-Authenticate", "Bearer realm=\"HubStorage\"");
        context.fail(new HttpProblem(401, detail));
    }
}
