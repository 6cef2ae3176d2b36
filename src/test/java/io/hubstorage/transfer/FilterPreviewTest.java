package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.S3Message;
import io.hubstorage.manifest.ManifestIndex;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.RandomKeys;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FilterPreviewTest {
    private static final List<String> KEYS = List.of("a.jpg", "a.tmp", "keep/b.tmp", "keep/c.jpg");

    @TempDir
    private Path home = Path.of("");

    private final SyntheticS3 s3 = SyntheticS3.start();
    private @Nullable Hub hub;

    @BeforeEach
    void start() {
        s3.bucket("photos", SyntheticBucket.ofKeys(10, KEYS));
        hub = new Hub(home, s3.settings(), InstantSource.system()).configure("photos");
    }

    @AfterEach
    void stop() {
        hub().close();
        s3.close();
    }

    private Hub hub() {
        assertThat(hub).isNotNull();
        return hub;
    }

    private S3Message.FilterOutcome preview(
            String bucket, @Nullable String prefix, List<String> exclude, List<String> include) {
        JsonObject answer = hub().start()
                .request(
                        Addresses.S3_FILTER_PREVIEW,
                        BusJson.encode(new S3Message.FilterTrial(bucket, prefix, exclude, include)));
        return BusJson.decode(answer, S3Message.FilterOutcome.class);
    }

    @Test
    void beforeTheFirstRunTheKeysAreThoseThatS3Lists() {
        S3Message.FilterOutcome outcome = preview("photos", null, List.of("*.tmp", "*.gif"), List.of("keep/*"));

        assertThat(outcome.snapshot()).isNull();
        assertThat(outcome.complete()).isTrue();
        assertThat(outcome.looked().objects()).isEqualTo(4);
        assertThat(outcome.looked().bytes()).isEqualTo(40);
        assertThat(outcome.excluded()).isEqualTo(new S3Message.Caught(1, 10, List.of("a.tmp")));
        assertThat(outcome.included()).isEqualTo(new S3Message.Caught(1, 10, List.of("keep/b.tmp")));
        assertThat(outcome.copied().sample()).containsExactly("a.jpg", "keep/b.tmp", "keep/c.jpg");
        assertThat(outcome.excludePatterns())
                .containsExactly(new S3Message.PatternMatches("*.tmp", 2), new S3Message.PatternMatches("*.gif", 0));
        assertThat(outcome.includePatterns()).containsExactly(new S3Message.PatternMatches("keep/*", 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../x", "..", "photos/../docs", "a\nb", "/etc", "a..b"})
    void whatIsNoBucketsNameGoesNeitherToTheDiskNorToS3(String bucket) {
        int before = s3.log().requests().size();
        assertThatThrownBy(() -> preview(bucket, null, List.of(), List.of())).hasMessageContaining("bucket: found");
        assertThat(s3.log().requests().size()).isEqualTo(before);
    }

    @Test
    void aSnapshotThatHoldsEveryKeySparesTheListing() {
        String snapshot = hub().backUp().snapshot();
        s3.bucket("photos").delete("a.tmp");

        S3Message.FilterOutcome outcome = preview("photos", null, List.of("*.tmp"), List.of());

        assertThat(outcome.snapshot()).isEqualTo(snapshot);
        assertThat(outcome.complete()).isTrue();
        assertThat(outcome.excluded().sample()).containsExactly("a.tmp", "keep/b.tmp");
    }

    @Test
    void aSnapshotThatLacksWhatPatternsLeftOutIsNotAsked() {
        hub().configure(new JsonObject()
                .put("s3_buckets", new JsonArray().add("photos"))
                .put("sync_options", new JsonObject().put("exclude_patterns", new JsonArray().add("*.jpg"))));
        hub().backUp();

        S3Message.FilterOutcome outcome = preview("photos", null, List.of("*.jpg"), List.of());

        assertThat(outcome.snapshot()).isNull();
        assertThat(outcome.excluded().objects()).isEqualTo(2);
    }

    @Test
    void patternsSeeKeysBelowTheFolderOfThePrefix() {
        S3Message.FilterOutcome outcome = preview("photos", "keep/", List.of("b*"), List.of());

        assertThat(outcome.looked().objects()).isEqualTo(2);
        assertThat(outcome.excluded().sample()).containsExactly("keep/b.tmp");
    }

    @Test
    void ofALargeBucketOnlyAPartIsLookedAt() {
        s3.bucket("large", SyntheticBucket.uniform(25_000, 1, "######.log"));

        S3Message.FilterOutcome outcome = preview("large", null, List.of("*"), List.of());

        assertThat(outcome.complete()).isFalse();
        assertThat(outcome.looked().objects()).isBetween(1L, 10_000L);
        assertThat(outcome.excluded().objects()).isEqualTo(outcome.looked().objects());
        assertThat(outcome.excluded().sample()).hasSize(50);
    }

    @Test
    void theManifestOfAnotherPrefixIsNotAsked() {
        hub().configure(new JsonObject()
                .put(
                        "s3_buckets",
                        new JsonArray()
                                .add(new JsonObject().put("name", "photos").put("prefix", "keep/"))));
        String snapshot = hub().backUp().snapshot();

        assertThat(preview("photos", null, List.of(), List.of()).snapshot()).isNull();
        assertThat(preview("photos", "keep/", List.of(), List.of()).snapshot()).isEqualTo(snapshot);
        assertThat(preview("photos", "keep/b", List.of(), List.of()).snapshot()).isEqualTo(snapshot);
    }

    @Test
    void aDamagedManifestSparesNothingAndCountsNothingTwice() throws IOException {
        String snapshot = hub().backUp().snapshot();
        Path manifest = manifest(snapshot);
        byte[] whole = Files.readAllBytes(manifest);
        Files.delete(manifest);
        Files.write(manifest, Arrays.copyOf(whole, whole.length - 3));

        S3Message.FilterOutcome outcome = preview("photos", null, List.of("*.tmp"), List.of("keep/*"));

        assertThat(outcome.snapshot()).isNull();
        assertThat(outcome.looked().objects()).isEqualTo(4);
        assertThat(outcome.excludePatterns()).containsExactly(new S3Message.PatternMatches("*.tmp", 2));
        assertThat(outcome.includePatterns()).containsExactly(new S3Message.PatternMatches("keep/*", 2));
        assertThat(outcome.excluded().objects()).isEqualTo(1);
        assertThat(outcome.included().objects()).isEqualTo(1);
    }

    @Test
    void asManyPatternsAndAsLongOnesAsCanFitAKeyAreTried() {
        String longest = "k".repeat(1_024);

        assertThat(preview("photos", null, Collections.nCopies(199, "*.gif"), List.of(longest))
                        .looked()
                        .objects())
                .isEqualTo(4);
        assertThat(preview("photos", longest, List.of(), List.of()).looked().objects())
                .isZero();
        assertThatThrownBy(() -> preview("photos", longest + "k", List.of(), List.of()))
                .hasMessageContaining("prefix: found 1025 characters, allowed: 1024");
        assertThatThrownBy(() -> preview("photos", null, List.of(), List.of(longest + "k")))
                .hasMessageContaining("found a pattern longer than a key, allowed: 1024 characters");
        assertThatThrownBy(() -> preview("photos", null, Collections.nCopies(200, "*"), List.of("*")))
                .hasMessageContaining("found 201 patterns, allowed: 200 in all");
    }

    @Test
    void whatIsNoBucketIsNamedInAReadableLength() {
        assertThatThrownBy(() -> preview("!".repeat(81), null, List.of(), List.of()))
                .hasMessageContaining("found \"" + "!".repeat(80) + "…\"");
        assertThatThrownBy(() -> preview("", null, List.of(), List.of())).hasMessageContaining("found nothing");
    }

    @Test
    void whatCannotBeAnsweredIsRefusedWithACode() {
        assertThatThrownBy(() -> preview("photos", null, Collections.nCopies(201, "*"), List.of()))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        refused -> assertThat(refused.failureCode()).isEqualTo(400));
        assertThatThrownBy(() -> preview("not-there", null, List.of(), List.of()))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        refused -> assertThat(refused.failureCode()).isEqualTo(502));
    }

    private Path manifest(@Nullable String snapshot) {
        return Layout.manifest(new Layout(hub().data()).snapshot(String.valueOf(snapshot)), "photos");
    }

    /** As if the newest snapshot held so many objects; its certificate does not say otherwise for any key. */
    private Path manifestOf(int keys) throws IOException {
        Path manifest = manifest(hub().backUp().snapshot());
        Files.delete(manifest);
        Files.delete(ManifestIndex.beside(manifest));
        try (ManifestWriter writer = new ManifestWriter(manifest)) {
            for (int number = 0; number < keys; number++) {
                writer.write(RandomKeys.entry("keep/%06d.tmp".formatted(number), 10));
            }
            writer.finish();
        }
        return manifest;
    }

    @Test
    void ofAManifestThatBreaksOffInTheMiddleNothingIsCounted() throws IOException {
        Path manifest = manifestOf(5_000);
        byte[] content = Files.readAllBytes(manifest);
        List<ManifestIndex.Frame> frames =
                ManifestIndex.read(ManifestIndex.beside(manifest)).frames();
        content[Math.toIntExact(frames.getLast().offset())] ^= 1;
        Files.write(manifest, content);

        S3Message.FilterOutcome outcome = preview("photos", null, List.of("*.tmp"), List.of("keep/*"));

        assertThat(outcome.snapshot()).isNull();
        assertThat(outcome.looked().objects()).isEqualTo(4);
        assertThat(outcome.copied().sample()).containsExactly("a.jpg", "keep/b.tmp", "keep/c.jpg");
        assertThat(outcome.included()).isEqualTo(new S3Message.Caught(1, 10, List.of("keep/b.tmp")));
        assertThat(outcome.excludePatterns()).containsExactly(new S3Message.PatternMatches("*.tmp", 2));
        assertThat(outcome.includePatterns()).containsExactly(new S3Message.PatternMatches("keep/*", 2));
    }

    @Test
    void ofALargeManifestOnlyAPartIsLookedAtAndThatIsSaid() throws IOException {
        manifestOf(50_001);

        S3Message.FilterOutcome outcome = preview("photos", null, List.of(), List.of());

        assertThat(outcome.snapshot()).isNotNull();
        assertThat(outcome.complete()).isFalse();
        assertThat(outcome.looked().objects()).isBetween(1L, 50_000L);
    }
}
