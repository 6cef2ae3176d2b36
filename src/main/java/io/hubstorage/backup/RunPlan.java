package io.hubstorage.backup;

import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.Settings;
import io.hubstorage.jobs.Job;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run has been asked to do, frozen when it begins: later changes of the configuration concern the next run.
 *
 * @param only run only these buckets; empty for all, or for those that {@link BucketSelection} finds left to the schedule
 * @param data where the snapshots are
 */
record RunPlan(RunStart start, List<String> only, HubConfig config, Settings settings, Path data) {
    /** @throws IllegalArgumentException when it asks for two things at once */
    static RunPlan of(BackupMessage.Start asked, ConfigStore config, Instant now) {
        HubConfig frozen = config.config();
        String schedule = asked.schedule();
        List<String> only = asked.buckets() == null ? List.of() : List.copyOf(asked.buckets());
        if (schedule != null) {
            if (!only.isEmpty()) {
                throw new IllegalArgumentException("buckets: found a list beside a schedule, allowed: one of the two");
            }
            only = frozen.schedules().stream()
                    .filter(each -> each.name().equals(schedule))
                    .flatMap(each -> each.buckets().stream())
                    .toList();
        }
        RunStart start = new RunStart(
                Job.id(now, ThreadLocalRandom.current()),
                asked.trigger() == null ? Trigger.MANUAL : asked.trigger(),
                asked.dryRun(),
                coversAll(schedule, only, frozen),
                now,
                schedule);
        return new RunPlan(start, only, frozen, config.settings(), config.dataPath());
    }

    private static boolean coversAll(@Nullable String schedule, List<String> only, HubConfig config) {
        if (SchedulerMessage.MAIN.equals(schedule)) {
            return config.scheduledApart().isEmpty();
        }
        return only.isEmpty()
                || (!config.selection().dynamic()
                        && only.containsAll(config.selection().names()));
    }

    /** Why it cannot be begun, as far as the configuration tells. */
    Optional<String> problem() {
        if (config.selection().isEmpty()) {
            return Optional.of("no bucket is configured: name some in s3_buckets or set use_dynamic_buckets");
        }
        String schedule = start.schedule();
        if (schedule != null) {
            return unknownSchedule(schedule, config);
        }
        List<String> known = config.selection().names();
        List<String> unknown = config.selection().dynamic()
                ? List.of()
                : only.stream().filter(name -> !known.contains(name)).toList();
        return unknown.isEmpty()
                ? Optional.empty()
                : Optional.of("buckets: found %s, allowed: %s"
                        .formatted(String.join(", ", unknown), String.join(", ", known)));
    }

    private static Optional<String> unknownSchedule(String name, HubConfig config) {
        boolean noneLeft = !config.selection().dynamic()
                && config.scheduledApart().containsAll(config.selection().names());
        List<String> known = Stream.concat(
                        noneLeft ? Stream.empty() : Stream.of(SchedulerMessage.MAIN),
                        config.schedules().stream().map(HubConfig.Schedule::name))
                .toList();
        return known.contains(name)
                ? Optional.empty()
                : Optional.of("schedule: found %s, allowed: %s".formatted(name, String.join(", ", known)));
    }

    String runId() {
        return start.runId();
    }

    boolean dryRun() {
        return start.dryRun();
    }

    Instant startedAt() {
        return start.startedAt();
    }

    int maxAttempts() {
        return dryRun() ? 1 : config.automation().maxRetries() + 1;
    }
}
