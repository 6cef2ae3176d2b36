package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RestoreRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PlaceTest {
    private static final String ID = "20261127-061500-0001";
    private static final JsonObject CONFIG = new JsonObject("""
        {"s3_buckets": ["photos", "docs", {"name": "films", "account": "nas"}],
         "accounts": {"nas": {"endpoint": "https://nas.example:9000"}, "again": {}, "other": {"endpoint": "http://other"}}}
        """);

    @TempDir
    Path folder;

    private Place place(String env, JsonObject config, JsonObject members) throws IOException {
        return place(env, config, members, List.of("photos"));
    }

    private Place place(String env, JsonObject config, JsonObject members, List<String> buckets) throws IOException {
        Files.writeString(folder.resolve(".env"), env);
        try (RestoreKit kit = new RestoreKit(folder, folder.resolve("target"), config)) {
            return Place.of(BusJson.request(members, RestoreRequest.class), buckets, ID, kit.config, false);
        }
    }

    private static JsonObject allowed() {
        return CONFIG.copy().put("restore", new JsonObject().put("in_place", true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://photos",
                // Another one that is backed up.
                "s3://docs",
                // On AWS the same bucket by another account.
                "s3://photos@again",
                "s3://films@nas"
            })
    void onABucketThatIsBackedUpNothingIsWrittenBesideAPrefix(String to) {
        JsonObject request = new JsonObject().put("to", to);
        assertThatThrownBy(() -> place("", CONFIG, request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Name a prefix in it");
        assertThatThrownBy(() -> place("", CONFIG, request, List.of("photos", "docs")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only below a prefix");
    }

    @Test
    void belowAPrefixOfItNothingIsReplacedOrDeletedUnlessAllowed() throws IOException {
        JsonObject never = new JsonObject().put("to", "s3://photos/2026");
        JsonObject replacing = never.copy().put("overwrite", "always");
        JsonObject deleting = never.copy().put("delete_extra", true);

        assertThat(place("", CONFIG, never).prefix()).isEqualTo("2026/");
        for (JsonObject refused : List.of(replacing, deleting)) {
            assertThatThrownBy(() -> place("", CONFIG, refused))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("restore.in_place");
            assertThat(place("", allowed(), refused).prefix()).isEqualTo("2026/");
        }
        // Its own new prefix is empty, whatever is asked for.
        assertThat(place("", CONFIG, new JsonObject().put("overwrite", "if-different"))
                        .prefix())
                .isEqualTo("restored-" + ID + "/");
    }

    @ParameterizedTest
    @CsvSource({
        // The backup's, the restore's, whether one server.
        "'', https://s3.eu-central-1.amazonaws.com, true",
        "http://nas:80/, http://NAS, true",
        "https://nas, https://nas:443, true",
        "http://nas:9000, http://nas:9001, false",
        "'', http://nas:9000, false"
    })
    void oneServerIsKnownByWhateverItsAddressIsWritten(String reading, String writing, boolean same)
            throws IOException {
        String env = "AWS_ENDPOINT_URL=%s\nRESTORE_AWS_ENDPOINT_URL=%s\n".formatted(reading, writing);
        JsonObject request = new JsonObject().put("to", "s3://photos");

        if (same) {
            assertThatThrownBy(() -> place(env, CONFIG, request)).hasMessageContaining("Name a prefix in it");
        } else {
            assertThat(place(env, CONFIG, request).bucket()).isEqualTo("photos");
        }
    }

    @Test
    void anotherServersBucketOfTheSameNameIsAnotherBucket() throws IOException {
        assertThat(place("", CONFIG, new JsonObject().put("to", "s3://photos@other"))
                        .bucket())
                .isEqualTo("photos@other");
        assertThatThrownBy(() -> place("", CONFIG, new JsonObject().put("to", "s3://photos@nobody")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no account \"nobody\"");
    }

    @Test
    void whereAllBucketsAreBackedUpThoseOfTheNewestSnapshotAre() throws IOException {
        JsonObject config = new JsonObject().put("s3_buckets", List.of("*"));
        try (RestoreKit kit = new RestoreKit(folder, folder.resolve("target"), config)) {
            kit.snapshot(RestoreKit.SAVED, Map.of("old", RestoreKit.items("a", "1")));
        }

        assertThatThrownBy(() -> place("", config, new JsonObject().put("to", "s3://old")))
                .hasMessageContaining("Name a prefix in it");
        assertThat(place("", config, new JsonObject().put("to", "s3://new")).bucket())
                .isEqualTo("new");
    }

    @Test
    void noLinkLeadsOutOfTheFolderThatTheWebMayWriteTo() throws IOException {
        Path allowed = Files.createDirectories(folder.resolve("allowed/sub"));
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.createSymbolicLink(folder.resolve("allowed/link"), outside);
        String env = "HUBSTORAGE_RESTORE_PATH=%s\n".formatted(folder.resolve("allowed"));

        assertThat(place(
                                env,
                                CONFIG,
                                new JsonObject()
                                        .put("to_dir", allowed.resolve("new/er").toString()))
                        .folder())
                .isEqualTo(allowed.resolve("new/er"));
        for (Path refused : List.of(
                outside,
                folder.resolve("allowed/link"),
                folder.resolve("allowed/link/new"),
                folder.resolve("allowed/../outside"))) {
            assertThatThrownBy(() -> place(env, CONFIG, new JsonObject().put("to_dir", refused.toString())))
                    .as(refused.toString())
                    .hasMessageContaining("must be below");
        }
    }
}
