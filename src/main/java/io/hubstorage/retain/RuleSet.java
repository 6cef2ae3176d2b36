package io.hubstorage.retain;

import io.hubstorage.config.HubConfig;
import io.hubstorage.retain.Policy.Period;
import io.hubstorage.space.SnapshotSummary;
import io.hubstorage.space.SnapshotSummary.Bucket;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Rules, and the buckets that they are for. Pure.
 *
 * @param keep how many of what
 * @param among whether they are for a bucket
 * @param mark what tells them apart in a sentence, {@code  (photos)}; empty for those of all others
 */
record RuleSet(HubConfig.Keep keep, Predicate<String> among, String mark) {
    /**
     * Says what stays by them.
     *
     * @param newestFirst all that count
     * @param sink takes each that stays, with a phrase that says by which rule; none more than once a rule
     */
    void keep(List<SnapshotSummary> newestFirst, ZoneId zone, BiConsumer<SnapshotSummary, String> sink) {
        List<SnapshotSummary> members =
                newestFirst.stream().filter(this::isMember).toList();
        if (keep.isEmpty()) {
            members.forEach(each -> sink.accept(each, "no rule says how long it is kept"));
            return;
        }
        int last = Math.min(keep.keepLast(), members.size());
        for (int i = 0; i < last; i++) {
            sink.accept(members.get(i), rule("last", i + 1, keep.keepLast()));
        }
        for (Period period : Period.ALL) {
            keep(period, members, zone, sink);
        }
        keepWithin(members, zone, sink);
    }

    /** What holds nothing at all is judged by the rules of all others. */
    private boolean isMember(SnapshotSummary snapshot) {
        return snapshot.buckets().stream().anyMatch(bucket -> bucket.held() && among.test(bucket.name()))
                || (mark.isEmpty() && snapshot.buckets().stream().noneMatch(Bucket::held));
    }

    private boolean isWhole(SnapshotSummary snapshot) {
        return snapshot.buckets().stream()
                .filter(bucket -> among.test(bucket.name()))
                .allMatch(Bucket::whole);
    }

    private void keep(
            Period period, List<SnapshotSummary> members, ZoneId zone, BiConsumer<SnapshotSummary, String> sink) {
        int most = period.count().applyAsInt(keep);
        if (most == 0) {
            return;
        }
        Map<Object, SnapshotSummary> newest = new LinkedHashMap<>();
        for (SnapshotSummary each : members) {
            Object its = period.of().apply(each.time().atZone(zone));
            SnapshotSummary known = newest.get(its);
            if (known == null ? newest.size() < most : !isWhole(known) && isWhole(each)) {
                newest.put(its, each);
            }
        }
        int number = 0;
        for (SnapshotSummary each : newest.values()) {
            sink.accept(each, rule(period.word(), ++number, most));
        }
        if (number < most) {
            String why = "oldest, while %s has %d of %d%s".formatted(period.word(), number, most, mark);
            oldest(members).filter(each -> !newest.containsValue(each)).ifPresent(each -> sink.accept(each, why));
        }
    }

    private Optional<SnapshotSummary> oldest(List<SnapshotSummary> members) {
        List<SnapshotSummary> oldestFirst = members.reversed();
        return oldestFirst.stream()
                .filter(this::isWhole)
                .findFirst()
                .or(() -> oldestFirst.stream().findFirst());
    }

    /** Counted back from the newest but one: one run with a clock far ahead takes nothing away. */
    private void keepWithin(List<SnapshotSummary> members, ZoneId zone, BiConsumer<SnapshotSummary, String> sink) {
        if (keep.within() == null || members.isEmpty()) {
            return;
        }
        Instant from = members.get(Math.min(1, members.size() - 1)).time();
        Instant earliest = keep.withinBefore(from.atZone(zone)).toInstant();
        members.stream()
                .filter(each -> !each.time().isBefore(earliest))
                .forEach(each -> sink.accept(each, "within %s%s".formatted(keep.within(), mark)));
    }

    private String rule(String word, int number, int most) {
        return "%s %d of %d%s".formatted(word, number, most, mark);
    }
}
