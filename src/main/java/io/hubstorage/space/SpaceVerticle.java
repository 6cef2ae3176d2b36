package io.hubstorage.space;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers how much room the snapshots take, and finds it out on a thread of its own when some have come or gone. */
public final class SpaceVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceVerticle.class);
    private static final Duration LOOK = Duration.ofMinutes(10);

    private final ConfigStore config;
    private final InstantSource clock;
    private final Space space = new Space();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Thread counting;
    private boolean isChanged;

    public SpaceVerticle(ConfigStore config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        // Not a virtual one: a disk that does not answer would keep what carries them.
        counting = Thread.ofPlatform().daemon().name("space").start(this::count);
        vertx.setPeriodic(LOOK.toMillis(), _ -> wake());
        return new Bus(vertx)
                .answer(
                        Addresses.SPACE,
                        _ -> vertx.executeBlocking(
                                () -> space.current(new Layout(config.dataPath()), config.config(), clock.instant()),
                                false))
                .compose(_ -> Future.all(Stream.of(JobKind.values())
                        .map(kind -> new Bus(vertx).listen(kind.finished(), this::wake))
                        .toList()));
    }

    @Override
    public Future<?> stop() {
        Thread thread = counting;
        if (thread == null) {
            return Future.succeededFuture();
        }
        thread.interrupt();
        return vertx.executeBlocking(() -> {
            thread.join();
            return null;
        });
    }

    private void wake() {
        lock.lock();
        try {
            isChanged = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void count() {
        try {
            while (true) {
                countOnce();
                awaitChange();
            }
        } catch (InterruptedException e) {
            LOG.debug("nothing is counted any more", e);
        }
    }

    private void countOnce() throws InterruptedException {
        Layout layout = new Layout(config.dataPath());
        try {
            space.tryOut(layout);
            space.forget();
            space.remember(layout, config.config(), clock.instant());
            while (space.takeOver(layout, clock.instant())) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            space.remember(layout, config.config(), clock.instant());
        } catch (ClosedByInterruptException e) {
            throw new InterruptedException();
        } catch (IOException | RuntimeException e) {
            LOG.warn("What the snapshots take cannot be found out now: {}", e.toString());
        }
    }

    private void awaitChange() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!isChanged) {
                changed.await();
            }
            isChanged = false;
        } finally {
            lock.unlock();
        }
    }
}
