package io.hubstorage;

import io.hubstorage.backup.BackupVerticle;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.ConfigVerticle;
import io.hubstorage.config.Environment;
import io.hubstorage.config.Settings;
import io.hubstorage.history.HistoryStore;
import io.hubstorage.s3.Patience;
import io.hubstorage.transfer.Backoff;
import io.hubstorage.transfer.TransferVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The running program: verticles deployed in an order in which each finds what it needs, and stopped in the reverse one.
 */
public final class HubStorage {
    private final Vertx vertx;
    private final ConfigStore config;
    private final HistoryStore history;
    private final Deque<String> deployed = new ArrayDeque<>();

    private HubStorage(Vertx vertx, ConfigStore config, HistoryStore history) {
        this.vertx = vertx;
        this.config = config;
        this.history = history;
    }

    /** Starts what a backup needs: configuration, history, transfer workers and the backup verticle. */
    public static Future<HubStorage> engine(Vertx vertx, Environment environment, InstantSource clock) {
        return engine(vertx, environment, clock, Patience.USUAL, Backoff.USUAL);
    }

    /** With another patience towards S3 than the usual one. */
    public static Future<HubStorage> engine(
            Vertx vertx, Environment environment, InstantSource clock, Patience patience, Backoff backoff) {
        Settings settings = environment.settings();
        return ConfigStore.open(vertx, settings, environment, clock)
                .compose(config -> vertx.executeBlocking(() -> history(settings, clock), false)
                        .compose(history ->
                                new HubStorage(vertx, config, history).startEngine(clock, patience, backoff)));
    }

    private static HistoryStore history(Settings settings, InstantSource clock) {
        HistoryStore history = HistoryStore.open(settings.configFolder());
        history.interruptUnfinished(clock.instant());
        return history;
    }

    private Future<HubStorage> startEngine(InstantSource clock, Patience patience, Backoff backoff) {
        return deploy(new ConfigVerticle(config))
                .compose(_ -> deploy(new TransferVerticle(config, Version.TEXT, patience, backoff)))
                .compose(_ -> deploy(new BackupVerticle(config, history, clock, Version.TEXT)))
                .map(this);
    }

    private Future<Void> deploy(Deployable verticle) {
        return vertx.deployVerticle(verticle).onSuccess(deployed::push).mapEmpty();
    }

    /** Stops the verticles, the last started first; Vert.x itself stays the caller's to close. */
    public Future<Void> stop() {
        Future<Void> done = Future.succeededFuture();
        for (String id : deployed) {
            done = done.eventually(() -> vertx.undeploy(id));
        }
        deployed.clear();
        return done;
    }

    /** The configuration in force. */
    public ConfigStore config() {
        return config;
    }

    /** The run records. */
    public HistoryStore history() {
        return history;
    }
}
