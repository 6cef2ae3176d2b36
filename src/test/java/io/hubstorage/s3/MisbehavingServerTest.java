package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.Fault.PageTrick;
import io.hubstorage.testkit.ListOrder;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against servers that list nonsense, break connections, or order keys in ways of their own. */
final class MisbehavingServerTest {
    private static final List<String> HIGH =
            List.of("a", "b", "z\uFF5E", "z\uFF5Ea", "z\uD83D\uDE00", "z\uD83D\uDE00a");

    /** How a body is asked for. */
    enum Way {
        BY_THE_SDK,
        /** As soon as the SDK has shown where a bucket is. */
        PAST_THE_SDK;

        void open(S3Access s3, SyntheticS3 server) throws Exception {
            if (this == PAST_THE_SDK) {
                s3.tryListing("things", "");
                s3.tryListing("big", "");
                server.log().clear();
            }
        }
    }

    private SyntheticS3 server;
    private S3Access s3;

    @BeforeEach
    void start() {
        server = SyntheticS3.start();
        server.bucket("things", SyntheticBucket.uniform(30, 1000, "k/##"));
        server.bucket("big", SyntheticBucket.uniform(1, 3_000_000, "o#"));
        s3 = new S3Access(server.settings(), 8, "test", Duration.ofMillis(700));
    }

    @AfterEach
    void stop() {
        s3.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = PageTrick.class,
            names = {"NO_TOKEN", "REPEATED_TOKEN", "DUPLICATE_KEY", "FOREIGN_KEY"})
    void aListingThatMakesNoSenseIsNotBelieved(PageTrick trick) {
        server.faults().when(RequestKind.LIST).then(Fault.page(trick));
        assertThatThrownBy(() -> list("things", "k/", 10))
                .isInstanceOfSatisfying(
                        S3Failure.Permanent.class,
                        failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.LISTING))
                .hasMessageContaining("makes no sense");
    }

    private static final String RESTORES = "x-amz-optional-object-attributes";

    @Test
    void severalBucketsAreListedAtOnceByAServerThatRefusesAHeaderItDoesNotKnow() throws Exception {
        server.faults()
                .when(request -> request.headers().containsKey(RESTORES))
                .then(new Fault.Status(501, "NotImplemented", "A header you provided is not implemented"));
        List<String> buckets = List.of("one", "two", "three", "four");
        buckets.forEach(bucket -> server.bucket(bucket, SyntheticBucket.uniform(30, 1000, "k/##")));
        // So that every first request is under way before the first refusal.
        server.latency(Duration.ofMillis(200));

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<ListedObject>>> listings = buckets.stream()
                    .map(bucket -> threads.submit(() -> list(bucket, "k/", 10)))
                    .toList();
            for (Future<List<ListedObject>> listing : listings) {
                assertThat(listing.get()).hasSize(30);
            }
        }
    }

    @Test
    void whatOneBucketIsRefusedForIsNotLeftOutOfTheOthersListings() throws Exception {
        server.faults()
                .when(request -> request.bucket().equals("things"))
                .then(new Fault.Status(400, "InvalidRequest", "This bucket is like that"));

        assertThatThrownBy(() -> list("things", "k/", 10)).hasMessageContaining("This bucket is like that");
        list("big", "", 10);

        assertThat(server.log().requests(request -> request.bucket().equals("big")))
                .allSatisfy(request -> assertThat(request.headers()).containsKey(RESTORES));
    }

    @Test
    void aPageWithoutKeysIsNoEnd() throws Exception {
        server.faults().when(RequestKind.LIST).times(1).then(Fault.page(PageTrick.EMPTY_BUT_MORE));
        assertThat(list("things", "k/", 10)).hasSize(30);
    }

    @Test
    void aPageOutOfOrderIsReportedAsSuch() throws Exception {
        server.faults().when(RequestKind.LIST).times(1).then(Fault.page(PageTrick.OUT_OF_ORDER));
        try (BucketListing pages = s3.list("things", "", null, null, 10)) {
            assertThat(pages.nextPage()).extracting(BucketListing.Page::ordered).isEqualTo(false);
        }
    }

    @Test
    void brokenXmlIsRetriableAndTheSamePageCanBeAskedForAgain() throws Exception {
        server.faults().when(RequestKind.LIST).times(4).then(Fault.page(PageTrick.MALFORMED_XML));
        try (BucketListing pages = s3.list("things", "", null, null, 10)) {
            assertThatThrownBy(pages::nextPage)
                    .isInstanceOf(S3Failure.Retriable.class)
                    .hasMessageContaining("not readable XML");
            assertThat(BucketListingTest.objects(pages)).hasSize(30);
        }
    }

    @Test
    void throttlingIsReportedAtOnce() {
        server.faults()
                .when(RequestKind.LIST)
                .then(new Fault.Status(503, "SlowDown", "Please reduce your request rate."));
        assertThatThrownBy(() -> list("things", "", 10)).isInstanceOf(S3Failure.Throttled.class);
        assertThat(server.counts().lists()).isEqualTo(1);
    }

    @Test
    void aPageThatFailedIsHadByAskingForItAgain() throws Exception {
        server.faults().when(RequestKind.LIST).attempts(1).then(new Fault.Status(500, "InternalError", "oops"));
        try (BucketListing pages = s3.list("things", "", null, null, 50)) {
            assertThatThrownBy(pages::nextPage).isInstanceOf(S3Failure.Retriable.class);
            assertThat(pages.nextPage())
                    .isNotNull()
                    .extracting(BucketListing.Page::objects)
                    .asInstanceOf(LIST)
                    .hasSize(30);
        }
    }

    @Test
    void aWholeBucketInNoOrderIsListedAndSaysSo() throws Exception {
        server.bucket("mixed", SyntheticBucket.uniform(30, 10, "k/##").listedIn(ListOrder.UNORDERED));
        try (BucketListing pages = s3.list("mixed", "", null, null, 50)) {
            BucketListing.Page page = pages.nextPage();
            assertThat(page).isNotNull().extracting(BucketListing.Page::ordered).isEqualTo(false);
            assertThat(page.objects()).hasSize(30);
        }
    }

    @Test
    void aRangeOfABucketInNoOrderIsRefused() {
        server.bucket("mixed", SyntheticBucket.uniform(30, 10, "k/##").listedIn(ListOrder.UNORDERED));
        try (BucketListing pages = s3.list("mixed", "", null, "k/20")) {
            assertThatThrownBy(pages::nextPage)
                    .isInstanceOfSatisfying(
                            S3Failure.Permanent.class,
                            failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.LISTING_ORDER));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ListOrder.class,
            names = {"UTF8", "UTF16"})
    void rangesHoldTheSameKeysInBothOrdersWhereverTheyAreCut(ListOrder order) throws Exception {
        server.bucket("high", SyntheticBucket.ofKeys(1, HIGH).listedIn(order));
        for (String boundary : HIGH) {
            try (BucketListing before = s3.list("high", "", null, boundary, 2);
                    BucketListing behind = s3.list("high", "", boundary, null, 2)) {
                assertThat(BucketListingTest.objects(before))
                        .extracting(ListedObject::key)
                        .containsExactlyInAnyOrderElementsOf(HIGH.subList(0, HIGH.indexOf(boundary) + 1));
                assertThat(BucketListingTest.objects(behind))
                        .extracting(ListedObject::key)
                        .containsExactlyInAnyOrderElementsOf(HIGH.subList(HIGH.indexOf(boundary) + 1, HIGH.size()));
            }
        }
    }

    @Test
    void aServerThatDoesNotEncodeKeysIsUnderstood() throws Exception {
        List<String> keys = List.of("100%", "a b", "a%20b", "a+b", "ü");
        server.bucket("raw", SyntheticBucket.ofKeys(1, keys).ignoringEncodingType());
        assertThat(list("raw", "", 2)).extracting(ListedObject::key).containsExactlyElementsOf(keys);
        server.bucket("raw", SyntheticBucket.ofKeys(1, keys).withRawTokens());
        assertThat(list("raw", "", 2)).extracting(ListedObject::key).containsExactlyElementsOf(keys);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aBodyCutShortIsRetriable(Way way) throws Exception {
        way.open(s3, server);
        server.faults().whenGetting("k/01").attempts(1).then(Fault.cutAt(0.5));
        assertThatThrownBy(() -> small("k/01")).isInstanceOf(S3Failure.Retriable.class);
        assertThat(small("k/01")).isEqualTo(server.bucket("things").get("k/01").body());
        server.faults().whenGetting("k/02").then(Fault.resetAt(0.5));
        assertThatThrownBy(() -> small("k/02")).isInstanceOf(S3Failure.Retriable.class);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aRangeThatBrokeIsNeverRepeatedUnderItsReader(Way way) throws Exception {
        way.open(s3, server);
        for (Fault fault : List.of(Fault.cutAt(0.5), Fault.resetAt(0.5), Fault.stallAt(0.5))) {
            server.faults().clear();
            server.log().clear();
            server.faults().whenGetting("o0").then(fault);
            assertThatThrownBy(this::range).isInstanceOf(S3Failure.Retriable.class);
            assertThat(server.counts().gets()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aServerThatNeverAnswersIsATimeout(Way way) throws Exception {
        way.open(s3, server);
        server.faults().whenGetting("o0").then(Fault.hang());
        assertThatThrownBy(this::range)
                .isInstanceOfSatisfying(
                        S3Failure.Retriable.class,
                        failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.TIMEOUT));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aDiskThatTakesLongerThanAServerMayBeSilentBreaksNothing(Way way) throws Exception {
        way.open(s3, server);
        AtomicLong written = new AtomicLong();
        ObjectReader.Sink disk = (bytes, position) -> {
            if (position == 0) {
                holdOneWrite();
            }
            written.addAndGet(bytes.remaining());
        };
        s3.object("big", "o0").readRange(0, 3_000_000, disk, count -> {});
        assertThat(written).hasValue(3_000_000);
        assertThat(server.counts().gets()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void anArchivedObjectIsArchived(Way way) throws Exception {
        way.open(s3, server);
        SyntheticBucket bucket = server.bucket("things");
        bucket.put(bucket.get("k/05").withStorageClass("GLACIER", false));
        assertThatThrownBy(() -> small("k/05")).isInstanceOf(S3Failure.Archived.class);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void oneObjectIsOneRequest(Way way) throws Exception {
        way.open(s3, server);
        assertThat(small("k/01")).hasSize(1000);
        assertThat(server.counts().all()).isEqualTo(1);
    }

    private List<ListedObject> list(String bucket, String prefix, int pageSize) throws Exception {
        try (BucketListing pages = s3.list(bucket, prefix, null, null, pageSize)) {
            return BucketListingTest.objects(pages);
        }
    }

    private byte[] small(String key) throws Exception {
        return s3.object("things", key).readSmall(1000, count -> {}).body();
    }

    /** A disk that holds one write for longer than a connection may be silent. */
    private static void holdOneWrite() {
        LockSupport.parkNanos(Duration.ofMillis(1500).toNanos());
    }

    private void range() throws Exception {
        s3.object("big", "o0").readRange(0, 3_000_000, (bytes, position) -> {}, count -> {});
    }
}
