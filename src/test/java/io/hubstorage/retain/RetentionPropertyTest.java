package io.hubstorage.retain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.config.HubConfig.Keep;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.space.SnapshotSummary;
import io.hubstorage.space.SnapshotSummary.Bucket;
import io.hubstorage.testkit.Examples;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.WeekFields;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Random histories, zones and policies against a model that is written down the slow way. */
final class RetentionPropertyTest {
    private static final List<String> ZONES = List.of(
            "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia");
    private static final List<String> BUCKETS = List.of("photos", "mail", "logs");

    /** A history, what is asked of it, and when. */
    private record Case(List<SnapshotSummary> snapshots, Policy policy, Instant now) {}

    private static Case random(long seed) {
        Random random = new Random(seed);
        Instant time = Instant.parse("2025-03-01T00:00:00Z").plusSeconds(random.nextInt(400 * 86_400));
        int usual = 1 + random.nextInt(3 * 86_400);
        List<SnapshotSummary> snapshots = new ArrayList<>();
        int count = random.nextInt(60);
        for (int i = 0; i < count; i++) {
            time = time.plusSeconds(1 + (random.nextInt(9) == 0 ? random.nextInt(60 * 86_400) : random.nextInt(usual)));
            List<Bucket> buckets = new ArrayList<>();
            for (String bucket : BUCKETS) {
                if (random.nextInt(4) > 0) {
                    buckets.add(
                            new Bucket(bucket, random.nextInt(8) > 0, random.nextInt(4) > 0, random.nextInt(3) > 0));
                }
            }
            snapshots.add(new SnapshotSummary(Layout.name(time), time, random.nextInt(20) == 0, buckets));
        }
        Instant now = random.nextInt(6) == 0 && count > 0
                ? begun(snapshots.get(random.nextInt(count)))
                : time.plusSeconds(random.nextInt(86_400));
        Collections.shuffle(snapshots, random);
        Map<String, Keep> own = random.nextBoolean() ? Map.of() : Map.of("mail", keep(random));
        ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
        return new Case(snapshots, new Policy(keep(random), own, zone), now);
    }

    private static Keep keep(Random random) {
        return new Keep(
                some(random, 3),
                some(random, 6),
                some(random, 6),
                some(random, 4),
                some(random, 4),
                some(random, 2),
                random.nextInt(4) == 0 ? "%dd%dh".formatted(random.nextInt(30), 1 + random.nextInt(30)) : null);
    }

    private static int some(Random random, int most) {
        return random.nextInt(3) == 0 ? random.nextInt(most + 1) : 0;
    }

    private static RetentionPlan plan(Case drawn) {
        return RetentionPlan.of(drawn.policy, drawn.snapshots, Holds.NONE, drawn.now);
    }

    @Test
    void theLastSuccessOfEachBucketAlwaysRemains() {
        qt().withExamples(Examples.upTo(1_500)).forAll(longs().all()).checkAssert(seed -> {
            Case drawn = random(seed);
            Set<String> going = new HashSet<>(plan(drawn).going());
            for (String bucket : BUCKETS) {
                drawn.snapshots.stream()
                        .filter(each -> each.buckets().stream()
                                .anyMatch(its -> its.name().equals(bucket) && its.held() && its.tried() && its.whole()))
                        .map(SnapshotSummary::name)
                        .max(Comparator.naturalOrder())
                        .ifPresent(last -> assertThat(going).doesNotContain(last));
                drawn.snapshots.stream()
                        .filter(each -> each.buckets().stream()
                                .anyMatch(its -> its.name().equals(bucket) && its.held()))
                        .map(SnapshotSummary::name)
                        .findAny()
                        .ifPresent(any -> assertThat(drawn.snapshots.stream()
                                        .filter(each -> !going.contains(each.name()))
                                        .flatMap(each -> each.buckets().stream()))
                                .as("something of %s stays", bucket)
                                .anyMatch(its -> its.name().equals(bucket) && its.held()));
            }
        });
    }

    @Test
    void whatARuleKeepsIsWhatTheModelKeeps() {
        qt().withExamples(Examples.upTo(1_500)).forAll(longs().all()).checkAssert(seed -> {
            Case drawn = random(seed);
            Set<String> byRule = new HashSet<>();
            plan(drawn).verdicts().stream()
                    .filter(each -> each.reasons().stream().anyMatch(its -> its.kind() == Verdict.Kind.RULE))
                    .forEach(each -> byRule.add(each.snapshot()));
            assertThat(byRule).isEqualTo(model(drawn));
        });
    }

    @Test
    void whatWasRemovedOnceLeavesNothingToRemoveAndAFutureOnePreventsAll() {
        qt().withExamples(Examples.upTo(800)).forAll(longs().all()).checkAssert(seed -> {
            Case drawn = random(seed);
            Set<String> going = new HashSet<>(plan(drawn).going());
            boolean isAhead =
                    drawn.snapshots.stream().anyMatch(each -> begun(each).isAfter(drawn.now.plusSeconds(60)));
            assertThat(!going.isEmpty() && isAhead).isFalse();
            List<SnapshotSummary> left = drawn.snapshots.stream()
                    .filter(each -> !going.contains(each.name()))
                    .toList();
            assertThat(plan(new Case(left, drawn.policy, drawn.now)).going()).isEmpty();
        });
    }

    private static Set<String> model(Case drawn) {
        Set<String> kept = new HashSet<>();
        kept.addAll(
                model(drawn, drawn.policy.rules(), bucket -> !drawn.policy.own().containsKey(bucket), true));
        drawn.policy.own().forEach((name, keep) -> kept.addAll(model(drawn, keep, name::equals, false)));
        return kept;
    }

    private static Set<String> model(Case drawn, Keep keep, Function<String, Boolean> among, boolean general) {
        List<SnapshotSummary> members = drawn.snapshots.stream()
                .filter(each -> !begun(each).isAfter(drawn.now.plusSeconds(60)))
                .filter(each -> each.buckets().stream().anyMatch(its -> its.held() && among.apply(its.name()))
                        || (general && each.buckets().stream().noneMatch(Bucket::held)))
                .sorted(Comparator.comparing(SnapshotSummary::name).reversed())
                .toList();
        Set<String> kept = new HashSet<>();
        if (keep.isEmpty()) {
            members.forEach(each -> kept.add(each.name()));
            return kept;
        }
        members.stream().limit(keep.keepLast()).forEach(each -> kept.add(each.name()));
        ZoneId zone = drawn.policy.zone();
        kept.addAll(model(
                members,
                among,
                keep.hourly(),
                each -> at(each, zone).toLocalDate() + " " + at(each, zone).getHour() + " "
                        + at(each, zone).getOffset()));
        kept.addAll(model(
                members,
                among,
                keep.daily(),
                each -> at(each, zone).toLocalDate().toString()));
        kept.addAll(model(
                members,
                among,
                keep.weekly(),
                each -> monday(at(each, zone).toLocalDate()).toString()));
        kept.addAll(model(
                members,
                among,
                keep.monthly(),
                each -> at(each, zone).toLocalDate().withDayOfMonth(1).toString()));
        kept.addAll(model(
                members,
                among,
                keep.yearly(),
                each -> String.valueOf(at(each, zone).getYear())));
        if (keep.within() != null && !members.isEmpty()) {
            String[] parts = keep.within().split("[dh]", -1);
            ZonedDateTime earliest = at(members.get(Math.min(1, members.size() - 1)), zone)
                    .minusDays(Integer.parseInt(parts[0]))
                    .minusHours(Integer.parseInt(parts[1]));
            members.stream().filter(each -> !at(each, zone).isBefore(earliest)).forEach(each -> kept.add(each.name()));
        }
        return kept;
    }

    private static Set<String> model(
            List<SnapshotSummary> newestFirst,
            Function<String, Boolean> among,
            int most,
            Function<SnapshotSummary, String> period) {
        Set<String> kept = new HashSet<>();
        if (most == 0) {
            return kept;
        }
        Map<Integer, List<SnapshotSummary>> periods = new TreeMap<>();
        List<String> names = new ArrayList<>();
        for (SnapshotSummary each : newestFirst) {
            String its = period.apply(each);
            if (!names.contains(its)) {
                names.add(its);
            }
            periods.computeIfAbsent(names.indexOf(its), _ -> new ArrayList<>()).add(each);
        }
        periods.values().stream()
                .limit(most)
                .forEach(all -> kept.add(firstWhole(all, among).name()));
        if (periods.size() < most && !newestFirst.isEmpty()) {
            kept.add(firstWhole(newestFirst.reversed(), among).name());
        }
        return kept;
    }

    private static SnapshotSummary firstWhole(List<SnapshotSummary> all, Function<String, Boolean> among) {
        return all.stream()
                .filter(each -> each.buckets().stream()
                        .filter(its -> among.apply(its.name()))
                        .allMatch(Bucket::whole))
                .findFirst()
                .orElse(all.getFirst());
    }

    private static Instant begun(SnapshotSummary snapshot) {
        return Objects.requireNonNull(snapshot.begun());
    }

    private static ZonedDateTime at(SnapshotSummary snapshot, ZoneId zone) {
        return begun(snapshot).atZone(zone);
    }

    private static LocalDate monday(LocalDate day) {
        return day.with(WeekFields.ISO.dayOfWeek(), 1);
    }
}
