package io.hubstorage.web.http;

import io.hubstorage.bus.BusJson;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** Reads and checks JSON bodies of requests: wrong media type is a 415, whatever else is wrong a 400 that names it. */
public final class Body {
    private static final long MAX_BYTES = 1L << 20;

    private Body() {}

    /** Reads request bodies, which may be so large. One of a request that only reads means nothing, and is not kept. */
    public static Handler<RoutingContext> reader() {
        BodyHandler reader = BodyHandler.create(false).setBodyLimit(MAX_BYTES);
        return context -> {
            if (OriginGuard.READING.contains(context.request().method())) {
                dropBody(context.request());
                context.next();
            } else {
                reader.handle(context);
            }
        };
    }

    /** A body that nobody reads may have no end: beyond the limit its connection is closed. */
    private static void dropBody(HttpServerRequest request) {
        MultiMap headers = request.headers();
        if (!headers.contains(HttpHeaders.TRANSFER_ENCODING) && !headers.contains(HttpHeaders.CONTENT_LENGTH)) {
            return;
        }
        LongAdder dropped = new LongAdder();
        request.handler(buffer -> {
            dropped.add(buffer.length());
            if (dropped.sum() > MAX_BYTES) {
                request.connection().close();
            }
        });
    }

    /**
     * The body as that record; an absent one counts as an empty object. What does not fit is refused in the words of
     * {@link BusJson#request}.
     */
    public static <T extends Record> T read(RoutingContext context, Class<T> type) {
        Buffer buffer = context.body().buffer();
        JsonObject json = buffer == null || buffer.length() == 0 ? new JsonObject() : parse(context, buffer);
        try {
            return BusJson.request(json, type);
        } catch (IllegalArgumentException e) {
            throw HttpProblem.badInput(String.valueOf(e.getMessage()));
        }
    }

    /** Refuses a body that says anything. */
    public static void requireEmpty(RoutingContext context) {
        read(context, Nothing.class);
    }

    private record Nothing() {}

    /** The body, which must be there. */
    public static JsonObject required(RoutingContext context) {
        Buffer buffer = context.body().buffer();
        if (buffer == null || buffer.length() == 0) {
            throw new HttpProblem(400, "The request needs a JSON object as its body; it has none.");
        }
        return parse(context, buffer);
    }

    private static JsonObject parse(RoutingContext context, Buffer buffer) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!media.equals("application/json") && !media.endsWith("+json")) {
            throw new HttpProblem(
                    415,
                    "The request body must be JSON, with Content-Type: application/json; found '%s'.".formatted(media));
        }
        try {
            if (Json.decodeValue(buffer) instanceof JsonObject object) {
                return object;
            }
        } catch (DecodeException e) {
            throw new HttpProblem(400, "The request body is not valid JSON.");
        }
        throw new HttpProblem(400, "The request body must be a JSON object.");
    }
}
