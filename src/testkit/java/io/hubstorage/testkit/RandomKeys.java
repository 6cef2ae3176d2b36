package io.hubstorage.testkit;

import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.quicktheories.core.Gen;

/** Keys as unpleasant as S3 allows. */
public final class RandomKeys {
    private static final List<String> FRAGMENTS = List.of(
            "a",
            "b",
            "A",
            "/",
            "/",
            "/",
            "/",
            ".",
            "..",
            " ",
            "~hub",
            "~hub~",
            "~hub1~",
            "~hub+~",
            "~",
            "%",
            "%2F",
            "%2",
            "\\",
            "\u0000",
            "\u0001",
            "\n",
            "\u007f",
            "CON",
            "nul",
            "com1",
            ".txt",
            "é",
            "e\u0301",
            "\uffff",
            "\ue000",
            "😀",
            "\ud7ff",
            "'\"",
            "x".repeat(100),
            "é".repeat(60),
            "😀".repeat(70),
            "%".repeat(90),
            "\u0002".repeat(85),
            ".".repeat(251),
            "-",
            "!",
            "0",
            ":*?",
            "/".repeat(40),
            "y".repeat(255));

    private RandomKeys() {}

    /** Non-empty, at most 1,024 bytes as S3 has it. */
    public static Gen<String> nasty() {
        return lists().of(integers().between(0, FRAGMENTS.size() - 1))
                .ofSizeBetween(1, 12)
                .map(RandomKeys::join);
    }

    /** Keys of few letters, so that many of them are prefixes of others. */
    public static Gen<String> clashing() {
        List<String> letters = List.of("a", "/", "b", "!", "~hub~", "é", "x".repeat(255), ".", "a/b", "a//");
        return lists().of(integers().between(0, letters.size() - 1))
                .ofSizeBetween(1, 6)
                .map(picks ->
                        limit(String.join("", picks.stream().map(letters::get).toList())));
    }

    public static ManifestEntry entry(String key, long size) {
        return new ManifestEntry(
                key,
                KeyPath.toPath(key, size),
                new ManifestEntry.Content(
                        size,
                        "d41d8cd98f00b204e9800998ecf8427e",
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                        null,
                        ManifestEntry.Upload.UNKNOWN),
                new ManifestEntry.Metadata(Instant.parse("2026-11-01T10:20:30Z").plusSeconds(size)),
                EntryState.DOWNLOADED);
    }

    private static String join(List<Integer> picks) {
        return limit(String.join("", picks.stream().map(FRAGMENTS::get).toList()));
    }

    private static String limit(String key) {
        String limited = key;
        while (limited.getBytes(StandardCharsets.UTF_8).length > 1_024) {
            limited = limited.substring(0, limited.offsetByCodePoints(limited.length(), -1));
        }
        return limited;
    }
}
