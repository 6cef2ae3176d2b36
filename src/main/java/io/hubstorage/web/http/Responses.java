package io.hubstorage.web.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Answers as JSON, and what a client has already. */
public final class Responses {
    static final String JSON = "application/json";

    private Responses() {}

    /** Answers with the object once it is there, or with the problem. */
    public static void json(RoutingContext context, int status, Future<JsonObject> body) {
        body.onSuccess(json -> json(context, status, json)).onFailure(context::fail);
    }

    /** Answers with the object. */
    public static void json(RoutingContext context, int status, JsonObject body) {
        if (context.response().closed()) {
            return;
        }
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .end(body.toBuffer());
    }

    /** Whether the client's {@code If-None-Match} names this entity tag (or any). */
    public static boolean unchanged(RoutingContext context, String etag) {
        String header = context.request().getHeader(HttpHeaders.IF_NONE_MATCH);
        if (header == null) {
            return false;
        }
        for (String part : header.split(",", -1)) {
            String tag = part.strip();
            if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
                return true;
            }
        }
        return false;
    }
}
