package io.hubstorage.web;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Settings;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/status}: everything in short, for people and scripts that ask one question. */
final class StatusRoutes {
    private final StateOfThings things;
    private final ConfigStore store;
    private final String version;

    StatusRoutes(StateOfThings things, ConfigStore store, String version) {
        this.things = things;
        this.store = store;
        this.version = version;
    }

    void mount(Router router) {
        router.get("/api/status").handler(this::status);
    }

    private void status(RoutingContext context) {
        Answers.json(
                context,
                200,
                things.state()
                        .map(state -> state.put("version", version)
                                .put("credentials", credentials())
                                .put(
                                        "paths",
                                        new JsonObject()
                                                .put("data", store.dataPath().toString())
                                                .put(
                                                        "logs",
                                                        store.settings()
                                                                .logPath()
                                                                .toString())
                                                .put(
                                                        "config",
                                                        store.settings()
                                                                .configFile()
                                                                .toString()))));
    }

    /** Whether keys are set, never the keys. Other sources (a profile, a role) only a diagnosis can find. */
    private JsonObject credentials() {
        Settings.Aws aws = store.settings().aws();
        boolean accessKey = aws.accessKeyId() != null;
        boolean secretKey = aws.secretAccessKey() != null;
        return new JsonObject()
                .put("configured", accessKey && secretKey)
                .put("has_access_key", accessKey)
                .put("has_secret_key", secretKey)
                .put("profile", aws.profile());
    }
}
