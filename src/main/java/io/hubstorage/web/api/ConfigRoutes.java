package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.bus.S3Message;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Responses;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** {@code /api/config}: read and replace {@code config.json}; its hash is the entity tag. */
public final class ConfigRoutes {
    private final Bus bus;

    public ConfigRoutes(Bus bus) {
        this.bus = bus;
    }

    public void mount(Router router) {
        router.get("/api/config").handler(this::read);
        router.put("/api/config").handler(this::replace);
        router.post("/api/config/filter-preview").handler(this::tryFilter);
    }

    private void read(RoutingContext context) {
        bus.ask(Addresses.CONFIG_GET)
                .onSuccess(current -> {
                    String etag = tag(current);
                    context.response().putHeader(HttpHeaders.ETAG, etag);
                    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
                    if (Responses.unchanged(context, etag)) {
                        context.response().setStatusCode(304).end();
                    } else {
                        Responses.json(context, 200, current);
                    }
                })
                .onFailure(context::fail);
    }

    private void replace(RoutingContext context) {
        JsonObject config = Body.required(context);
        ConfigMessage.Update update = new ConfigMessage.Update(config, basedOn(context));
        bus.ask(Addresses.CONFIG_UPDATE, update)
                .onSuccess(current -> {
                    context.response().putHeader(HttpHeaders.ETAG, tag(current));
                    Responses.json(context, 200, current);
                })
                .onFailure(context::fail);
    }

    private void tryFilter(RoutingContext context) {
        Body body = Body.optional(context).allowing("bucket", "prefix", "exclude", "include");
        String bucket = body.text("bucket");
        if (bucket == null) {
            throw HttpProblem.badInput("bucket", "nothing", "the name of a bucket");
        }
        S3Message.FilterTrial trial =
                new S3Message.FilterTrial(bucket, body.text("prefix"), body.texts("exclude"), body.texts("include"));
        Responses.json(context, 200, bus.ask(Addresses.S3_FILTER_PREVIEW, BusJson.encode(trial), Bus.REMOTE));
    }

    private static String tag(JsonObject current) {
        return '"' + current.getString("hash") + '"';
    }

    /** The hash in {@code If-Match}; null when the save does not say what it was based on, or says "whatever is there". */
    private static @Nullable String basedOn(RoutingContext context) {
        String header = context.request().getHeader(HttpHeaders.IF_MATCH);
        if (header == null || header.strip().equals("*")) {
            return null;
        }
        String tag = header.strip();
        if (tag.startsWith("W/")) {
            tag = tag.substring(2);
        }
        if (tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"")) {
            tag = tag.substring(1, tag.length() - 1);
        }
        if (tag.isEmpty() || tag.indexOf('"') >= 0) {
            throw HttpProblem.badInput("If-Match", header, "one entity tag, as ETag of GET /api/config gives it");
        }
        return tag;
    }
}
