package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.AwkwardKeys;
import io.hubstorage.testkit.SyntheticBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the shell snippets of {@code docs/disk-format.md} as they stand there, over real snapshots. */
final class DiskFormatTest extends VerifyTest {
    private static final Pattern SNIPPET = Pattern.compile("```bash\n(.*?)```", Pattern.DOTALL);

    private static final String END = "<<the end of this key>>";

    private Path snapshot;

    private record Ended(int code, String text) {}

    @BeforeEach
    void makeSnapshot() {
        for (String tool : List.of("bash", "jq", "zstdcat", "sha256sum")) {
            assumeTrue(isInstalled(tool), tool + " is not installed");
        }
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.ofKeys(21, AwkwardKeys.all()));
        bucket.add("empty folder/", 0);
        bucket.add("odd./", 0);
        bucket.add("clash/b/c/", 0);
        hub.configure("photos");
        snapshot = snapshot();
    }

    @Test
    void thePathOfEveryAwkwardKeyLeadsBackToItInAShell() throws IOException, InterruptedException {
        String function = snippet("path_to_key()");
        List<ManifestEntry> entries = entries();
        assertThat(entries).hasSizeGreaterThan(150);
        assertThat(back(
                        function,
                        entries.stream()
                                .map(entry -> new Stored(entry.path(), entry.directory()))
                                .toList()))
                .isEqualTo(entries.stream().map(ManifestEntry::key).toList());
    }

    @Test
    void soDoPathsWithAnyNumberAndLongOnes() throws IOException, InterruptedException {
        String function = snippet("path_to_key()");

        List<String> paths = List.of("~hub12~a/~hub2~%41%2Fb", "~hub", "~hubx~a", "~hub+~ab/~hub1~cd/e", "%41/~x%42");
        assertThat(back(
                        function,
                        paths.stream().map(path -> new Stored(path, false)).toList()))
                .isEqualTo(paths.stream().map(KeyPath::toKey).toList());
    }

    @Test
    void aGoodSnapshotPassesTheChecksByHand() throws IOException, InterruptedException {
        for (String check : List.of("jq -r '.buckets[]", "sha256sum --quiet -c -)", "comm -13")) {
            Ended ended = bash(snippet(check));
            assertThat(ended.text()).as(check).isEmpty();
            assertThat(ended.code()).as(check).isZero();
        }
    }

    @Test
    void theChecksByHandFindWhatIsWrong() throws IOException, InterruptedException {
        Path tree = snapshot.resolve("s3/photos");
        overwrite(tree.resolve("~hub~.%2E"), new byte[21]);
        Files.writeString(tree.resolve("stray"), "x");

        assertThat(bash(snippet("sha256sum --quiet -c -)")).text()).startsWith("./~hub~.%2E: ");
        assertThat(bash(snippet("comm -13")).text()).isEqualTo("stray\n");
        Files.write(snapshot.resolve("manifest/photos.jsonl.zst"), new byte[1], StandardOpenOption.APPEND);
        assertThat(bash(snippet("jq -r '.buckets[]")).code()).isNotZero();
    }

    @Test
    void aSnapshotIsRestoredByCopyingItAndTheBackupStaysAsItIs() throws IOException, InterruptedException {
        Path target = home.resolve("restored");

        Ended ended = bash(snippet("cp -R").replace("/tmp/restored", target.toString()));

        assertThat(ended.code()).as(ended.text()).isZero();
        for (ManifestEntry entry : entries()) {
            Path restored = target.resolve(entry.path());
            if (entry.directory()) {
                assertThat(restored).isDirectory();
            } else {
                assertThat(restored).isWritable().hasSameBinaryContentAs(snapshot.resolve("s3/photos/" + entry.path()));
            }
        }
        assertThat(problems(verify(snapshot))).isEmpty();
        assertThat(Files.getPosixFilePermissions(snapshot.resolve("s3/photos/run.json"))
                        .toString())
                .doesNotContain("WRITE");
    }

    @Test
    void theKeysThatHaveAPathOfTheirOwnCanBeListed() throws IOException, InterruptedException {
        long expected = entries().stream()
                .filter(entry -> !entry.path().equals(entry.key()))
                .count();

        assertThat(bash(snippet("{key, path}")).text().lines()).hasSize((int) expected);
    }

    private record Stored(String path, boolean folder) {}

    /** What the function makes of each of them, in one shell. There is no character that is in no key. */
    private List<String> back(String function, List<Stored> all) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder(function);
        for (int i = 0; i < all.size(); i++) {
            Path file = Files.writeString(home.resolve("path-" + i), all.get(i).path());
            script.append("\npath_to_key \"$(cat '%s')\" %s; printf '%s'"
                    .formatted(file, all.get(i).folder() ? "folder" : "", END));
        }
        String text = bash(script.toString()).text();
        assertThat(text).endsWith(END);
        return List.of(text.substring(0, text.length() - END.length()).split(END, -1));
    }

    private List<ManifestEntry> entries() throws IOException {
        List<ManifestEntry> entries = new ArrayList<>();
        try (ManifestReader reader = ManifestReader.open(Layout.manifest(snapshot, "photos"))) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    /** The one snippet of the page that holds this text. */
    private static String snippet(String text) throws IOException {
        Matcher snippets = SNIPPET.matcher(Files.readString(Path.of("docs/disk-format.md")));
        List<String> found = new ArrayList<>();
        while (snippets.find()) {
            if (snippets.group(1).contains(text)) {
                found.add(snippets.group(1));
            }
        }
        assertThat(found).as(text).hasSize(1);
        return found.getFirst();
    }

    private static boolean isInstalled(String tool) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    /** In the snapshot's folder. */
    private Ended bash(String script) throws IOException, InterruptedException {
        Path file = Files.writeString(home.resolve("script.sh"), "set -o pipefail\n" + script);
        Path out = home.resolve("script.out");
        Process process = new ProcessBuilder("bash", file.toString())
                .directory(snapshot.toFile())
                .redirectOutput(out.toFile())
                .redirectError(home.resolve("script.err").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(out));
    }
}
