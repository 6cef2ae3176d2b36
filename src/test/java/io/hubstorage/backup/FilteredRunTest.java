package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FilteredRunTest extends EngineTest {
    private static JsonObject filter(boolean delete, List<String> excludes, List<String> includes) {
        return delete(delete)
                .put("exclude_patterns", new JsonArray(excludes))
                .put("include_patterns", new JsonArray(includes));
    }

    private static JsonObject withPrefix(String bucket, String prefix, JsonObject options) {
        return new JsonObject()
                .put(
                        "s3_buckets",
                        new JsonArray().add(new JsonObject().put("name", bucket).put("prefix", prefix)))
                .put("sync_options", options);
    }

    @Test
    void anIncludeWinsOverAnExcludeAndStarsMatchSlashes() {
        bucket("logs", "a/b/c.log", "a/d.txt", "keep.log", "x.txt");
        hub.configure(config(filter(true, List.of("*.log"), List.of("keep.*")), "logs"));

        RunRecord run = hub.backUp();

        assertThat(audit(run).entries("logs").keySet()).containsExactlyInAnyOrder("a/d.txt", "keep.log", "x.txt");
        assertThat(run.totals().filtered().objects()).isEqualTo(1);
        assertThat(run.totals().listed().objects()).isEqualTo(4);
    }

    @Test
    void aKeyThatIsExcludedFromNowOnIsDroppedEvenWithoutDelete() {
        bucket("logs", "a.log", "a.txt", "b.log", "gone.log");
        hub.configure(config(delete(false), "logs"));
        hub.backUp();
        s3.bucket("logs").delete("gone.log");
        hub.stop().configure(config(filter(false, List.of("*.log"), List.of()), "logs"));

        RunRecord run = hub.backUp();

        assertThat(run.newSnapshot()).isTrue();
        assertThat(run.totals().deleted().objects()).isEqualTo(3);
        assertThat(run.totals().carried().objects()).isZero();
        assertThat(audit(run).entries("logs").keySet()).containsExactly("a.txt");
    }

    @Test
    void aKeyThatIsNoLongerExcludedIsDownloaded() {
        SyntheticBucket bucket = bucket("logs", "a.log", "a.txt");
        hub.configure(config(filter(true, List.of("*.log"), List.of()), "logs"));
        hub.backUp();
        hub.stop().configure(config(delete(true), "logs"));

        RunRecord run = hub.backUp();

        assertThat(run.totals().downloaded().objects()).isEqualTo(1);
        audit(run).holds("logs", bucket);
    }

    @Test
    void aFilterThatTakesEverythingIsNoShrinkingBucket() {
        bucket("logs", "a.log", "b.log");
        hub.configure(config(delete(true), "logs"));
        hub.backUp();
        hub.stop().configure(config(filter(true, List.of("*"), List.of()), "logs"));

        RunRecord run = hub.backUp();

        assertThat(audit(run).entries("logs")).isEmpty();
        assertThat(run.message()).doesNotContain("shrank");
    }

    @Test
    void theGuardCountsWhatWasListedNotWhatTheFilterLet() {
        SyntheticBucket bucket = s3.bucket("logs", SyntheticBucket.uniform(100, 10, "##.log"));
        bucket.add("a.txt", 10);
        hub.configure(config(filter(true, List.of("*.log"), List.of()), "logs"));
        hub.backUp();
        bucket.objects()
                .map(object -> object.key())
                .filter(key -> key.endsWith(".log"))
                .skip(5)
                .toList()
                .forEach(bucket::delete);

        assertThat(hub.backUp().message()).contains("shrank from 101 to 6 objects");
    }

    @Test
    void onlyKeysBelowThePrefixAreListedAndPatternsSeeThemFromItsFolder() {
        bucket("data", "a/1.txt", "b/1.txt", "b/2.log", "b/deep/3.txt", "bb/4.txt", "c");
        hub.configure(withPrefix("data", "b/", filter(true, List.of("*"), List.of("*.txt"))));

        RunRecord run = hub.backUp();

        assertThat(audit(run).entries("data").keySet()).containsExactlyInAnyOrder("b/1.txt", "b/deep/3.txt");
        assertThat(run.totals().listed().objects()).isEqualTo(3);
        assertThat(audit(run).certificate("data").prefix()).isEqualTo("b/");
    }

    @Test
    void aPrefixNeedNotEndInASlash() {
        bucket("data", "a", "year-2024/x", "year-2025/x", "z");
        hub.configure(withPrefix("data", "year-", delete(true)));

        assertThat(audit(hub.backUp()).entries("data").keySet())
                .containsExactlyInAnyOrder("year-2024/x", "year-2025/x");
    }

    @Test
    void whatIsOutsideOfANewPrefixIsDroppedAndWhatIsInsideIsLinked() {
        bucket("data", "a/1", "b/1", "b/2", "c/1");
        hub.configure(config(delete(false), "data"));
        hub.backUp();
        s3.log().clear();
        hub.stop().configure(withPrefix("data", "b/", delete(false)));

        RunRecord run = hub.backUp();

        assertThat(audit(run).entries("data").keySet()).containsExactlyInAnyOrder("b/1", "b/2");
        assertThat(run.totals().linked().objects()).isEqualTo(2);
        assertThat(run.totals().deleted().objects()).isEqualTo(2);
        assertThat(run.message()).doesNotContain("shrank");
        assertThat(gets()).isEmpty();
    }
}
