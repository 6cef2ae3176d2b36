package io.hubstorage.web.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every failure, expected or not, as {@code application/problem+json}; never with a stack trace. */
public record ProblemHandler(Router router, ErrorPage page) implements Handler<RoutingContext> {
    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);
    private static final int[] ROUTER_REFUSALS = {400, 401, 403, 404, 405, 406, 413, 414, 415, 500, 503};

    private static final long LINGER_MILLIS = 500;

    /** The page that says what went wrong, for people that followed a link. */
    @FunctionalInterface
    public interface ErrorPage {
        Future<Buffer> render(RoutingContext context, int status, String title, String detail);
    }

    /** Lets a router's failures end here. */
    public static void install(Router router, ErrorPage page) {
        ProblemHandler problems = new ProblemHandler(router, page);
        router.route().failureHandler(problems);
        for (int status : ROUTER_REFUSALS) {
            router.errorHandler(status, problems);
        }
    }

    /** Refuses addresses that are not well encoded, before anybody asks for their path: Vert.x throws at a lone percent sign. */
    public static void checkPath(RoutingContext context) {
        try {
            context.normalizedPath();
        } catch (IllegalArgumentException malformed) {
            throw new HttpProblem(400, "The address is not well encoded: after a % belong two hexadecimal digits.");
        }
        context.next();
    }

    private static String path(RoutingContext context) {
        try {
            return context.normalizedPath();
        } catch (IllegalArgumentException malformed) {
            return Objects.requireNonNullElse(context.request().path(), "/");
        }
    }

    @Override
    public void handle(RoutingContext context) {
        HttpProblem problem = HttpProblem.of(Math.max(context.statusCode(), 0), context.failure());
        if (context.response().closed()) {
            // Whoever asked has gone, and that is mostly why it failed.
            log.debug(
                    "{} {} was given up by its client",
                    context.request().method(),
                    context.request().path(),
                    context.failure());
            return;
        }
        if (problem.unexpected()) {
            log.error(
                    "{} {} failed",
                    context.request().method(),
                    context.request().path(),
                    problem.getCause());
        }
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            context.request().connection().close();
            return;
        }
        if (problem.status() == 405) {
            response.putHeader(HttpHeaders.ALLOW, String.join(", ", methodsAt(path(context))));
        }
        if (problem.status() == 413) {
            cutOff(context);
        }
        response.setStatusCode(problem.status()).putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        JsonObject json = problem.toJson(path(context));
        if (isNavigation(context)) {
            showPage(context, json);
        } else {
            plain(context, json);
        }
    }

    /** Takes nothing more of a body that is not wanted, which may have no end; to be called before the answer. */
    public static void cutOff(RoutingContext context) {
        context.request().pause();
        context.response().putHeader(HttpHeaders.CONNECTION, "close");
        // Not at once: what closes while more is coming takes the answer with it.
        context.vertx()
                .setTimer(LINGER_MILLIS, timer -> context.request().connection().close());
    }

    private void showPage(RoutingContext context, JsonObject problem) {
        page.render(context, problem.getInteger("status"), problem.getString("title"), problem.getString("detail"))
                .onSuccess(html -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                        .end(html))
                .onFailure(failure -> {
                    log.error("The error page cannot be rendered", failure);
                    plain(context, problem);
                });
    }

    private static void plain(RoutingContext context, JsonObject problem) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .end(problem.toBuffer());
    }

    /** Whether a person looks at the answer: a browser that follows a link asks for HTML by name. */
    public static boolean isNavigation(RoutingContext context) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        return context.request().method().equals(HttpMethod.GET)
                && accept != null
                && accept.contains("text/html")
                && !path(context).startsWith("/api/");
    }

    private Set<String> methodsAt(String path) {
        Set<String> methods = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            if (route.getPath() != null && route.methods() != null && fits(path, route.getPath())) {
                route.methods().stream().map(HttpMethod::name).forEach(methods::add);
            }
        }
        return methods;
    }

    /** Whether the route is at this path; any segment fits one that is a parameter. */
    private static boolean fits(String path, String route) {
        return route.indexOf(':') < 0 ? path.equals(route) : path.matches(route.replaceAll(":\\w+", "[^/]+"));
    }
}
