package io.hubstorage.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks and answers over the event bus. A failure is a {@link ReplyException}, with a code as HTTP has it and a reason for
 * people. What is registered in a verticle ends with it.
 */
public final class Bus {
    /** For what is answered from memory or from a small file. */
    public static final Duration QUICK = Duration.ofSeconds(10);

    /** For what looks at the data folder before it answers. */
    public static final Duration PATIENT = Duration.ofSeconds(30);

    /** For what asks S3, or another server, first. */
    public static final Duration REMOTE = Duration.ofSeconds(90);

    public static final int BAD_REQUEST = 400;
    public static final int NOT_FOUND = 404;
    /** Another job must end first. */
    public static final int CONFLICT = 409;
    /** What the request was based on has changed since. */
    public static final int STALE = 412;
    /** Another process is at work on the data folder. */
    public static final int LOCKED = 423;
    /** The data folder cannot be written to. */
    public static final int UNUSABLE = 503;

    /** For what nobody expected. */
    public static final String UNEXPECTED = "Something went wrong inside HubStorage; its log names the cause.";

    private static final Logger LOG = LoggerFactory.getLogger(Bus.class);
    private static final int FAILED = 500;

    private final Vertx vertx;

    public Bus(Vertx vertx) {
        this.vertx = vertx;
    }

    public Future<JsonObject> ask(String address) {
        return ask(address, new JsonObject(), QUICK);
    }

    public Future<JsonObject> ask(String address, Record body) {
        return ask(address, BusJson.encode(body), QUICK);
    }

    public Future<JsonObject> ask(String address, JsonObject body, Duration timeout) {
        return vertx.eventBus()
                .<JsonObject>request(address, body, new DeliveryOptions().setSendTimeout(timeout.toMillis()))
                .map(reply -> reply.body() == null ? new JsonObject() : reply.body());
    }

    public <T extends Record> Future<T> ask(String address, Class<T> reply) {
        return ask(address, reply, QUICK);
    }

    public <T extends Record> Future<T> ask(String address, Class<T> reply, Duration timeout) {
        return ask(address, new JsonObject(), timeout).map(body -> BusJson.decode(body, reply));
    }

    /** Tells everybody that listens; the message is a record, also where its type is one of their interfaces. */
    public void publish(String address, Object message) {
        vertx.eventBus().publish(address, BusJson.encode(message));
    }

    /** Hears what is published. Completes when it does. */
    public <T> Future<Void> listen(String address, Class<T> type, Consumer<T> listener) {
        return consume(address, message -> listener.accept(BusJson.decode(message.body(), type)));
    }

    /** Hears that something is published, whatever it is. */
    public Future<Void> listen(String address, Runnable listener) {
        return consume(address, _ -> listener.run());
    }

    private Future<Void> consume(String address, Handler<Message<JsonObject>> handler) {
        return vertx.eventBus().consumer(address, handler).completion();
    }

    /**
     * Answers requests; completes when it does. A {@link #refusal} is passed on as it is, an
     * {@link IllegalArgumentException} is a 400, and anything else a 500 that is logged.
     */
    public <T extends Record> Future<Void> answer(String address, Function<JsonObject, Future<T>> responder) {
        return consume(
                address,
                message -> Future.succeededFuture(message.body() == null ? new JsonObject() : message.body())
                        .compose(responder)
                        .map(BusJson::encode)
                        .onSuccess(message::reply)
                        .onFailure(failure -> fail(message, failure)));
    }

    private static void fail(Message<JsonObject> message, Throwable failure) {
        switch (failure) {
            case ReplyException refused
            when refused.failureType() == ReplyFailure.RECIPIENT_FAILURE ->
                message.fail(refused.failureCode(), refused.getMessage());
            case IllegalArgumentException wrong -> {
                LOG.debug("A request to {} does not fit", message.address(), wrong);
                message.fail(BAD_REQUEST, wrong.getMessage());
            }
            default -> {
                LOG.error("A request to {} could not be answered", message.address(), failure);
                message.fail(FAILED, String.valueOf(failure.getMessage()));
            }
        }
    }

    /** To be thrown, or failed with, by whoever answers. */
    public static ReplyException refusal(int code, String reason) {
        return new ReplyException(ReplyFailure.RECIPIENT_FAILURE, code, reason);
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
