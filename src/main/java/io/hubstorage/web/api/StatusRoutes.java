package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Settings;
import io.hubstorage.status.Health;
import io.hubstorage.status.SelfTest;
import io.hubstorage.status.StatusService;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.http.Body;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** How things stand: in short, the room on the disk, the health checks, the alarms, the self-test and what S3 says. */
public record StatusRoutes(
        Bus bus, ConfigStore store, StatusService status, Health health, SelfTest selfTest, String version) {
    public static final String LIVE = "/health/live";
    public static final String READY = "/health/ready";

    public void mount(Router router) {
        router.get("/api/status").respond(_ -> current());
        router.get(LIVE).respond(context -> answer(context, health.live()));
        router.get(READY).respond(context -> answer(context, health.ready()));
        router.get("/api/space").respond(_ -> bus.ask(Addresses.SPACE, new JsonObject(), Bus.PATIENT));
        router.get("/api/workers").respond(_ -> bus.ask(Addresses.WORKERS_LIST));
        router.delete("/api/workers/:name").respond(this::forget);
        router.get("/api/alarms").respond(_ -> bus.ask(Addresses.ALARMS_LIST));
        router.post("/api/alarms/:alarm_id/acknowledge").respond(this::acknowledge);
        router.post("/api/test").respond(context -> {
            Body.requireEmpty(context);
            return selfTest.run();
        });
        router.get("/api/discover_buckets").respond(_ -> askS3(Addresses.S3_DISCOVER));
        router.get("/api/aws_diagnostics").respond(_ -> askS3(Addresses.S3_DIAGNOSE));
    }

    private Future<JsonObject> current() {
        Settings settings = store.settings();
        JsonObject paths = new JsonObject()
                .put("data", store.dataPath().toString())
                .put("logs", settings.logPath().toString())
                .put("config", settings.configFile().toString());
        return status.state()
                .map(state -> state.put("version", version)
                        .put("credentials", credentials(settings.aws()))
                        .put("paths", paths));
    }

    /** Whether keys are set, never the keys. Other sources (a profile, a role) only a diagnosis can find. */
    private static JsonObject credentials(Settings.Aws aws) {
        Settings.Keys keys = aws.keys();
        return new JsonObject()
                .put("configured", keys.hasAccessKey() && keys.hasSecretKey())
                .put("has_access_key", keys.hasAccessKey())
                .put("has_secret_key", keys.hasSecretKey())
                .put("profile", aws.profile());
    }

    private static Future<JsonObject> answer(RoutingContext context, Future<CheckResult> checked) {
        return checked.map(result -> {
            context.response().setStatusCode(CheckResult.isUp(result) ? 200 : 503);
            return Principal.of(context).isKnown() ? whole(result) : bare(result);
        });
    }

    private static JsonObject whole(CheckResult result) {
        boolean degraded = result.getChecks() != null
                && result.getChecks().stream()
                        .map(CheckResult::getData)
                        .anyMatch(data -> data != null && data.getBoolean("degraded", false));
        return result.toJson().put("degraded", degraded);
    }

    /** For those who have not logged in: folders, S3 and the like are not their business. */
    private static JsonObject bare(CheckResult result) {
        return new JsonObject().put("status", CheckResult.isUp(result) ? "UP" : "DOWN");
    }

    private Future<JsonObject> acknowledge(RoutingContext context) {
        Body.requireEmpty(context);
        Alarm.Acknowledge one = new Alarm.Acknowledge(context.pathParam("alarm_id"), false);
        return bus.ask(Addresses.ALARMS_ACKNOWLEDGE, one);
    }

    private Future<JsonObject> forget(RoutingContext context) {
        Body.requireEmpty(context);
        return bus.ask(Addresses.WORKERS_FORGET, new WorkersMessage.Forget(context.pathParam("name")));
    }

    private Future<JsonObject> askS3(String address) {
        return bus.ask(address, new JsonObject(), Bus.REMOTE);
    }
}
