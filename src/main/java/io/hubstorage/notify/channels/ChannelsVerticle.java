package io.hubstorage.notify.channels;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.NotifyMessage.ChannelState;
import io.hubstorage.bus.NotifyMessage.Listing;
import io.hubstorage.bus.NotifyMessage.Outcome;
import io.hubstorage.bus.NotifyMessage.Result;
import io.hubstorage.bus.NotifyMessage.Test;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.config.HubConfig;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.Fact;
import io.hubstorage.notify.Message.State;
import io.hubstorage.notify.Severity;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says which channels there are, and tries them out. Makes them anew for each request, so that none outlives a change. */
public final class ChannelsVerticle extends VerticleBase {
    private final ConfigStore store;
    private final InstantSource clock;
    private final @Nullable Duration deadline;
    /** One test at a time of each: it is somebody's phone. */
    private final Set<String> underWay = new HashSet<>();

    public ChannelsVerticle(ConfigStore store, InstantSource clock) {
        this(store, clock, null);
    }

    /**
     * The same with another bound than in production.
     *
     * @param deadline of each test; null for the usual ones
     */
    public ChannelsVerticle(ConfigStore store, InstantSource clock, @Nullable Duration deadline) {
        this.store = store;
        this.clock = clock;
        this.deadline = deadline;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx);
        return Future.join(
                bus.answer(
                        Addresses.NOTIFY_CHANNELS,
                        _ -> vertx.executeBlocking(
                                () -> list(store.config().notifications(), store.environment(), vertx, clock), false)),
                bus.answer(
                        Addresses.NOTIFY_TEST,
                        body -> test(BusJson.request(body, Test.class).channel())));
    }

    private Future<Outcome> test(String name) {
        if (!underWay.add(name)) {
            throw Bus.refusal(Bus.CONFLICT, "This channel is being tested already.");
        }
        return test(store.config().notifications(), store.environment(), vertx, clock, deadline, name)
                .onComplete(_ -> underWay.remove(name));
    }

    /** Each with what keeps it from being used. */
    public static Listing list(HubConfig.Notify config, Environment environment, Vertx vertx, InstantSource clock) {
        Channels channels = Channels.of(config, environment, vertx, clock);
        return new Listing(config.channels().stream()
                .map(channel -> new ChannelState(
                        channel.routing().name(),
                        channel.type(),
                        channel.routing().enabled(),
                        channels.unusable().get(channel.routing().name())))
                .toList());
    }

    /** Sends a test message; fails with {@link Bus#NOT_FOUND} where there is no such channel. */
    public static Future<Outcome> test(
            HubConfig.Notify config, Environment environment, Vertx vertx, InstantSource clock, String name) {
        return test(config, environment, vertx, clock, null, name);
    }

    private static Future<Outcome> test(
            HubConfig.Notify config,
            Environment environment,
            Vertx vertx,
            InstantSource clock,
            @Nullable Duration deadline,
            String name) {
        // To load what a channel is made of may take a while at first.
        return vertx.executeBlocking(() -> Channels.of(config, environment, vertx, clock, deadline, null), false)
                .compose(channels -> test(channels, name, message(name, clock.instant(), config.publicUrl())));
    }

    private static Future<Outcome> test(Channels channels, String name, Message message) {
        String problem = channels.unusable().get(name);
        if (problem != null) {
            return Future.succeededFuture(new Outcome(name, Result.REFUSED, 0, problem, null));
        }
        Channel channel = channels.usable().get(name);
        return channel == null
                ? Future.failedFuture(Bus.refusal(Bus.NOT_FOUND, "No channel has this name."))
                : channel.deliver(message).map(receipt -> outcome(name, receipt));
    }

    private static Outcome outcome(String name, Receipt receipt) {
        return switch (receipt) {
            case Receipt.Delivered(int status, String answer) ->
                new Outcome(name, Result.DELIVERED, status, answer, null);
            case Receipt.TryAgain(String why, Duration after) ->
                new Outcome(name, Result.TRY_AGAIN, 0, why, after == null ? null : after.toMillis() / 1000.0);
            case Receipt.Refused(String why) -> new Outcome(name, Result.REFUSED, 0, why, null);
        };
    }

    private static Message message(String channel, Instant now, @Nullable String publicUrl) {
        return new Message(
                "test-" + now.toEpochMilli(),
                now,
                Event.TEST,
                Severity.INFO,
                State.TEST,
                "notifications",
                "HubStorage can reach you here",
                "This is a test. When a backup fails, a disk fills up or a stored file is damaged, you will read it"
                        + " here.",
                List.of(new Fact("Channel", channel)),
                publicUrl == null ? "" : publicUrl,
                null);
    }
}
