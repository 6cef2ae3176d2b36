package io.hubstorage.browse;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What can be shown of a file without running anything of it: its text, or that it is a picture of a kind in which nothing
 * runs. Judged by the file's own bytes; what S3 says about its type is not believed.
 *
 * @param text the beginning, when it is text
 * @param mediaType of the picture, when it is one
 * @param truncated whether there is more text than this
 */
public record Preview(
        Kind kind, @Nullable String text, @Nullable String mediaType, boolean truncated) {
    public static final int MOST_TEXT = 64 << 10;

    public static final long MOST_PICTURE = 32L << 20;

    private static final int AVIF_BRANDS = 64;

    public enum Kind {
        EMPTY,
        TEXT,
        /** PNG, JPEG, GIF, WebP or AVIF, not too large. */
        IMAGE,
        BINARY
    }

    /** Looks at what the file of an entry holds; follows no symbolic link. Blocking. */
    public static Preview of(Path file, ManifestEntry entry) throws IOException {
        byte[] head;
        try (InputStream in = StoredContent.stream(file, entry)) {
            head = in.readNBytes(MOST_TEXT + 1);
        }
        if (head.length == 0) {
            return new Preview(Kind.EMPTY, null, null, false);
        }
        Optional<String> picture = picture(head);
        if (picture.isPresent() && entry.size() <= MOST_PICTURE) {
            return new Preview(Kind.IMAGE, null, picture.get(), false);
        }
        boolean truncated = head.length > MOST_TEXT;
        String text = picture.isPresent() ? null : text(head, Math.min(head.length, MOST_TEXT), truncated);
        return text == null
                ? new Preview(Kind.BINARY, null, null, false)
                : new Preview(Kind.TEXT, text, null, truncated);
    }

    /** The media type of a picture, by its first bytes. SVG is none: it is a document, and scripts may run in it. */
    private static Optional<String> picture(byte[] head) {
        if (begins(head, 0, "\u0089PNG\r\n\u001a\n")) {
            return Optional.of("image/png");
        }
        if (begins(head, 0, "\u00ff\u00d8\u00ff")) {
            return Optional.of("image/jpeg");
        }
        if (begins(head, 0, "GIF87a") || begins(head, 0, "GIF89a")) {
            return Optional.of("image/gif");
        }
        if (begins(head, 0, "RIFF") && begins(head, 8, "WEBP")) {
            return Optional.of("image/webp");
        }
        return begins(head, 4, "ftyp") && namesAvif(head) ? Optional.of("image/avif") : Optional.empty();
    }

    /** The box lists the formats that the file keeps to, four letters each. */
    private static boolean namesAvif(byte[] head) {
        int end = Math.min(
                Math.min(head.length, AVIF_BRANDS), ByteBuffer.wrap(head).getInt());
        for (int at = 8; at + 4 <= end; at += 4) {
            if (begins(head, at, "avif") || begins(head, at, "avis")) {
                return true;
            }
        }
        return false;
    }

    private static boolean begins(byte[] head, int at, String magic) {
        byte[] bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
        return head.length >= at + bytes.length && Arrays.equals(head, at, at + bytes.length, bytes, 0, bytes.length);
    }

    /** The text, or null when this is none: not UTF-8, or with characters that no text has. */
    public static @Nullable String text(byte[] bytes, int length, boolean cut) {
        CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer text = CharBuffer.allocate(length);
        // Where the file goes on, its last character here may be cut.
        CoderResult result = utf8.decode(ByteBuffer.wrap(bytes, 0, length), text, !cut);
        if (result.isError()) {
            return null;
        }
        String decoded = text.flip().toString();
        return decoded.chars().allMatch(Preview::isOfText) ? decoded : null;
    }

    private static boolean isOfText(int unit) {
        // Logs are coloured with escapes.
        return unit >= ' ' || unit == '\t' || unit == '\n' || unit == '\r' || unit == '\f' || unit == 0x1b;
    }
}
