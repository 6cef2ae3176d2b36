package io.hubstorage.web.auth;

import io.hubstorage.web.http.ClientInfo;
import io.hubstorage.web.http.HttpProblem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the role that {@link Permits} names before each route is reached. It does so by a route of its own with the same method
 * and path, so that Vert.x itself decides what a request's path fits, and nobody gets by with another spelling of it.
 */
public final class RoleHandler {
    private static final int FORBIDDEN = 403;
    private static final String SUBJECT = "audit subject";

    private RoleHandler() {}

    /** To come after the {@link AuthHandler} and before all routes that do something. */
    public static void mount(Router router, AuditLog audit) {
        Permits.routes().forEach((line, permit) -> {
            String[] parts = line.split(" ", 2);
            Route guard = parts[0].equals("*")
                    ? router.route(parts[1])
                    : router.route(HttpMethod.valueOf(parts[0]), parts[1]);
            guard.handler(context -> {
                if (!Permits.OPEN.contains(context.normalizedPath())) {
                    context.addEndHandler(answered -> tell(context, answered.succeeded(), permit.action(), audit));
                    require(context, permit.least());
                }
                context.next();
            });
        });
    }

    /**
     * To be called when all routes are there: no server starts with a route that nobody thought about.
     *
     * @throws IllegalStateException when one has no line, or a line has no route
     */
    public static void requireLines(Router router) {
        // Each line's own route is there once more.
        Set<String> once = new TreeSet<>();
        Set<String> served = new TreeSet<>();
        for (String route : routes(router)) {
            if (!once.add(route)) {
                served.add(route);
            }
        }
        Set<String> lines = Permits.routes().keySet();
        Set<String> open = Stream.concat(Permits.OPEN.stream(), Permits.OPEN_FOR_MORE.stream())
                .collect(Collectors.toSet());
        once.removeIf(route -> open.contains(route.substring(route.indexOf(' ') + 1)));
        if (!once.equals(served) || !served.equals(lines)) {
            once.removeAll(served);
            throw new IllegalStateException("web.auth.Permits and the routes disagree about " + once);
        }
    }

    private static List<String> routes(Router router) {
        return router.getRoutes().stream()
                .filter(route -> route.getPath() != null)
                .flatMap(route -> methods(route).map(method -> method + ' ' + path(route)))
                .toList();
    }

    private static Stream<String> methods(Route route) {
        Set<HttpMethod> methods = route.methods();
        return methods == null
                ? Stream.of("*")
                : methods.stream()
                        .filter(method -> !method.equals(HttpMethod.HEAD))
                        .map(HttpMethod::name);
    }

    private static String path(Route route) {
        String path = String.valueOf(route.getPath());
        // Vert.x leaves the star of a prefix out.
        return route.isExactPath() || path.endsWith("*") ? path : path + '*';
    }

    /** What the audit log says of a request in the place of its body; to be set before it is answered. */
    public static void describe(RoutingContext context, String subject) {
        context.put(SUBJECT, subject);
    }

    private static void tell(RoutingContext context, boolean answered, @Nullable String action, AuditLog audit) {
        // Who hung up was told nothing: what the answer would have been is not known.
        int status = answered || context.response().ended() ? context.response().getStatusCode() : AuditEntry.HUNG_UP;
        String address = ClientInfo.of(context).address();
        if (status == FORBIDDEN) {
            String asked = context.request().method() + " " + context.normalizedPath();
            audit.add("refused", AuditEntry.cut(asked), Principal.of(context), address, status);
        } else if (action != null) {
            audit.add(action, subject(context), Principal.of(context), address, status);
        }
    }

    private static @Nullable String subject(RoutingContext context) {
        String described = context.get(SUBJECT);
        if (described != null) {
            return AuditEntry.cut(described);
        }
        JsonObject told = new JsonObject();
        try {
            Buffer body = context.body().buffer();
            if (body != null && body.length() > 0 && Json.decodeValue(body) instanceof JsonObject object) {
                told.mergeIn(object);
            }
        } catch (DecodeException e) {
            // It was refused for that.
        }
        context.pathParams().forEach(told::put);
        return AuditEntry.subject(told);
    }

    /** Refuses who may not do what asks for that role, and says which it is. */
    public static void require(RoutingContext context, Role least) {
        Principal principal = Principal.of(context);
        if (!principal.may(least)) {
            throw new HttpProblem(403, refusal(principal, least));
        }
    }

    /** Says which role would be needed; for HTTP and the bridges alike. */
    public static String refusal(Principal principal, Role least) {
        return "This needs the role %s; %s."
                .formatted(
                        least.word(),
                        principal
                                .identity()
                                .map(who -> "you came in as " + who.role().word())
                                .orElse("nobody is logged in"));
    }
}
