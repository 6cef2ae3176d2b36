package io.hubstorage.web.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One login of one browser. Lives on the context of {@link Sessions}, which alone changes it. */
public final class Session {
    private final String id;
    private final String pageToken;
    private final Instant begun;
    private final Set<Runnable> endHandlers = new LinkedHashSet<>();
    private Instant lastUsed;

    Session(String id, String pageToken, Instant begun) {
        this.id = id;
        this.pageToken = pageToken;
        this.begun = begun;
        this.lastUsed = begun;
    }

    /** The secret that the browser's cookie holds. */
    String id() {
        return id;
    }

    /** What only a page of this login knows: a request that changes something must come with it. */
    public String pageToken() {
        return pageToken;
    }

    /** Whether that is the page's token; in constant time. */
    public boolean isPageToken(String text) {
        return MessageDigest.isEqual(pageToken.getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8));
    }

    Instant begun() {
        return begun;
    }

    Instant lastUsed() {
        return lastUsed;
    }

    void use(Instant now) {
        lastUsed = now;
    }

    /** Has that called when the login ends; what is returned unsubscribes it. */
    Runnable onEnd(Runnable end) {
        endHandlers.add(end);
        return () -> endHandlers.remove(end);
    }

    /** Whether a connection that began with this login is still open. */
    boolean hasEndHandlers() {
        return !endHandlers.isEmpty();
    }

    void end() {
        List<Runnable> all = List.copyOf(endHandlers);
        endHandlers.clear();
        all.forEach(Runnable::run);
    }
}
