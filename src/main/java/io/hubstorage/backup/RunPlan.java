package io.hubstorage.backup;

import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.Settings;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * What a run has been asked to do, frozen when it begins: later changes of the configuration concern the next run.
 *
 * @param only run only these buckets; empty for all
 * @param data where the snapshots are
 */
record RunPlan(RunStart start, List<String> only, HubConfig config, Settings settings, Path data) {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);
    /** Without letters and digits that look alike. */
    private static final String ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";

    private static final int TAIL = 4;

    static RunPlan of(BackupMessage.Start asked, ConfigStore config, Instant now) {
        HubConfig frozen = config.config();
        List<String> only = asked.buckets() == null ? List.of() : List.copyOf(asked.buckets());
        RunStart start = new RunStart(
                runId(now, ThreadLocalRandom.current()),
                asked.trigger() == null ? Trigger.MANUAL : asked.trigger(),
                asked.dryRun(),
                coversAll(only, frozen),
                now);
        return new RunPlan(start, only, frozen, config.settings(), config.dataPath());
    }

    /**
     * Names a run by when it began, so that people can read, sort and dictate it: {@code 20261124-004911-k3f9}. The tail tells
     * apart runs that begin in the same second.
     */
    static String runId(Instant startedAt, RandomGenerator random) {
        String tail = random.ints(TAIL, 0, ALPHABET.length())
                .mapToObj(i -> ALPHABET.substring(i, i + 1))
                .collect(Collectors.joining());
        return SECOND.format(startedAt) + "-" + tail;
    }

    private static boolean coversAll(List<String> only, HubConfig config) {
        return only.isEmpty()
                || (!config.selection().dynamic()
                        && only.containsAll(config.selection().names()));
    }

    /** Why it cannot be begun, as far as the configuration tells. */
    Optional<String> problem() {
        if (config.selection().isEmpty()) {
            return Optional.of("no bucket is configured: name some in s3_buckets or set use_dynamic_buckets");
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
