package io.hubstorage.testkit;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which requests go wrong, and how. The first rule that fits a request decides. Whether a rule with a rate fits follows from
 * its seed, the request and the number of the attempt, so that it does not depend on the order in which requests arrive.
 */
public final class Faults {
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();

    Faults() {}

    /** Begins a rule for the requests that satisfy a condition; it takes effect with {@link Rule#then}. */
    public Rule when(Predicate<S3Request> condition) {
        return new Rule(condition);
    }

    /** Begins a rule for one kind of request. */
    public Rule when(RequestKind kind) {
        return when(request -> request.kind() == kind);
    }

    /** Begins a rule for the GETs of one key, whatever the bucket. */
    public Rule whenGetting(String key) {
        return when(
                request -> request.kind() == RequestKind.GET && request.key().equals(key));
    }

    /** Counts attempts from one again: what comes next meets the same faults as what came first. */
    public void forgetAttempts() {
        attempts.clear();
    }

    /** Forgets all rules and attempts. */
    public void clear() {
        rules.clear();
        attempts.clear();
    }

    /** The same request, with the number of its attempt. */
    S3Request counted(S3Request request) {
        return rules.isEmpty()
                ? request
                : request.attempted(attempts.computeIfAbsent(request.identity(), ignored -> new AtomicInteger())
                        .incrementAndGet());
    }

    @Nullable
    Fault pick(S3Request request) {
        for (Rule rule : rules) {
            Fault fault = rule.fault;
            if (fault != null && rule.fits(request)) {
                rule.hits.incrementAndGet();
                return fault;
            }
        }
        return null;
    }

    /** One rule; its limits are set before {@link #then}. */
    public final class Rule {
        private final Predicate<S3Request> condition;
        private final AtomicInteger hits = new AtomicInteger();
        private final AtomicInteger budget = new AtomicInteger(Integer.MAX_VALUE);
        private int attemptLimit = Integer.MAX_VALUE;
        private double rate = 1;
        private long seed;
        private @Nullable Fault fault;

        private Rule(Predicate<S3Request> condition) {
            this.condition = condition;
        }

        /** No more than so many requests in all. */
        public Rule times(int most) {
            budget.set(most);
            return this;
        }

        /** Only the first attempts at the same thing: what fails heals. */
        public Rule attempts(int first) {
            attemptLimit = first;
            return this;
        }

        /** Only this share of the requests, by this seed. */
        public Rule rate(double share, long fromSeed) {
            rate = share;
            seed = fromSeed;
            return this;
        }

        /** What happens; the rule is in force from here on. */
        public Rule then(Fault what) {
            fault = what;
            rules.add(this);
            return this;
        }

        /** How many requests this rule has hit. */
        public int hits() {
            return hits.get();
        }

        private boolean fits(S3Request request) {
            return request.attempt() <= attemptLimit
                    && condition.test(request)
                    && (rate >= 1 || chance(request) < rate)
                    && budget.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        }

        private double chance(S3Request request) {
            long hash = SyntheticBody.seedOf(seed, request.identity(), request.attempt());
            return (hash >>> 11) * 0x1.0p-53;
        }
    }
}
