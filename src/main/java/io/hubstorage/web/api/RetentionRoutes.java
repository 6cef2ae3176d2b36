package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RetentionMessage;
import io.hubstorage.bus.RetentionStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * {@code /api/retention}: what stays and why, what was removed, and how to get it back; and the removal of one snapshot by hand. How a
 * removal goes is told as of every job, by {@link JobRoutes}.
 */
public record RetentionRoutes(Bus bus, BasePath base) {
    public void mount(Router router) {
        router.get("/api/retention").respond(_ -> bus.ask(Addresses.RETENTION_STATUS, new JsonObject(), Bus.PATIENT));
        router.post("/api/retention/preview").respond(this::preview);
        router.post("/api/retention/start").respond(this::start);
        router.post("/api/retention/undo").respond(this::undo);
        router.delete("/api/snapshots/:id").respond(this::remove);
    }

    private Future<JsonObject> preview(RoutingContext context) {
        RetentionMessage.Query asked = Body.read(context, RetentionMessage.Query.class);
        // What is freed is counted file by file.
        return bus.ask(Addresses.RETENTION_PREVIEW, BusJson.encode(asked), Bus.REMOTE);
    }

    /** Whoever asks over HTTP is always {@link Trigger#MANUAL}. */
    private record Start(String digest) {}

    private Future<JsonObject> start(RoutingContext context) {
        return begun(context, new RetentionStart(Trigger.MANUAL, Body.read(context, Start.class).digest, null));
    }

    private Future<JsonObject> begun(RoutingContext context, RetentionStart start) {
        return bus.ask(Addresses.RETENTION_START, BusJson.encode(start), Bus.REMOTE)
                .onSuccess(started -> JobRoutes.begun(context, base, started));
    }

    private Future<JsonObject> undo(RoutingContext context) {
        RetentionMessage.Undo asked = Body.read(context, RetentionMessage.Undo.class);
        return bus.ask(Addresses.RETENTION_UNDO, BusJson.encode(asked), Bus.PATIENT);
    }

    private Future<JsonObject> remove(RoutingContext context) {
        Body.requireEmpty(context);
        String snapshot = context.pathParam("id");
        if (!snapshot.equals(new Query(context).required("confirm", SnapshotAccess.MOST_NAME))) {
            throw HttpProblem.badInput("confirm", "another name", "the name of the snapshot that is to be removed");
        }
        return begun(context, new RetentionStart(Trigger.MANUAL, null, snapshot));
    }
}
