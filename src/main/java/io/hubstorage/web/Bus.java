package io.hubstorage.web;

import io.hubstorage.bus.BusJson;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** Questions to the other rooms, over the event bus. Failures are {@code ReplyException}s. */
final class Bus {
    /** For what is answered from memory or from a small file. */
    static final Duration QUICK = Duration.ofSeconds(10);
    /** For what asks S3 first. */
    static final Duration REMOTE = Duration.ofSeconds(90);

    private final Vertx vertx;

    Bus(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Asks without a body. */
    Future<JsonObject> ask(String address) {
        return ask(address, new JsonObject(), QUICK);
    }

    /** Asks with a message record as the body. */
    Future<JsonObject> ask(String address, Record body) {
        return ask(address, BusJson.encode(body), QUICK);
    }

    /** Asks, and waits at most this long. */
    Future<JsonObject> ask(String address, JsonObject body, Duration timeout) {
        return vertx.eventBus()
                .<JsonObject>request(address, body, new DeliveryOptions().setSendTimeout(timeout.toMillis()))
                .map(reply -> reply.body() == null ? new JsonObject() : reply.body());
    }

    /** Asks without a body for a reply of a known form. */
    <T extends Record> Future<T> ask(String address, Class<T> reply) {
        return ask(address).map(body -> BusJson.decode(body, reply));
    }
}
