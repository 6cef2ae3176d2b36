package io.hubstorage.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The faults of a bad day, at their rates: 2 % throttling, 1 % resets, 1 % cut bodies, 0.5 % corrupt ones. */
public final class BadDay {
    /** Objects of {@link #bucket}. */
    public static final int OBJECTS = 2_500;

    private final Map<String, Faults.Rule> rules = new TreeMap<>();

    private BadDay(Faults faults) {
        rate(faults, "throttled", 0.02, Fault.slowDown());
        rate(faults, "reset", 0.01, Fault.reset());
        rate(faults, "cut", 0.01, Fault.cutAt(0.6));
        rate(faults, "corrupt", 0.005, Fault.corruptAt(0.4));
    }

    /** Begins now; rules that are in force already go first. */
    public static BadDay of(SyntheticS3 s3) {
        return new BadDay(s3.faults());
    }

    /** So many objects that each fault strikes many times, from nothing to 30 KB. */
    public static SyntheticBucket bucket() {
        return SyntheticBucket.ruled(OBJECTS, "album-##/photo-##.jpg", index -> (index * 7_919L) % 30_000);
    }

    /** Seven keys of {@link #bucket}, each with a fault that never heals. */
    public static List<String> neverHeal(SyntheticS3 s3) {
        List<Fault> faults = List.of(
                Fault.internalError(),
                Fault.reset(),
                Fault.resetAt(0.5),
                Fault.cutAt(0.5),
                Fault.corruptAt(0.5),
                Fault.accessDenied(),
                new Fault.Status(500, "", ""));
        List<String> keys = new ArrayList<>();
        for (Fault fault : faults) {
            String key = "album-%02d/photo-11.jpg".formatted(keys.size() * 3 + 1);
            s3.faults().whenGetting(key).then(fault);
            keys.add(key);
        }
        return keys;
    }

    /** Changes every tenth object of {@link #bucket}, the keys of {@link #neverHeal} among them; returns what there was before. */
    public static Map<String, SyntheticObject> change(SyntheticBucket bucket) {
        Map<String, SyntheticObject> before = new TreeMap<>();
        bucket.objects().forEach(object -> before.put(object.key(), object));
        before.keySet().stream().filter(key -> key.endsWith("1.jpg")).forEach(bucket::change);
        return before;
    }

    /** What a snapshot has to hold: everything as it is now, but these keys as they were. */
    public static List<SyntheticObject> expected(
            SyntheticBucket bucket, List<String> never, Map<String, SyntheticObject> before) {
        return bucket.objects()
                .map(object -> never.contains(object.key()) ? Objects.requireNonNull(before.get(object.key())) : object)
                .toList();
    }

    private void rate(Faults faults, String name, double share, Fault fault) {
        rules.put(
                name, faults.when(RequestKind.GET).rate(share, 7 + rules.size()).then(fault));
    }

    /** How often each fault has struck. */
    public Map<String, Integer> strikes() {
        Map<String, Integer> strikes = new TreeMap<>();
        rules.forEach((name, rule) -> strikes.put(name, rule.hits()));
        return strikes;
    }
}
