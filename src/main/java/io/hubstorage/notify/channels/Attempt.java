package io.hubstorage.notify.channels;

import io.hubstorage.bus.Sizes;
import io.hubstorage.notify.Message;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a channel of code that blocks: on a virtual thread of its own, which is interrupted when its time is over.
 *
 * @param mask takes the channel's secrets out of a text
 */
record Attempt(Vertx vertx, Delivery delivery, UnaryOperator<String> mask, Duration deadline) implements Channel {
    /** How long an attempt may take in all, in production. */
    static final Duration DEADLINE = Duration.ofSeconds(10);

    /** For whoever asks others before it answers: cut off too early, a message that went out would go out again. */
    static final Duration SLOW_DEADLINE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    /** One attempt. Blocks, and may throw: what it throws counts as a reason that may pass. */
    interface Delivery {
        Receipt deliver(Message message) throws Exception;
    }

    /** What is to be done once. */
    interface Once {
        Receipt carryOut() throws Exception;
    }

    @Override
    public Future<Receipt> deliver(Message message) {
        return once(() -> delivery.deliver(message), vertx, mask, deadline);
    }

    /** The same with anything else that ends by a receipt. */
    static Future<Receipt> once(Once what, Vertx vertx, UnaryOperator<String> mask, Duration deadline) {
        Context context = vertx.getOrCreateContext();
        Promise<Receipt> promise = Promise.promise();
        Thread thread = Thread.ofVirtual().name("notify").unstarted(() -> {
            Receipt receipt = attempt(what, mask);
            context.runOnContext(_ -> promise.tryComplete(receipt));
        });
        long timer = vertx.setTimer(deadline.toMillis(), _ -> {
            if (promise.tryComplete(new Receipt.TryAgain("no answer within " + Sizes.duration(deadline), null))) {
                thread.interrupt();
            }
        });
        thread.start();
        return promise.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    private static Receipt attempt(Once what, UnaryOperator<String> mask) {
        try {
            return switch (what.carryOut()) {
                case Receipt.Delivered(int status, String answer) -> new Receipt.Delivered(status, shown(mask, answer));
                case Receipt.TryAgain(String why, Duration after) -> new Receipt.TryAgain(shown(mask, why), after);
                case Receipt.Refused(String why) -> new Receipt.Refused(shown(mask, why));
            };
        } catch (Forbidden | BadTemplate e) {
            return new Receipt.Refused(shown(mask, String.valueOf(e.getMessage())));
        } catch (Exception | StackOverflowError e) {
            // Without the exception itself, whose text nobody has looked through for secrets.
            LOG.debug("A notification failed with {}", e.getClass().getName());
            return new Receipt.TryAgain(shown(mask, reason(e)), null);
        }
    }

    private static String reason(Throwable failure) {
        String said = failure.getMessage();
        return said == null || said.isBlank() ? failure.getClass().getSimpleName() : said;
    }

    private static String shown(UnaryOperator<String> mask, String text) {
        return Text.words(mask.apply(text));
    }

    /** Runs a future to its end on the thread of an attempt, which is interrupted at its deadline. */
    static <T> T await(Future<T> future) throws Exception {
        return future.await(1, TimeUnit.HOURS);
    }

    /** Where a message may not be sent, and what the operator can do about it. */
    static final class Forbidden extends Exception {
        Forbidden(String message) {
            super(message);
        }
    }

    /** A template that cannot be used, and why. */
    static final class BadTemplate extends Exception {
        BadTemplate(String message) {
            super(message);
        }
    }
}
