package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.testkit.AwkwardKeys;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quicktheories.core.Gen;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

final class S3ListingTest {
    @TempDir
    private Path home = Path.of("");

    private Shelf shelf;
    private S3Endpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        shelf = new Shelf(home.resolve("data"));
        endpoint = S3Endpoint.over(home);
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    private static String timed(SnapshotInfo snapshot) {
        return "photos." + snapshot.name().substring("hublink_".length());
    }

    /** What S3 lists: the keys behind {@code after}, each as itself or as what it has in common with others. */
    private static List<String> model(Set<String> keys, String prefix, String delimiter, String after) {
        Set<String> items = new LinkedHashSet<>();
        TreeSet<String> sorted = new TreeSet<>(KeyOrder.COMPARATOR);
        sorted.addAll(keys);
        for (String key : sorted) {
            if (!key.startsWith(prefix) || (!after.isEmpty() && KeyOrder.compare(key, after) <= 0)) {
                continue;
            }
            int place = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
            String item = place < 0 ? key : key.substring(0, place + delimiter.length());
            // A folder that was the last item of a page is not begun anew behind itself.
            if (place < 0 || !item.equals(after)) {
                items.add(item);
            }
        }
        return List.copyOf(items);
    }

    private static List<String> inOrder(List<S3Object> objects, List<CommonPrefix> prefixes) {
        return Stream.concat(
                        objects.stream().map(S3Object::key), prefixes.stream().map(CommonPrefix::prefix))
                .sorted(KeyOrder.COMPARATOR)
                .toList();
    }

    private List<String> second(String bucket, String prefix, String delimiter, String after, int size) {
        List<String> all = new ArrayList<>();
        String token = null;
        do {
            String from = token;
            ListObjectsV2Response page = S3Endpoint.of(endpoint.client()
                    .listObjectsV2(list -> list.bucket(bucket)
                            .prefix(prefix)
                            .delimiter(delimiter.isEmpty() ? null : delimiter)
                            .startAfter(after.isEmpty() ? null : after)
                            .continuationToken(from)
                            .encodingType(EncodingType.URL)
                            .maxKeys(size)));
            List<String> items = inOrder(page.contents(), page.commonPrefixes());
            assertThat(page.keyCount()).isEqualTo(items.size()).isLessThanOrEqualTo(size);
            all.addAll(items);
            token = page.nextContinuationToken();
            assertThat(page.isTruncated()).isEqualTo(token != null);
        } while (token != null);
        return all;
    }

    private List<String> first(String bucket, String prefix, String delimiter, String after, int size) {
        List<String> all = new ArrayList<>();
        String marker = after.isEmpty() ? null : after;
        do {
            String from = marker;
            ListObjectsResponse page = S3Endpoint.of(endpoint.client()
                    .listObjects(list -> list.bucket(bucket)
                            .prefix(prefix)
                            .delimiter(delimiter.isEmpty() ? null : delimiter)
                            .marker(from)
                            .encodingType(EncodingType.URL)
                            .maxKeys(size)));
            List<String> items = inOrder(page.contents(), page.commonPrefixes());
            all.addAll(items);
            marker = Boolean.TRUE.equals(page.isTruncated()) ? Objects.requireNonNull(page.nextMarker()) : null;
        } while (marker != null);
        return all;
    }

    @Test
    void pagesOfAnySizeListWhatS3Lists() {
        List<String> parts =
                List.of("a", "b", "/", "/", "//", "!", "0", "é", "😀", "a/b", ".", "\u0001", "\uffff", "%2F", "+ ");
        Gen<String> texts = lists().of(integers().between(0, parts.size() - 1))
                .ofSizeBetween(1, 5)
                .map(picks -> picks.stream().map(parts::get).collect(Collectors.joining()));
        Gen<List<Integer>> choices = lists().of(integers().between(0, 999)).ofSize(5);
        qt().withExamples(Examples.upTo(60))
                .forAll(lists().of(texts).ofSizeBetween(0, 40), texts, choices)
                .checkAssert((some, text, choice) -> {
                    Set<String> keys = Set.copyOf(some);
                    String prefix = choice.get(0) % 3 == 0 ? "" : text.substring(0, text.offsetByCodePoints(0, 1));
                    String delimiter = List.of("", "/", "/", "a", "//", "😀").get(choice.get(1) % 6);
                    String after =
                            choice.get(2) % 2 == 0 || some.isEmpty() ? "" : some.get(choice.get(3) % some.size());
                    int size = 1 + choice.get(4) % 7;
                    String bucket = timed(snapshot(keys));
                    List<String> expected = model(keys, prefix, delimiter, after);
                    assertThat(second(bucket, prefix, delimiter, after, size)).isEqualTo(expected);
                    assertThat(first(bucket, prefix, delimiter, after, size)).isEqualTo(expected);
                });
    }

    private SnapshotInfo snapshot(Set<String> keys) {
        try {
            return shelf.snapshot("photos", keys.stream().collect(Collectors.toMap(key -> key, _ -> "e")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyAwkwardKeyComesThroughTheListing() {
        Set<String> keys = Set.copyOf(AwkwardKeys.all());
        snapshot(keys);
        assertThat(second("photos", "", "", "", 1_000)).isEqualTo(model(keys, "", "", ""));
        assertThat(first("photos", "", "/", "", 7)).isEqualTo(model(keys, "", "/", ""));
    }

    @Test
    void anEntryIsListedAsItWasInItsBucket() throws IOException {
        ManifestEntry plain = Shelf.entry("a", 17, "0cc175b9c0f1b6a831c399e269772661");
        ManifestEntry old = new ManifestEntry(
                "b",
                "b",
                new ManifestEntry.Content(5, null),
                new ManifestEntry.Metadata(
                        Instant.parse("2026-11-01T10:20:30.045Z"),
                        "DEEP_ARCHIVE",
                        null,
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of()),
                plain.state());
        shelf.snapshot("photos", Stream.of(plain, old));
        ListObjectsV2Response page = S3Endpoint.of(
                endpoint.client().listObjectsV2(list -> list.bucket("photos").fetchOwner(true)));
        S3Object first = page.contents().getFirst();
        assertThat(first.eTag()).isEqualTo("\"0cc175b9c0f1b6a831c399e269772661\"");
        assertThat(first.size()).isEqualTo(17);
        assertThat(first.lastModified()).isEqualTo(plain.lastModified());
        assertThat(first.storageClassAsString()).isEqualTo("STANDARD");
        assertThat(first.owner().id()).isEqualTo("hubstorage");
        S3Object second = page.contents().getLast();
        assertThat(second.lastModified()).isEqualTo(old.lastModified());
        assertThat(second.storageClassAsString())
                .as("what clients would not try to read")
                .isEqualTo("STANDARD");
        assertThat(second.eTag()).startsWith("\"hub-");
    }

    @Test
    void nonsenseIsRefusedAndTooMuchIsCutToAThousand() {
        snapshot(IntStream.range(0, 1_005).mapToObj("k%04d"::formatted).collect(Collectors.toSet()));
        for (String query : List.of(
                "max-keys=-1",
                "max-keys=x",
                "max-keys=99999999999",
                "encoding-type=base64",
                "list-type=2&continuation-token=k0001",
                "list-type=2&continuation-token=%25%25",
                "list-type=2&continuation-token=aHVibGlua18ALw")) {
            assertThat(endpoint.get("/photos?" + query).code()).as(query).isEqualTo("InvalidArgument");
        }
        assertThat(endpoint.get("/photos?list-type=2&max-keys=2147483647").text())
                .contains("<KeyCount>1000</KeyCount>", "<MaxKeys>1000</MaxKeys>", "<IsTruncated>true</IsTruncated>");
        assertThat(endpoint.get("/photos?list-type=2&max-keys=0").text())
                .contains("<KeyCount>0</KeyCount>", "<IsTruncated>false</IsTruncated>");
    }

    /** The newest changes while somebody lists it: the rest comes from where the beginning came from. */
    @Test
    void aListingEndsInTheSnapshotInWhichItBegan() throws IOException {
        snapshot(Set.of("a", "b", "c"));
        ListObjectsV2Response first = S3Endpoint.of(
                endpoint.client().listObjectsV2(list -> list.bucket("photos").maxKeys(1)));
        SnapshotInfo newer = snapshot(Set.of("b2", "c2"));
        ListObjectsV2Response rest = S3Endpoint.of(endpoint.client()
                .listObjectsV2(list -> list.bucket("photos").continuationToken(first.nextContinuationToken())));
        assertThat(inOrder(rest.contents(), List.of())).containsExactly("b", "c");
        endpoint.now.set(Instant.now().plusSeconds(2));
        assertThat(second("photos", "", "", "", 10)).containsExactly("b2", "c2");
        Files.move(newer.folder(), newer.folder().resolveSibling("taken-away"));
        assertThat(second("photos", "", "", "", 10)).as("it falls back at once").containsExactly("a", "b", "c");
    }

    @Test
    void aSnapshotThatVanishesWhileItIsListedIsNoBucketAnyMore() throws IOException {
        SnapshotInfo snapshot = snapshot(Set.of("a", "b", "c"));
        for (String bucket : List.of("photos", timed(snapshot))) {
            assertThat(endpoint.get("/" + bucket + "?list-type=2&max-keys=1").status())
                    .isEqualTo(200);
        }
        String token = S3Endpoint.of(endpoint.client()
                        .listObjectsV2(list -> list.bucket("photos").maxKeys(1)))
                .nextContinuationToken();
        Files.move(snapshot.folder(), snapshot.folder().resolveSibling("taken-away"));
        for (String bucket : List.of("photos", timed(snapshot))) {
            S3Endpoint.Answer gone = endpoint.get("/" + bucket + "?list-type=2&continuation-token="
                    + URLEncoder.encode(token, StandardCharsets.UTF_8));
            assertThat(gone.status()).isEqualTo(404);
            assertThat(gone.code()).isEqualTo("NoSuchBucket");
        }
        assertThatThrownBy(() -> second("photos", "", "", "", 10)).hasMessageContaining("no bucket");
    }

    /** A manifest without its index, or with a byte of it changed. */
    @Test
    void aDamagedManifestIsSaidAndNotGuessedAt() throws IOException {
        SnapshotInfo snapshot = snapshot(Set.of("a", "b"));
        Path manifest = snapshot.manifest("photos");
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(manifest, bytes);
        S3Endpoint.Answer answer = endpoint.get("/photos?list-type=2");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.text()).contains("InternalError", "hubstorage verify");
    }

    /** By what is read, which no clock tells: a page of folders reads a frame or two for each, and not what lies between. */
    @Test
    void foldersOfAnySizeArePassedOver() throws IOException {
        shelf.snapshot(
                "photos",
                IntStream.range(0, 300_000).mapToObj(i -> Shelf.entry("%d/%06d".formatted(i / 100_000, i), 10, "e")));
        assertThat(second("photos", "", "/", "", 1_000)).containsExactly("0/", "1/", "2/");
        assertThat(second("photos", "1/", "", "1/199997", 1_000)).containsExactly("1/199998", "1/199999");
    }
}
