package io.hubstorage.web.publicstatus;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How things stand, for everybody: a page, the same as JSON, and a badge, with what {@code public_status} names and nothing else.
 * Where it is off there is nothing at these addresses. However many ask, the rooms are asked once a second. One context.
 */
public final class PublicStatusRoutes {
    private static final Duration KEPT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String CACHED = "public, max-age=10";
    private static final int TAG_BYTES = 12;

    private final Bus bus;
    private final ConfigStore store;
    private final Function<Map<String, Object>, Future<Buffer>> page;
    private final InstantSource clock;
    private @Nullable Kept kept;

    /** What is told now. */
    private record Kept(HubConfig.PublicStatus configured, ZoneId zone, Instant from, Future<Told> told) {
        boolean holds(HubConfig config, Instant now) {
            return configured.equals(config.publicStatus())
                    && zone.equals(config.zone())
                    && !now.isBefore(from)
                    && now.isBefore(from.plus(KEPT));
        }
    }

    private record Told(Form page, Form json, Form badge) {}

    /** One form of it, with its entity tag. */
    private record Form(Buffer content, String mediaType, String tag) {
        static Form of(Buffer content, String mediaType) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes());
                return new Form(content, mediaType, '"' + HexFormat.of().formatHex(hash, 0, TAG_BYTES) + '"');
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** @param page makes a page of what it shows */
    public PublicStatusRoutes(
            Bus bus, ConfigStore store, Function<Map<String, Object>, Future<Buffer>> page, InstantSource clock) {
        this.bus = bus;
        this.store = store;
        this.page = page;
        this.clock = clock;
    }

    public void mount(Router router) {
        router.get("/status").handler(context -> answer(context, Told::page));
        router.get("/status.json").handler(context -> answer(context, Told::json));
        router.get("/status/badge.svg").handler(context -> answer(context, Told::badge));
    }

    private void answer(RoutingContext context, Function<Told, Form> form) {
        HubConfig config = store.config();
        if (!config.publicStatus().enabled()) {
            // Not the usual page, which says whose it is.
            context.response()
                    .setStatusCode(404)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                    .end("Not Found\n");
            return;
        }
        told(config).map(form).onSuccess(ready -> send(context, ready)).onFailure(context::fail);
    }

    private static void send(RoutingContext context, Form form) {
        // Caches of others would hand the compressed form to whoever cannot read it.
        context.response().headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        context.etag(form.tag())
                .response()
                .putHeader(HttpHeaders.CACHE_CONTROL, CACHED)
                // For badges in pages of other sites.
                .putHeader("Cross-Origin-Resource-Policy", "cross-origin");
        if (context.isFresh()) {
            context.response().setStatusCode(304).end();
            return;
        }
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, form.mediaType()).end(form.content());
    }

    private Future<Told> told(HubConfig config) {
        Instant now = clock.instant();
        Kept before = kept;
        if (before != null && before.holds(config, now) && !before.told().failed()) {
            return before.told();
        }
        Future<Told> told = ask(config, now);
        kept = new Kept(config.publicStatus(), config.zone(), now, told);
        return told;
    }

    private Future<Told> ask(HubConfig config, Instant now) {
        Future<Optional<StatusMessage.Current>> status =
                silent(bus.ask(Addresses.STATUS, StatusMessage.Current.class, PATIENCE));
        Future<Optional<SchedulerMessage.Status>> scheduler =
                config.publicStatus().nextRun()
                        ? silent(bus.ask(Addresses.SCHEDULER_STATUS, SchedulerMessage.Status.class, PATIENCE))
                        : Future.succeededFuture(Optional.empty());
        return Future.all(status, scheduler).compose(_ -> {
            PublicStatus shown = PublicStatus.of(config.publicStatus(), status.result(), scheduler.result(), now);
            JsonObject json = BusJson.encode(shown);
            return page.apply(shown.model(config.zone(), now))
                    .map(page -> new Told(
                            Form.of(page, "text/html; charset=utf-8"),
                            Form.of(json.toBuffer(), "application/json"),
                            Form.of(Buffer.buffer(shown.badge()), "image/svg+xml")));
        });
    }

    private static <T> Future<Optional<T>> silent(Future<T> asked) {
        return asked.map(Optional::of).otherwise(Optional.empty());
    }
}
