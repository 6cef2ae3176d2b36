package io.hubstorage.web.bridge;

import io.hubstorage.web.auth.AuditEntry;
import io.hubstorage.web.auth.AuditLog;
import io.hubstorage.web.auth.Permits;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.auth.RoleHandler;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client of a bridge asks, of an address that {@link BridgePermits} permits to somebody.
 *
 * @param from where the client is
 */
record Request(String address, JsonObject body, String from) {
    static final int FORBIDDEN = 403;
    /** What came of it is the bridge's matter, and not known. */
    static final int PASSED_ON = 202;

    /** Why this one may not ask it; empty if it may. */
    Optional<String> refusal(Principal principal) {
        return Optional.of(Permits.least(address, body))
                .filter(least -> !principal.may(least))
                .map(least -> RoleHandler.refusal(principal, least));
    }

    /** The answer to one that was refused, as clients of both bridges read it. */
    static JsonObject refused(String replyAddress, String address, String reason) {
        return new JsonObject()
                .put("type", "err")
                .put("address", replyAddress)
                .put("sourceAddress", address)
                .put("failureCode", FORBIDDEN)
                .put("failureType", ReplyFailure.RECIPIENT_FAILURE.name())
                .put("message", reason);
    }

    /** As of HTTP: of a request that went well, or failed for that. */
    static int status(@Nullable Throwable failure) {
        return switch (failure) {
            case null -> 200;
            case ReplyException reply when reply.failureCode() >= 400 -> reply.failureCode();
            default -> 503;
        };
    }

    /** Writes down what changes something, and what was refused. */
    void audit(AuditLog log, Principal principal, int status) {
        Permits.Permit permit = Permits.requests().get(address);
        String action = permit == null ? null : permit.action();
        if (status == FORBIDDEN) {
            log.add("refused", address, principal, from, status);
        } else if (action != null) {
            log.add(action, AuditEntry.subject(body), principal, from, status);
        }
    }
}
