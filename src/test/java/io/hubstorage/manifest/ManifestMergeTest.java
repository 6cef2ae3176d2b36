package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.RandomKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestMergeTest {
    /** Spread over where the two orders of UTF-8 and UTF-16 differ. */
    private static final List<String> KEYS = List.of("a", "a/b", "b", "c", "\ue000", "\uffff", "😀", "😀/x");

    @TempDir
    Path folder;

    private Path log() {
        return folder.resolve("shard-0.journal");
    }

    private Path manifest(Iterable<ManifestEntry> entries) throws IOException {
        Path zst = folder.resolve("last.jsonl.zst");
        try (ManifestWriter writer = new ManifestWriter(zst)) {
            for (ManifestEntry entry : entries) {
                writer.write(entry);
            }
            writer.finish();
        }
        return zst;
    }

    private List<ManifestMerge.Line> merged(Path last, int run) throws IOException {
        List<ManifestMerge.Line> lines = new ArrayList<>();
        try (ManifestReader reader = ManifestReader.open(last);
                ManifestMerge merge = new ManifestMerge(reader, folder.resolve("scratch"), run)) {
            merge.addAll(log());
            for (ManifestMerge.Line line = merge.next(); line != null; line = merge.next()) {
                lines.add(line);
            }
        }
        return lines;
    }

    @Test
    void withoutAnyChangeItIsTheLastManifestAsItWouldBeSeenAgain() throws IOException {
        new ChangeLog(log()).close();
        List<ManifestEntry> last = new ArrayList<>();
        for (EntryState state : EntryState.values()) {
            last.add(RandomKeys.entry(state.word(), 1).withState(state));
        }
        last.sort((a, b) -> KeyOrder.compare(a.key(), b.key()));

        List<ManifestMerge.Line> next = merged(manifest(last), 10);

        assertThat(next).extracting(ManifestMerge.Line::linkFrom).containsExactlyElementsOf(last);
        assertThat(next)
                .extracting(line -> line.entry().key() + " " + line.entry().state())
                .containsExactly("carried CARRIED", "downloaded LINKED", "kept LINKED", "linked LINKED");
    }

    /** Each number is a key and what is said of it. */
    @Test
    void itIsTheLastManifestWithTheLastWordOnEachKey() {
        qt().withExamples(Examples.upTo(100))
                .forAll(
                        lists().of(integers().between(0, KEYS.size() - 1)).ofSizeBetween(0, 8),
                        lists().of(integers().between(0, 4 * KEYS.size() - 1)).ofSizeBetween(0, 30),
                        integers().between(1, 12))
                .checkAssert((held, said, run) -> {
                    try {
                        check(held, said, run);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private void check(List<Integer> held, List<Integer> said, int run) throws IOException {
        Map<String, ManifestEntry> last = new TreeMap<>(KeyOrder.COMPARATOR);
        for (int index : held) {
            last.put(KEYS.get(index), RandomKeys.entry(KEYS.get(index), 1));
        }
        Map<String, ManifestMerge.Line> next = new TreeMap<>(KeyOrder.COMPARATOR);
        last.forEach((key, entry) -> next.put(key, new ManifestMerge.Line(entry.withState(EntryState.LINKED), entry)));
        try (ChangeLog log = new ChangeLog(log())) {
            for (int i = 0; i < said.size(); i++) {
                String key = KEYS.get(said.get(i) / 4);
                ManifestEntry before = last.get(key);
                ManifestEntry entry = RandomKeys.entry(key, 10 + i);
                switch (said.get(i) % 4) {
                    case 0 -> {
                        log.gone(key);
                        next.remove(key);
                    }
                    case 1 -> {
                        if (before != null) {
                            log.put(entry.withState(EntryState.KEPT), before);
                            next.put(key, new ManifestMerge.Line(entry.withState(EntryState.KEPT), before));
                        }
                    }
                    default -> {
                        log.put(entry, before);
                        next.put(key, new ManifestMerge.Line(entry, null));
                    }
                }
            }
        }

        assertThat(merged(manifest(last.values()), run)).containsExactlyElementsOf(next.values());
    }

    @Test
    void aLinkToNothingIsNoLine() throws IOException {
        ManifestEntry entry = RandomKeys.entry("b", 1);
        try (ChangeLog log = new ChangeLog(log())) {
            log.put(entry.withState(EntryState.KEPT), entry);
        }

        assertThatThrownBy(() -> merged(manifest(List.of(RandomKeys.entry("a", 1))), 10))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("b is to be a link");
    }

    @Test
    void ofSeveralLogsTheNewestCounts() throws IOException {
        Path zst = folder.resolve("staged.jsonl.zst");
        try (ManifestMerge merge = new ManifestMerge(null, folder.resolve("scratch"), 2)) {
            assertThat(merge.isEmpty()).isTrue();
            for (String key : List.of("b", "a", "c")) {
                merge.add(RandomKeys.entry(key, 1).withPath("pass-1/" + key));
            }
            for (int size = 20; size < 22; size++) {
                merge.add(RandomKeys.entry("c", size).withPath("pass-2/c"));
            }
            merge.add(RandomKeys.entry("d", 22).withPath("pass-2/d"));
            assertThat(merge.isEmpty()).isFalse();
            assertThat(merge.write(zst).entries()).isEqualTo(4);
        }
        try (ManifestReader reader = ManifestReader.open(zst)) {
            assertThat(reader.next()).isEqualTo(RandomKeys.entry("a", 1).withPath("pass-1/a"));
            assertThat(reader.next()).isEqualTo(RandomKeys.entry("b", 1).withPath("pass-1/b"));
            assertThat(reader.next()).isEqualTo(RandomKeys.entry("c", 21).withPath("pass-2/c"));
            assertThat(reader.next()).isEqualTo(RandomKeys.entry("d", 22).withPath("pass-2/d"));
            assertThat(reader.next()).isNull();
        }
        assertThat(folder.resolve("scratch")).isEmptyDirectory();
    }
}
