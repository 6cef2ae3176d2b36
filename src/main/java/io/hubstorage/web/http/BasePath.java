package io.hubstorage.web.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Where a proxy has HubStorage below a path of its own: takes that path off, so that the routes need not know of it. A proxy may
 * have taken it off already, and the health check never has it: both work.
 *
 * @param text what every link and redirect begins with: empty, or as {@code /backups}
 */
public record BasePath(String text) implements Handler<RoutingContext> {
    private static final String TAKEN_OFF = "base path taken off";

    /** Leads the client to that path below this one (303). */
    public void redirect(RoutingContext context, String to) {
        context.response()
                .setStatusCode(303)
                .putHeader(HttpHeaders.LOCATION, text + to)
                .end();
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String asked = request.path();
        if (text.isEmpty() || asked == null || context.get(TAKEN_OFF) != null) {
            context.next();
        } else if (asked.equals(text)) {
            redirect(context, "/");
        } else if (asked.startsWith(text + '/')) {
            context.put(TAKEN_OFF, true);
            String query = request.query();
            context.reroute(asked.substring(text.length()) + (query == null ? "" : '?' + query));
        } else {
            context.next();
        }
    }
}
