package io.hubstorage.restore;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.jobs.Cancellation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes plans, some at the same time. Thread-safe. */
final class PendingPlans {
    private static final Logger LOG = LoggerFactory.getLogger(PendingPlans.class);
    /** At the same time. */
    private static final int MOST = 4;

    private final Map<String, Making> making = new ConcurrentHashMap<>();

    private static final class Making {
        final Cancellation cancellation = new Cancellation();
        private @Nullable Thread thread;

        /** Not on a virtual thread: a disk that does not answer would keep what carries those. */
        synchronized void begin(String id, Runnable work) {
            thread = Thread.ofPlatform().daemon().name("restore-plan-" + id).start(work);
        }

        /** It may be waiting for a disk or a server that does not answer. */
        synchronized void stop(String why) {
            cancellation.request(why);
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    /** Takes a place for one, which {@link #make} uses or {@link #forget} gives back; refused where there are too many. */
    void announce(String id) {
        if (making.values().stream()
                        .filter(each -> !each.cancellation.isRequested())
                        .count()
                >= MOST) {
            throw Bus.refusal(Bus.CONFLICT, "Several restores are being planned already. Try again when one has been.");
        }
        making.put(id, new Making());
    }

    void forget(String id) {
        making.remove(id);
    }

    boolean isMaking(String id) {
        return making.containsKey(id);
    }

    /** Stops it, if it is being made; whoever makes it removes it then. */
    boolean stop(String id) {
        Making found = making.get(id);
        if (found != null) {
            found.stop("stopped on request");
        }
        return found != null;
    }

    void stop() {
        making.values().forEach(each -> each.stop("the service was stopped"));
    }

    /** Makes the plan of one that was announced, and does not wait for it. */
    void make(Restores.Planned asked, Planning planning) {
        Making made = Objects.requireNonNull(making.get(asked.id()));
        made.begin(asked.id(), () -> make(asked, planning, made.cancellation));
    }

    private void make(Restores.Planned asked, Planning planning, Cancellation cancellation) {
        Restores restores = planning.restores();
        try {
            planning.plan(asked, cancellation);
            cancellation.check();
        } catch (CancellationException | InterruptedException e) {
            removeQuietly(restores, asked.id());
        } catch (IOException | RuntimeException | Error e) {
            if (cancellation.isRequested()) {
                // Of being interrupted, most likely; nobody wants it any more.
                removeQuietly(restores, asked.id());
                return;
            }
            LOG.error("The restore {} could not be planned", asked.id(), e);
            RestorePlan refused = RestorePlan.refused(List.of("The plan could not be made: " + e.getMessage()));
            try {
                restores.save(new Restores.Planned(asked.id(), asked.createdAt(), asked.request(), null, refused));
            } catch (IOException another) {
                LOG.error("Nor can that be written down", another);
            }
        } finally {
            making.remove(asked.id());
        }
    }

    private static void removeQuietly(Restores restores, String id) {
        Thread.interrupted();
        try {
            restores.remove(id);
        } catch (IOException e) {
            LOG.warn("The plan {} cannot be removed: {}", id, e.getMessage());
        }
    }
}
