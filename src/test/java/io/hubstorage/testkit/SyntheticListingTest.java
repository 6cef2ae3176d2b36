package io.hubstorage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.arbitrary;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

final class SyntheticListingTest {
    private static final String BEYOND_BMP = "k😀";
    private static final String END_OF_BMP = "k\uFF5E";
    private static final List<String> AWKWARD = List.of(
            "plain",
            "with space",
            "a+b",
            "100%",
            "%2F",
            "quote\"'",
            "<xml>&amp;",
            "line\nbreak",
            "bell\u0007",
            "/leading",
            "trailing/",
            "a//b",
            "../up",
            "ünï/ö",
            BEYOND_BMP,
            END_OF_BMP);

    private SyntheticS3 server;
    private S3AsyncClient client;

    @BeforeEach
    void start() {
        server = SyntheticS3.start();
        client = TestClients.s3(server.settings());
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void theBucketsAreListed() {
        server.bucket("beta", SyntheticBucket.empty());
        server.bucket("alpha", SyntheticBucket.empty());
        assertThat(client.listBuckets().join().buckets())
                .extracting(bucket -> bucket.name())
                .containsExactly("alpha", "beta");
        assertThat(server.counts().listBuckets()).isEqualTo(1);
    }

    @Test
    void aRuledBucketIsListedInPagesOfAThousandInOrder() {
        server.bucket("many", SyntheticBucket.uniform(2_345, 100, "dir-##/file-##.bin"));
        List<S3Object> all = listAll(request -> request.bucket("many"));
        assertThat(all).hasSize(2_345);
        assertThat(all).extracting(S3Object::key).isSorted().doesNotHaveDuplicates();
        assertThat(all.get(1_234).key()).isEqualTo("dir-12/file-34.bin");
        assertThat(all.get(1_234).eTag())
                .isEqualTo('"' + server.bucket("many").get("dir-12/file-34.bin").etag() + '"');
        assertThat(all).allMatch(object -> object.size() == 100);
        assertThat(server.counts().lists()).isEqualTo(3);
    }

    @Test
    void awkwardKeysComeThroughUrlEncoded() {
        server.bucket("odd", SyntheticBucket.ofKeys(3, AWKWARD));
        assertThat(listAll(request -> request.bucket("odd").maxKeys(3).encodingType(EncodingType.URL)))
                .extracting(S3Object::key)
                .containsExactlyInAnyOrderElementsOf(AWKWARD);
    }

    @Test
    void aServerThatIgnoresTheEncodingBreaksOnAControlCharacter() {
        server.bucket("odd", SyntheticBucket.ofKeys(3, List.of("a b")).ignoringEncodingType());
        assertThat(listAll(request -> request.bucket("odd").encodingType(EncodingType.URL)))
                .extracting(S3Object::key)
                .containsExactly("a b");
        server.bucket("odd").add("bell\u0007", 1);
        assertThat(client.listObjectsV2(request -> request.bucket("odd").encodingType(EncodingType.URL)))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(SdkException.class);
    }

    @Test
    void keysBeyondTheBmpComeLastInUtf8AndEarlierInUtf16() {
        SyntheticBucket bucket = SyntheticBucket.ofKeys(1, List.of(BEYOND_BMP, END_OF_BMP));
        assertThat(bucket.objects().map(SyntheticObject::key)).containsExactly(END_OF_BMP, BEYOND_BMP);
        assertThat(bucket.listedIn(ListOrder.UTF16).objects().map(SyntheticObject::key))
                .containsExactly(BEYOND_BMP, END_OF_BMP);
    }

    @Test
    void anUnorderedBucketIsCompleteButNotInOrder() {
        server.bucket("mess", SyntheticBucket.uniform(500, 1, "key-###").listedIn(ListOrder.UNORDERED));
        server.bucket("mess").add("added", 2);
        server.bucket("mess").delete("key-007");
        List<String> keys = keys(request -> request.bucket("mess").maxKeys(37));
        assertThat(keys).hasSize(500).doesNotHaveDuplicates().contains("added").doesNotContain("key-007");
        assertThat(keys).isNotEqualTo(keys.stream().sorted().toList());
        assertThat(keys(request -> request.bucket("mess"))).isEqualTo(keys);
    }

    @Test
    void prefixDelimiterAndStartAfterNarrowTheListing() {
        server.bucket("tree", SyntheticBucket.ofKeys(1, List.of("a/1", "a/2", "a/x/3", "a/y/4", "a/z", "b/1", "c")));
        assertThat(keys(request -> request.bucket("tree").prefix("a/"))).hasSize(5);
        assertThat(keys(request -> request.bucket("tree").startAfter("a/y/4"))).containsExactly("a/z", "b/1", "c");
        ListObjectsV2Response page = client.listObjectsV2(request ->
                        request.bucket("tree").prefix("a/").delimiter("/").fetchOwner(true))
                .join();
        assertThat(page.contents()).extracting(S3Object::key).containsExactly("a/1", "a/2", "a/z");
        assertThat(page.commonPrefixes()).extracting(CommonPrefix::prefix).containsExactly("a/x/", "a/y/");
        assertThat(page.contents().getFirst().owner().displayName()).isEqualTo("synthetic");
    }

    @Test
    void rawKeysServeAsTokensWhereTheServerIsLikeThat() {
        server.bucket("raw", SyntheticBucket.uniform(50, 1, "key ##").withRawTokens());
        assertThat(keys(request -> request.bucket("raw").maxKeys(7)))
                .hasSize(50)
                .doesNotHaveDuplicates();
        ListObjectsV2Response page = client.listObjectsV2(
                        request -> request.bucket("raw").maxKeys(7))
                .join();
        assertThat(page.nextContinuationToken()).isEqualTo("key 06");
    }

    @Test
    void theOldFormOfListingIsUnderstood() {
        server.bucket("old", SyntheticBucket.uniform(25, 1, "d#/key-#"));
        var first = client.listObjects(
                        request -> request.bucket("old").delimiter("/").maxKeys(2))
                .join();
        assertThat(first.nextMarker()).isEqualTo("d1/");
        var second = client.listObjects(request ->
                        request.bucket("old").delimiter("/").marker("d1/").maxKeys(2))
                .join();
        assertThat(second.commonPrefixes()).extracting(CommonPrefix::prefix).containsExactly("d2/");
        assertThat(second.isTruncated()).isFalse();
    }

    @Test
    void changesShowInTheNextListing() {
        SyntheticBucket bucket = server.bucket("live", SyntheticBucket.uniform(10, 5, "k#"));
        String before = bucket.get("k3").etag();
        bucket.change("k3");
        bucket.delete("k4");
        bucket.add("k44", 9);
        assertThat(keys(request -> request.bucket("live")))
                .containsExactly("k0", "k1", "k2", "k3", "k44", "k5", "k6", "k7", "k8", "k9");
        assertThat(bucket.get("k3").etag()).isNotEqualTo(before);
        assertThat(bucket.get("k3").lastModified()).isAfter(SyntheticObject.FIRST_MODIFIED);
        String deleted = SyntheticBucket.uniform(10, 5, "k#").get("k4").etag();
        assertThat(bucket.add("k4", 5).etag()).isNotEqualTo(deleted);
    }

    @Test
    void pagesOfAnySizeJoinToTheFilteredKeys() {
        qt().withExamples(Examples.upTo(300))
                .forAll(
                        lists().of(strings().betweenCodePoints('.', '1').ofLengthBetween(1, 4))
                                .ofSizeBetween(0, 30),
                        integers().between(1, 7),
                        strings().betweenCodePoints('.', '1').ofLengthBetween(0, 3),
                        arbitrary().enumValues(ListOrder.class))
                .check((keys, maxKeys, asked, order) -> {
                    // Both forms, with a delimiter and without, by the length of what was drawn.
                    String delimiter = asked.length() % 2 == 0 ? "" : "/";
                    String prefix = asked.substring(0, asked.length() / 2);
                    SyntheticBucket bucket =
                            SyntheticBucket.uniform(40, 1, "#/#").listedIn(order);
                    keys.forEach(key -> bucket.add(key, 1));
                    Stream<String> all =
                            Stream.concat(IntStream.range(0, 40).mapToObj(i -> i / 10 + "/" + i % 10), keys.stream());
                    TreeSet<String> expected = new TreeSet<>();
                    all.filter(key -> key.startsWith(prefix)).forEach(key -> {
                        int cut = delimiter.isEmpty() ? -1 : key.indexOf('/', prefix.length());
                        expected.add(cut < 0 ? key : key.substring(0, cut + 1));
                    });
                    List<String> got = pages(bucket, prefix, delimiter, maxKeys);
                    return got.size() == expected.size() && expected.equals(new TreeSet<>(got));
                });
    }

    private static List<String> pages(SyntheticBucket bucket, String prefix, String delimiter, int maxKeys) {
        List<String> got = new ArrayList<>();
        String after = null;
        do {
            ListPage page = ListPage.of(
                    bucket, new ListQuery(2, prefix, delimiter, "", null, after, maxKeys, false, false, false));
            page.objects().forEach(object -> got.add(object.key()));
            got.addAll(page.groups());
            after = page.last();
        } while (after != null);
        return got;
    }

    private List<String> keys(Consumer<ListObjectsV2Request.Builder> request) {
        return listAll(request).stream().map(S3Object::key).toList();
    }

    private List<S3Object> listAll(Consumer<ListObjectsV2Request.Builder> request) {
        List<S3Object> all = new ArrayList<>();
        String token = null;
        do {
            ListObjectsV2Request.Builder next = ListObjectsV2Request.builder();
            request.accept(next);
            ListObjectsV2Response page =
                    client.listObjectsV2(next.continuationToken(token).build()).join();
            all.addAll(page.contents());
            assertThat(page.keyCount()).isEqualTo(page.contents().size());
            token = page.isTruncated() ? Objects.requireNonNull(page.nextContinuationToken()) : null;
        } while (token != null);
        return all;
    }
}
