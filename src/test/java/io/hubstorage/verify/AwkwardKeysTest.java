package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.AwkwardKeys;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every awkward key through the real engine: it lands, inside, and is found again. */
final class AwkwardKeysTest extends VerifyTest {
    private static final List<String> KEYS = AwkwardKeys.all();

    @Test
    void thereAreAHundredOfThemAndMore() {
        assertThat(KEYS)
                .hasSizeGreaterThan(150)
                .doesNotHaveDuplicates()
                .allSatisfy(key ->
                        assertThat(key.getBytes(StandardCharsets.UTF_8).length).isBetween(1, 1_024));
    }

    @Test
    void allLandWithTheirContentAndTheirPathsLeadBackToThem() throws IOException {
        SyntheticBucket bucket = s3.bucket("odd", SyntheticBucket.ofKeys(33, KEYS));
        hub.configure("odd");

        Path snapshot = snapshot();

        Map<String, ManifestEntry> entries = entries(snapshot);
        assertThat(entries.keySet()).containsExactlyInAnyOrderElementsOf(KEYS);
        for (SyntheticObject object : bucket.objects().toList()) {
            ManifestEntry entry = Objects.requireNonNull(entries.get(object.key()));
            assertThat(entry.sha256()).as(object.key()).isEqualTo(object.sha256());
            assertThat(KeyPath.toKey(entry.path())).isEqualTo(object.key());
            assertThat(snapshot.resolve("s3/odd").resolve(entry.path()))
                    .isRegularFile()
                    .hasSize(33);
        }
        Verified report = verify(snapshot);
        assertThat(problems(report)).isEmpty();
        assertThat(report.hashed().objects()).isEqualTo(KEYS.size());
        nothingEscapes(snapshot);
        assertThat(hub.backUp().newSnapshot()).as("nothing has changed").isFalse();
    }

    @Test
    void theyAreLinkedCarriedAndKeptOverThreeSnapshots() throws IOException {
        SyntheticBucket bucket = s3.bucket("odd", SyntheticBucket.ofKeys(33, KEYS));
        hub.configure(new JsonObject()
                .put("s3_buckets", new JsonArray(List.of("odd")))
                .put("sync_options", new JsonObject().put("delete", false)));
        Path first = snapshot();
        for (int i = 0; i < KEYS.size(); i++) {
            if (i % 3 == 0) {
                bucket.delete(KEYS.get(i));
            }
        }
        bucket.change(KEYS.get(2));

        Path second = committed(hub.backUp(), true);
        for (int i = 0; i < KEYS.size(); i++) {
            if (i % 3 == 1) {
                bucket.change(KEYS.get(i));
                if (i % 2 == 0) {
                    s3.faults().whenGetting(KEYS.get(i)).then(Fault.accessDenied());
                }
            }
        }
        Path third = committed(hub.backUp(), true);

        assertThat(states(entries(second)))
                .containsOnlyKeys(EntryState.LINKED, EntryState.DOWNLOADED, EntryState.CARRIED);
        assertThat(states(entries(third))).containsOnlyKeys(EntryState.values());
        assertThat(entries(third).keySet()).containsExactlyInAnyOrderElementsOf(KEYS);
        Verified report = verify(first, second, third);
        assertThat(report.snapshots())
                .allSatisfy(each -> assertThat(each.problems()).isEmpty());
        nothingEscapes(first, second, third);
    }

    @Test
    void directoryMarkersAmongThemAreFolders() throws IOException {
        SyntheticBucket bucket = s3.bucket("odd", SyntheticBucket.empty());
        KEYS.forEach(key -> bucket.add(key, 0));
        hub.configure("odd");

        Path snapshot = snapshot();

        Map<String, ManifestEntry> entries = entries(snapshot);
        assertThat(entries.keySet()).containsExactlyInAnyOrderElementsOf(KEYS);
        entries.values().stream()
                .filter(ManifestEntry::directory)
                .forEach(entry -> assertThat(snapshot.resolve("s3/odd").resolve(entry.path()))
                        .isDirectory());
        assertThat(problems(verify(snapshot))).isEmpty();
        nothingEscapes(snapshot);
    }

    @Test
    void aFileThatTurnsIntoAFolderAndBackIsRightEachTime() throws IOException {
        SyntheticBucket bucket = s3.bucket("odd", SyntheticBucket.ofKeys(5, List.of("a", "z", "..", "w/x")));
        hub.configure(new JsonObject()
                .put("s3_buckets", new JsonArray(List.of("odd")))
                .put("sync_options", new JsonObject().put("delete", true)));
        Path first = snapshot();
        bucket.delete("a");
        bucket.add("a/b", 5);
        bucket.delete("..");
        bucket.add("../..", 5);
        bucket.delete("w/x");
        bucket.add("w", 5);
        Path second = snapshot();
        bucket.add("a", 5);
        bucket.add("..", 5);
        Path third = snapshot();

        assertThat(verify(first, second, third).ok()).isTrue();
        assertThat(entries(third).keySet()).containsExactlyInAnyOrder("..", "../..", "a", "a/b", "w", "z");
        nothingEscapes(first, second, third);
    }

    private Path committed(RunRecord run, boolean made) {
        assertThat(run.newSnapshot()).as(run.message()).isEqualTo(made);
        return hub.data().resolve(Objects.requireNonNull(run.snapshot()));
    }

    private static Map<EntryState, Long> states(Map<String, ManifestEntry> entries) {
        return entries.values().stream().collect(Collectors.groupingBy(ManifestEntry::state, Collectors.counting()));
    }

    private static Map<String, ManifestEntry> entries(Path snapshot) throws IOException {
        Map<String, ManifestEntry> entries = new TreeMap<>();
        try (ManifestReader reader = ManifestReader.open(Layout.manifest(snapshot, "odd"))) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.put(entry.key(), entry);
            }
        }
        return entries;
    }

    /** In the whole home of the test there is nothing but what belongs there, and no link. */
    private void nothingEscapes(Path... snapshots) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.toList()) {
                assertThat(Files.isSymbolicLink(file)).as("%s is a link", file).isFalse();
                String path = home.relativize(file).toString();
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && !inTree(file, snapshots)) {
                    found.add(path);
                }
            }
        }
        Set<String> expected = new TreeSet<>(List.of(
                "config/config.json",
                "config/config.json.last-good",
                "config/destination.json",
                "config/history.jsonl",
                "data/.hubstorage/lock",
                "data/.hubstorage/marker.json",
                "data/.hubstorage/presence.json"));
        for (Path snapshot : snapshots) {
            String name = home.relativize(snapshot).toString();
            expected.addAll(
                    List.of(name + "/run.json", name + "/manifest/odd.jsonl.zst", name + "/manifest/odd.index.json"));
            Path failures = Layout.failures(snapshot, "odd");
            if (Files.exists(failures)) {
                expected.add(home.relativize(failures).toString());
            }
        }
        // Which a service may have written by now, or not.
        found.remove("config/clock.json");
        assertThat(found.removeIf(path -> path.matches("data/\\.hubstorage/lock\\.epochs/[1-9][0-9]*")))
                .as("which run was the last to have the folder")
                .isTrue();
        assertThat(found).isEqualTo(expected);
    }

    private static boolean inTree(Path file, Path... snapshots) {
        return Stream.of(snapshots).anyMatch(snapshot -> file.startsWith(snapshot.resolve("s3/odd")));
    }
}
