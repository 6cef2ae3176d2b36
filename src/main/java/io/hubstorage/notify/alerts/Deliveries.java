package io.hubstorage.notify.alerts;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.AlertMessage.Delivery;
import io.hubstorage.bus.AlertMessage.Outcome;
import io.hubstorage.bus.AlertMessage.Told;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.alerts.ChannelQueue.Step;
import io.hubstorage.notify.channels.Channel;
import io.hubstorage.notify.channels.Receipt;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has every channel deliver what the outbox holds for it, each on its own and one message after the other, so that one that is out of
 * reach holds up no other. What came of each attempt goes into the log and onto the bus. One context.
 */
final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    /** A channel promises to end sooner. */
    private static final long PATIENCE_SECONDS = 90;
    /** What is cut off then is sent again at the next start, under the same id. */
    private static final long STOP_SECONDS = 2;

    private final Vertx vertx;
    private final Outbox outbox;
    private final DeliveryLog log;
    private final InstantSource clock;
    private final Map<String, ChannelQueue> queues = new HashMap<>();
    /** The channels that are at work, and when each has stopped to be. */
    private final Map<String, Future<Void>> busy = new HashMap<>();

    private Audience audience = Audience.NONE;
    private boolean stopped;

    Deliveries(Vertx vertx, Outbox outbox, DeliveryLog log, InstantSource clock) {
        this.vertx = vertx;
        this.outbox = outbox;
        this.log = log;
        this.clock = clock;
    }

    /** Goes on with whatever can go out now, by these channels. */
    void deliver(Audience now) {
        audience = now;
        vertx.executeBlocking(outbox::channels).onSuccess(channels -> new TreeSet<>(channels).forEach(this::work));
    }

    /** Begins no further attempt. Completes when none is under way, or soon after all the same. */
    Future<?> stop() {
        stopped = true;
        return Future.join(List.copyOf(busy.values()))
                .timeout(STOP_SECONDS, TimeUnit.SECONDS)
                .otherwiseEmpty();
    }

    private void work(String channel) {
        if (stopped || busy.containsKey(channel)) {
            return;
        }
        Future<Void> work =
                steps(channel).onFailure(e -> LOG.error("Messages for {} cannot be delivered now", channel, e));
        if (!work.isComplete()) {
            busy.put(channel, work);
            work.onComplete(_ -> busy.remove(channel));
        }
    }

    private Future<Void> steps(String channel) {
        if (stopped) {
            return Future.succeededFuture();
        }
        ChannelQueue queue = queues.computeIfAbsent(channel, name -> new ChannelQueue(name, outbox));
        Policy policy = audience.policy();
        return vertx.executeBlocking(() -> queue.next(policy, clock.instant())).compose(step -> switch (step) {
            case Step.Send send ->
                stopped
                        ? Future.succeededFuture()
                        : send(channel, queue, send.message())
                                .compose(again -> again ? steps(channel) : Future.succeededFuture());
            case Step.GivenUp given -> {
                LOG.warn(
                        "A message for {} was given up: {} ({})",
                        channel,
                        given.message().title(),
                        given.why());
                yield tell(
                                channel,
                                given.message(),
                                new ChannelQueue.Ended(Outcome.GIVEN_UP, given.attempts(), given.why(), null))
                        .compose(_ -> steps(channel));
            }
            case Step.Folded folded -> folded(channel, folded.messages()).compose(_ -> steps(channel));
            case Step.Wait _, Step.Idle _ -> Future.succeededFuture();
        });
    }

    /** Whether the next one may be sent at once. */
    private Future<Boolean> send(String channel, ChannelQueue queue, Message message) {
        return attempt(channel, message)
                .compose(receipt -> vertx.executeBlocking(() -> queue.received(message, receipt, clock.instant())))
                .compose(ended -> {
                    if (ended.outcome() != Outcome.DELIVERED) {
                        LOG.warn(
                                "{} did not take a message ({}){}",
                                channel,
                                ended.answer(),
                                ended.retryAt() == null ? "; it is given up" : "; the next try is " + ended.retryAt());
                    }
                    return tell(channel, message, ended).map(_ -> ended.outcome() != Outcome.FAILED);
                });
    }

    private Future<Receipt> attempt(String name, Message message) {
        Channel channel = audience.channels().get(name);
        if (channel == null) {
            return Future.succeededFuture(
                    new Receipt.TryAgain(audience.unusable().getOrDefault(name, "This channel cannot be used."), null));
        }
        Future<Receipt> receipt;
        try {
            receipt = channel.deliver(message);
        } catch (RuntimeException e) {
            receipt = Future.failedFuture(e);
        }
        return receipt.timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .otherwise(e -> new Receipt.TryAgain(e.toString(), null));
    }

    private Future<Void> folded(String channel, List<Message> messages) {
        Future<Void> told = Future.succeededFuture();
        for (Message message : messages) {
            told = told.compose(_ -> tell(
                    channel,
                    message,
                    new ChannelQueue.Ended(Outcome.FOLDED, 0, "It comes together with others.", null)));
        }
        return told;
    }

    private Future<Void> tell(String channel, Message message, ChannelQueue.Ended ended) {
        Delivery entry = entry(clock.instant(), channel, message, ended, ended.retryAt());
        return vertx.executeBlocking(() -> log.add(entry))
                .onSuccess(numbered -> new Bus(vertx).publish(Addresses.NOTIFY_DELIVERED, numbered))
                .mapEmpty();
    }

    private static Delivery entry(
            Instant at, String channel, Message message, ChannelQueue.Ended ended, @Nullable Instant retryAt) {
        return new Delivery(
                0,
                at,
                channel,
                new Told(
                        message.id(),
                        message.event().word(),
                        message.severity().word(),
                        BusJson.word(message.state()),
                        message.title()),
                ended.outcome(),
                ended.attempt(),
                ended.answer(),
                retryAt);
    }
}
