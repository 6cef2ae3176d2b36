package io.hubstorage.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** Requests over the event bus to whoever answers them. Failures are {@code ReplyException}s. */
public final class Bus {
    /** For what is answered from memory or from a small file. */
    public static final Duration QUICK = Duration.ofSeconds(10);
    /** For what asks S3 first. */
    public static final Duration REMOTE = Duration.ofSeconds(90);

    /** For what nobody expected. */
    public static final String UNEXPECTED = "Something went wrong inside HubStorage; its log names the cause.";

    private final Vertx vertx;

    public Bus(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Asks without a body. */
    public Future<JsonObject> ask(String address) {
        return ask(address, new JsonObject(), QUICK);
    }

    /** Asks with a message record as the body. */
    public Future<JsonObject> ask(String address, Record body) {
        return ask(address, BusJson.encode(body), QUICK);
    }

    /** Asks, and waits at most this long. */
    public Future<JsonObject> ask(String address, JsonObject body, Duration timeout) {
        return vertx.eventBus()
                .<JsonObject>request(address, body, new DeliveryOptions().setSendTimeout(timeout.toMillis()))
                .map(reply -> reply.body() == null ? new JsonObject() : reply.body());
    }

    /** Asks without a body for a reply of a known form. */
    public <T extends Record> Future<T> ask(String address, Class<T> reply) {
        return ask(address).map(body -> BusJson.decode(body, reply));
    }

    /** Why there is no answer, in a sentence for people; nothing of what nobody expected. */
    public static String reason(Throwable failure) {
        if (!(failure instanceof ReplyException reply)) {
            return UNEXPECTED;
        }
        return switch (reply.failureType()) {
            case NO_HANDLERS -> "The part of HubStorage that answers this is not running. Try again shortly.";
            case TIMEOUT -> "The part of HubStorage that answers this took too long.";
            default -> {
                String reason = reply.getMessage();
                yield reply.failureCode() < 400 || reply.failureCode() > 599 || reason == null ? UNEXPECTED : reason;
            }
        };
    }
}
