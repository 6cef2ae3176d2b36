package io.hubstorage.manifest;

import io.hubstorage.testkit.RandomKeys;
import java.io.IOException;
import java.nio.file.Path;

/** Writes, reads, journals and sorts more entries than fit its heap; run by {@link SmallHeapTest} in a JVM of its own. */
final class SmallHeap {
    private static final int ENTRIES = 100_000;

    private SmallHeap() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Path zst = folder.resolve("m.jsonl.zst");
        try (ManifestWriter writer = new ManifestWriter(zst)) {
            for (int i = 0; i < ENTRIES; i++) {
                writer.write(entry(i));
            }
            writer.finish();
        }
        check(zst);
        sort(folder);
    }

    private static void sort(Path folder) throws IOException {
        Path zst = folder.resolve("sorted.jsonl.zst");
        try (ManifestMerge sort = new ManifestMerge(null, folder.resolve("scratch"), 5_000)) {
            for (int i = 0; i < ENTRIES; i++) {
                sort.add(entry((int) (i * 7_919L % ENTRIES)));
            }
            sort.write(zst);
        }
        check(zst);
    }

    private static void check(Path zst) throws IOException {
        int count = 0;
        try (ManifestReader reader = ManifestReader.open(zst)) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry.size() != count) {
                    throw new IllegalStateException(count + " is " + entry);
                }
                count++;
            }
        }
        if (count != ENTRIES) {
            throw new IllegalStateException("only " + count);
        }
    }

    private static ManifestEntry entry(int i) {
        return RandomKeys.entry("photos/%03d/IMG_%08d.jpg".formatted(i / 1_000, i), i);
    }
}
