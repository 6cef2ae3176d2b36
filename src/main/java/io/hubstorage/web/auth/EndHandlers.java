package io.hubstorage.web.auth;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was begun with a login or a token and has to end with it. Use it on one context. */
final class EndHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(EndHandlers.class);

    private final Set<Runnable> handlers = new LinkedHashSet<>();

    /** Has that called once at the end; what is returned unsubscribes it. */
    Runnable add(Runnable end) {
        handlers.add(end);
        return () -> handlers.remove(end);
    }

    boolean isEmpty() {
        return handlers.isEmpty();
    }

    void run() {
        List<Runnable> all = List.copyOf(handlers);
        handlers.clear();
        for (Runnable end : all) {
            try {
                end.run();
            } catch (RuntimeException e) {
                // Of one that cannot be ended, the others must not stay.
                LOG.warn("Something that was begun with a login could not be ended with it", e);
            }
        }
    }
}
