package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of damage to a snapshot is named as what it is, and hides nothing of the rest. */
final class DamageTest extends VerifyTest {
    /** Files of the snapshot, each of 100 bytes, beside the folder {@code empty}. */
    private static final List<String> FILES = List.of("a/0.jpg", "a/1.jpg", "a/2.jpg", "a/3.jpg", "b/1.jpg", "file");

    private static final String OTHER_MANIFEST = "MANIFEST null: its SHA-256 is ";
    private static final String NO_INDEX = "INDEX null: The manifest ";

    /** What is done to a snapshot. */
    interface Act {
        void on(Path snapshot) throws IOException;
    }

    /**
     * What happens to a snapshot, and what verify has to say of it.
     *
     * @param read how many files it reads all the same
     * @param problems how each is told, as far as it needs to be: kind, path, words
     */
    record Damage(String what, Act act, int read, List<String> problems) {
        Damage(String what, Act act, int read, String... problems) {
            this(what, act, read, List.of(problems));
        }

        @Override
        public String toString() {
            return what;
        }
    }

    private static Stream<Damage> damages() {
        return Stream.of(
                new Damage("nothing", _ -> {}, 6),
                new Damage(
                        "another byte, at the same time",
                        snapshot -> {
                            Path file = snapshot.resolve("s3/photos/a/1.jpg");
                            FileTime time = Files.getLastModifiedTime(file);
                            byte[] body = Files.readAllBytes(file);
                            body[42] ^= 1;
                            overwrite(file, body);
                            Files.setLastModifiedTime(file, time);
                        },
                        6,
                        "HASH a/1.jpg: its SHA-256 is "),
                new Damage(
                        "a shorter file",
                        snapshot -> overwrite(snapshot.resolve("s3/photos/a/1.jpg"), new byte[99]),
                        5,
                        "SIZE a/1.jpg: it has 99 bytes, but should have 100"),
                new Damage(
                        "a missing file",
                        snapshot -> Files.delete(snapshot.resolve("s3/photos/a/1.jpg")),
                        5,
                        "MISSING a/1.jpg: there is no such file"),
                new Damage(
                        "a missing folder",
                        snapshot -> Files.delete(snapshot.resolve("s3/photos/empty")),
                        6,
                        "MISSING empty: there is no such folder"),
                new Damage(
                        "strays in the bucket",
                        snapshot -> {
                            Files.write(snapshot.resolve("s3/photos/a/2.jpg.partial"), new byte[1]);
                            Files.createDirectories(snapshot.resolve("s3/photos/a/more/deeper"));
                            Files.createDirectories(snapshot.resolve("s3/photos/zzz"));
                        },
                        6,
                        "STRAY a/2.jpg.partial: the manifest does not name this; it is a file",
                        "STRAY a/more: the manifest does not name this; it is a folder",
                        "STRAY a/more/deeper: ",
                        "STRAY zzz: "),
                new Damage(
                        "strays beside the bucket",
                        snapshot -> {
                            Files.writeString(snapshot.resolve("notes.txt"), "mine");
                            Files.createDirectories(snapshot.resolve("s3/other"));
                            Files.writeString(snapshot.resolve("manifest/other.jsonl.zst"), "");
                        },
                        6,
                        "STRAY manifest/other.jsonl.zst: ",
                        "STRAY notes.txt: the certificate knows nothing that is called so here",
                        "STRAY s3/other: "),
                new Damage(
                        "a link to the very file, and one to the very folder",
                        snapshot -> {
                            replaceByLink(snapshot, "a/1.jpg");
                            replaceByLink(snapshot, "b");
                        },
                        4,
                        "MISSING b/1.jpg: b is a symbolic link, which is not followed",
                        "STRAY b: the manifest does not name this; it is a symbolic link",
                        "TYPE a/1.jpg: it should be a file, but is a symbolic link"),
                new Damage(
                        "a link to the bucket's very folder",
                        snapshot -> replaceByLink(snapshot, ""),
                        0,
                        "MISSING null: the bucket's folder is a symbolic link"),
                new Damage(
                        "no folder of the bucket",
                        snapshot -> Files.move(snapshot.resolve("s3/photos"), outside(snapshot)),
                        0,
                        "MISSING null: the bucket's folder is gone"),
                new Damage(
                        "a file in the place of a folder, and a folder in that of a file",
                        snapshot -> {
                            Files.delete(snapshot.resolve("s3/photos/empty"));
                            Files.createFile(snapshot.resolve("s3/photos/empty"));
                            Files.delete(snapshot.resolve("s3/photos/file"));
                            Files.createDirectory(snapshot.resolve("s3/photos/file"));
                        },
                        5,
                        "STRAY empty: ",
                        "STRAY file: ",
                        "TYPE empty: it should be a folder, but is a file",
                        "TYPE file: it should be a file, but is a folder"),
                new Damage(
                        "half a manifest, for which no file is called stray",
                        snapshot -> {
                            Path manifest = snapshot.resolve("manifest/photos.jsonl.zst");
                            byte[] whole = Files.readAllBytes(manifest);
                            Files.write(manifest, Arrays.copyOf(whole, whole.length / 2));
                        },
                        0,
                        "INDEX null: it is for a manifest of ",
                        OTHER_MANIFEST,
                        "MANIFEST null: it cannot be read to its end: "),
                new Damage(
                        "no manifest",
                        snapshot -> Files.delete(snapshot.resolve("manifest/photos.jsonl.zst")),
                        0,
                        "MANIFEST null: there is no manifest photos.jsonl.zst"),
                new Damage(
                        "a manifest out of order",
                        snapshot -> editManifest(snapshot, lines -> Collections.swap(lines, 1, 2)),
                        6,
                        NO_INDEX,
                        OTHER_MANIFEST,
                        "MANIFEST null: its keys are out of order: a/1.jpg after a/2.jpg"),
                new Damage(
                        "a manifest with a line too few",
                        snapshot -> editManifest(snapshot, lines -> lines.remove(1)),
                        5,
                        "EQUATION null: downloaded: the manifest has 6 (500 bytes), but the certificate says 7 (600"
                                + " bytes)",
                        "EQUATION null: lines in all: ",
                        "EQUATION null: verified by ",
                        NO_INDEX,
                        OTHER_MANIFEST,
                        "STRAY a/1.jpg: "),
                new Damage(
                        "a path that leads out",
                        snapshot -> editManifest(snapshot, lines -> setPath(lines, 1, "../outside")),
                        5,
                        NO_INDEX,
                        OTHER_MANIFEST,
                        "PATH ../outside: this path leads out of the bucket's folder",
                        "STRAY a/1.jpg: "),
                new Damage(
                        "two keys with one path",
                        snapshot -> editManifest(snapshot, lines -> setPath(lines, 1, "a/2.jpg")),
                        5,
                        "HASH a/2.jpg: ",
                        NO_INDEX,
                        OTHER_MANIFEST,
                        "PATH a/2.jpg: another key has this path too",
                        "PATH a/2.jpg: this path stands for the key a/2.jpg, not for its own",
                        "STRAY a/1.jpg: "),
                new Damage(
                        "no index",
                        snapshot -> Files.delete(snapshot.resolve("manifest/photos.index.json")),
                        6,
                        NO_INDEX),
                new Damage(
                        "an index with another first key",
                        snapshot -> editFrame(snapshot, frame -> frame.put("first_key", "a/00")),
                        6,
                        "INDEX null: frame 0 begins with the key a/0.jpg, not with a/00"),
                new Damage(
                        "an index of more lines",
                        snapshot -> editFrame(snapshot, frame -> frame.put("entries", 8)),
                        6,
                        "INDEX null: the manifest has fewer than the 8 lines that it counts"),
                new Damage(
                        "an index of fewer lines",
                        snapshot -> editFrame(
                                snapshot, frame -> frame.put("entries", 6).put("bytes", 500)),
                        6,
                        "INDEX null: the manifest has more than the 6 lines that it counts"),
                new Damage(
                        "an index of more bytes",
                        snapshot -> editFrame(snapshot, frame -> frame.put("bytes", 601)),
                        6,
                        "INDEX null: the files of frame 0 have not the bytes that it counts"),
                new Damage(
                        "an index with another fingerprint",
                        snapshot -> editFrame(snapshot, frame -> frame.put("fingerprint", "0".repeat(32))),
                        6,
                        "INDEX null: the files of frame 0 have not the fingerprint that it has of them"),
                new Damage(
                        "an equation that does not hold",
                        snapshot -> edit(
                                snapshot.resolve("run.json"),
                                run -> run.getJsonArray("buckets")
                                        .getJsonObject(0)
                                        .getJsonObject("counts")
                                        .getJsonObject("listed")
                                        .put("objects", 4)),
                        6,
                        "EQUATION null: "),
                new Damage(
                        "a certificate of another time",
                        snapshot -> edit(
                                snapshot.resolve("run.json"), run -> run.put("started_at", "2066-01-01T00:00:00Z")),
                        6,
                        "CERTIFICATE run.json: it says that its run began at 2066-01-01T00:00:00Z, which is not what"
                                + " the folder is called"),
                new Damage(
                        "a certificate of another snapshot",
                        snapshot -> edit(
                                snapshot.resolve("run.json"), run -> run.put("snapshot", "hublink_20660101000000")),
                        6,
                        "CERTIFICATE run.json: this is the certificate of hublink_20660101000000"),
                new Damage(
                        "half a certificate",
                        snapshot -> Files.writeString(snapshot.resolve("run.json"), "{"),
                        0,
                        "CERTIFICATE run.json: "),
                new Damage(
                        "no certificate",
                        snapshot -> Files.delete(snapshot.resolve("run.json")),
                        0,
                        "CERTIFICATE run.json: there is no certificate"));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void isNamedAndHidesNothing(Damage damage) throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.ofKeys(100, FILES));
        bucket.add("empty/", 0);
        hub.configure("photos");
        Path snapshot = snapshot();
        damage.act.on(snapshot);

        Verified report = verify(snapshot);

        List<String> found = problems(report).stream()
                .map(problem -> "%s %s: %s".formatted(problem.kind(), problem.path(), problem.detail()))
                .toList();
        assertThat(found).hasSameSizeAs(damage.problems);
        for (String problem : damage.problems) {
            assertThat(found).anyMatch(each -> each.startsWith(problem), problem);
        }
        assertThat(report.hashed().objects()).isEqualTo(damage.read);
    }

    /** The file or folder, moved away, with a link to it in its place. */
    private static void replaceByLink(Path snapshot, String path) throws IOException {
        Path file = snapshot.resolve("s3/photos").resolve(path);
        Path moved = outside(snapshot);
        Files.move(file, moved);
        Files.createSymbolicLink(file, moved);
    }

    private static Path outside(Path snapshot) throws IOException {
        return Files.createTempDirectory(snapshot.resolve("../.."), "outside-").resolve("moved");
    }

    /** And takes the index away, which is right for the other one alone. */
    private static void editManifest(Path snapshot, Consumer<List<String>> edit) throws IOException {
        Path manifest = snapshot.resolve("manifest/photos.jsonl.zst");
        List<String> lines = new ArrayList<>(
                new String(Zstd.decompress(Files.readAllBytes(manifest), 1 << 20), StandardCharsets.UTF_8)
                        .lines()
                        .toList());
        edit.accept(lines);
        Files.write(manifest, Zstd.compress((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8)));
        Files.delete(snapshot.resolve("manifest/photos.index.json"));
    }

    private static void setPath(List<String> lines, int line, String path) {
        lines.set(line, new JsonObject(lines.get(line)).put("path", path).encode());
    }

    /** The only frame; the sums are made to fit. */
    private static void editFrame(Path snapshot, Consumer<JsonObject> edit) throws IOException {
        edit(snapshot.resolve("manifest/photos.index.json"), index -> {
            JsonObject frame = index.getJsonArray("frames").getJsonObject(0);
            edit.accept(frame);
            index.put("entries", frame.getValue("entries")).put("bytes", frame.getValue("bytes"));
        });
    }

    private static void edit(Path file, Consumer<JsonObject> edit) throws IOException {
        JsonObject json = new JsonObject(Files.readString(file));
        edit.accept(json);
        Files.writeString(file, json.encode());
    }
}
