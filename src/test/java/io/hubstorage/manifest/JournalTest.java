package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.testkit.RandomKeys;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    @TempDir
    Path folder;

    private Path file = Path.of("unset");

    @BeforeEach
    void name() {
        file = folder.resolve("shard-0.journal");
    }

    @Test
    void manyThreadsAppendAndEveryLineIsWhereItsOffsetSays() throws Exception {
        Map<Long, ManifestEntry> written = new ConcurrentHashMap<>();
        try (Journal journal = Journal.open(file)) {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 2_000; i++) {
                    ManifestEntry entry = RandomKeys.entry("key/" + i + "é".repeat(i % 900), i);
                    all.add(threads.submit(() -> written.put(journal.append(entry), entry)));
                }
                for (Future<?> each : all) {
                    each.get();
                }
            }
            assertThat(written).hasSize(2_000);
            for (Map.Entry<Long, ManifestEntry> each : written.entrySet()) {
                assertThat(journal.read(each.getKey())).isEqualTo(each.getValue());
            }
        }
        assertThat(readAll()).containsExactlyInAnyOrderElementsOf(written.values());
    }

    @Test
    void anInterruptDoesNotCloseItForTheOthers() throws IOException {
        try (Journal journal = Journal.open(file)) {
            Thread.currentThread().interrupt();
            long offset = journal.append(RandomKeys.entry("a", 1));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(journal.read(offset)).isEqualTo(RandomKeys.entry("a", 1));
        }
    }

    @Test
    void aTornLastLineIsIgnoredWhereverItIsTorn() throws IOException {
        append("a", "b");
        long whole = Files.size(file);
        append("c");
        byte[] bytes = Files.readAllBytes(file);
        for (int length = (int) whole; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThat(readAll()).extracting(ManifestEntry::key).containsExactly("a", "b");
        }
    }

    @Test
    void appendingAfterATornLineBeginsAFreshOne() throws IOException {
        append("a");
        Files.writeString(file, "{\"key\":\"b\",\"si", StandardOpenOption.APPEND);
        append("c");
        assertThat(readAll()).extracting(ManifestEntry::key).containsExactly("a", "c");
    }

    @Test
    void aJournalOfOneTornLineIsEmpty() throws IOException {
        Files.writeString(file, "x".repeat(200_000));
        assertThat(readAll()).isEmpty();
        append("a");
        assertThat(readAll()).extracting(ManifestEntry::key).containsExactly("a");
    }

    @Test
    void aHoleLeftByAPowerLossCostsOnlyItsLines() throws IOException {
        append("a", "b", "c");
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(raw.length() / 3 + 5);
            raw.write(new byte[20]);
        }
        assertThat(readAll()).extracting(ManifestEntry::key).containsExactly("a", "c");
    }

    @Test
    void readingWhereNoLineIsFails() throws IOException {
        try (Journal journal = Journal.open(file)) {
            long offset = journal.append(RandomKeys.entry("a", 1));
            assertThatThrownBy(() -> journal.read(offset + 3)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> journal.read(10_000))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("10000");
        }
    }

    @Test
    void slotsKeepWhatWasPutAndNothingElse() throws Exception {
        Path file = folder.resolve("shard-0.slots");
        try (Slots slots = Slots.create(file)) {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> all = new ArrayList<>();
                for (long i = 0; i < 3_000; i += 3) {
                    long sequence = 2_999 - i;
                    all.add(threads.submit(() -> {
                        slots.put(sequence, sequence * 7_000_000_000L);
                        return null;
                    }));
                }
                for (Future<?> each : all) {
                    each.get();
                }
            }
            slots.put(0, 0);
            try (Slots.Reader reader = Slots.read(file)) {
                for (long i = 0; i < 3_100; i++) {
                    boolean put = i < 3_000 && i % 3 == 2;
                    assertThat(reader.next()).isEqualTo(i == 0 ? 0 : put ? i * 7_000_000_000L : Slots.NONE);
                }
            }
            assertThatThrownBy(() -> slots.put(-1, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> slots.put(0, -1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theNewestEntryOfTheNewestJournalIsStaged() throws IOException {
        append("b", "a", "c");
        Path newer = folder.resolve("newer.journal");
        try (Journal journal = Journal.open(newer)) {
            journal.append(RandomKeys.entry("c", 20));
            journal.append(RandomKeys.entry("c", 21));
            journal.append(RandomKeys.entry("d", 22));
        }
        Path zst = folder.resolve("staged.jsonl.zst");
        ManifestSummary summary = StagedManifest.build(
                List.of(
                        new StagedManifest.JournalSource(file, "pass-1/"),
                        new StagedManifest.JournalSource(newer, "pass-2/")),
                folder.resolve("scratch"),
                zst);
        assertThat(summary.entries()).isEqualTo(4);
        try (ManifestReader reader = ManifestReader.open(zst)) {
            assertThat(reader.next()).isEqualTo(RandomKeys.entry("a", 1).withPath("pass-1/a"));
            assertThat(reader.next()).isEqualTo(RandomKeys.entry("b", 1).withPath("pass-1/b"));
            assertThat(reader.next()).isEqualTo(RandomKeys.entry("c", 21).withPath("pass-2/c"));
            assertThat(reader.next()).isEqualTo(RandomKeys.entry("d", 22).withPath("pass-2/d"));
            assertThat(reader.next()).isNull();
        }
    }

    private void append(String... keys) throws IOException {
        try (Journal journal = Journal.open(file)) {
            for (String key : keys) {
                journal.append(RandomKeys.entry(key, 1));
            }
        }
    }

    private List<ManifestEntry> readAll() throws IOException {
        List<ManifestEntry> entries = new ArrayList<>();
        try (JournalReader reader = JournalReader.open(file)) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry);
            }
        }
        return entries;
    }
}
