package io.hubstorage.web.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;

/** Refuses addresses that are not well encoded, before anybody asks for their path: Vert.x throws at a lone percent sign. */
public final class PathSyntaxHandler implements Handler<RoutingContext> {
    /** The path of a request, as it came if it is none. */
    static String of(RoutingContext context) {
        try {
            return context.normalizedPath();
        } catch (IllegalArgumentException malformed) {
            return Objects.requireNonNullElse(context.request().path(), "/");
        }
    }

    @Override
    public void handle(RoutingContext context) {
        try {
            context.normalizedPath();
        } catch (IllegalArgumentException malformed) {
            throw new HttpProblem(400, "The address is not well encoded: after a % belong two hexadecimal digits.");
        }
        context.next();
    }
}
