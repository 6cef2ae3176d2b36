package io.hubstorage.backup.workers;

import io.hubstorage.backup.workers.WorkersFile.Known;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.config.HubConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transfer workers that there are: the coordinator's own, which always is, and those of other processes, which are there as long as
 * they say so. Gives out their places for shards and divides among them what a run may take. Thread-safe.
 */
public final class Workers {
    /** How often {@link #tick} is to be called. */
    static final Duration TICK = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    /** After which a worker that says nothing counts as lost; it says that it is there every second. */
    private static final Duration SILENCE = Duration.ofSeconds(5);
    /** Shards of an account, for each worker. */
    private static final int AT_ONCE = 8;
    /** The highest that can be set: as many as one process has connections. It is no limit to several. */
    private static final int REQUESTS_OF_PROCESS = 256;

    private final Supplier<HubConfig> config;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final long silenceNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final MissingWorkers missing = new MissingWorkers();
    private final Member local;
    private long tickedNanos;

    private static final class Member {
        final String id;
        final String name;
        final Instant since;
        final Set<Place> places = new HashSet<>();
        final Rate rate = new Rate();
        boolean listens;
        Instant heard;
        long heardNanos;
        long received;
        double bytesPerSecond;

        Member(String id, String name, Instant since, long nanos) {
            this.id = id;
            this.name = name;
            this.since = since;
            this.heard = since;
            this.heardNanos = nanos;
        }

        int shards() {
            return places.size();
        }

        boolean hasRoom(String account) {
            return listens
                    && places.stream()
                                    .filter(place -> place.account.equals(account))
                                    .count()
                            < AT_ONCE;
        }

        boolean isLocal() {
            return id.equals(Addresses.LOCAL_WORKER);
        }

        WorkersMessage.Worker shown() {
            return new WorkersMessage.Worker(name, isLocal(), since, heard, shards(), bytesPerSecond);
        }
    }

    /** A worker's place for one shard, until it is closed. */
    public final class Place implements AutoCloseable {
        private final Member member;
        private final String account;
        private final CompletableFuture<Void> gone = new CompletableFuture<>();
        private long received;

        private Place(Member member, String account) {
            this.member = member;
            this.account = account;
        }

        /** The id of whose it is. */
        public String worker() {
            return member.id;
        }

        /** The same, for people. */
        public String name() {
            return member.name;
        }

        /** Whether it is the coordinator's own worker, which is in this process. */
        public boolean isLocal() {
            return member.isLocal();
        }

        /** Completes when the worker is not there any more. */
        public CompletableFuture<Void> gone() {
            return gone;
        }

        /** So many bytes of bodies have come for the shard. */
        public void received(long bytes) {
            lock.lock();
            try {
                member.received += Math.max(0, bytes - received);
                received = Math.max(received, bytes);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                member.places.remove(this);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** @param config in force, whenever it is asked */
    public Workers(Supplier<HubConfig> config, InstantSource clock) {
        this(config, clock, SILENCE, System::nanoTime);
    }

    Workers(Supplier<HubConfig> config, InstantSource clock, Duration silence, LongSupplier nanoClock) {
        this.config = config;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.silenceNanos = silence.toNanos();
        this.tickedNanos = nanoClock.getAsLong();
        this.local = new Member(Addresses.LOCAL_WORKER, Addresses.LOCAL_WORKER, clock.instant(), tickedNanos);
        local.listens = true;
        members.put(local.id, local);
    }

    /**
     * A worker of another process says that it is there. Whether it may be one is for the caller to say before.
     *
     * @return what it may take from now on
     */
    public WorkerMessage.Share heard(WorkerMessage.Hello hello) {
        lock.lock();
        try {
            Member member = members.computeIfAbsent(hello.id(), _ -> joined(hello));
            member.heard = clock.instant();
            member.heardNanos = nanoClock.getAsLong();
            if (hello.listens() != member.listens) {
                member.listens = hello.listens();
                changed.signalAll();
            }
            return share(member);
        } finally {
            lock.unlock();
        }
    }

    private Member joined(WorkerMessage.Hello hello) {
        missing.joined(hello.name(), clock.instant())
                .ifPresentOrElse(
                        replaced -> LOG.info("worker {} is there, in the place of {}", hello.name(), replaced),
                        () -> LOG.info("worker {} is there", hello.name()));
        return new Member(hello.id(), hello.name(), clock.instant(), nanoClock.getAsLong());
    }

    /**
     * A worker of another process asks to be let in, and is not, or not any more: it has dropped what it had.
     *
     * @param why and what to do, in a sentence or two
     * @return whether that is news
     */
    boolean refused(WorkerMessage.Hello hello, String why) {
        lock.lock();
        try {
            Member member = members.get(hello.id());
            if (member != null) {
                lost(member);
            }
            return missing.refused(hello.id(), hello.name(), why, clock.instant());
        } finally {
            lock.unlock();
        }
    }

    /** A worker of another process says that it goes: its shards are given to others at once. */
    public void left(String id) {
        lock.lock();
        try {
            missing.left(id);
            Member member = members.get(id);
            if (member != null && !member.isLocal()) {
                LOG.info("worker {} has left", member.name);
                remove(member);
            }
        } finally {
            lock.unlock();
        }
    }

    private void remove(Member member) {
        members.remove(member.id);
        changed.signalAll();
        member.places.forEach(place -> place.gone.completeAsync(() -> null));
    }

    /** What the coordinator's own worker may take. */
    public WorkerMessage.Share local() {
        lock.lock();
        try {
            return share(local);
        } finally {
            lock.unlock();
        }
    }

    /** All that can be handed shards, the coordinator's own first, and those that are missing. */
    public List<WorkersMessage.Worker> list() {
        lock.lock();
        try {
            Instant now = clock.instant();
            Set<String> there =
                    members.values().stream().map(member -> member.name).collect(Collectors.toSet());
            return Stream.concat(
                            members.values().stream()
                                    .filter(member -> member.listens)
                                    .map(Member::shown),
                            missing.all().stream()
                                    .filter(each -> !there.contains(each.name())
                                            && !each.shown().isAfter(now))
                                    .map(Workers::shown))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private static WorkersMessage.Worker shown(MissingWorkers.Missing missing) {
        return new WorkersMessage.Worker(
                missing.name(),
                missing.isLost() ? WorkersMessage.State.LOST : WorkersMessage.State.REFUSED,
                false,
                missing.since(),
                missing.heard(),
                missing.from(),
                missing.refusal(),
                0,
                0);
    }

    /** Somebody says that the worker of this name, which is lost, will not come back. Returns whether there was one. */
    boolean forget(String name) {
        lock.lock();
        try {
            return missing.forget(name);
        } finally {
            lock.unlock();
        }
    }

    /** Those of other processes that should be there, for {@link #expect}. */
    List<Known> known() {
        lock.lock();
        try {
            Map<String, Known> known = new TreeMap<>();
            missing.known().forEach(each -> known.put(each.name(), each));
            members.values().stream()
                    .filter(member -> !member.isLocal())
                    .forEach(member -> known.put(member.name, new Known(member.name, member.since, null)));
            return List.copyOf(known.values());
        } finally {
            lock.unlock();
        }
    }

    /** These should be there, since they were when the service was last there. */
    void expect(Collection<Known> known) {
        lock.lock();
        try {
            Instant now = clock.instant();
            known.forEach(each -> missing.expected(each, now));
        } finally {
            lock.unlock();
        }
    }

    /** The workers that fell silent since then, each once, in the order of their names. */
    public List<WorkersMessage.Lost> lostSince(Instant then) {
        lock.lock();
        try {
            return missing.lostSince(then);
        } finally {
            lock.unlock();
        }
    }

    /** How many are there. */
    public int count() {
        lock.lock();
        try {
            return members.size();
        } finally {
            lock.unlock();
        }
    }

    /** Looks who has not been heard for too long. Time in which this process stood still itself counts against nobody. */
    void tick() {
        lock.lock();
        try {
            long now = nanoClock.getAsLong();
            long stood = Math.max(0, now - tickedNanos - 2 * TICK.toNanos());
            tickedNanos = now;
            for (Member member : List.copyOf(members.values())) {
                member.bytesPerSecond = member.rate.update(member.received, now);
                member.heardNanos = Math.min(now, member.heardNanos + stood);
                if (!member.isLocal() && now - member.heardNanos > silenceNanos) {
                    lost(member);
                }
            }
            missing.tick(clock.instant());
        } finally {
            lock.unlock();
        }
    }

    private void lost(Member member) {
        LOG.warn("worker {} is lost: nothing was heard of it since {}", member.name, member.heard);
        // By the clock that does not go on while this process stands still: it was not away for all that time.
        Instant silent = clock.instant().minusNanos(nanoClock.getAsLong() - member.heardNanos);
        missing.fellSilent(member.name, silent, member.shards());
        remove(member);
        // One that was killed and has been started anew meanwhile is there.
        if (members.values().stream().noneMatch(each -> each.name.equals(member.name))) {
            missing.lost(member.id, member.name, member.since, silent);
        }
    }

    /**
     * Waits for a place of the least busy worker that has one.
     *
     * @param account of whose shards each worker takes a few at once only: those that wait for a server that is down must not keep
     *     others from being worked on
     * @param eligible takes ids; must take the coordinator's own, which alone is there for sure
     */
    public Place take(String account, Predicate<String> eligible) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Member free = members.values().stream()
                        .filter(member -> eligible.test(member.id) && member.hasRoom(account) && isWorthwhile(member))
                        .min(Comparator.comparingInt(Member::shards).thenComparing(member -> !member.isLocal()))
                        .orElse(null);
                if (free != null) {
                    Place place = new Place(free, account);
                    free.places.add(place);
                    return place;
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** There is a request for each that works. */
    private boolean isWorthwhile(Member member) {
        return member.isLocal()
                || member.shards() > 0
                || sharers() < config.get().transfer().maxConcurrentRequests();
    }

    private int sharers() {
        return (int) members.values().stream().filter(each -> each.shards() > 0).count();
    }

    /** An equal part for each that works on something, and for this one. */
    private WorkerMessage.Share share(Member member) {
        HubConfig now = config.get();
        int sharers = sharers() + (member.shards() > 0 ? 0 : 1);
        int most = now.transfer().maxConcurrentRequests();
        BandwidthLimit limit = now.bandwidthLimit(clock.instant());
        return new WorkerMessage.Share(
                most >= REQUESTS_OF_PROCESS ? most : Math.max(1, most / sharers),
                limit == null ? null : limit.bytesPerSecond() / sharers);
    }
}
