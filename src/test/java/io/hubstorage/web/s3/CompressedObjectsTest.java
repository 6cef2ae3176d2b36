package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TextBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects whose files are compressed, as the SDK reads them from the endpoint. */
final class CompressedObjectsTest {
    private static final int SIZE = 2_500_000;
    private static final byte[] CONTENT = TextBucket.text(SIZE, 1);

    @TempDir
    Path home;

    private S3Endpoint endpoint;
    private Path file;

    @BeforeEach
    void backUp() throws IOException {
        try (SyntheticS3 s3 = SyntheticS3.start();
                TextBucket photos = new TextBucket(s3, "photos");
                Hub hub = new Hub(home, s3.settings(), InstantSource.system())) {
            photos.put("log.txt", CONTENT);
            hub.configure(new JsonObject(
                    "{\"s3_buckets\": [\"photos\"], \"compression\": {\"mode\": \"files\", \"patterns\": [\"*\"]}}"));
            RunRecord run = hub.backUp();
            file = Layout.tree(new Layout(hub.data()).snapshot(Objects.requireNonNull(run.snapshot())), "photos")
                    .resolve("log.txt.zst");
        }
        assertThat(file).isRegularFile();
        endpoint = S3Endpoint.over(home);
    }

    @AfterEach
    void close() {
        endpoint.close();
    }

    private byte[] get(String range) {
        return S3Endpoint.of(endpoint.client()
                        .getObject(
                                request ->
                                        request.bucket("photos").key("log.txt").range(range),
                                AsyncResponseTransformer.<GetObjectResponse>toBytes()))
                .asByteArray();
    }

    @Test
    void theyHaveTheSizeAndTheBytesOfTheObject() {
        HeadObjectResponse head = S3Endpoint.of(
                endpoint.client().headObject(request -> request.bucket("photos").key("log.txt")));
        assertThat(head.contentLength()).isEqualTo(SIZE);
        assertThat(head.contentEncoding()).isNull();
        assertThat(get("bytes=0-")).isEqualTo(CONTENT);
    }

    @Test
    void anyRangeOfThemIsThatOfTheObject() {
        Random random = new Random(1);
        for (int i = 0; i < 20; i++) {
            int from = random.nextInt(SIZE);
            int to = from + random.nextInt(SIZE - from);
            assertThat(get("bytes=%d-%d".formatted(from, to))).isEqualTo(Arrays.copyOfRange(CONTENT, from, to + 1));
        }
        assertThat(get("bytes=-10")).isEqualTo(Arrays.copyOfRange(CONTENT, SIZE - 10, SIZE));
    }

    @Test
    void noWrongByteIsSentWhereTheFileIsDamaged() throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[100] ^= 4;
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, time);

        assertThatThrownBy(() -> get("bytes=5-9"))
                .isInstanceOf(S3Exception.class)
                .hasMessageContaining("changed or damaged");
        assertThat(get("bytes=2000000-2000009")).isEqualTo(Arrays.copyOfRange(CONTENT, 2_000_000, 2_000_010));
        Files.delete(file);
        assertThatThrownBy(() -> get("bytes=5-9")).isInstanceOf(S3Exception.class);
    }
}
