package io.hubstorage.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PreviewTest {
    private static Preview preview(Path file) throws IOException {
        return Preview.of(
                file,
                new ManifestEntry(
                        "key",
                        "key",
                        new ManifestEntry.Content(Files.size(file), null),
                        new ManifestEntry.Metadata(Instant.EPOCH),
                        EntryState.DOWNLOADED));
    }

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource({
        "89504e470d0a1a0a0000, image/png",
        "ffd8ffe000104a46, image/jpeg",
        "474946383961, image/gif",
        "474946383761, image/gif",
        "524946460000000057454250, image/webp",
        "000000186674797061766966000000006d696631, image/avif",
        "0000001c667479706d696631000000006d69663161766966, image/avif"
    })
    void aPictureIsKnownByItsBytes(String hex, String mediaType) throws IOException {
        Preview preview = preview(file(HexFormat.of().parseHex(hex)));
        assertThat(preview.kind()).isEqualTo(Preview.Kind.IMAGE);
        assertThat(preview.mediaType()).isEqualTo(mediaType);
    }

    @ParameterizedTest
    @CsvSource({
        "000000206674797069736f6d0000020069736f6d, BINARY",
        "00ff, BINARY",
        "ff, BINARY",
        "c3, BINARY",
        "00, BINARY",
        "6100, BINARY",
        "eda080, BINARY",
        "1f8b0800, BINARY",
        "255044462d312e37, TEXT",
        "1b5b33316d, TEXT"
    })
    void whatIsNoUtf8OrHoldsWhatNoTextHasIsBinary(String hex, Preview.Kind kind) throws IOException {
        assertThat(preview(file(HexFormat.of().parseHex(hex))).kind()).isEqualTo(kind);
    }

    @Test
    void aDrawingThatCouldRunScriptsIsShownAsItsText() throws IOException {
        String svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        Preview preview = preview(file(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(preview.kind()).isEqualTo(Preview.Kind.TEXT);
        assertThat(preview.text()).isEqualTo(svg);
    }

    @Test
    void ofALongTextTheBeginningIsShownAlsoWhenACharacterIsCut() throws IOException {
        for (int shift = 0; shift < 4; shift++) {
            String text = "x".repeat(shift) + "😀".repeat(30_000);
            Preview preview = preview(file(text.getBytes(StandardCharsets.UTF_8)));
            assertThat(preview.kind()).isEqualTo(Preview.Kind.TEXT);
            assertThat(preview.truncated()).isTrue();
            assertThat(text).startsWith(String.valueOf(preview.text()));
            assertThat(preview.text()).hasSizeGreaterThan(32_000);
        }
        Preview whole = preview(file("é".repeat(Preview.MOST_TEXT / 2).getBytes(StandardCharsets.UTF_8)));
        assertThat(whole.truncated()).isFalse();
        assertThat(preview(file(new byte[0])).kind()).isEqualTo(Preview.Kind.EMPTY);
    }

    @Test
    void aPictureThatIsTooLargeIsNotShown() throws IOException {
        Path file = file(HexFormat.of().parseHex("89504e470d0a1a0a"));
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(Preview.MOST_PICTURE + 1);
        }
        assertThat(preview(file).kind()).isEqualTo(Preview.Kind.BINARY);
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("file"), content);
    }
}
