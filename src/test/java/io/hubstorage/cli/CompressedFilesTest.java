package io.hubstorage.cli;

import static io.hubstorage.testkit.TextBucket.noise;
import static io.hubstorage.testkit.TextBucket.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.browse.FolderArchive;
import io.hubstorage.browse.Preview;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TextBucket;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of a snapshot with files in both forms, by the commands and in the browser: always the objects' own bytes. */
final class CompressedFilesTest {
    private static final int LARGE = 2_500_000;

    @TempDir
    Path home;

    private Commands commands;
    private SyntheticS3 s3;
    private TextBucket photos;

    @BeforeEach
    void backUp() throws IOException {
        s3 = SyntheticS3.start();
        commands = new Commands(home)
                .with("AWS_ENDPOINT_URL", s3.endpoint())
                .with("AWS_ACCESS_KEY_ID", "synthetic")
                .with("AWS_SECRET_ACCESS_KEY", "synthetic-secret")
                .with("HUBSTORAGE_RESTORE_PATH", home)
                .with("HUBSTORAGE_REPLICATION_PATH", home)
                .at(InstantSource.system())
                .configured("""
                    {"s3_buckets": ["photos"], "automation": {"enabled": false, "max_retries": 0},
                     "compression": {"mode": "files", "patterns": ["*.txt"], "level": 5}}\
                    """);
        photos = new TextBucket(s3, "photos")
                .put("log/large.txt", text(LARGE, 1))
                .put("log/small.txt", text(20_000, 2))
                .put("log/again.txt", text(20_000, 2))
                .put("log/small.txt.zst", noise(300, 3))
                .put("log/noise.txt", noise(20_000, 4))
                .put("picture.bin", noise(LARGE, 5));
        assertThat(commands.run("backup")).as(commands.err()).isZero();
        assertThat(entry("log/large.txt").stored()).isNotNull();
        assertThat(entry("log/small.txt").path()).isEqualTo("log/small.txt.zst");
        assertThat(entry("log/small.txt.zst").stored()).isNull();
        assertThat(entry("log/noise.txt").stored()).isNull();
    }

    @AfterEach
    void close() {
        photos.close();
        s3.close();
    }

    private SnapshotReader newest() throws IOException {
        return new SnapshotReader(
                new Snapshots(new Layout(home.resolve("data"))).newest().orElseThrow());
    }

    private ManifestEntry entry(String key) throws IOException {
        return newest().entry("photos", key);
    }

    private Path file(String key) throws IOException {
        return newest().folder().resolve("s3/photos").resolve(entry(key).path());
    }

    private void assertHolds(Map<String, byte[]> found) {
        assertThat(found.keySet()).isEqualTo(photos.content().keySet());
        found.forEach((key, bytes) ->
                assertThat(bytes).as(key).isEqualTo(photos.content().get(key)));
    }

    private static SortedMap<String, byte[]> files(Path folder) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(each).toString(), Files.readAllBytes(each));
            }
        }
        return files;
    }

    @Test
    void theBrowserShowsAndPacksTheContent() throws IOException {
        SnapshotReader snapshot = newest();
        Preview preview = Preview.of(snapshot.file("photos", entry("log/small.txt")), entry("log/small.txt"));
        assertThat(preview.kind()).isEqualTo(Preview.Kind.TEXT);
        assertThat(preview.text()).isEqualTo(new String(text(20_000, 2), StandardCharsets.UTF_8));

        SortedMap<String, byte[]> packed = archive(snapshot);
        assertThat(packed.keySet().stream().filter(name -> !name.endsWith("/")))
                .containsExactlyInAnyOrder(
                        "log/large.txt", "log/small.txt", "log/again.txt", "log/~hub1~small.txt.zst", "log/noise.txt");
        assertThat(packed.get("log/large.txt")).isEqualTo(text(LARGE, 1));
        assertThat(packed.get("log/~hub1~small.txt.zst")).isEqualTo(noise(300, 3));
    }

    private static SortedMap<String, byte[]> archive(SnapshotReader snapshot) throws IOException {
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        new FolderArchive(snapshot, "photos").write(FolderArchive.Choice.of("log/"), zip);
        SortedMap<String, byte[]> packed = new TreeMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip.toByteArray()))) {
            for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
                packed.put(each.getName(), in.readAllBytes());
            }
        }
        return packed;
    }

    @Test
    void aDamagedFileIsMissingInAnArchiveAndTheOthersAreNot() throws IOException {
        Path large = file("log/large.txt");
        rot(large, (int) Files.size(large) / 2);

        SortedMap<String, byte[]> packed = archive(newest());

        assertThat(packed.keySet()).doesNotContain("log/large.txt").contains("~hub~MISSING.txt");
        assertThat(new String(packed.get("~hub~MISSING.txt"), StandardCharsets.UTF_8))
                .contains("log/large.txt: The file in the snapshot was damaged");
        assertThat(packed.get("log/small.txt")).isEqualTo(text(20_000, 2));
    }

    @Test
    void aRestoreWritesTheContent() throws IOException {
        Path target = home.resolve("restored");
        assertThat(commands.run("restore", "--bucket", "photos", "--to-dir", target.toString(), "--yes"))
                .as(() -> commands.out() + commands.err())
                .isZero();
        assertHolds(files(target));

        try (TextBucket back = new TextBucket(s3, "back")) {
            assertThat(commands.run("restore", "--bucket", "photos", "--to", "s3://back/", "--yes"))
                    .as(() -> commands.out() + commands.err())
                    .isZero();
            SortedMap<String, byte[]> found = new TreeMap<>();
            photos.content().keySet().forEach(key -> found.put(key, back.get(key)));
            assertHolds(found);
        }
    }

    @Test
    void aSecondCopyHasTheSameFilesAndCanBeProven() throws IOException {
        Path copy = home.resolve("copy");
        assertThat(commands.run("replicate", "--to", copy.toString()))
                .as(() -> commands.out() + commands.err())
                .isZero();
        Path tree = home.resolve("data").relativize(newest().folder()).resolve("s3");
        SortedMap<String, byte[]> there = files(copy.resolve(tree));
        files(home.resolve("data").resolve(tree))
                .forEach((path, bytes) -> assertThat(there.get(path)).as(path).isEqualTo(bytes));
        assertThat(commands.with("HUBSTORAGE_DATA_PATH", copy).run("verify", "--all"))
                .as(() -> commands.out() + commands.err())
                .isZero();
    }

    @Test
    void damageOfACompressedFileIsFoundAndRepairedFromS3InEverySnapshot() throws IOException {
        String first = newest().name();
        photos.put("new.txt", text(20_000, 7));
        assertThat(commands.run("backup")).isZero();
        assertThat(commands.run("verify", "--all"))
                .as(() -> commands.out() + commands.err())
                .isZero();

        Path large = file("log/large.txt");
        byte[] right = Files.readAllBytes(large);
        rot(large, right.length / 3);
        assertThat(commands.run("verify", "--all")).isNotZero();
        assertThat(commands.out()).contains("log/large.txt");

        assertThat(commands.run("repair", "--check", "--yes"))
                .as(() -> commands.out() + commands.err())
                .isZero();
        assertThat(commands.out()).contains("S3");
        assertThat(home.resolve("data/.hubstorage/quarantine/list.jsonl"))
                .content()
                .as("what is in its place has the size and the hash of the file")
                .contains("\"size\":%d,".formatted(right.length));
        assertThat(Files.readAllBytes(large))
                .as("in the form that the manifest names")
                .isEqualTo(right);
        Path older = home.resolve("data").resolve(first).resolve("s3/photos/log/large.txt.zst");
        assertThat(Files.readAllBytes(older)).isEqualTo(right);
        assertThat(commands.run("verify", "--all"))
                .as(() -> commands.out() + commands.err())
                .isZero();
    }

    @Test
    void damageOfACompressedFileIsRepairedFromATwinWhereS3HasItNoMore() throws IOException {
        photos.delete("log/small.txt");
        Path small = file("log/small.txt");
        byte[] right = Files.readAllBytes(small);
        rot(small, right.length - 5);
        assertThat(commands.run("repair", "--check", "--yes"))
                .as(() -> commands.out() + commands.err())
                .isZero();
        assertThat(Files.readAllBytes(small)).isEqualTo(right);
        assertThat(commands.run("verify", "--all"))
                .as(() -> commands.out() + commands.err())
                .isZero();
    }

    @Test
    void whatIsDamagedIsNotRestored() throws IOException {
        rot(file("log/large.txt"), 100);
        Path target = home.resolve("restored");
        assertThat(commands.run("restore", "--bucket", "photos", "--to-dir", target.toString(), "--yes"))
                .isNotZero();
        assertThat(target.resolve("log/large.txt")).doesNotExist();
        assertThat(target.resolve("log/small.txt")).hasBinaryContent(text(20_000, 2));
        assertThat(commands.out() + commands.err()).contains("damaged");
    }

    /** As a disk does it, which changes no time. */
    private static void rot(Path file, int at) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 4;
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.write(file, bytes);
        assertThat(file.toFile().setReadOnly()).isTrue();
        Files.setLastModifiedTime(file, time);
    }
}
