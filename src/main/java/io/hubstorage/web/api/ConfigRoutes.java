package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.bus.S3Message;
import io.hubstorage.web.auth.RoleHandler;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.HttpProblem;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /api/config}: read and replace {@code config.json}; its hash is the entity tag. */
public record ConfigRoutes(Bus bus) {
    public void mount(Router router) {
        router.get("/api/config").respond(this::read);
        router.put("/api/config").respond(this::replace);
        router.post("/api/config/validate").respond(this::validate);
        router.post("/api/config/filter-preview").respond(this::tryFilter);
    }

    private Future<@Nullable JsonObject> read(RoutingContext context) {
        return bus.ask(Addresses.CONFIG_GET).map(current -> {
            context.etag(current.getString("hash")).response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
            if (context.isFresh()) {
                context.response().setStatusCode(304).end();
                return null;
            }
            return current;
        });
    }

    private Future<JsonObject> replace(RoutingContext context) {
        JsonObject draft = Body.required(context);
        ConfigMessage.Update update = new ConfigMessage.Update(draft, basedOn(context));
        return bus.ask(Addresses.CONFIG_GET).compose(before -> {
            RoleHandler.describe(context, changed(before.getJsonObject("config"), draft));
            return bus.ask(Addresses.CONFIG_UPDATE, update)
                    .onSuccess(current -> context.etag(current.getString("hash")));
        });
    }

    /** The names of the sections that are another now. */
    private static String changed(JsonObject before, JsonObject after) {
        return Stream.concat(before.fieldNames().stream(), after.fieldNames().stream())
                .distinct()
                .filter(name -> !Objects.equals(before.getValue(name), after.getValue(name)))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private Future<JsonObject> validate(RoutingContext context) {
        return bus.ask(Addresses.CONFIG_VALIDATE, new ConfigMessage.Draft(Body.required(context)));
    }

    private Future<JsonObject> tryFilter(RoutingContext context) {
        S3Message.FilterTrial trial = Body.read(context, S3Message.FilterTrial.class);
        return bus.ask(Addresses.S3_FILTER_PREVIEW, BusJson.encode(trial), Bus.REMOTE);
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
