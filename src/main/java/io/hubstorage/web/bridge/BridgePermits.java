package io.hubstorage.web.bridge;

import io.hubstorage.bus.Addresses;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.bridge.PermittedOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients of a bridge may ask and hear: the public addresses and nothing else. */
final class BridgePermits {
    static final List<String> REQUESTS = List.of(
            Addresses.BACKUP_START,
            Addresses.BACKUP_CANCEL,
            Addresses.BACKUP_STATUS,
            Addresses.BACKUP_HISTORY,
            Addresses.SCHEDULER_STATUS,
            Addresses.SCHEDULER_RESTART,
            Addresses.SCHEDULER_PAUSE,
            Addresses.CONFIG_GET,
            Addresses.CONFIG_UPDATE,
            Addresses.CONFIG_VALIDATE,
            Addresses.STATUS,
            Addresses.ALARMS_LIST,
            Addresses.ALARMS_ACKNOWLEDGE,
            Addresses.S3_DISCOVER,
            Addresses.S3_DIAGNOSE,
            Addresses.S3_FILTER_PREVIEW);

    static final List<String> PUBLISHED = List.of(
            Addresses.BACKUP_STARTED,
            Addresses.BACKUP_PROGRESS,
            Addresses.BACKUP_FINISHED,
            Addresses.SCHEDULER_CHANGED,
            Addresses.CONFIG_CHANGED,
            Addresses.STATUS_CHANGED,
            Addresses.ALARMS_CHANGED,
            Addresses.LOG);

    private BridgePermits() {}

    static List<PermittedOptions> options(List<String> addresses) {
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
