package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.RandomKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyCursorTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void beyondAPrefixIsTheLeastThatNothingWithThePrefixReaches() {
        qt().forAll(RandomKeys.nasty(), RandomKeys.nasty()).checkAssert((prefix, rest) -> {
            String beyond = KeyOrder.beyond(prefix);
            assertThat(beyond).isNotNull();
            assertThat(KeyOrder.compare(prefix + rest, beyond)).isNegative();
            if (KeyOrder.compare(rest, prefix) > 0 && !rest.startsWith(prefix)) {
                assertThat(KeyOrder.compare(rest, beyond)).isNotNegative();
            }
        });
        assertThat(KeyOrder.beyond("")).isNull();
        assertThat(KeyOrder.beyond("\udbff\udfff")).isNull();
        assertThat(KeyOrder.beyond("a\udbff\udfff")).isEqualTo("b");
        assertThat(KeyOrder.beyond("\ud7ff")).isEqualTo("\ue000");
        assertThat(KeyOrder.beyond("photos/")).isEqualTo("photos0");
    }

    @Test
    void anyPartOfAnyManifestIsFoundInAnyOrder() {
        qt().withExamples(Examples.upTo(40))
                .forAll(
                        lists().of(RandomKeys.clashing()).ofSizeBetween(0, 60),
                        lists().of(RandomKeys.clashing()).ofSizeBetween(2, 6),
                        integers().between(0, 50))
                .checkAssert((someKeys, places, repeat) -> {
                    NavigableSet<String> keys = keys(someKeys, repeat * 90);
                    List<String> starts = new ArrayList<>(places);
                    starts.add("m%06d".formatted(repeat * 37));
                    starts.add("m%06d".formatted(repeat * 70));
                    starts.add("");
                    try (ManifestReader cursor = ManifestReader.open(manifest(keys))) {
                        for (String from : starts) {
                            for (String before : starts) {
                                cursor.seek(from, before.isEmpty() ? null : before);
                                List<String> between = between(keys, from, before);
                                assertThat(rest(cursor)).isEqualTo(between);
                                if (before.isEmpty() || KeyOrder.compare(from, before) <= 0) {
                                    assertThat(cursor.tally(from, before.isEmpty() ? null : before))
                                            .isEqualTo(new Tally(between.size(), between.size()));
                                    assertThat(cursor.fingerprint(from, before.isEmpty() ? null : before))
                                            .isEqualTo(fingerprint(between));
                                }
                            }
                            ManifestEntry last = cursor.lastBefore(from.isEmpty() ? null : from);
                            assertThat(last == null ? null : last.key())
                                    .isEqualTo(from.isEmpty() ? keys.isEmpty() ? null : keys.last() : keys.lower(from));
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Test
    void anUnsoughtManifestIsReadFromItsBeginning() throws IOException {
        NavigableSet<String> keys = keys(List.of("a", "b/c"), 5_000);
        try (ManifestReader cursor = ManifestReader.open(manifest(keys))) {
            assertThat(rest(cursor)).isEqualTo(List.copyOf(keys));
            assertThat(cursor.next()).isNull();
        }
    }

    @Test
    void noLineThatHoldsTheNeedleIsPassedOver() {
        qt().withExamples(Examples.upTo(60))
                .forAll(
                        lists().of(RandomKeys.nasty()).ofSizeBetween(1, 60),
                        RandomKeys.nasty(),
                        integers().between(0, 40))
                .checkAssert((someKeys, text, repeat) -> {
                    NavigableSet<String> keys = keys(someKeys, repeat * 90);
                    keys.add("x" + text.toUpperCase(Locale.ROOT) + "y");
                    try (ManifestReader cursor = ManifestReader.open(manifest(keys), LineNeedle.of(text))) {
                        cursor.seek("", null);
                        List<String> wanted = keys.stream()
                                .filter(key -> ascii(key).contains(ascii(text)))
                                .toList();
                        assertThat(rest(cursor)).containsAll(wanted);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Test
    void aNeedleThatIsRareSparesTheOtherLines() throws IOException {
        NavigableSet<String> keys = keys(List.of("n/needle-1", "z/NEEDLE"), 9_000);
        try (ManifestReader cursor = ManifestReader.open(manifest(keys), LineNeedle.of("Needle"))) {
            cursor.seek("", null);
            assertThat(rest(cursor)).containsExactly("n/needle-1", "z/NEEDLE");
            cursor.seek("n/needle-2", null);
            assertThat(rest(cursor)).containsExactly("z/NEEDLE");
            cursor.seek("", "z");
            assertThat(rest(cursor)).containsExactly("n/needle-1");
        }
    }

    private static @Nullable Fingerprint fingerprint(List<String> keys) {
        Fingerprint.Sum sum = new Fingerprint.Sum();
        // In any order.
        keys.reversed().forEach(key -> sum.add(key, RandomKeys.entry(key, 1).sha256()));
        return sum.sum();
    }

    private static NavigableSet<String> keys(List<String> some, int many) {
        NavigableSet<String> keys = new TreeSet<>(KeyOrder.COMPARATOR);
        keys.addAll(some);
        for (int i = 0; i < many; i++) {
            keys.add("m%06d".formatted(i));
        }
        return keys;
    }

    private static List<String> between(NavigableSet<String> keys, String from, String before) {
        return keys.stream()
                .filter(key -> KeyOrder.compare(key, from) >= 0)
                .filter(key -> before.isEmpty() || KeyOrder.compare(key, before) < 0)
                .toList();
    }

    private static String ascii(String text) {
        StringBuilder lower = new StringBuilder();
        text.chars().forEach(unit -> lower.append((char) (unit < 0x80 ? Character.toLowerCase(unit) : unit)));
        return lower.toString();
    }

    private Path manifest(NavigableSet<String> keys) throws IOException {
        Path zst = folder.resolve("m.jsonl.zst");
        try (ManifestWriter writer = new ManifestWriter(zst)) {
            for (String key : keys) {
                writer.write(RandomKeys.entry(key, 1));
            }
            writer.finish();
        }
        return zst;
    }

    private static List<String> rest(KeyCursor cursor) throws IOException {
        List<String> keys = new ArrayList<>();
        for (@Nullable ManifestEntry entry = cursor.next(); entry != null; entry = cursor.next()) {
            keys.add(entry.key());
        }
        return keys;
    }
}
