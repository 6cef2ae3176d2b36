package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.config.Settings;
import io.hubstorage.testkit.EmbeddedS3;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Against a real server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BucketListingTest {
    /** What this server takes; {@code +} and {@code %} are what decoding twice, or not at all, would break. */
    private static final List<String> ODD = List.of(
            " leading and trailing ",
            "a+b",
            "a b",
            "a%2Bb",
            "100%",
            "a&b<c>\"d'",
            "back\\slash",
            "tab\tnew\nline",
            "bell\u0007",
            "ünï/cödé/日本語",
            "emoji \uD83D\uDE00",
            "semi;colon?query#hash=1",
            "~tilde*star(paren)!");

    private EmbeddedS3 server;
    private S3Access s3;

    @BeforeAll
    void start() {
        server = EmbeddedS3.start();
        s3 = new S3Access(server.settings(), 8, "test", S3Access.STALL);
        server.createBucket("many");
        IntStream.range(0, 25).forEach(number -> server.put("many", "k/%03d".formatted(number), new byte[number]));
        server.put("many", "other", new byte[3]);
        server.createBucket("odd");
        ODD.forEach(key -> server.put("odd", key, key.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        server.createBucket("empty");
    }

    @AfterAll
    void stop() {
        s3.close();
        server.close();
    }

    @Test
    void everyObjectIsNamedOnceWithItsProperties() throws Exception {
        List<ListedObject> all = objects(s3.list("many", "", null, null, 4));
        assertThat(all).hasSize(26);
        assertThat(all.get(7).key()).isEqualTo("k/007");
        assertThat(all.get(7).size()).isEqualTo(7);
        assertThat(all.get(0).etag()).isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
        assertThat(all.get(7).restored()).isFalse();
    }

    @Test
    void aRangeHoldsWhatLiesAfterOneKeyAndThroughAnother() throws Exception {
        assertThat(keys("k/", "k/003", "k/010", 3))
                .containsExactly("k/004", "k/005", "k/006", "k/007", "k/008", "k/009", "k/010");
        assertThat(keys("", "k/024", null, 3)).containsExactly("other");
        assertThat(keys("", "z", null, 3)).isEmpty();
        assertThat(keys("", null, "k/", 3)).isEmpty();
    }

    @Test
    void aListingEndsWithTheRangeAndNotWithTheBucket() throws Exception {
        try (BucketListing pages = s3.list("many", "", null, "k/003", 5)) {
            assertThat(objects(pages)).hasSize(4);
            assertThat(pages.requests()).isEqualTo(1);
        }
    }

    @Test
    void theNextPageIsAskedForWhileThisOneIsRead() throws Exception {
        try (BucketListing pages = s3.list("many", "", null, null, 10)) {
            assertThat(pages.requests()).isZero();
            assertThat(pages.nextPage()).isNotNull();
            assertThat(pages.requests()).isEqualTo(2);
        }
    }

    @Test
    void nothingIsAskedForAheadOfAPageOfOneKey() throws Exception {
        try (BucketListing pages = s3.list("many", "", null, null, 1)) {
            assertThat(pages.nextPage()).isNotNull();
            assertThat(pages.requests()).isEqualTo(1);
            assertThat(pages.nextPage()).isNotNull();
            assertThat(pages.requests()).isEqualTo(2);
        }
    }

    @Test
    void anEmptyBucketHasOneEmptyPage() throws Exception {
        try (BucketListing pages = s3.list("empty", "", null, null)) {
            assertThat(objects(pages)).isEmpty();
            assertThat(pages.nextPage()).isNull();
            assertThat(pages.requests()).isEqualTo(1);
        }
    }

    @Test
    void oddKeysAreListedAndReadAsTheyAre() throws Exception {
        List<ListedObject> all = objects(s3.list("odd", "", null, null, 5));
        assertThat(all).extracting(ListedObject::key).containsExactlyInAnyOrderElementsOf(ODD);
        for (ListedObject object : all) {
            byte[] body = s3.object("odd", object.key(), object.etag(), false)
                    .readSmall(object.size(), count -> {})
                    .body();
            assertThat(body).asString(java.nio.charset.StandardCharsets.UTF_8).isEqualTo(object.key());
        }
    }

    @Test
    void aPageWhoseTokenBreaksTheXmlIsReplacedByAShorterOne() throws Exception {
        server.createBucket("tokens");
        for (String key : List.of("a", "b", "c\u0007", "d")) {
            server.put("tokens", key, new byte[1]);
        }
        try (BucketListing pages = s3.list("tokens", "", null, null, 3)) {
            assertThat(objects(pages)).extracting(ListedObject::key).containsExactly("a", "b", "c\u0007", "d");
            assertThat(pages.requests()).isEqualTo(3);
        }
    }

    @Test
    void aKeyIsFoundOnlyUnderItsWholeName() throws Exception {
        assertThat(s3.listOne("many", "k/007", true)).isPresent();
        assertThat(s3.listOne("many", "k/00", true)).isEmpty();
        assertThat(s3.listOne("odd", "a+b", true)).isPresent();
        assertThat(s3.listOne("odd", "nothing", true)).isEmpty();
    }

    @Test
    void foldersAreCommonPrefixes() throws Exception {
        assertThat(s3.commonPrefixes("many", "")).containsExactly("k/");
        assertThat(s3.commonPrefixes("odd", "")).containsExactly("ünï/");
        assertThat(s3.commonPrefixes("odd", "ünï/")).containsExactly("ünï/cödé/");
        assertThat(s3.commonPrefixes("empty", "")).isEmpty();
    }

    @Test
    void aMissingBucketIsPermanent() {
        try (BucketListing pages = s3.list("missing", "", null, null)) {
            assertThatThrownBy(pages::nextPage)
                    .isInstanceOfSatisfying(
                            S3Failure.Permanent.class,
                            failure -> assertThat(failure.kind()).isEqualTo(S3Failure.Kind.NO_SUCH_BUCKET))
                    .hasMessageContaining("Listing failed: the bucket does not exist");
        }
    }

    @Test
    void wrongKeysAreAnAuthFailure() {
        Settings.Aws right = server.settings();
        try (S3Access stranger = new S3Access(withKeys(right, "nobody", "nothing"), 2, "test", S3Access.STALL);
                S3Access forger =
                        new S3Access(withKeys(right, server.accessKey(), "wrong"), 2, "test", S3Access.STALL);
                BucketListing unknown = stranger.list("many", "", null, null);
                BucketListing forged = forger.list("many", "", null, null)) {
            assertThatThrownBy(unknown::nextPage).isInstanceOf(S3Failure.Auth.class);
            assertThatThrownBy(forged::nextPage)
                    .isInstanceOf(S3Failure.Auth.class)
                    .hasMessageContaining("AWS_SECRET_ACCESS_KEY")
                    .message()
                    .doesNotContain("wrong");
        }
    }

    @Test
    void afterCloseNothingIsListed() {
        S3Access closed = new S3Access(server.settings(), 2, "test", S3Access.STALL);
        closed.close();
        try (BucketListing pages = closed.list("many", "", null, null)) {
            assertThatThrownBy(pages::nextPage)
                    .isInstanceOf(S3Failure.Permanent.class)
                    .hasMessageContaining("closed");
        }
    }

    private List<String> keys(String prefix, @Nullable String after, @Nullable String through, int size)
            throws Exception {
        return objects(s3.list("many", prefix, after, through, size)).stream()
                .map(ListedObject::key)
                .toList();
    }

    static List<ListedObject> objects(BucketListing pages) throws Exception {
        List<ListedObject> all = new ArrayList<>();
        for (BucketListing.Page page = pages.nextPage(); page != null; page = pages.nextPage()) {
            all.addAll(page.objects());
        }
        return all;
    }

    static Settings.Aws withKeys(Settings.Aws aws, @Nullable String access, @Nullable String secret) {
        return aws.withKeys(new Settings.Keys(access, secret, null));
    }
}
