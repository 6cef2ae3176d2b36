package io.hubstorage.browse.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.browse.history.TextDiff.Change;
import io.hubstorage.browse.history.TextDiff.Hunk;
import io.hubstorage.browse.history.TextDiff.Line;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quicktheories.core.Gen;

final class TextDiffTest {
    private static final int MANY = 1_000_000;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void theHunksLeadFromTheOneTextToTheOther() {
        Gen<List<String>> texts = lists().of(integers().between(0, 4).map(number -> "line " + number))
                .ofSizeBetween(0, 40);
        qt().withExamples(Examples.upTo(500))
                .forAll(texts, texts, integers().between(0, 3))
                .checkAssert((older, newer, kind) -> {
                    TextDiff diff = TextDiff.of(older, newer, kind == 0 ? 10 : MANY, MANY);
                    assertThat(patched(older, diff)).isEqualTo(newer);
                    assertThat(diff.truncated()).isFalse();
                    assertThat(diff.hunks().isEmpty()).isEqualTo(older.equals(newer));
                });
    }

    /** What the hunks make of a text; fails where they do not fit it. */
    private static List<String> patched(List<String> older, TextDiff diff) {
        List<String> newer = new ArrayList<>();
        int at = 0;
        for (Hunk hunk : diff.hunks()) {
            newer.addAll(older.subList(at, hunk.from() - 1));
            at = hunk.from() - 1;
            assertThat(newer).hasSize(hunk.to() - 1);
            for (Line line : hunk.lines()) {
                if (line.kind() != Change.ADDED) {
                    assertThat(older.get(at++)).isEqualTo(line.text());
                }
                if (line.kind() != Change.REMOVED) {
                    newer.add(line.text());
                }
            }
        }
        newer.addAll(older.subList(at, older.size()));
        return newer;
    }

    @Test
    void changesThatAreFarFromEachOtherHaveHunksOfTheirOwn() {
        List<String> older = IntStream.range(0, 40).mapToObj(String::valueOf).toList();
        List<String> newer = new ArrayList<>(older);
        newer.set(10, "ten");
        newer.set(17, "seventeen");
        newer.remove(30);
        TextDiff diff = TextDiff.of(older, newer, MANY, MANY);
        assertThat(diff.hunks()).extracting(Hunk::from).containsExactly(8, 28);
        assertThat(diff.hunks().getFirst().lines()).hasSize(16).startsWith(new Line(Change.SAME, "7"));
        assertThat(diff.hunks().getLast().lines()).hasSize(7).contains(new Line(Change.REMOVED, "30"));
    }

    @Test
    void textsThatHaveNothingInCommonAreReplacedAndNoMoreIsShownThanAllowed() {
        List<String> older =
                IntStream.range(0, 60_000).mapToObj(i -> "old " + i).toList();
        List<String> newer =
                IntStream.range(0, 60_000).mapToObj(i -> "new " + i).toList();
        TextDiff diff = TextDiff.of(older, newer, MANY, 1_000);
        assertThat(diff.coarse()).isTrue();
        assertThat(diff.truncated()).isTrue();
        assertThat(diff.hunks().getFirst().lines()).hasSize(1_000);
        assertThat(TextDiff.of(older, newer, MANY, 120_000).truncated()).isFalse();
    }

    @Test
    void onlyTextsOfABoundedSizeAreCompared() throws IOException {
        TextDiff.Side text = side("text", "one\ntwo".getBytes(StandardCharsets.UTF_8));
        TextDiff.Side binary = side("binary", new byte[] {'a', 0, 'b'});
        TextDiff.Side latin = side("latin", "é".getBytes(StandardCharsets.ISO_8859_1));
        TextDiff.Side large = side("large", new byte[TextDiff.MOST_BYTES + 1]);
        TextDiff.Side lines = side("lines", "\n".repeat(TextDiff.MOST_LINES).getBytes(StandardCharsets.UTF_8));
        assertThat(kind(text, text)).isEqualTo(TextDiff.Kind.TEXT);
        assertThat(kind(null, text)).isEqualTo(TextDiff.Kind.TEXT);
        assertThat(kind(text, binary)).isEqualTo(TextDiff.Kind.BINARY);
        assertThat(kind(latin, text)).isEqualTo(TextDiff.Kind.BINARY);
        assertThat(kind(large, text)).isEqualTo(TextDiff.Kind.TOO_LARGE);
        assertThat(kind(text, lines)).isEqualTo(TextDiff.Kind.TOO_LARGE);
    }

    private static TextDiff.Kind kind(TextDiff.@Nullable Side older, TextDiff.@Nullable Side newer) throws IOException {
        return TextDiff.of(older, newer).kind();
    }

    private TextDiff.Side side(String name, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        return new TextDiff.Side(file, Shelf.entry(name, content.length, "e"));
    }
}
