package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.TextBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cycle of proofs over files in both forms. */
final class CompressedScrubTest {
    private ScrubKit kit;
    private TextBucket photos;

    @BeforeEach
    void start(@TempDir Path home) throws IOException {
        kit = new ScrubKit(home.toRealPath());
        kit.hub.configure(new JsonObject(
                "{\"s3_buckets\": [\"photos\"], \"compression\": {\"mode\": \"files\", \"patterns\": [\"*.txt\"]}}"));
        photos = new TextBucket(kit.s3, "photos")
                .put("con.txt", TextBucket.text(20_000, 1))
                .put("log/small.txt", TextBucket.text(20_000, 2))
                .put("noise.txt", TextBucket.noise(20_000, 3));
    }

    @AfterEach
    void stop() {
        photos.close();
        kit.close();
    }

    @Test
    void provesEachOfThemAndNamesTheKeyOfOneThatIsDamaged() throws IOException, InterruptedException {
        String first = kit.snapshot();
        photos.put("b.bin", TextBucket.noise(10, 4));
        String second = kit.snapshot();
        assertThat(kit.file(first, "photos/log/small.txt.zst")).isRegularFile();

        assertThat(kit.cycle()).isEqualTo(4);
        assertThat(kit.damage()).isEmpty();

        ScrubKit.flip(kit.file(second, "photos/log/small.txt.zst"), 777);
        ScrubKit.flip(kit.file(second, "photos/~hub~con.txt.zst"), 777);
        kit.cycle();
        assertThat(new DamageList(kit.layout).page(0, 100))
                .extracting(Damage::key)
                .containsOnly("log/small.txt", "con.txt");
        assertThat(kit.damage()).hasSize(4);
    }
}
