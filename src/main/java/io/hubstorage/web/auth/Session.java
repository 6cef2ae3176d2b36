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
    private final Set<Runnable> held = new LinkedHashSet<>();
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

    /** Calls back when the login ends, unless let go before by what this returns. */
    Runnable hold(Runnable end) {
        held.add(end);
        return () -> held.remove(end);
    }

    /** Whether somebody still listens. */
    boolean isHeld() {
        return !held.isEmpty();
    }

    void end() {
        List<Runnable> all = List.copyOf(held);
        held.clear();
        all.forEach(Runnable::run);
    }
}
