package io.hubstorage.web.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What was begun by people whom a proxy has let in. Nobody tells us when the proxy would not do so any more: now and then all of it has to
 * begin anew, by way of the proxy. Use it on one context.
 */
final class ProxiedStreams {
    private static final Duration LONGEST = Duration.ofHours(1);

    private final InstantSource clock;
    private final List<Begun> begun = new ArrayList<>();

    private record Begun(Instant since, EndHandlers handlers) {}

    ProxiedStreams(InstantSource clock) {
        this.clock = clock;
    }

    /** Has that called at its end; what is returned unsubscribes it. */
    Runnable add(Runnable end) {
        Begun one = new Begun(clock.instant(), new EndHandlers());
        begun.add(one);
        Runnable unsubscribe = one.handlers().add(end);
        return () -> {
            begun.remove(one);
            unsubscribe.run();
        };
    }

    /** To be called now and then: ends what has gone on for long enough. */
    void sweep() {
        Instant now = clock.instant();
        end(begun.stream()
                .filter(one -> !now.isBefore(one.since().plus(LONGEST)))
                .toList());
    }

    void endAll() {
        end(List.copyOf(begun));
    }

    private void end(List<Begun> over) {
        begun.removeAll(over);
        over.forEach(one -> one.handlers().run());
    }
}
