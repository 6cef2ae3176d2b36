package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.bus.S3Message;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** {@code /api/config}: read and replace {@code config.json}; its hash is the entity tag. */
final class ConfigRoutes {
    private final Bus bus;
    private final Resources resources;

    ConfigRoutes(Bus bus, Resources resources) {
        this.bus = bus;
        this.resources = resources;
    }

    void mount(Router router) {
        router.get("/api/config").handler(this::read);
        router.put("/api/config").handler(this::replace);
        router.post("/api/config/filter-preview").handler(this::tryFilter);
        router.get("/api/config/schema")
                .handler(context -> resources.send(context, "conf/config.schema.json", "application/schema+json"));
    }

    private void read(RoutingContext context) {
        bus.ask(Addresses.CONFIG_GET)
                .onSuccess(current -> {
                    String etag = tag(current);
                    context.response().putHeader(HttpHeaders.ETAG, etag);
                    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
                    if (Answers.unchanged(context, etag)) {
                        context.response().setStatusCode(304).end();
                    } else {
                        Answers.json(context, 200, current);
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
                    Answers.json(context, 200, current);
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
        Answers.json(context, 200, bus.ask(Addresses.S3_FILTER_PREVIEW, BusJson.encode(trial), Bus.REMOTE));
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
