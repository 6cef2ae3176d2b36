package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What became of every object of a bucket. Two equations hold, to the object and the byte:
 * <em>listed = linked + downloaded + filtered + archived + vanished + failed</em> and
 * <em>files in the snapshot = linked + downloaded + carried + kept</em>.
 *
 * @param tallies of every {@link Fate}; what is missing in a record of an earlier version counts as none
 */
public record BucketCounts(Map<Fate, Tally> tallies) {
    public enum Fate {
        /** What the listing named; an object re-read after it changed counts with its new size. */
        LISTED,
        /** Unchanged, a hard link (or a local copy) of the last snapshot's file. */
        LINKED,
        /** Fetched in this run, or by an interrupted one that this run resumed. */
        DOWNLOADED,
        /** Named by the listing, dropped by a filter. */
        FILTERED,
        /** In a storage class that cannot be read without restoring it first. */
        ARCHIVED,
        /** Gone between the listing and the read. */
        VANISHED,
        /** Could not be read; each is named with its cause. */
        FAILED,
        /** Gone from S3, kept in the snapshot because {@code sync_options.delete} is off. */
        CARRIED,
        /** The previous version of what failed, is archived, or was not covered by this run. */
        KEPT,
        /** In the last snapshot and not in this one. */
        DELETED,
        /**
         * Of the downloaded ones: S3 lists it as before, but its file of the last snapshot was gone or not what its manifest
         * says. Part of no equation.
         */
        REFETCHED,
        /** Of the linked ones, those whose bytes are the same and whose metadata is new. Part of no equation. */
        METADATA_REFRESHED
    }

    public static final BucketCounts ZERO = new BucketCounts(Map.of());

    public BucketCounts {
        Map<Fate, Tally> all = new EnumMap<>(Fate.class);
        for (Fate fate : Fate.values()) {
            all.put(fate, tallies.getOrDefault(fate, Tally.ZERO));
        }
        tallies = Collections.unmodifiableMap(all);
    }

    public static BucketCounts of(Function<Fate, Tally> tally) {
        return new BucketCounts(Arrays.stream(Fate.values()).collect(Collectors.toMap(fate -> fate, tally)));
    }

    /** From JSON; a fate that only a later version knows is left out. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static BucketCounts ofWords(Map<String, Tally> words) {
        return of(fate -> words.getOrDefault(BusJson.word(fate), Tally.ZERO));
    }

    @JsonValue
    Map<String, Tally> words() {
        return tallies.entrySet().stream()
                .collect(Collectors.toMap(
                        each -> BusJson.word(each.getKey()), Map.Entry::getValue, (a, _) -> a, LinkedHashMap::new));
    }

    public Tally of(Fate fate) {
        return tallies.getOrDefault(fate, Tally.ZERO);
    }

    public Tally listed() {
        return of(Fate.LISTED);
    }

    public Tally linked() {
        return of(Fate.LINKED);
    }

    public Tally downloaded() {
        return of(Fate.DOWNLOADED);
    }

    public Tally filtered() {
        return of(Fate.FILTERED);
    }

    public Tally archived() {
        return of(Fate.ARCHIVED);
    }

    public Tally vanished() {
        return of(Fate.VANISHED);
    }

    public Tally failed() {
        return of(Fate.FAILED);
    }

    public Tally carried() {
        return of(Fate.CARRIED);
    }

    public Tally kept() {
        return of(Fate.KEPT);
    }

    public Tally deleted() {
        return of(Fate.DELETED);
    }

    public Tally refetched() {
        return of(Fate.REFETCHED);
    }

    public Tally metadataRefreshed() {
        return of(Fate.METADATA_REFRESHED);
    }

    public BucketCounts plus(BucketCounts other) {
        return of(fate -> of(fate).plus(other.of(fate)));
    }

    /** The right-hand side of the first equation. */
    public Tally accounted() {
        return sum(Fate.LINKED, Fate.DOWNLOADED, Fate.FILTERED, Fate.ARCHIVED, Fate.VANISHED, Fate.FAILED);
    }

    /** The right-hand side of the second equation. */
    public Tally files() {
        return sum(Fate.LINKED, Fate.DOWNLOADED, Fate.CARRIED, Fate.KEPT);
    }

    /** Whether every listed object is accounted for. */
    public boolean balanced() {
        return listed().equals(accounted());
    }

    private Tally sum(Fate... fates) {
        return Stream.of(fates).map(this::of).reduce(Tally.ZERO, Tally::plus);
    }
}
