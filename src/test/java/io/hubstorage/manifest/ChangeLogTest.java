package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.manifest.ChangeLog.Change;
import io.hubstorage.testkit.RandomKeys;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChangeLogTest {
    @TempDir
    Path folder;

    private Path file = Path.of("unset");

    @BeforeEach
    void name() {
        file = folder.resolve("shard-0.journal");
    }

    private void write(String... keys) throws IOException {
        try (ChangeLog log = new ChangeLog(file)) {
            for (String key : keys) {
                log.put(RandomKeys.entry(key, 1), null);
            }
        }
    }

    private List<ManifestEntry> downloads() throws IOException {
        List<ManifestEntry> entries = new ArrayList<>();
        try (ChangeLog.Reader reader = new ChangeLog.Reader(file)) {
            for (ManifestEntry entry = reader.nextDownload(); entry != null; entry = reader.nextDownload()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private List<Change> changes() throws IOException {
        List<Change> changes = new ArrayList<>();
        try (ChangeLog.Reader reader = new ChangeLog.Reader(file)) {
            for (Change change = reader.next(); change != null; change = reader.next()) {
                changes.add(change);
            }
        }
        return changes;
    }

    private boolean isDifferent(ManifestEntry entry, @Nullable ManifestEntry before) throws IOException {
        try (ChangeLog log = new ChangeLog(null)) {
            log.put(entry, before);
            return log.isDifferent();
        }
    }

    @Test
    void manyThreadsAppendAndEveryLineIsWhole() throws Exception {
        Queue<ManifestEntry> written = new ConcurrentLinkedQueue<>();
        try (ChangeLog log = new ChangeLog(file)) {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 2_000; i++) {
                    ManifestEntry entry = RandomKeys.entry("key/" + i + "é".repeat(i % 900), i);
                    all.add(threads.submit(() -> {
                        log.put(entry, null);
                        return written.add(entry);
                    }));
                }
                for (Future<?> each : all) {
                    each.get();
                }
            }
        }
        assertThat(written).hasSize(2_000);
        assertThat(downloads()).containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    void anInterruptDoesNotCloseItForTheOthers() throws IOException {
        try (ChangeLog log = new ChangeLog(file)) {
            Thread.currentThread().interrupt();
            log.put(RandomKeys.entry("a", 1), null);
            assertThat(Thread.interrupted()).isTrue();
            log.put(RandomKeys.entry("b", 1), null);
        }
        assertThat(downloads()).containsExactly(RandomKeys.entry("a", 1), RandomKeys.entry("b", 1));
    }

    @Test
    void aTornLastLineIsIgnoredWhereverItIsTornButNotWhenAManifestIsMade() throws IOException {
        write("a", "b");
        long whole = Files.size(file);
        write("a", "b", "c");
        byte[] bytes = Files.readAllBytes(file);
        for (int length = (int) whole + 1; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThat(downloads()).extracting(ManifestEntry::key).containsExactly("a", "b");
            assertThatThrownBy(this::changes).isInstanceOf(IOException.class).hasMessageContaining("torn");
        }
    }

    @Test
    void aLogIsGoneOnWithAtItsEnd() throws IOException {
        write("a", "b");
        try (ChangeLog log = ChangeLog.goOn(file)) {
            assertThat(log.isDifferent()).as("only what is new counts").isFalse();
            log.put(RandomKeys.entry("c", 1), null);
            assertThat(log.isDifferent()).isTrue();
        }
        assertThat(downloads()).extracting(ManifestEntry::key).containsExactly("a", "b", "c");
        assertThat(changes()).hasSize(3);
    }

    @Test
    void nothingIsWrittenToALogThatIsClosed() throws IOException {
        ChangeLog log = new ChangeLog(file);
        log.close();
        assertThatThrownBy(() -> log.gone("a")).isInstanceOf(IOException.class);
        assertThat(file).isEmptyFile();
    }

    @Test
    void aLogOfOneTornLineIsEmptyAndANewOneTakesItsPlace() throws IOException {
        Files.writeString(file, "x".repeat(200_000));
        assertThat(downloads()).isEmpty();
        write("a");
        assertThat(downloads()).extracting(ManifestEntry::key).containsExactly("a");
    }

    @Test
    void aHoleLeftByAPowerLossCostsOnlyItsLinesButNoManifestIsMadeOfIt() throws IOException {
        write("a", "b", "c");
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(raw.length() / 3 + 5);
            raw.write(new byte[20]);
        }
        assertThat(downloads()).extracting(ManifestEntry::key).containsExactly("a", "c");
        Path zst = folder.resolve("never.jsonl.zst");
        assertThatThrownBy(() -> {
                    try (ManifestMerge merge = new ManifestMerge(null, folder)) {
                        merge.addAll(file);
                        merge.write(zst);
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(ManifestIndex.beside(zst)).doesNotExist();
    }

    @Test
    void onlyDownloadsAreTakenUpAgain() throws IOException {
        ManifestEntry held = RandomKeys.entry("a", 1);
        try (ChangeLog log = new ChangeLog(file)) {
            log.put(held.withState(EntryState.KEPT), held);
            log.gone("{\"key\":");
            log.lost("c");
            log.put(RandomKeys.entry("d", 1), null);
        }
        assertThat(downloads()).containsExactly(RandomKeys.entry("d", 1));
        assertThat(changes()).extracting(Change::key).containsExactly("a", "{\"key\":", "c", "d");
        assertThat(changes().get(1).entry()).isNull();
    }

    @Test
    void theSameFileInAnotherStateMakesNoOtherSnapshot() throws IOException {
        ManifestEntry held = RandomKeys.entry("a", 1);
        assertThat(isDifferent(held.withState(EntryState.KEPT), held)).isFalse();
        assertThat(isDifferent(held, null)).isTrue();
        assertThat(isDifferent(held.withPath("b"), held)).isTrue();
        assertThat(isDifferent(RandomKeys.entry("a", 2), held)).isTrue();
        try (ChangeLog log = new ChangeLog(null)) {
            log.lost("a");
            assertThat(log.isDifferent()).as("lost").isFalse();
            log.gone("a");
            assertThat(log.isDifferent()).as("gone").isTrue();
        }
    }
}
