package io.hubstorage.retain;

import io.hubstorage.bus.Alarm;
import io.hubstorage.fs.Sha256;
import io.hubstorage.retain.Verdict.Kind;
import io.hubstorage.retain.Verdict.Reason;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.space.SnapshotSummary;
import io.hubstorage.space.SnapshotSummary.Bucket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which snapshots stay, and why; no reason to stay means that one goes. Pure: the same questions have the same answer. Rules as
 * restic and Kopia have them: of each period that holds snapshots the newest one stays, so that nothing ages while there are no
 * backups, and the oldest one stands in until a rule is full.
 *
 * @param verdicts of all snapshots, the newest first, those of the old tool last
 * @param suspended a sentence that says why nothing may go now, whatever the rules say; absent when the rules decide
 * @param digest of the policy and of what goes
 */
public record RetentionPlan(
        List<Verdict> verdicts, @Nullable String suspended, String digest) {
    /** Two runs in one second are dated a second apart. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    /** How many buckets are named in a reason. */
    private static final int NAMED = 3;

    public RetentionPlan {
        verdicts = List.copyOf(verdicts);
    }

    /**
     * What the policy makes of these snapshots.
     *
     * @param now by the clock that is to be doubted
     */
    public static RetentionPlan of(Policy policy, Collection<SnapshotSummary> snapshots, Holds holds, Instant now) {
        return new Maker(policy, snapshots, holds, now).plan();
    }

    /** The names of those that go, the newest first. */
    public List<String> going() {
        return verdicts.stream()
                .filter(verdict -> !verdict.stays())
                .map(Verdict::snapshot)
                .toList();
    }

    public Optional<Verdict> verdict(String snapshot) {
        return verdicts.stream()
                .filter(verdict -> verdict.snapshot().equals(snapshot))
                .findFirst();
    }

    private static final class Maker {
        private final Policy policy;
        private final Holds holds;
        private final Instant now;
        /** Newest first. */
        private final List<SnapshotSummary> ours;

        private final List<SnapshotSummary> legacy;
        /** Those of ours that are not dated in the future. */
        private final List<SnapshotSummary> counting;

        private final Map<String, List<Reason>> reasons = new HashMap<>();

        Maker(Policy policy, Collection<SnapshotSummary> snapshots, Holds holds, Instant now) {
            this.policy = policy;
            this.holds = holds;
            this.now = now;
            List<SnapshotSummary> all = snapshots.stream()
                    .sorted(Comparator.comparing(SnapshotSummary::name).reversed())
                    .toList();
            this.ours = all.stream().filter(each -> !each.legacy()).toList();
            this.legacy = all.stream().filter(SnapshotSummary::legacy).toList();
            this.counting = ours.stream().filter(each -> !isFuture(each)).toList();
        }

        RetentionPlan plan() {
            String suspended = clock().orElse(null);
            ours.stream().filter(SnapshotSummary::pinned).forEach(each -> keep(each, Kind.PINNED, "pinned"));
            ours.forEach(this::inUse);
            lastOfEachBucket();
            ours.stream().limit(1).forEach(each -> keep(each, Kind.NEWEST, "newest"));
            holds.alarms().forEach(this::alarm);
            legacy.forEach(each -> keep(each, Kind.LEGACY, "made by the old tool"));
            ours.stream().filter(this::isFuture).forEach(each -> keep(each, Kind.FUTURE, "dated in the future"));
            policy.ruleSets()
                    .forEach(rules -> rules.keep(counting, policy.zone(), (each, why) -> keep(each, Kind.RULE, why)));
            if (suspended != null) {
                ours.forEach(each -> keep(each, Kind.CLOCK, "the clock may be wrong"));
            }
            List<Verdict> verdicts = Stream.concat(ours.stream(), legacy.stream())
                    .map(this::verdict)
                    .toList();
            return new RetentionPlan(verdicts, suspended, digest(verdicts));
        }

        private Verdict verdict(SnapshotSummary snapshot) {
            List<Reason> found = new ArrayList<>(reasons.getOrDefault(snapshot.name(), List.of()));
            found.sort(Comparator.comparing(Reason::kind));
            return new Verdict(snapshot.name(), found);
        }

        private void keep(SnapshotSummary snapshot, Kind kind, String why) {
            keep(snapshot.name(), kind, why);
        }

        private void keep(String snapshot, Kind kind, String why) {
            reasons.computeIfAbsent(snapshot, _ -> new ArrayList<>(2)).add(new Reason(kind, why));
        }

        private boolean isFuture(SnapshotSummary snapshot) {
            return snapshot.time().isAfter(now.plus(CLOCK_TOLERANCE));
        }

        private Optional<String> clock() {
            SnapshotSummary newest = ours.isEmpty() ? null : ours.getFirst();
            if (newest != null && isFuture(newest)) {
                return Optional.of(
                        "The clock says %s, but the newest snapshot, %s, is dated %s. Nothing is removed until the clock is"
                                        .formatted(seconds(now), newest.name(), seconds(newest.time()))
                                + " right, or those that are dated in the future have been deleted by hand.");
            }
            Instant lastJob = holds.lastJob();
            if (lastJob != null && lastJob.isAfter(now.plus(CLOCK_TOLERANCE))) {
                return Optional.of(
                        "The clock says %s, but the last job ended at %s. Nothing is removed until the clock is right."
                                .formatted(seconds(now), seconds(lastJob)));
            }
            return holds.alarms().stream().anyMatch(alarm -> alarm.kind() == Alarm.Kind.CLOCK_MOVED)
                    ? Optional.of(
                            "The clock went back between two backups. Nothing is removed until somebody has looked at"
                                    + " it and acknowledges the alarm.")
                    : Optional.empty();
        }

        private void inUse(SnapshotSummary snapshot) {
            String user = holds.inUse().get(snapshot.name());
            if (user != null) {
                keep(snapshot, Kind.IN_USE, user);
            }
        }

        /** Of a bucket that failed since, what was copied then is in the newest snapshot that has anything of it. */
        private void lastOfEachBucket() {
            Map<String, String> succeeded = new LinkedHashMap<>();
            Map<String, String> held = new LinkedHashMap<>();
            for (SnapshotSummary snapshot : counting) {
                for (Bucket bucket : snapshot.buckets()) {
                    if (bucket.held()) {
                        held.putIfAbsent(bucket.name(), snapshot.name());
                    }
                    if (bucket.succeeded()) {
                        succeeded.putIfAbsent(bucket.name(), snapshot.name());
                    }
                }
            }
            succeeded.forEach(held::remove);
            keepLast("last success of ", succeeded);
            keepLast("last copy of ", held);
        }

        private void keepLast(String words, Map<String, String> snapshotOfBucket) {
            Map<String, List<String>> buckets = new LinkedHashMap<>();
            snapshotOfBucket.forEach((bucket, snapshot) ->
                    buckets.computeIfAbsent(snapshot, _ -> new ArrayList<>()).add(bucket));
            buckets.forEach((snapshot, names) -> keep(snapshot, Kind.LAST_SUCCESS, words + named(names)));
        }

        private static String named(List<String> buckets) {
            return buckets.size() <= NAMED
                    ? String.join(", ", buckets)
                    : "%s and %d more".formatted(String.join(", ", buckets.subList(0, NAMED)), buckets.size() - NAMED);
        }

        /**
         * Of a bucket that shrank, the snapshot that the alarm names or an older one has what is gone. A damaged file may be whole in
         * any snapshot; and where alarms were lost, nobody knows what they were about.
         */
        private void alarm(Alarm alarm) {
            switch (alarm.kind()) {
                case SHRUNK -> {
                    String newest = Objects.requireNonNullElseGet(
                            alarm.snapshot(),
                            () -> Layout.name(alarm.occurrences().last()));
                    ours.stream()
                            .filter(each -> each.name().compareTo(newest) <= 0)
                            .forEach(each -> keep(each, Kind.ALARM, shrunk(alarm)));
                }
                case DAMAGE, HISTORY_LOST, OTHER ->
                    ours.forEach(each -> keep(
                            each,
                            Kind.ALARM,
                            alarm.kind() == Alarm.Kind.DAMAGE
                                    ? "damage was found, and is not repaired or acknowledged"
                                    : "an alarm is open"));
                case CLOCK_MOVED, HISTORY_UNWRITABLE -> {}
            }
        }

        private static String shrunk(Alarm alarm) {
            return "%s shrank, and the alarm is open".formatted(alarm.bucket() == null ? "a bucket" : alarm.bucket());
        }

        private static Instant seconds(Instant time) {
            return time.truncatedTo(ChronoUnit.SECONDS);
        }

        private String digest(List<Verdict> verdicts) {
            MessageDigest digest = Sha256.digest();
            digest.update(policy.digest().getBytes(StandardCharsets.UTF_8));
            verdicts.stream()
                    .filter(verdict -> !verdict.stays())
                    .forEach(verdict -> digest.update(("\n" + verdict.snapshot()).getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
