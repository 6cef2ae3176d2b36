package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.S3Message.Outcome;
import io.hubstorage.bus.S3Message.Step;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Tries everything that a backup needs and tells how each went; changes nothing. */
final class SelfTest {
    private final Vertx vertx;
    private final Bus bus;
    private final ConfigStore store;

    SelfTest(Vertx vertx, Bus bus, ConfigStore store) {
        this.vertx = vertx;
        this.bus = bus;
        this.store = store;
    }

    /** {@code ok} and the list of {@code checks}. Never fails. */
    Future<JsonObject> run() {
        List<Future<List<Step>>> checks = List.of(
                configuration(),
                vertx.executeBlocking(() -> FolderCheck.data(store.dataPath()), false),
                vertx.executeBlocking(
                        () -> List.of(FolderCheck.writable(
                                "log_folder", store.settings().logPath())),
                        false),
                backupEngine(),
                scheduler(),
                storage());
        return Future.all(checks).map(all -> {
            List<Step> steps = new ArrayList<>();
            checks.forEach(check -> steps.addAll(check.result()));
            return report(steps);
        });
    }

    private static JsonObject report(List<Step> steps) {
        JsonArray list = new JsonArray();
        steps.forEach(step -> list.add(BusJson.encode(step)));
        return new JsonObject()
                .put("ok", steps.stream().noneMatch(step -> step.outcome() == Outcome.FAILED))
                .put("checks", list);
    }

    private Future<List<Step>> configuration() {
        return bus.ask(Addresses.CONFIG_GET, ConfigMessage.Current.class)
                .map(current -> current.broken().isEmpty() ? buckets(store.config()) : broken(current.broken()))
                .otherwise(failure -> silent("configuration", failure))
                .map(List::of);
    }

    private static Step broken(List<ConfigMessage.BrokenFile> files) {
        return new Step(
                "configuration",
                Outcome.FAILED,
                files.stream().map(ConfigMessage.BrokenFile::sentence).collect(Collectors.joining(" ")),
                "Mend the file, or save on the configuration page, which keeps the broken one aside. "
                        + files.getFirst().instead());
    }

    private static Step buckets(HubConfig config) {
        if (config.buckets().isEmpty() && !config.dynamicBuckets()) {
            return new Step(
                    "configuration",
                    Outcome.FAILED,
                    "No bucket is chosen.",
                    "Choose buckets on the configuration page, or list them in s3_buckets of config.json.");
        }
        String what = config.dynamicBuckets()
                ? "every bucket of the account"
                : config.buckets().stream().map(HubConfig.BucketSpec::name).collect(Collectors.joining(", "));
        return new Step("configuration", Outcome.OK, "Valid; backs up " + what + ".", null);
    }

    private Future<List<Step>> backupEngine() {
        return bus.ask(Addresses.BACKUP_STATUS, BackupMessage.Status.class)
                .map(status ->
                        new Step("backup_engine", Outcome.OK, status.running() ? "Running a backup." : "Ready.", null))
                .otherwise(failure -> silent("backup_engine", failure))
                .map(List::of);
    }

    private Future<List<Step>> scheduler() {
        return bus.ask(Addresses.SCHEDULER_STATUS, SchedulerMessage.Status.class)
                .map(SelfTest::schedule)
                .otherwise(failure -> silent("scheduler", failure))
                .map(List::of);
    }

    private static Step schedule(SchedulerMessage.Status status) {
        if (!status.running()) {
            return new Step("scheduler", Outcome.FAILED, "The scheduler is not running.", "Restart HubStorage.");
        }
        String plan = status.paused()
                ? "Paused by hand."
                : status.enabled() ? "Next backup: %s.".formatted(status.nextBackup()) : "Switched off in config.json.";
        return new Step("scheduler", Outcome.OK, plan, null);
    }

    private Future<List<Step>> storage() {
        return bus.ask(Addresses.S3_DIAGNOSE, new JsonObject(), Bus.REMOTE)
                .map(body -> BusJson.decode(body, S3Message.Diagnosis.class).steps())
                .otherwise(failure -> List.of(silent("s3", failure)));
    }

    private static Step silent(String name, Throwable failure) {
        return new Step(
                name,
                Outcome.FAILED,
                String.valueOf(HttpProblem.of(500, failure).getMessage()),
                "Look into the log for the cause, and restart HubStorage if it stays so.");
    }
}
