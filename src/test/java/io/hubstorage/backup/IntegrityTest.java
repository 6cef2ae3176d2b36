package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One wrong byte in a body, wherever it is and whatever the server gives to compare it with. */
final class IntegrityTest extends EngineTest {
    private static final long MIB = 1 << 20;
    /** Three ranges. */
    private static final long LARGE = 21_000_001;

    private static final String LAST = "bytes=16777216-21000000";

    private static final Map<String, String> RANGES = Map.of(
            "first", "bytes=0-8388607",
            "middle", "bytes=8388608-16777215",
            "last", LAST);

    @BeforeEach
    void fewAttempts() {
        hub.patience(Duration.ofSeconds(20), 3);
        hub.configure("films");
    }

    /** Objects of which the listing says nothing true: their ETags only look like MD5s. */
    private static void opaque(SyntheticBucket bucket) {
        bucket.objects().toList().forEach(object -> bucket.put(object.withKms()));
    }

    private void corruptOnce(String key, String range) {
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && request.key().equals(key) && range.equals(request.range()))
                .times(1)
                .then(Fault.corruptAt(0.5));
    }

    private Map<String, Long> verified(RunRecord run) {
        Map<String, Long> counts = new TreeMap<>();
        audit(run).certificate().verified().forEach((word, tally) -> counts.put(word, tally.objects()));
        return counts;
    }

    private static String word(ChecksumKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @EnumSource(ChecksumKind.class)
    void aSmallBodyIsComparedWithTheChecksumThatComesWithIt(ChecksumKind kind) {
        SyntheticBucket bucket =
                s3.bucket("films", SyntheticBucket.ofKeys(5_003, List.of("a")).withChecksums(kind));
        opaque(bucket);
        s3.faults().whenGetting("a").attempts(1).then(Fault.corruptAt(0.3));

        RunRecord run = hub.backUp();

        assertThat(gets()).containsEntry("a", 2L);
        assertThat(s3.counts().heads()).isZero();
        audit(run).holds("films", bucket);
        assertThat(verified(run)).isEqualTo(Map.of(word(kind), 1L));
    }

    @ParameterizedTest
    @EnumSource(ChecksumKind.class)
    void aLargeBodyIsComparedAsAWholeWithTheChecksumThatAHeadTells(ChecksumKind kind) {
        SyntheticBucket bucket = s3.bucket(
                "films",
                SyntheticBucket.ofKeys(LARGE, List.copyOf(RANGES.keySet())).withChecksums(kind));
        opaque(bucket);
        RANGES.forEach(this::corruptOnce);

        RunRecord run = hub.backUp();

        assertThat(gets()).isEqualTo(Map.of("first", 6L, "middle", 6L, "last", 6L));
        audit(run).holds("films", bucket);
        assertThat(verified(run)).isEqualTo(Map.of(word(kind), 3L));
    }

    @Test
    void aPlainMd5NeedsNoFurtherRequest() {
        SyntheticBucket bucket = s3.bucket("films", SyntheticBucket.ofKeys(LARGE, List.of("film")));
        bucket.add("clip", 3 << 20);
        bucket.put(bucket.get("film").inOnePiece());
        bucket.put(bucket.get("clip").inOnePiece());

        RunRecord run = hub.backUp();

        assertThat(s3.requestsFor("clip")).hasSize(1);
        assertThat(s3.counts().heads())
                .as("one beside several ranges, for the checksums in the manifest")
                .isEqualTo(1);
        assertThat(verified(run)).isEqualTo(Map.of("md5", 2L));
    }

    @Test
    void whatNeverHealsIsFailedByNameAndKeepsItsPreviousVersion() {
        SyntheticBucket bucket = s3.bucket(
                "films", SyntheticBucket.ofKeys(LARGE, List.of("film")).withChecksums(ChecksumKind.CRC64NVME));
        bucket.add("clip", 700);
        opaque(bucket);
        hub.backUp();
        List<SyntheticObject> expected = new ArrayList<>(bucket.objects().toList());
        expected.forEach(object -> bucket.change(object.key()));
        expected.add(bucket.add("new", 700));
        opaque(bucket);
        expected.set(2, bucket.get("new"));
        s3.faults()
                .when(request -> request.kind() == RequestKind.GET
                        && (request.key().equals("clip")
                                || LAST.equals(request.range())
                                || (request.key().equals("film") && request.range() == null)))
                .then(Fault.corruptAt(0.9));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        Audit audit = audit(run).holds("films", expected);
        assertThat(audit.keys("films", EntryState.KEPT)).containsExactlyInAnyOrder("clip", "film");
        assertThat(audit.certificate("films").outcome().failures())
                .allSatisfy(failure -> {
                    assertThat(failure.kind()).isEqualTo("corrupt");
                    assertThat(failure.cause()).contains("films/" + failure.key(), "CRC64NVME");
                })
                .extracting(RunRecord.Failure::key)
                .containsExactlyInAnyOrder("clip", "film");
    }

    @Test
    void aMultipartEtagProvesTheBodyWhereTheServerTellsThePartSize() {
        SyntheticBucket bucket = s3.bucket(
                "films",
                SyntheticBucket.ofKeys(LARGE, List.copyOf(RANGES.keySet())).tellingParts());
        bucket.objects().toList().forEach(object -> bucket.put(object.inParts(5 * MIB)));
        RANGES.forEach(this::corruptOnce);

        RunRecord run = hub.backUp();

        assertThat(gets()).isEqualTo(Map.of("first", 6L, "middle", 6L, "last", 6L));
        audit(run).holds("films", bucket);
        assertThat(verified(run)).isEqualTo(Map.of("multipart-md5", 3L));
    }

    @Test
    void aMultipartEtagProvesTheBodyWhereAUsualPartSizeExplainsIt() {
        SyntheticBucket bucket =
                s3.bucket("films", SyntheticBucket.ofKeys(LARGE, List.of("8", "10", "7", "7 MB", "odd")));
        bucket.put(bucket.get("8").inParts(8 * MIB));
        bucket.put(bucket.get("10").inParts(10 * MIB));
        bucket.put(bucket.get("7").inParts(7 * MIB));
        bucket.put(bucket.get("7 MB").inParts(7_000_000));
        bucket.put(bucket.get("odd").inParts(List.of(5 * MIB, 9 * MIB, LARGE - 14 * MIB)));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("films", bucket);
        assertThat(verified(run)).isEqualTo(Map.of("multipart-md5", 4L, "length", 1L));
        assertThat(audit(run).entry("films", "odd").verified()).isEqualTo("length");
    }

    @Test
    void partsOfAnySizeProveTheBodyWhereTheServerTellsThemAll() {
        SyntheticBucket bucket = s3.bucket(
                "films", SyntheticBucket.ofKeys(LARGE, List.of("film")).tellingParts());
        bucket.put(bucket.get("film").inParts(List.of(5 * MIB, 9 * MIB, LARGE - 14 * MIB)));
        corruptOnce("film", "bytes=8388608-16777215");

        RunRecord run = hub.backUp();

        assertThat(gets()).containsEntry("film", 6L);
        audit(run).holds("films", bucket);
        assertThat(verified(run)).isEqualTo(Map.of("multipart-md5", 1L));
    }

    @Test
    void anObjectWhoseRangesAreWrongIsReadInOnePiece() {
        SyntheticBucket bucket = s3.bucket(
                "films", SyntheticBucket.ofKeys(LARGE, List.of("film")).tellingParts());
        bucket.put(bucket.get("film").inParts(5 * MIB));
        s3.faults().when(request -> LAST.equals(request.range())).then(Fault.corruptAt(0.5));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("films", bucket);
        assertThat(verified(run)).isEqualTo(Map.of("multipart-md5", 1L));
    }

    @Test
    void anEtagThatNothingExplainsAmongManyThatAreExplainedIsNamed() {
        SyntheticBucket bucket = s3.bucket("films", SyntheticBucket.ofKeys(900_000, List.of("a", "b", "c", "wrong")));
        List.of("a", "b", "c").forEach(key -> bucket.put(bucket.get(key).inParts(450_000)));
        bucket.put(bucket.get("wrong").inParts(450_000).withEtag("0123456789abcdef0123456789abcdef-2"));

        try (LogCapture log = LogCapture.of("io.hubstorage.transfer")) {
            assertThat(hub.backUp().result()).isEqualTo(RunResult.SUCCESS);

            assertThat(log.lines("WARN")).singleElement().asString().contains("films/wrong", "compare it with");
        }
    }

    @Test
    void aMultipartBodyThatIsNeverRightFailsOnlyWhereThePartsAreKnown() {
        SyntheticBucket telling = s3.bucket(
                "films", SyntheticBucket.ofKeys(LARGE, List.of("film")).tellingParts());
        telling.put(telling.get("film").inParts(8 * MIB).withEtag("0123456789abcdef0123456789abcdef-3"));
        SyntheticBucket silent = s3.bucket("clips", SyntheticBucket.ofKeys(LARGE, List.of("clip")));
        hub.configure("films", "clips");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(audit(run).certificate("films").outcome().failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo("corrupt"));
        audit(run).holds("clips", silent);
        assertThat(verified(run)).isEqualTo(Map.of("length", 1L));
    }

    @ParameterizedTest
    @EnumSource(value = ChecksumKind.class, names = "CRC64NVME", mode = EnumSource.Mode.EXCLUDE)
    void aCompositeChecksumIsComparedPartByPart(ChecksumKind kind) {
        SyntheticBucket bucket = s3.bucket(
                "films",
                SyntheticBucket.ofKeys(LARGE, List.of("last")).tellingParts().withCompositeChecksums(kind));
        bucket.put(bucket.get("last").inParts(8 * MIB).withKms());
        // The ranges are parts here, and come with the checksums of these.
        corruptOnce("last", LAST);

        RunRecord run = hub.backUp();

        assertThat(gets()).containsEntry("last", 6L);
        audit(run).holds("films", bucket);
        assertThat(verified(run)).isEqualTo(Map.of("multipart-" + word(kind), 1L));
    }

    @Test
    void oneUploadInPartsTellsHowTheNextWasMade() {
        SyntheticBucket bucket =
                s3.bucket("films", SyntheticBucket.ofKeys(LARGE, List.of("a")).tellingParts());
        bucket.put(bucket.get("a").inParts(6 * MIB));
        hub.backUp();
        s3.log().clear();
        bucket.put(bucket.change("a").inParts(6 * MIB));
        bucket.put(bucket.add("b", LARGE + MIB).inParts(6 * MIB));

        RunRecord run = hub.backUp();

        // One HEAD each for checksums, and for the size of the parts not more than each may have begun without knowing.
        assertThat(s3.counts().heads()).isBetween(3L, 4L);
        assertThat(verified(run)).isEqualTo(Map.of("multipart-md5", 2L));
    }

    @Test
    void anEtagOfOnePartMayProveABodyAndNeverFailsOne() {
        SyntheticBucket bucket = s3.bucket("films", SyntheticBucket.ofKeys(900, List.of("true", "made-up")));
        bucket.put(bucket.get("true").inParts(900));
        bucket.put(bucket.get("made-up").withEtag("0123456789abcdef0123456789abcdef-1"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(audit(run).entry("films", "true").verified()).isEqualTo("multipart-md5");
        assertThat(audit(run).entry("films", "made-up").verified()).isEqualTo("length");
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatRefusesToBeAskedFailsNothing(Refusal refusal) {
        SyntheticBucket bucket = s3.bucket("films", SyntheticBucket.ofKeys(LARGE, List.of("film")));
        bucket.put(bucket.get("film").inParts(8 * MIB));
        s3.faults().when(RequestKind.HEAD).then(new Fault.Status(refusal.status, "Refused", "no"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("films", bucket);
        assertThat(verified(run)).isEqualTo(Map.of("multipart-md5", 1L));
    }

    /** How a HEAD may be refused. */
    enum Refusal {
        BAD_REQUEST(400),
        FORBIDDEN(403),
        NOT_FOUND(404),
        BROKEN(500),
        NOT_IMPLEMENTED(501);

        private final int status;

        Refusal(int status) {
            this.status = status;
        }
    }

    @Test
    void whatIsLinkedKeepsWhatProvedItAndTheCertificateSaysTheSum() throws IOException {
        SyntheticBucket bucket = s3.bucket("films", SyntheticBucket.ofKeys(300, List.of("a", "b", "empty")));
        bucket.add("empty", 0);
        hub.backUp();
        bucket.change("b");

        RunRecord run = hub.backUp();

        assertThat(audit(run).keys("films", EntryState.LINKED)).containsExactlyInAnyOrder("a", "empty");
        assertThat(verified(run)).isEqualTo(Map.of("md5", 2L, "empty", 1L));
        JsonObject json = new JsonObject(Files.readString(
                hub.data().resolve(Objects.requireNonNull(run.snapshot())).resolve("run.json")));
        assertThat(json.getJsonObject("verified").getJsonObject("md5"))
                .isEqualTo(new JsonObject().put("objects", 2).put("bytes", 600));
    }
}
