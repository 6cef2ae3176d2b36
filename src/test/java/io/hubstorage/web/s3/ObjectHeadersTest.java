package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ObjectHeadersTest {
    private static MultiMap described(Map<String, String> user) {
        ManifestEntry.Metadata metadata = new ManifestEntry.Metadata(
                Instant.parse("2026-11-01T10:20:30Z"), null, null, Map.of(), user, Map.of(), Map.of());
        ManifestEntry entry =
                new ManifestEntry("key", "key", new ManifestEntry.Content(1, "e"), metadata, EntryState.DOWNLOADED);
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        S3Request request = S3Request.of("GET", "/photos/key", null, MultiMap.caseInsensitiveMultiMap());
        ObjectHeaders.describe(new S3Object(entry), request, true, headers);
        return headers;
    }

    @Test
    void metadataThatNoHeaderCanBeCalledIsCounted() {
        MultiMap headers = described(Map.of("color", "blue", "größe", "2", "a b", "3"));
        assertThat(headers.get("x-amz-meta-color")).isEqualTo("blue");
        assertThat(headers.get("x-amz-missing-meta")).isEqualTo("2");
        assertThat(described(Map.of("color", "blü\u0001")).contains("x-amz-missing-meta"))
                .as("the value of a header can say anything, encoded")
                .isFalse();
    }
}
