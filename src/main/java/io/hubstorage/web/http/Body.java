package io.hubstorage.web.http;

import io.hubstorage.bus.ConfigMessage;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A request's JSON body, checked: wrong media type is a 415, whatever else is wrong a 400 that names it. */
public final class Body {
    private static final long MAX_BYTES = 1L << 20;

    private final JsonObject json;

    private Body(JsonObject json) {
        this.json = json;
    }

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

    /** The body; an absent one counts as an empty object. */
    public static Body optional(RoutingContext context) {
        Buffer buffer = context.body().buffer();
        return new Body(buffer == null || buffer.length() == 0 ? new JsonObject() : parse(context, buffer));
    }

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

    /** Refuses members of other names. */
    public Body allowing(String... names) {
        List<ConfigMessage.Problem> unknown = json.fieldNames().stream()
                .filter(name -> !List.of(names).contains(name))
                .map(name -> new ConfigMessage.Problem(
                        name, String.valueOf(json.getValue(name)), "only " + String.join(", ", names)))
                .toList();
        if (!unknown.isEmpty()) {
            throw HttpProblem.badInput(
                    "The request body has members that mean nothing here: "
                            + String.join(
                                    "; ", unknown.stream().map(String::valueOf).toList()),
                    unknown);
        }
        return this;
    }

    public boolean flag(String name, boolean otherwise) {
        return switch (json.getValue(name)) {
            case null -> otherwise;
            case Boolean flag -> flag;
            case Object other -> throw HttpProblem.badInput(name, Json.encode(other), "true or false");
        };
    }

    public boolean requiredFlag(String name) {
        if (json.getValue(name) == null) {
            throw HttpProblem.badInput(name, "nothing", "true or false");
        }
        return flag(name, false);
    }

    @Nullable
    public String text(String name) {
        return switch (json.getValue(name)) {
            case null -> null;
            case String text when !text.isBlank() -> text;
            case Object other -> throw HttpProblem.badInput(name, Json.encode(other), "a text");
        };
    }

    /** A list of texts; absent and empty are the same. */
    @Nullable
    public List<String> texts(String name) {
        Object value = json.getValue(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof JsonArray array)) {
            throw HttpProblem.badInput(name, Json.encode(value), "a list of texts");
        }
        List<String> texts = new ArrayList<>();
        for (Object item : array) {
            if (!(item instanceof String text) || text.isBlank()) {
                throw HttpProblem.badInput(name, Json.encode(item), "a list of texts, none of them empty");
            }
            texts.add(text);
        }
        return texts.isEmpty() ? null : texts;
    }
}
