package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of manifests that exist, which must be read for ever, and written as they are by who copies them. */
final class EntryJsonTest {
    private static final String FULL_LINE = """
        {"key":"a/\\u0001 😀","path":"a/~hub~%01 😀","size":9,"etag":"e-3","last_modified":"2026-11-02T00:00:00.001Z",\
        "file_time":"2026-11-01T00:00:00Z","sha256":"5e","verified":"multipart-crc32","storage_class":"GLACIER_IR",\
        "version":"v7","headers":{"cache-control":"no-cache","content-type":"text/plain"},\
        "metadata":{"a":"\\"ü\\"","b":""},"part_size":4,"part_sizes":[4,3,2],\
        "checksums":{"CRC32":"AAAAAA==-3","SHA1":"BB=="},"checksum_type":"COMPOSITE","tags":{"k":"v","l":"w"},\
        "properties":{"x-amz-expiration":"never","x-amz-object-lock-legal-hold":"ON"},"state":"kept"}
        """;
    private static final ManifestEntry FULL = new ManifestEntry(
            "a/\u0001 😀",
            "a/~hub~%01 😀",
            new ManifestEntry.Content(
                    9,
                    "e-3",
                    "5e",
                    "multipart-crc32",
                    new ManifestEntry.Upload(
                            4, List.of(4L, 3L, 2L), Map.of("SHA1", "BB==", "CRC32", "AAAAAA==-3"), "COMPOSITE")),
            new ManifestEntry.Metadata(
                    Instant.parse("2026-11-02T00:00:00.001Z"),
                    "GLACIER_IR",
                    "v7",
                    Map.of("content-type", "text/plain", "cache-control", "no-cache"),
                    Map.of("b", "", "a", "\"ü\""),
                    Map.of("l", "w", "k", "v"),
                    Map.of("x-amz-object-lock-legal-hold", "ON", "x-amz-expiration", "never")),
            EntryState.KEPT,
            Instant.parse("2026-11-01T00:00:00Z"));

    @Test
    void everyFieldHasItsPlaceInTheLine() throws IOException {
        assertThat(write(FULL)).isEqualTo(FULL_LINE);
        assertThat(read(FULL_LINE)).isEqualTo(FULL);
    }

    @Test
    void aCompressedFileHasASizeAndAHashOfItsOwn() throws IOException {
        ManifestEntry entry = FULL.withStored(new ManifestEntry.Stored(5, "5f", 19));
        String line = FULL_LINE.replace(
                "\"storage_class\"",
                "\"stored\":{\"format\":\"zstd\",\"level\":19,\"size\":5,\"sha256\":\"5f\"},\"storage_class\"");
        assertThat(write(entry)).isEqualTo(line);
        assertThat(read(line)).isEqualTo(entry);
        assertThat(entry.fileSize()).isEqualTo(5);
        assertThat(entry.fileSha256()).isEqualTo("5f");
        assertThat(FULL.fileSize()).isEqualTo(FULL.size());
        assertThat(FULL.fileSha256()).isEqualTo(FULL.sha256());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"format\":\"rot13\",\"size\":5,\"sha256\":\"5f\"}",
                "{\"format\":\"zstd\",\"sha256\":\"5f\"}",
                "{\"format\":\"zstd\",\"size\":5}",
                "{}",
                "7"
            })
    void aFormThatNobodyCanReadIsNoEntry(String stored) {
        String line = FULL_LINE.replace("\"storage_class\"", "\"stored\":" + stored + ",\"storage_class\"");
        assertThatThrownBy(() -> read(line)).isInstanceOf(IOException.class).hasMessageContaining("stored");
    }

    @Test
    void whatIsNotKnownIsNotWritten() throws IOException {
        ManifestEntry bare = new ManifestEntry(
                "a",
                "a",
                new ManifestEntry.Content(0, null),
                new ManifestEntry.Metadata(Instant.EPOCH),
                EntryState.LINKED);
        String line = """
            {"key":"a","size":0,"last_modified":"1970-01-01T00:00:00Z","state":"linked"}
            """;
        assertThat(write(bare)).isEqualTo(line);
        assertThat(read(line)).isEqualTo(bare);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "path",
                "etag",
                "file_time",
                "sha256",
                "verified",
                "storage_class",
                "version",
                "headers",
                "metadata",
                "part_size",
                "part_sizes",
                "checksums",
                "checksum_type",
                "tags",
                "properties"
            })
    void eachFieldMayBeMissingAndIsMissingAgainWhenTheLineIsCopied(String field) throws IOException {
        String line = without(field);
        assertThat(write(read(line))).isEqualTo(line).isNotEqualTo(FULL_LINE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"part_size", "part_sizes", "checksums", "checksum_type"})
    void oneWordAboutTheUploadIsEnoughToKeepIt(String field) throws IOException {
        String line =
                """
                {"key":"a","size":0,"last_modified":"1970-01-01T00:00:00Z","%s":%s,"state":"linked"}
                """.formatted(field, new ObjectMapper().readTree(FULL_LINE).get(field));
        assertThat(write(read(line))).isEqualTo(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "size", "last_modified", "state"})
    void withoutOneOfTheseALineIsNoEntry(String field) throws IOException {
        String line = without(field);
        assertThatThrownBy(() -> read(line))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("an entry needs key, size, last_modified and state");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"state\":\"lost\"", "\"last_modified\":\"yesterday\"", "\"file_time\":\"\""})
    void aValueThatMakesNoSenseIsNamed(String field) {
        assertThatThrownBy(() -> read("{\"key\":\"a\"," + field + "}"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("bad value of " + field.substring(1, field.indexOf(':') - 1));
    }

    private static String without(String field) throws IOException {
        ObjectNode line = (ObjectNode) new ObjectMapper().readTree(FULL_LINE);
        line.remove(field);
        return line + "\n";
    }

    private static String write(ManifestEntry entry) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = EntryJson.generator(out)) {
            EntryJson.write(entry, json);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static ManifestEntry read(String line) throws IOException {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        try (JsonParser json = EntryJson.parser(bytes, 0, bytes.length)) {
            return Objects.requireNonNull(EntryJson.read(json));
        }
    }
}
