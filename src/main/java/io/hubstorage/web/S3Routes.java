package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;

/** What the S3 side says: buckets to choose from, and what works. */
final class S3Routes {
    private final Bus bus;
    private final SelfTest selfTest;

    S3Routes(Bus bus, SelfTest selfTest) {
        this.bus = bus;
        this.selfTest = selfTest;
    }

    void mount(Router router) {
        router.get("/api/discover_buckets")
                .handler(context ->
                        Answers.json(context, 200, bus.ask(Addresses.S3_DISCOVER, new JsonObject(), Bus.REMOTE)));
        router.get("/api/aws_diagnostics")
                .handler(context ->
                        Answers.json(context, 200, bus.ask(Addresses.S3_DIAGNOSE, new JsonObject(), Bus.REMOTE)));
        router.post("/api/test").handler(context -> {
            Body.optional(context).allowing();
            Answers.json(context, 200, selfTest.run());
        });
    }
}
