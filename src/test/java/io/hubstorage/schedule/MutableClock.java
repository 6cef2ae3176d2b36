package io.hubstorage.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is set, and counts how often somebody looks at it. */
final class MutableClock implements InstantSource {
    private volatile Instant now;
    private final AtomicLong looks = new AtomicLong();

    MutableClock(Instant now) {
        this.now = now;
    }

    @Override
    public Instant instant() {
        looks.incrementAndGet();
        return now;
    }

    void set(Instant instant) {
        now = instant;
    }

    void advance(Duration by) {
        set(now.plus(by));
    }

    Instant now() {
        return now;
    }

    long looks() {
        return looks.get();
    }
}
