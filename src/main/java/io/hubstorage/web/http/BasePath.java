package io.hubstorage.web.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Where a proxy has HubStorage below a path of its own: takes that path off, so that the routes need not know of it. A proxy may
 * have taken it off already, and the health check never has it: both work.
 */
public final class BasePath implements Handler<RoutingContext> {
    private static final String TAKEN_OFF = "base path taken off";

    private final String path;

    /**
     * Takes this off.
     *
     * @param path empty, or as {@code /backups}
     */
    public BasePath(String path) {
        this.path = path;
    }

    /** What every link and redirect begins with; empty at the root. */
    public String text() {
        return path;
    }

    /** Leads the client to that path below this one (303). */
    public void redirect(RoutingContext context, String to) {
        context.response()
                .setStatusCode(303)
                .putHeader(HttpHeaders.LOCATION, path + to)
                .end();
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String asked = request.path();
        if (path.isEmpty() || asked == null || context.get(TAKEN_OFF) != null) {
            context.next();
        } else if (asked.equals(path)) {
            redirect(context, "/");
        } else if (asked.startsWith(path + '/')) {
            context.put(TAKEN_OFF, true);
            String query = request.query();
            context.reroute(asked.substring(path.length()) + (query == null ? "" : '?' + query));
        } else {
            context.next();
        }
    }
}
