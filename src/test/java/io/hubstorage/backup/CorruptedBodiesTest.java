package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.Faults;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many bodies with one wrong byte each, of every size, at every place, against everything that can prove a body. */
final class CorruptedBodiesTest extends EngineTest {
    /** {@code mvn test -Dtest=CorruptedBodiesTest -Dcorrupted=5000} spoils more. */
    private static final int BODIES = Integer.getInteger("corrupted", 240);

    private static final String FOLDER = "a/";
    private static final long SMALL = 1 << 20;
    private static final long PART = 8 << 20;
    private static final long LARGEST = 20 << 20;
    /** Every so many-th object is large. */
    private static final int LARGE = 40;
    /** Where in a body the wrong byte may be: so many places, the first and the last byte among them. */
    private static final int PLACES = 41;

    private final Map<String, SyntheticBucket> buckets = new LinkedHashMap<>();

    /** Half of the objects are proven by their ETags alone, the others by one checksum that comes with the body. */
    @BeforeEach
    void somethingOfEverySize() {
        hub.patience(Duration.ofSeconds(20), 3);
        SyntheticBucket etags = sized(BODIES / 2, new Random(1)).tellingParts();
        etags.objects().toList().forEach(object -> etags.put(proven(object)));
        buckets.put("etags", etags);
        int each = BODIES / 2 / ChecksumKind.values().length;
        for (ChecksumKind kind : ChecksumKind.values()) {
            SyntheticBucket bucket =
                    sized(each, new Random(kind.name().hashCode())).withChecksums(kind);
            // An ETag that only looks like an MD5.
            bucket.objects().toList().forEach(object -> bucket.put(object.withKms()));
            buckets.put(kind.name().toLowerCase(Locale.ROOT), bucket);
        }
        buckets.forEach(s3::bucket);
        hub.configure(buckets.keySet().toArray(String[]::new));
    }

    /** As many of 10 bytes as of 10,000, from a single byte to 20 MiB. */
    private static SyntheticBucket sized(int count, Random random) {
        List<Long> sizes = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            sizes.add(
                    index % LARGE == LARGE - 1
                            ? random.nextLong(SMALL, LARGEST)
                            : (long) Math.pow(SMALL, random.nextDouble()));
        }
        return SyntheticBucket.ruled(count, FOLDER + "#####", sizes::get);
    }

    private static SyntheticObject proven(SyntheticObject object) {
        return object.size() < PART ? object.inOnePiece() : object.inParts(PART);
    }

    /** Where the wrong byte is follows from the key. */
    private List<Faults.Rule> spoil(boolean forEver) {
        return Stream.iterate(0, place -> place < PLACES, place -> place + 1)
                .map(place -> s3.faults()
                        .when(request -> request.kind() == RequestKind.GET
                                && request.key().startsWith(FOLDER)
                                && Math.floorMod(request.key().hashCode(), PLACES) == place)
                        .attempts(forEver ? Integer.MAX_VALUE : 1)
                        .then(Fault.corruptAt(Math.min((double) place / (PLACES - 1), Math.nextDown(1.0)))))
                .toList();
    }

    private long objects() {
        return buckets.values().stream()
                .mapToLong(bucket -> bucket.objects().count())
                .sum();
    }

    @Test
    void eachIsFoundAndReadAgainUntilItIsRight() {
        List<Faults.Rule> rules = spoil(false);

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(rules.stream().mapToInt(Faults.Rule::hits).sum())
                .as("a wrong body of each object")
                .isGreaterThanOrEqualTo(Math.toIntExact(objects()));
        Audit audit = audit(run);
        buckets.forEach((name, bucket) -> {
            audit.holds(name, bucket);
            assertThat(audit.certificate(name).outcome().failuresTotal()).isZero();
        });
    }

    @Test
    void eachThatNeverHealsIsNamedAndNoWrongByteIsKept() {
        hub.backUp();
        Map<String, List<SyntheticObject>> before = new LinkedHashMap<>();
        buckets.forEach((name, bucket) -> {
            List<SyntheticObject> objects = new ArrayList<>(bucket.objects().toList());
            objects.forEach(object -> {
                SyntheticObject changed = bucket.change(object.key());
                bucket.put(name.equals("etags") ? proven(changed) : changed.withKms());
            });
            objects.add(bucket.add("right", 100));
            before.put(name, objects);
        });
        spoil(true);

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        Audit audit = audit(run);
        before.forEach((name, objects) -> {
            audit.holds(name, objects);
            assertThat(audit.keys(name, EntryState.KEPT)).hasSize(objects.size() - 1);
            BucketCounts counts = audit.certificate(name).counts();
            assertThat(counts.balanced()).isTrue();
            assertThat(counts.failed().objects()).isEqualTo(objects.size() - 1);
            assertThat(audit.certificate(name).outcome().failures())
                    .allSatisfy(failure -> assertThat(failure.kind()).isEqualTo("corrupt"));
        });
    }
}
