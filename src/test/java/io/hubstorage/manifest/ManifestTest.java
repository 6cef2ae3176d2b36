package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.Sha256;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.OpenFiles;
import io.hubstorage.testkit.RandomKeys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class ManifestTest {
    private static final ManifestEntry FULL = new ManifestEntry(
            "dir/né 😀\n",
            "dir/~hub~né 😀%0A",
            new ManifestEntry.Content(
                    1_234_567_890_123L,
                    "0cc175b9c0f1b6a831c399e269772661-3",
                    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
                    "multipart-md5",
                    ManifestEntry.Upload.UNKNOWN),
            new ManifestEntry.Metadata(
                    Instant.parse("2026-11-01T10:20:30.123Z"),
                    "GLACIER_IR",
                    "3HL4kqtJlcpXroDTDmJ",
                    Map.of("Content-Type", "text/plain", "Cache-Control", "no-cache"),
                    Map.of("owner", "\"Ünal\""),
                    Map.of(),
                    Map.of()),
            EntryState.KEPT);

    @TempDir
    Path folder;

    @Test
    void everyFieldComesBack() throws IOException {
        ManifestEntry bare = new ManifestEntry(
                "a",
                "a",
                new ManifestEntry.Content(0, null),
                new ManifestEntry.Metadata(Instant.EPOCH),
                EntryState.LINKED);
        Path zst = write("m.jsonl.zst", List.of(bare, FULL));
        assertThat(readAll(zst)).containsExactly(bare, FULL);
    }

    @Test
    void aLineSaysOnlyWhatThereIsToSay() throws IOException {
        Path zst = write("m.jsonl.zst", List.of(RandomKeys.entry("a", 1).withState(EntryState.LINKED), FULL));
        String text;
        try (ZstdInputStream in = new ZstdInputStream(Files.newInputStream(zst))) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(text).isEqualTo("""
            {"key":"a","size":1,"etag":"d41d8cd98f00b204e9800998ecf8427e","last_modified":"2026-11-01T10:20:31Z",\
            "sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","state":"linked"}
            {"key":"dir/né 😀\\n","path":"dir/~hub~né 😀%0A","size":1234567890123,\
            "etag":"0cc175b9c0f1b6a831c399e269772661-3","last_modified":"2026-11-01T10:20:30.123Z",\
            "sha256":"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",\
            "verified":"multipart-md5","storage_class":"GLACIER_IR","version":"3HL4kqtJlcpXroDTDmJ",\
            "headers":{"Cache-Control":"no-cache","Content-Type":"text/plain"},"metadata":{"owner":"\\"Ünal\\""},\
            "state":"kept"}
            """);
    }

    @Test
    void whatIsKnownBesideTheBytesComesBackFieldByField() throws IOException {
        ManifestEntry detailed = new ManifestEntry(
                "b",
                "b",
                new ManifestEntry.Content(9, "e")
                        .withUpload(new ManifestEntry.Upload(4, List.of(), Map.of("CRC32", "AAAAAA==-3"), "COMPOSITE")),
                new ManifestEntry.Metadata(
                        Instant.parse("2026-11-02T00:00:00Z"),
                        null,
                        null,
                        Map.of(),
                        Map.of(),
                        Map.of("k", "v"),
                        Map.of("x-amz-object-lock-legal-hold", "ON")),
                EntryState.LINKED,
                Instant.parse("2026-11-01T00:00:00Z"));
        ManifestEntry uneven = new ManifestEntry(
                "b",
                "b",
                new ManifestEntry.Content(9, "e")
                        .withUpload(new ManifestEntry.Upload(0, List.of(4L, 3L, 2L), Map.of(), null)),
                new ManifestEntry.Metadata(Instant.parse("2026-11-02T00:00:00Z")),
                EntryState.LINKED);

        assertThat(readAll(write("m.jsonl.zst", List.of(detailed)))).containsExactly(detailed);
        assertThat(readAll(write("m.jsonl.zst", List.of(uneven)))).containsExactly(uneven);
        assertThat(line(detailed)).isEqualTo("""
            {"key":"b","size":9,"etag":"e","last_modified":"2026-11-02T00:00:00Z","file_time":"2026-11-01T00:00:00Z",\
            "part_size":4,"checksums":{"CRC32":"AAAAAA==-3"},"checksum_type":"COMPOSITE","tags":{"k":"v"},\
            "properties":{"x-amz-object-lock-legal-hold":"ON"},"state":"linked"}
            """);
        assertThat(line(uneven)).contains("\"part_sizes\":[4,3,2],\"state\"");
    }

    @Test
    void aReaderSkipsFieldsThatItDoesNotKnow() throws IOException {
        String line = """
            {"key":"a","size":1,"of_tomorrow":{"deep":[1,{"er":2}]},"more":[[]],"last_modified":"2026-11-01T10:20:31Z",\
            "word":"x","state":"linked"}
            """;
        try (JsonParser json = EntryJson.parser(new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)))) {
            ManifestEntry entry = Objects.requireNonNull(EntryJson.read(json));
            assertThat(entry.key()).isEqualTo("a");
            assertThat(entry.content().upload()).isSameAs(ManifestEntry.Upload.UNKNOWN);
            assertThat(EntryJson.read(json)).isNull();
        }
    }

    private static String line(ManifestEntry entry) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = EntryJson.generator(out)) {
            EntryJson.write(entry, json);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anEmptyManifestIsOneToo() throws IOException {
        Path zst = write("m.jsonl.zst", List.of());
        assertThat(readAll(zst)).isEmpty();
        assertThat(read(ManifestReader.range(zst, "a", "b"))).isEmpty();
    }

    @Test
    void anyRangeOfAnyManifestHoldsJustItsKeys() {
        qt().withExamples(Examples.upTo(40))
                .forAll(
                        lists().of(RandomKeys.clashing()).ofSizeBetween(0, 60),
                        RandomKeys.clashing(),
                        RandomKeys.clashing(),
                        integers().between(0, 50))
                .checkAssert((someKeys, one, other, repeat) -> {
                    TreeSet<String> keys = new TreeSet<>(KeyOrder.COMPARATOR);
                    keys.addAll(someKeys);
                    for (int i = 0; i < repeat * 90; i++) {
                        keys.add("m%06d".formatted(i));
                    }
                    try {
                        Path zst = write(
                                "m.jsonl.zst",
                                keys.stream()
                                        .map(key -> RandomKeys.entry(key, 1))
                                        .toList());
                        assertRange(zst, keys, one, other);
                        assertRange(zst, keys, null, other);
                        assertRange(zst, keys, "m%06d".formatted(repeat * 37), null);
                        assertRange(zst, keys, "m%06d".formatted(repeat * 20), "m%06d".formatted(repeat * 70));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Test
    void keysOutOfOrderAreRefused() throws IOException {
        try (ManifestWriter writer = new ManifestWriter(folder.resolve("m.jsonl.zst"))) {
            writer.write(RandomKeys.entry("b", 1));
            assertThatThrownBy(() -> writer.write(RandomKeys.entry("a", 1))).hasMessageContaining("a came after b");
        }
    }

    @Test
    void aManifestThatWasNotFinishedIsNone() throws IOException {
        Path zst = write("m.jsonl.zst", List.of(RandomKeys.entry("a", 1)));
        try (ManifestWriter writer = new ManifestWriter(zst)) {
            writer.write(RandomKeys.entry("a", 1));
        }
        assertThatThrownBy(() -> ManifestReader.open(zst))
                .isInstanceOf(CorruptManifestException.class)
                .hasMessageContaining("index is missing");
    }

    /** Some bits of a compressed frame mean nothing; that they are damaged, the hash in the certificate tells. */
    @Test
    void noDamageOfOneByteIsReadAsSomethingElse() throws IOException {
        Path zst = write("m.jsonl.zst", entries(0, 4_100));
        byte[] good = Files.readAllBytes(zst);
        qt().withExamples(Examples.upTo(150))
                .forAll(integers().between(0, good.length - 1), integers().between(1, 255))
                .checkAssert((at, flip) -> {
                    byte[] bad = good.clone();
                    bad[at] ^= (byte) (int) flip;
                    assertCorruptOrTheSame(zst, bad, entries(0, 4_100));
                });
    }

    @Test
    void noTruncationGoesUnnoticed() throws IOException {
        Path zst = write("m.jsonl.zst", entries(0, 4_100));
        byte[] good = Files.readAllBytes(zst);
        long lastFrame =
                ManifestIndex.read(ManifestIndex.beside(zst)).frames().getLast().offset();
        for (long length : new long[] {0, 1, lastFrame, lastFrame + 1, good.length - 1}) {
            assertCorrupt(zst, Arrays.copyOf(good, (int) length));
        }
        assertCorrupt(zst, Arrays.copyOf(good, good.length + 1));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aManifestInWhichNothingCanBeSoughtDoesNotStayOpen() throws IOException {
        Path zst = write("m.jsonl.zst", entries(0, 3));
        byte[] bad = Files.readAllBytes(zst);
        bad[0] ^= 1;
        Files.write(zst, bad);

        assertThatThrownBy(() -> ManifestReader.range(zst, "a", null)).isInstanceOf(CorruptManifestException.class);

        assertThat(OpenFiles.isOpen(zst)).isFalse();
    }

    @Test
    void anIndexThatPromisesMoreOrLessIsNoticed() throws IOException {
        Path zst = write("m.jsonl.zst", entries(0, 4_100));
        Path index = ManifestIndex.beside(zst);
        ManifestIndex good = ManifestIndex.read(index);
        for (int delta : new int[] {-1, 1}) {
            List<ManifestIndex.Frame> frames = new ArrayList<>(good.frames());
            ManifestIndex.Frame frame = frames.get(1);
            frames.set(
                    1,
                    new ManifestIndex.Frame(frame.firstKey(), frame.offset(), frame.entries() + delta, frame.bytes()));
            ManifestIndex.of(frames, good.length(), good.verified(), good.compressed())
                    .write(index);
            assertThatThrownBy(() -> readAll(zst))
                    .isInstanceOf(CorruptManifestException.class)
                    .hasMessageContaining("1 entries %s than its index says".formatted(delta < 0 ? "more" : "fewer"));
        }
        ManifestIndex.of(good.frames().subList(0, 2), good.length(), good.verified(), good.compressed())
                .write(index);
        assertThatThrownBy(() -> readAll(zst)).isInstanceOf(CorruptManifestException.class);
        Files.writeString(index, Files.readString(index).substring(0, 100));
        assertThatThrownBy(() -> readAll(zst))
                .isInstanceOf(CorruptManifestException.class)
                .hasMessageContaining("not valid JSON");
    }

    @Test
    void anIndexThatNamesOtherFirstKeysHidesNothing() throws IOException {
        List<ManifestEntry> all = entries(0, 6_100);
        Path zst = write("m.jsonl.zst", all);
        ManifestIndex good = ManifestIndex.read(ManifestIndex.beside(zst));
        assertThat(good.frames()).hasSizeGreaterThan(2);
        String hidden = all.get(2_100).key();

        beginning(zst, good, all.get(2_200).key());
        assertThatThrownBy(() -> ManifestReader.find(zst, hidden)).isInstanceOf(CorruptManifestException.class);
        assertThatThrownBy(() -> {
                    try (ManifestReader reader =
                            ManifestReader.range(zst, null, all.get(2_150).key())) {
                        while (reader.next() != null) {}
                    }
                })
                .isInstanceOf(CorruptManifestException.class);

        assertThatThrownBy(() -> {
                    try (ManifestReader reader = ManifestReader.openDoubting(zst)) {
                        reader.seek(hidden, hidden + '\0');
                        assertThat(reader.next())
                                .as("one that nothing is said of")
                                .isNull();
                    }
                })
                .isInstanceOf(CorruptManifestException.class);

        beginning(zst, good, all.get(5_000).key());
        assertThatThrownBy(() -> ManifestReader.open(zst))
                .isInstanceOf(CorruptManifestException.class)
                .hasMessageContaining("out of order");
    }

    /** Has the index say that the second frame begins with another key than it does. */
    private static void beginning(Path zst, ManifestIndex good, String key) throws IOException {
        List<ManifestIndex.Frame> frames = new ArrayList<>(good.frames());
        ManifestIndex.Frame second = frames.get(1);
        frames.set(1, new ManifestIndex.Frame(key, second.offset(), second.entries(), second.bytes()));
        ManifestIndex.of(frames, good.length(), good.verified(), good.compressed())
                .write(ManifestIndex.beside(zst));
    }

    /** A manifest of one frame that holds these, in this order. */
    private Path frame(String... keys) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String key : keys) {
            lines.append(line(RandomKeys.entry(key, 1)));
        }
        byte[] packed = Zstd.compress(lines.toString().getBytes(StandardCharsets.UTF_8));
        Path zst = Files.write(folder.resolve("frame.jsonl.zst"), packed);
        ManifestIndex.Frame only = new ManifestIndex.Frame(keys[0], 0, keys.length, keys.length);
        ManifestIndex.of(List.of(only), packed.length, Map.of(), false).write(ManifestIndex.beside(zst));
        return zst;
    }

    @Test
    void keysThatDoNotRiseWithinAFrameAreRefused() throws IOException {
        assertThat(readAll(frame("a", "b"))).hasSize(2);
        for (String second : List.of("b", "a")) {
            Path zst = frame("b", second);
            assertThatThrownBy(() -> readAll(zst))
                    .isInstanceOf(CorruptManifestException.class)
                    .hasMessageContaining("its keys are out of order: " + second + " after b");
        }
    }

    @Test
    void theSameKeyTwiceIsRefusedToo() throws IOException {
        try (ManifestWriter writer = new ManifestWriter(folder.resolve("m.jsonl.zst"))) {
            writer.write(RandomKeys.entry("a", 1));
            assertThatThrownBy(() -> writer.write(RandomKeys.entry("a", 2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a came after a");
        }
    }

    @Test
    void aFrameHoldsTwoThousandEntries() throws IOException {
        ManifestIndex index = ManifestIndex.read(ManifestIndex.beside(write("m.jsonl.zst", entries(0, 2 * 2_000 + 1))));
        assertThat(index.frames()).extracting(ManifestIndex.Frame::entries).containsExactly(2_000, 2_000, 1);
        assertThat(index.frames())
                .extracting(ManifestIndex.Frame::firstKey)
                .containsExactly("k0000000", "k0002000", "k0004000");
    }

    @Test
    void anIndexThatDisagreesWithItselfIsRefused() throws IOException {
        Path index = folder.resolve("m.index.json");
        ManifestIndex.Frame first = new ManifestIndex.Frame("a", 0, 1, 1);
        refused(index, "do not rise from 0 to 20", new ManifestIndex.Frame("a", 1, 1, 1));
        refused(index, "do not rise from 0 to 20", first, new ManifestIndex.Frame("b", 0, 1, 1));
        refused(index, "do not rise from 0 to 20", first, new ManifestIndex.Frame("b", 20, 1, 1));
        refused(index, "do not rise from 0 to 20", new ManifestIndex.Frame("a", 0, 0, 0));
        refused(index, "out of order: a before a", first, new ManifestIndex.Frame("a", 10, 1, 1));
        refused(index, "the index has no frames");
    }

    private static void refused(Path file, String problem, ManifestIndex.Frame... frames) throws IOException {
        ManifestIndex.of(List.of(frames), 20, Map.of(), false).write(file);
        assertThatThrownBy(() -> ManifestIndex.read(file))
                .isInstanceOf(CorruptManifestException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void oneEntryIsFoundByItsKey() throws IOException {
        Path zst = write("m.jsonl.zst", entries(0, 4_100));
        for (int number : new int[] {0, 1, 1_999, 2_000, 2_001, 4_099}) {
            assertThat(ManifestReader.find(zst, "k%07d".formatted(number)))
                    .contains(RandomKeys.entry("k%07d".formatted(number), number));
        }
        for (String absent : List.of("", "a", "k0000000\0", "k0001999z", "z")) {
            assertThat(ManifestReader.find(zst, absent)).as(absent).isEmpty();
        }
        assertThat(ManifestReader.find(write("none.jsonl.zst", List.of()), "a")).isEmpty();
    }

    @Test
    void theLastKeyIsTheGreatest() throws IOException {
        try (ManifestReader reader = ManifestReader.open(write("m.jsonl.zst", entries(0, 4_100)))) {
            assertThat(reader.lastKey()).isEqualTo("k0004099");
        }
        try (ManifestReader reader = ManifestReader.open(write("none.jsonl.zst", List.of()))) {
            assertThat(reader.lastKey()).isNull();
        }
    }

    @Test
    void nothingMoreIsReadOfAManifestThatIsClosed() throws IOException {
        ManifestReader reader = ManifestReader.open(write("m.jsonl.zst", entries(0, 4_100)));
        reader.close();
        assertThatThrownBy(() -> read(reader)).isInstanceOf(IOException.class);
    }

    @Test
    void partsJoinIntoOneManifest() throws IOException {
        List<Path> parts = List.of(
                write("shard-0.part.zst", entries(0, 3_000)),
                write("shard-1.part.zst", List.of()),
                write("shard-2.part.zst", entries(3_000, 3_001)),
                write("shard-3.part.zst", entries(3_001, 9_000)));
        Path zst = folder.resolve("my.bucket.jsonl.zst");
        ManifestSummary summary = ManifestWriter.join(parts, zst);
        assertThat(ManifestIndex.beside(zst)).hasFileName("my.bucket.index.json");
        assertThat(readAll(zst)).isEqualTo(entries(0, 9_000));
        assertThat(summary.entries()).isEqualTo(9_000);
        assertThat(summary.bytes())
                .isEqualTo(entries(0, 9_000).stream()
                        .mapToLong(ManifestEntry::size)
                        .sum());
        assertThat(summary.sha256()).isEqualTo(sha256(zst));
        assertThat(read(ManifestReader.range(zst, "k0002999", "k0003001")))
                .extracting(ManifestEntry::key)
                .containsExactly("k0003000", "k0003001");
    }

    @Test
    void howEntriesWereVerifiedIsCountedOverAllParts() throws IOException {
        ManifestEntry proven = new ManifestEntry(
                "z",
                "z",
                new ManifestEntry.Content(5, null, null, "md5", ManifestEntry.Upload.UNKNOWN),
                new ManifestEntry.Metadata(Instant.EPOCH),
                EntryState.LINKED);
        List<Path> parts = List.of(
                write("shard-0.part.zst", List.of(RandomKeys.entry("a", 7))),
                write("shard-1.part.zst", List.of(RandomKeys.entry("b", 1), FULL, proven)));
        Path zst = folder.resolve("m.jsonl.zst");

        ManifestSummary summary = ManifestWriter.join(parts, zst);

        assertThat(summary.verified())
                .isEqualTo(Map.of(
                        "md5", new Tally(1, 5),
                        "multipart-md5", new Tally(1, FULL.size()),
                        "unrecorded", new Tally(2, 8)));
        assertThat(ManifestIndex.read(ManifestIndex.beside(zst)).verified()).isEqualTo(summary.verified());
    }

    @Test
    void anIndexOfBeforeThatIsReadAllTheSame() throws IOException {
        Path zst = write("m.jsonl.zst", entries(0, 10));
        Path index = ManifestIndex.beside(zst);
        String old = Files.readString(index).replaceAll(",\"verified\":\\{.*}}}", "}");
        assertThat(old).isNotEqualTo(Files.readString(index)).endsWith("]}");
        Files.writeString(index, old);

        assertThat(ManifestIndex.read(index).verified()).isEmpty();
        assertThat(readAll(zst)).hasSize(10);
    }

    @Test
    void noPartsMakeAnEmptyManifest() throws IOException {
        Path zst = folder.resolve("none.jsonl.zst");
        ManifestSummary summary = ManifestWriter.join(List.of(), zst);
        assertThat(summary.entries()).isZero();
        assertThat(readAll(zst)).isEmpty();
    }

    @Test
    void partsThatOverlapAreRefused() throws IOException {
        List<Path> parts =
                List.of(write("shard-0.part.zst", entries(0, 10)), write("shard-1.part.zst", entries(9, 20)));
        Path zst = folder.resolve("m.jsonl.zst");
        assertThatThrownBy(() -> ManifestWriter.join(parts, zst))
                .isInstanceOf(CorruptManifestException.class)
                .hasMessageContaining("begins with k0000009, but the part before it ends with k0000009");
        assertThat(ManifestIndex.beside(zst)).doesNotExist();
    }

    @Test
    void aTruncatedPartIsRefused() throws IOException {
        Path part = write("shard-0.part.zst", entries(0, 10));
        Files.write(part, Arrays.copyOf(Files.readAllBytes(part), 100));
        Path zst = folder.resolve("m.jsonl.zst");
        assertThatThrownBy(() -> ManifestWriter.join(List.of(part), zst)).isInstanceOf(CorruptManifestException.class);
    }

    private static List<ManifestEntry> entries(int from, int to) {
        List<ManifestEntry> entries = new ArrayList<>();
        for (int i = from; i < to; i++) {
            entries.add(RandomKeys.entry("k%07d".formatted(i), i));
        }
        return entries;
    }

    private Path write(String name, List<ManifestEntry> entries) throws IOException {
        Path zst = folder.resolve(name);
        try (ManifestWriter writer = new ManifestWriter(zst)) {
            for (ManifestEntry entry : entries) {
                writer.write(entry);
            }
            ManifestSummary summary = writer.finish();
            assertThat(summary.entries()).isEqualTo(entries.size());
            assertThat(summary.sha256()).isEqualTo(sha256(zst));
        }
        return zst;
    }

    private static void assertRange(Path zst, Set<String> keys, @Nullable String after, @Nullable String through)
            throws IOException {
        List<String> expected = keys.stream()
                .filter(key -> after == null || KeyOrder.compare(key, after) > 0)
                .filter(key -> through == null || KeyOrder.compare(key, through) <= 0)
                .toList();
        assertThat(read(ManifestReader.range(zst, after, through)))
                .extracting(ManifestEntry::key)
                .isEqualTo(expected);
    }

    private static void assertCorrupt(Path zst, byte[] content) {
        try {
            Files.write(zst, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThatThrownBy(() -> readAll(zst))
                .isInstanceOf(CorruptManifestException.class)
                .hasMessageContaining(zst.toString());
    }

    private static void assertCorruptOrTheSame(Path zst, byte[] content, List<ManifestEntry> entries) {
        try {
            Files.write(zst, content);
            assertThat(readAll(zst)).isEqualTo(entries);
        } catch (CorruptManifestException corrupt) {
            assertThat(corrupt).hasMessageContaining(zst.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ManifestEntry> readAll(Path zst) throws IOException {
        return read(ManifestReader.open(zst));
    }

    private static List<ManifestEntry> read(ManifestReader reader) throws IOException {
        List<ManifestEntry> entries = new ArrayList<>();
        try (reader) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private static String sha256(Path file) throws IOException {
        return HexFormat.of().formatHex(Sha256.digest().digest(Files.readAllBytes(file)));
    }
}
