package io.hubstorage.web.http;

import java.util.HashMap;
import java.util.Map;

/** A number of places that can be taken at the same time, of which one client gets only some. Use it on one context. */
public final class Quota {
    private final int most;
    private final int perClient;
    private final Map<String, Integer> byClient = new HashMap<>();
    private int taken;

    public Quota(int most, int perClient) {
        this.most = most;
        this.perClient = perClient;
    }

    /** Takes a place for a client; false if there is none for it. */
    public boolean take(String client) {
        int own = byClient.getOrDefault(client, 0);
        if (taken >= most || own >= perClient) {
            return false;
        }
        taken++;
        byClient.put(client, own + 1);
        return true;
    }

    /** Gives a place back that the client took. */
    public void giveBack(String client) {
        taken--;
        byClient.computeIfPresent(client, (same, own) -> own == 1 ? null : own - 1);
    }
}
