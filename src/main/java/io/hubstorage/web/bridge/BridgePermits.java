package io.hubstorage.web.bridge;

import io.hubstorage.web.auth.Permits;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.bridge.PermittedOptions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What clients of a bridge may ask and hear: the public addresses and nothing else. */
final class BridgePermits {
    static final Set<String> REQUESTS = Permits.requests().keySet();
    static final Set<String> PUBLISHED = Permits.published().keySet();

    private BridgePermits() {}

    static List<PermittedOptions> options(Set<String> addresses) {
        return addresses.stream()
                .map(address -> new PermittedOptions().setAddress(address))
                .toList();
    }

    /** Whether a request has the form that the responders rely on; an absent body becomes an empty object. */
    static boolean wellFormed(JsonObject message) {
        if (message.getValue("body") == null) {
            message.put("body", new JsonObject());
        }
        return message.getValue("body") instanceof JsonObject
                && message.getValue("address") instanceof String
                && isAbsentOr(String.class, message.getValue("replyAddress"))
                && isAbsentOr(JsonObject.class, message.getValue("headers"));
    }

    private static boolean isAbsentOr(Class<?> type, @Nullable Object value) {
        return value == null || type.isInstance(value);
    }
}
