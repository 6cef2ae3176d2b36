package io.hubstorage.testkit;

import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a bucket holds: a rule that makes any number of objects by arithmetic, and over it whatever was put, changed or
 * deleted since. May be changed from any thread while it is served; every change gets a new body, ETag and time.
 */
public final class SyntheticBucket {
    private final Rule rule;
    private final NumberedKeys pattern;
    private final EtagCache etags;
    private final ListOrder order;
    private final long seed;
    private final Traits traits;
    private final Comparator<String> comparator;

    /** What lies over the rule, in the order of the listing; an absent value hides the rule's object. */
    private final ConcurrentNavigableMap<String, Optional<SyntheticObject>> overlay;

    private final Map<String, Integer> versions = new ConcurrentHashMap<>();
    /** By key and version id. */
    private final Map<String, SyntheticObject> byVersion = new ConcurrentHashMap<>();

    private final Map<String, Map<String, String>> tags = new ConcurrentHashMap<>();
    private volatile @Nullable List<SyntheticObject> shuffled;
    private volatile @Nullable WriteSide writes;

    /**
     * What makes the objects.
     *
     * @param plainEtagsBelow objects smaller than this have their MD5 as their ETag
     * @param truePartEtags whether that of a larger one is made of the MD5s of its parts, or made up
     */
    private record Rule(
            int count, String pattern, IntToLongFunction sizes, long plainEtagsBelow, boolean truePartEtags) {}

    /**
     * How the server that has this bucket deviates.
     *
     * @param composite whether the checksum of an object in parts is that of its parts' checksums
     * @param tellsParts whether a HEAD may ask for a part
     * @param demandsPayer whether requests must say that their sender pays
     */
    record Traits(
            boolean ignoresEncodingType,
            boolean rawTokens,
            boolean ignoresIfMatch,
            @Nullable ChecksumKind checksum,
            boolean composite,
            boolean tellsParts,
            boolean demandsPayer) {
        static final Traits NONE = new Traits(false, false, false, null, false, false, false);
    }

    private SyntheticBucket(Rule rule, ListOrder order, long seed, Traits traits) {
        this.rule = rule;
        this.pattern = new NumberedKeys(rule.pattern, rule.count);
        this.order = order;
        this.seed = seed;
        this.traits = traits;
        this.comparator = order.comparator();
        this.etags = new EtagCache(rule.count, rule.plainEtagsBelow, rule.truePartEtags);
        this.overlay = new ConcurrentSkipListMap<>(comparator);
    }

    /** {@code count} objects of one size; each {@code #} of the pattern is a digit of the index. */
    public static SyntheticBucket uniform(int count, long size, String keyPattern) {
        return ruled(count, keyPattern, index -> size);
    }

    /** {@code count} objects whose sizes follow from their indexes; each {@code #} of the pattern is a digit of the index. */
    public static SyntheticBucket ruled(int count, String keyPattern, IntToLongFunction sizes) {
        return new SyntheticBucket(
                new Rule(count, keyPattern, sizes, SyntheticObject.REAL_ETAG_LIMIT + 1, false),
                ListOrder.UTF8,
                1,
                Traits.NONE);
    }

    /** Exactly these keys, all of one size. */
    public static SyntheticBucket ofKeys(long size, List<String> keys) {
        SyntheticBucket bucket = empty();
        keys.forEach(key -> bucket.add(key, size));
        return bucket;
    }

    /** Nothing yet. */
    public static SyntheticBucket empty() {
        return uniform(0, 0, "");
    }

    /**
     * The same objects, but those of the rule that are smaller than this have their MD5 as their ETag, and larger ones one as
     * after an upload in parts. Large MD5s cost the first listing time.
     */
    public SyntheticBucket withPlainEtagsBelow(long size) {
        return copy(new Rule(rule.count, rule.pattern, rule.sizes, size, rule.truePartEtags), order, seed, traits);
    }

    /**
     * The same objects, but the ETags as after an upload in parts are those of parts of 8 MiB, so that they prove the bodies.
     * They cost the first listing as much as MD5s do.
     */
    public SyntheticBucket withTruePartEtags() {
        return copy(new Rule(rule.count, rule.pattern, rule.sizes, rule.plainEtagsBelow, true), order, seed, traits);
    }

    /** The same objects, listed in another order. */
    public SyntheticBucket listedIn(ListOrder other) {
        return copy(other, seed, traits);
    }

    /** The same keys with other bodies. What was put by {@link #put(SyntheticObject)} stays as it is. */
    public SyntheticBucket seeded(long other) {
        return copy(order, other, traits);
    }

    /** The same objects on a server that does not know {@code encoding-type=url}. */
    public SyntheticBucket ignoringEncodingType() {
        return on(true, traits.rawTokens, traits.ignoresIfMatch, traits.tellsParts, traits.demandsPayer);
    }

    /** The same objects on a server whose continuation tokens are the last key itself. */
    public SyntheticBucket withRawTokens() {
        return on(traits.ignoresEncodingType, true, traits.ignoresIfMatch, traits.tellsParts, traits.demandsPayer);
    }

    /** The same objects on a server that does not know {@code If-Match}. */
    public SyntheticBucket ignoringIfMatch() {
        return on(traits.ignoresEncodingType, traits.rawTokens, true, traits.tellsParts, traits.demandsPayer);
    }

    /** The same objects on a server that tells the size of a part ({@code HEAD ?partNumber=}). */
    public SyntheticBucket tellingParts() {
        return on(traits.ignoresEncodingType, traits.rawTokens, traits.ignoresIfMatch, true, traits.demandsPayer);
    }

    /** The same objects in a bucket whose owner lets others pay ({@code x-amz-request-payer}). */
    public SyntheticBucket demandingPayer() {
        return on(traits.ignoresEncodingType, traits.rawTokens, traits.ignoresIfMatch, traits.tellsParts, true);
    }

    /** The same objects on a server that gives checksums to who asks ({@code x-amz-checksum-mode}). */
    public SyntheticBucket withChecksums(ChecksumKind kind) {
        return with(kind, false);
    }

    /** The same; objects in parts have the checksum of their parts' checksums. */
    public SyntheticBucket withCompositeChecksums(ChecksumKind kind) {
        return with(kind, true);
    }

    private SyntheticBucket on(
            boolean ignoresEncodingType,
            boolean rawTokens,
            boolean ignoresIfMatch,
            boolean tellsParts,
            boolean demandsPayer) {
        return copy(
                order,
                seed,
                new Traits(
                        ignoresEncodingType,
                        rawTokens,
                        ignoresIfMatch,
                        traits.checksum,
                        traits.composite,
                        tellsParts,
                        demandsPayer));
    }

    private SyntheticBucket with(ChecksumKind kind, boolean composite) {
        return copy(
                order,
                seed,
                new Traits(
                        traits.ignoresEncodingType,
                        traits.rawTokens,
                        traits.ignoresIfMatch,
                        kind,
                        composite,
                        traits.tellsParts,
                        traits.demandsPayer));
    }

    private SyntheticBucket copy(ListOrder otherOrder, long otherSeed, Traits otherTraits) {
        return copy(rule, otherOrder, otherSeed, otherTraits);
    }

    private SyntheticBucket copy(Rule otherRule, ListOrder otherOrder, long otherSeed, Traits otherTraits) {
        SyntheticBucket copy = new SyntheticBucket(otherRule, otherOrder, otherSeed, otherTraits);
        copy.overlay.putAll(overlay);
        copy.versions.putAll(versions);
        copy.byVersion.putAll(byVersion);
        copy.tags.putAll(tags);
        return copy;
    }

    /** Lets clients write to it, as the result says; without it they are answered 501. */
    public WriteSide writable() {
        WriteSide made = new WriteSide(this);
        writes = made;
        return made;
    }

    @Nullable
    WriteSide writes() {
        return writes;
    }

    /** Adds a key, or gives an existing one a new body of that size. */
    public SyntheticObject add(String key, long size) {
        int version = versions.merge(key, find(key) == null && !versions.containsKey(key) ? 0 : 1, Integer::sum);
        SyntheticObject added = SyntheticObject.of(key, size, SyntheticBody.seedOf(seed, key, version))
                .withLastModified(SyntheticObject.FIRST_MODIFIED.plus(Duration.ofMinutes(version)));
        put(added);
        return added;
    }

    /** Gives an existing key a new body of the same size. */
    public SyntheticObject change(String key) {
        return add(key, get(key).size());
    }

    /** The version of a key with that id, as long as it was put with {@code x-amz-version-id} among its headers. */
    @Nullable
    SyntheticObject version(String key, String id) {
        return byVersion.get(key + '\0' + id);
    }

    /** Takes away a version that was put, also the present one of its key when that is asked for by its id. */
    public void forgetVersion(String key, String id) {
        byVersion.remove(key + '\0' + id);
    }

    /** Puts an object as it is. */
    public void put(SyntheticObject object) {
        String version = object.headers().get("x-amz-version-id");
        if (version != null) {
            byVersion.put(object.key() + '\0' + version, object);
        }
        overlay.put(object.key(), Optional.of(object));
        shuffled = null;
    }

    /** Gives a key these tags, which no listing shows; none takes them away. */
    public void tag(String key, Map<String, String> tagSet) {
        tags.put(key, Map.copyOf(tagSet));
    }

    /** The tags of a key. */
    public Map<String, String> tags(String key) {
        return tags.getOrDefault(key, Map.of());
    }

    /** Removes a key; nothing happens where there is none. */
    public void delete(String key) {
        // A key that comes back is a new version, never the old one again.
        versions.putIfAbsent(key, 0);
        overlay.put(key, Optional.empty());
        shuffled = null;
    }

    /** The object of a key, if there is one. */
    public @Nullable SyntheticObject find(String key) {
        Optional<SyntheticObject> over = overlay.get(key);
        if (over != null) {
            return over.orElse(null);
        }
        int index = pattern.index(key);
        return index >= 0 && index < rule.count ? ruled(index) : null;
    }

    /** The object of a key that must be there. */
    public SyntheticObject get(String key) {
        SyntheticObject found = find(key);
        if (found == null) {
            throw new IllegalArgumentException("no such key: " + key);
        }
        return found;
    }

    /**
     * Does now, on the caller's thread, what the first listing would have to do on the server's event loop: the sorting of a
     * large bucket without an order takes seconds.
     */
    void prepare() {
        if (order == ListOrder.UNORDERED) {
            shuffle();
        }
    }

    /** Every object, in the order of the listing. */
    public Stream<SyntheticObject> objects() {
        Iterable<SyntheticObject> all = () -> from("", true);
        return StreamSupport.stream(all.spliterator(), false);
    }

    /** The objects from a key on, in the order of the listing; the empty key stands for the beginning. */
    Iterator<SyntheticObject> from(String key, boolean inclusive) {
        if (order == ListOrder.UNORDERED) {
            List<SyntheticObject> all = shuffle();
            int at = Collections.binarySearch(all, key, (one, other) -> comparator.compare(key(one), key(other)));
            int begin = key.isEmpty() ? 0 : at < 0 ? -at - 1 : inclusive ? at : at + 1;
            return all.subList(begin, all.size()).iterator();
        }
        return merged(key, inclusive);
    }

    private Iterator<SyntheticObject> merged(String key, boolean inclusive) {
        return new OverlayIterator(
                pattern.seek(key, inclusive, rule.count, comparator),
                rule.count,
                this::ruled,
                overlay.tailMap(key, inclusive).entrySet().iterator(),
                comparator);
    }

    private static String key(Object either) {
        return either instanceof SyntheticObject object ? object.key() : (String) either;
    }

    private List<SyntheticObject> shuffle() {
        List<SyntheticObject> known = shuffled;
        if (known == null) {
            Map<String, SyntheticObject> sorted = new TreeMap<>(comparator);
            for (int index = 0; index < rule.count; index++) {
                sorted.put(pattern.key(index), ruled(index));
            }
            overlay.forEach(
                    (key, object) -> object.ifPresentOrElse(it -> sorted.put(key, it), () -> sorted.remove(key)));
            known = List.copyOf(sorted.values());
            shuffled = known;
        }
        return known;
    }

    private SyntheticObject ruled(int index) {
        String key = pattern.key(index);
        long size = rule.sizes.applyAsLong(index);
        long bodySeed = SyntheticBody.seedOf(seed, key, 0);
        return SyntheticObject.of(key, size, bodySeed, etags.get(index, bodySeed, size));
    }

    ListOrder order() {
        return order;
    }

    Traits traits() {
        return traits;
    }
}
