package io.hubstorage.retain;

import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * How long snapshots are kept. Each bucket is kept by rules: its own, or else those of all others. Immutable.
 *
 * @param rules of all buckets that have none of their own
 * @param own rules by bucket
 * @param zone by whose days, weeks and years
 */
public record Policy(HubConfig.Keep rules, Map<String, HubConfig.Keep> own, ZoneId zone) {
    public Policy {
        own = Map.copyOf(own);
    }

    /**
     * That of a configuration, enabled or not.
     *
     * @throws java.time.DateTimeException when its time zone cannot be understood
     */
    public static Policy of(HubConfig config) {
        Map<String, HubConfig.Keep> own = new LinkedHashMap<>();
        config.selection().buckets().forEach(bucket -> {
            if (bucket.retention() != null) {
                own.put(bucket.name(), bucket.retention());
            }
        });
        return new Policy(config.retention().keep(), own, config.zone());
    }

    /** Of all that it says: another one, another policy. */
    public String digest() {
        return HexFormat.of().formatHex(Sha256.digest().digest(text().getBytes(StandardCharsets.UTF_8)));
    }

    private String text() {
        return "%s\n%s\n%s\n".formatted(rules, new TreeMap<>(own), zone);
    }

    /** All that there are: those of all others first, then each own one. Buckets with the same own rules share them. */
    List<RuleSet> ruleSets() {
        Map<HubConfig.Keep, TreeSet<String>> byRules = new LinkedHashMap<>();
        own.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> byRules.computeIfAbsent(each.getValue(), _ -> new TreeSet<>())
                        .add(each.getKey()));
        List<RuleSet> sets = new ArrayList<>();
        sets.add(new RuleSet(rules, bucket -> !own.containsKey(bucket), ""));
        byRules.forEach((keep, buckets) ->
                sets.add(new RuleSet(keep, buckets::contains, " (%s)".formatted(String.join(", ", buckets)))));
        return sets;
    }

    /**
     * A length of time, of each of which the newest snapshot is kept.
     *
     * @param count for how many of them that holds
     * @param of the period that a moment lies in; equal for all of it
     */
    record Period(String word, ToIntFunction<HubConfig.Keep> count, Function<ZonedDateTime, Object> of) {
        /** The shortest first. An hour that the clocks go through twice in autumn is two, by its offset; weeks are those of ISO 8601. */
        static final List<Period> ALL = List.of(
                new Period(
                        "hourly",
                        HubConfig.Keep::hourly,
                        time -> List.of(time.toLocalDateTime().truncatedTo(ChronoUnit.HOURS), time.getOffset())),
                new Period("daily", HubConfig.Keep::daily, ZonedDateTime::toLocalDate),
                new Period(
                        "weekly",
                        HubConfig.Keep::weekly,
                        time -> List.of(
                                time.get(IsoFields.WEEK_BASED_YEAR), time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR))),
                new Period("monthly", HubConfig.Keep::monthly, YearMonth::from),
                new Period("yearly", HubConfig.Keep::yearly, ZonedDateTime::getYear));
    }
}
