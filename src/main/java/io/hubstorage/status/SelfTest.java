package io.hubstorage.status;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.S3Message.Outcome;
import io.hubstorage.bus.S3Message.Step;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Sizes;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.DiskCompression;
import io.hubstorage.fs.DiskProbe;
import io.hubstorage.fs.FolderAccess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tries everything that a backup needs and tells how each went; changes nothing. */
public record SelfTest(Vertx vertx, Bus bus, ConfigStore store) {
    /** {@code ok} and the list of {@code checks}. Never fails. */
    public Future<JsonObject> run() {
        List<Future<List<Step>>> checks = List.of(
                configuration(),
                vertx.executeBlocking(
                        () -> dataFolder(store.dataPath(), store.config().compression()), false),
                vertx.executeBlocking(
                        () -> List.of(folder("log_folder", store.settings().logPath())), false),
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
                "Mend the file, or save in the settings, which keeps the broken one aside. "
                        + files.getFirst().instead());
    }

    private static Step buckets(HubConfig config) {
        if (config.selection().isEmpty()) {
            return new Step(
                    "configuration",
                    Outcome.FAILED,
                    "No bucket is chosen.",
                    "Choose buckets in the settings, or list them in s3_buckets of config.json.");
        }
        String what = config.selection().dynamic()
                ? config.selection().accounts().isEmpty()
                        ? "every bucket of the account"
                        : "every bucket of every account"
                : String.join(", ", config.selection().names());
        return new Step("configuration", Outcome.OK, "Valid; backs up " + what + ".", null);
    }

    private static List<Step> dataFolder(Path folder, HubConfig.Compression policy) {
        Step writable = folder("data_folder", folder);
        if (writable.outcome() != Outcome.OK) {
            return List.of(writable);
        }
        try {
            DiskProbe found = DiskProbe.probe(folder, null);
            List<Step> steps = new ArrayList<>(List.of(writable, hardLinks(found)));
            compression(folder, policy).ifPresent(steps::add);
            steps.add(space(folder, found.usableBytes()));
            return steps;
        } catch (IOException e) {
            return List.of(new Step(
                    "data_folder",
                    Outcome.FAILED,
                    "%s cannot be written: %s.".formatted(folder, e.getMessage()),
                    "See whether its disk is well and has room."));
        }
    }

    private static Step folder(String name, Path folder) {
        if (!Files.isDirectory(folder)) {
            return new Step(
                    name,
                    Outcome.FAILED,
                    "%s is no folder.".formatted(folder),
                    "Create it, or mount the disk that belongs there.");
        }
        return FolderAccess.tryOut(folder)
                .map(problem -> new Step(name, Outcome.FAILED, problem.what(), problem.remedy()))
                .orElseGet(() -> new Step(name, Outcome.OK, "%s can be written.".formatted(folder), null));
    }

    private static Step hardLinks(DiskProbe found) {
        if (found.links()) {
            return new Step(
                    "hard_links",
                    Outcome.OK,
                    found.reflinks()
                            ? "Unchanged files are hard links and cost no space; one that has no further link shares"
                                    + " its blocks (reflink)."
                            : "Unchanged files are hard links and cost no space.",
                    null);
        }
        return found.reflinks()
                ? new Step(
                        "hard_links",
                        Outcome.OK,
                        "This disk knows no hard links, but unchanged files share their blocks (reflinks), which costs"
                                + " next to no space.",
                        null)
                : new Step(
                        "hard_links",
                        Outcome.SKIPPED,
                        "This disk knows neither hard links nor reflinks: every snapshot takes its full size.",
                        "Use a file system with hard links (ext4, XFS, Btrfs, ZFS, APFS, NTFS) to save space.");
    }

    private static Optional<Step> compression(Path folder, HubConfig.Compression policy) throws IOException {
        return switch (policy.mode()) {
            case OFF -> Optional.empty();
            case FILES ->
                Optional.of(new Step(
                        "compression",
                        Outcome.OK,
                        "New files that match %s are stored compressed, where that saves space."
                                .formatted(String.join(", ", policy.patterns())),
                        null));
            case FILESYSTEM -> {
                DiskCompression disk = DiskCompression.of(folder);
                boolean on = disk.state() == DiskCompression.State.ON;
                yield Optional.of(
                        new Step("compression", on ? Outcome.OK : Outcome.SKIPPED, disk.sentence(), disk.remedy()));
            }
        };
    }

    private static Step space(Path folder, long bytes) {
        return bytes > 0
                ? new Step("free_space", Outcome.OK, Sizes.bytes((double) bytes) + " free.", null)
                : new Step(
                        "free_space",
                        Outcome.FAILED,
                        "The disk of %s is full.".formatted(folder),
                        "Make room on it, or use a larger one.");
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
                : status.enabled()
                        ? status.schedules().stream()
                                .map(each -> "Next %s%s: %s."
                                        .formatted(
                                                each.kind(),
                                                Judge.by(each.name()),
                                                each.times().next()))
                                .collect(Collectors.joining(" "))
                        : "Switched off in config.json.";
        return new Step("scheduler", Outcome.OK, plan, null);
    }

    private Future<List<Step>> storage() {
        return bus.ask(Addresses.S3_DIAGNOSE, S3Message.Diagnosis.class, Bus.REMOTE)
                .map(S3Message.Diagnosis::allSteps)
                .otherwise(failure -> List.of(silent("s3", failure)));
    }

    private static Step silent(String name, Throwable failure) {
        return new Step(
                name,
                Outcome.FAILED,
                Bus.reason(failure),
                "Look into the log for the cause, and restart HubStorage if it stays so.");
    }
}
