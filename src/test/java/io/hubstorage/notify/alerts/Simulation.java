package io.hubstorage.notify.alerts;

import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.alerts.Alerts.Decision;
import io.hubstorage.notify.channels.Receipt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the verticle does, step by step and without threads, on a clock of the test's; the process can be killed at every point at which
 * something is written or sent, and then begins anew with what is on the disk.
 */
final class Simulation implements AutoCloseable {
    private final Path folder;
    private Policy policy;
    private final World world;
    /** Whether to die at the n-th point at which that can be. */
    private final IntPredicate dies;

    private int point;
    private int kills;
    private Outbox outbox;
    private Map<String, ChannelQueue> queues = new HashMap<>();
    private final Set<String> down = new HashSet<>();
    private final List<Arrival> arrivals = new ArrayList<>();
    /** All that has ended so far, which the history keeps. */
    private final List<JobRecord> history = new ArrayList<>();

    private final List<JobState> began = new ArrayList<>();

    record Arrival(Instant at, String channel, Message message) {}

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    Simulation(Path folder, Policy policy, World world, IntPredicate dies) {
        this.folder = folder;
        this.policy = policy;
        this.world = world;
        this.dies = dies;
        this.outbox = open();
    }

    Simulation(Path folder, Policy policy, World world) {
        this(folder, policy, world, _ -> false);
    }

    /** How many points there were so far at which it could die. */
    int points() {
        return point;
    }

    /** Once each, however often they arrived. */
    List<Arrival> arrivals() {
        Set<String> seen = new HashSet<>();
        return arrivals.stream()
                .filter(each -> seen.add(each.channel() + " " + each.message().id()))
                .toList();
    }

    Stream<Message> to(String channel) {
        return arrivals().stream()
                .filter(each -> each.channel().equals(channel))
                .map(Arrival::message);
    }

    long waiting() {
        return outbox.waiting();
    }

    /** From now on. */
    void policy(Policy next) {
        policy = next;
    }

    void down(String channel, boolean isDown) {
        if (isDown) {
            down.add(channel);
        } else {
            down.remove(channel);
        }
    }

    void ended(JobRecord job) {
        history.add(job);
        world.last.put(job.kind(), job);
    }

    void began(JobState job) {
        began.add(job);
    }

    void step(Instant now) {
        Situation situation = world.at(now);
        while (true) {
            try {
                decide(situation);
                deliver(now);
                return;
            } catch (Killed e) {
                restart();
            }
        }
    }

    void steps(Instant from, Instant to, Duration by) {
        for (Instant now = from; now.isBefore(to); now = now.plus(by)) {
            step(now);
        }
    }

    private void decide(Situation situation) {
        AlertState before = AlertState.at(situation.now(), outbox.state());
        Optional<List<JobRecord>> week = policy.dueDigest(before, situation.now())
                .map(due -> history.stream()
                        .filter(job -> within(job.finishedAt(), due))
                        .toList());
        Decision decision = new Decider(policy, before)
                .decide(situation, new Decider.News(List.copyOf(began), List.copyOf(history), week));
        if (outbox.state().map(decision.state()::equals).orElse(false)
                && decision.messages().isEmpty()) {
            return;
        }
        mayDie();
        written(() -> outbox.decided(decision), began::clear);
    }

    private boolean within(@Nullable Instant ended, Instant due) {
        return ended != null && ended.isAfter(policy.weekBefore(due)) && !ended.isAfter(due);
    }

    private void deliver(Instant now) {
        for (String channel : outbox.channels().stream().sorted().toList()) {
            ChannelQueue queue = queues.computeIfAbsent(channel, name -> new ChannelQueue(name, outbox));
            while (step(channel, queue, now)) {
                // until it has to wait
            }
        }
    }

    private boolean step(String channel, ChannelQueue queue, Instant now) {
        return switch (queue.next(policy, now)) {
            case ChannelQueue.Step.Send send -> {
                if (down.contains(channel)) {
                    queue.received(send.message(), new Receipt.TryAgain("connection refused", null), now);
                    yield false;
                }
                arrivals.add(new Arrival(now, channel, send.message()));
                mayDie();
                written(() -> queue.received(send.message(), new Receipt.Delivered(200, "ok"), now), () -> {});
                yield true;
            }
            case ChannelQueue.Step.Folded _, ChannelQueue.Step.GivenUp _ -> {
                mayDie();
                yield true;
            }
            case ChannelQueue.Step.Wait _, ChannelQueue.Step.Idle _ -> false;
        };
    }

    private void mayDie() {
        if (dies.test(point++)) {
            throw new Killed();
        }
    }

    /** A kill while a line is written leaves any part of it. */
    private void written(Runnable write, Runnable whenSafe) {
        Path file = folder.resolve("notify.jsonl");
        try {
            long before = Files.exists(file) ? Files.size(file) : 0;
            write.run();
            long after = Files.exists(file) ? Files.size(file) : 0;
            if (after > before && dies.test(point++)) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(before + (after - before) * (point % 10) / 10);
                }
                throw new Killed();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        whenSafe.run();
        mayDie();
    }

    /** How often it died. */
    int kills() {
        return kills;
    }

    private void restart() {
        kills++;
        close();
        outbox = open();
        queues = new HashMap<>();
    }

    private Outbox open() {
        try {
            return Outbox.open(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            outbox.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
