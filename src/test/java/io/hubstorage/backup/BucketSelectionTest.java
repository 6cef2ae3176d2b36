package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BucketSelectionTest {
    private static HubConfig config(boolean dynamic, String... buckets) {
        return ConfigParser.parse(new JsonObject()
                .put("s3_buckets", new JsonArray(List.of(buckets)))
                .put("use_dynamic_buckets", dynamic));
    }

    private static BucketSelection selection(HubConfig config, List<String> only, String... found) {
        return new BucketSelection(config, only, () -> List.of(found));
    }

    private static List<String> names(List<HubConfig.BucketSpec> buckets) {
        return buckets.stream().map(HubConfig.BucketSpec::name).toList();
    }

    @Test
    void withoutDiscoveryExactlyTheConfiguredBucketsAreCopiedInTheirOrder() throws Exception {
        assertThat(names(selection(config(false, "zzz", "aaa"), List.of(), "other")
                        .resolve()))
                .containsExactly("zzz", "aaa");
    }

    @Test
    void discoveryAddsWhatItFindsToTheConfigured() throws Exception {
        assertThat(names(selection(config(true, "zzz"), List.of(), "aaa", "zzz").resolve()))
                .containsExactly("zzz", "aaa");
    }

    @Test
    void aNameThatNoBucketCanHaveIsLeftOut() throws Exception {
        assertThat(names(selection(config(true), List.of(), "aaa", "..", "../x", "a/b", "", "C:\\x", "con..x")
                        .resolve()))
                .containsExactly("aaa");
    }

    @Test
    void aBucketAskedForThatIsNotThereIsNamedTogetherWithThoseThatAre() {
        assertThatThrownBy(() ->
                        selection(config(true), List.of("mine"), "aaa", "bbb").resolve())
                .hasMessage("no such bucket: mine. Known are: aaa, bbb");
    }

    @Test
    void whereNothingIsSeenItTellsWhatToDo() {
        assertThatThrownBy(() -> selection(config(true), List.of()).resolve())
                .hasMessageContaining("these credentials see no bucket");
    }

    @Test
    void aBucketTakenOutOfTheConfigurationGoesAndAConfiguredOneStays() {
        assertThat(names(selection(config(false, "aaa"), List.of()).leftOut(List.of("aaa", "bbb"))))
                .containsExactly("aaa");
    }

    @Test
    void withDiscoveryWhatIsNotSeenAnyMoreStays() {
        assertThat(names(selection(config(true), List.of(), "aaa").leftOut(List.of("aaa", "bbb"))))
                .containsExactly("aaa", "bbb");
    }

    @Test
    void aRunOfSomeBucketsDropsNone() {
        assertThat(names(selection(config(false, "aaa"), List.of("aaa")).leftOut(List.of("aaa", "bbb"))))
                .containsExactly("aaa", "bbb");
    }
}
