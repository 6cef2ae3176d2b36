package io.hubstorage.notify.alerts;

import io.hubstorage.notify.channels.Channel;
import java.util.Map;

/**
 * Those who are told, by one configuration.
 *
 * @param channels by the names of the policy's subscribers
 * @param unusable why those of them that are missing in {@code channels} cannot be used
 */
public record Audience(Policy policy, Map<String, Channel> channels, Map<String, String> unusable) {
    /** Nobody. */
    public static final Audience NONE = new Audience(Policy.NONE, Map.of(), Map.of());

    public Audience {
        channels = Map.copyOf(channels);
        unusable = Map.copyOf(unusable);
    }
}
