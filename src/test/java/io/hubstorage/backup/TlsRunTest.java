package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.TestClients;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs against a real server, over TLS with an authority of its own and over plain HTTP. */
final class TlsRunTest {
    private static final String BUCKET = "odd-names";

    /** A directory marker. */
    private static final String FOLDER = "a folder/";

    /** More than one ranged GET. */
    private static final int LARGE = 9 * 1024 * 1024;

    private static final List<String> KEYS = List.of(
            "plain.txt",
            "spaces in the name.txt",
            " leading and trailing space ",
            "100%.txt",
            "percent%20encoded%2Fslash.txt",
            "plus+and=equals&ampersand.txt",
            "question?mark#hash.txt",
            "back\\slash.txt",
            "semi;colon|pipe<less>greater*star.txt",
            "trailing dot.",
            "con.txt",
            "Übergröße/Käse & Brötchen.txt",
            "日本語/東京/報告書.txt",
            "emoji/👩‍👩‍👧‍👦 family.txt",
            "beyond/\uffee before the emoji in UTF-16, after it in UTF-8.txt",
            "composed/é.txt",
            "decomposed/e\u0301.txt",
            "Case/readme.txt",
            "case/README.txt",
            "a name that goes on " + "and on ".repeat(30) + ".txt");

    @TempDir
    private Path home = Path.of("");

    @Test
    void aRunOverTlsTrustsThePrivateAuthorityThatItIsGiven() throws IOException {
        try (EmbeddedS3 s3 = EmbeddedS3.startTls()) {
            backsUpByteForByte(s3);
        }
    }

    @Test
    void aRunOverPlainHttpDoesTheSame() throws IOException {
        try (EmbeddedS3 s3 = EmbeddedS3.start()) {
            backsUpByteForByte(s3);
        }
    }

    @Test
    void anUnknownAuthorityFailsTheRunAndTheReasonSaysWhatToSet() {
        try (EmbeddedS3 s3 = EmbeddedS3.startTls()) {
            s3.createBucket(BUCKET);
            Settings.Aws unknown = TestClients.settings(s3.endpoint(), s3.accessKey(), s3.secretKey());
            try (Hub hub = new Hub(home, unknown, InstantSource.system()).configure(BUCKET)) {
                RunRecord run = hub.backUp();

                assertThat(run.result()).isEqualTo(RunResult.FAILED);
                assertThat(run.snapshot()).isNull();
                assertThat(run.message()).contains("AWS_CA_BUNDLE");
            }
        }
    }

    private void backsUpByteForByte(EmbeddedS3 s3) throws IOException {
        Map<String, byte[]> objects = fill(s3);
        try (Hub hub = new Hub(home, s3.settings(), InstantSource.system()).configure(BUCKET)) {
            RunRecord first = hub.backUp();
            assertThat(first.result()).as(first.message()).isEqualTo(RunResult.SUCCESS);
            Audit before = holds(hub, first, objects);

            assertThat(hub.backUp().newSnapshot()).as("nothing has changed").isFalse();

            byte[] revised = "revised".getBytes(StandardCharsets.UTF_8);
            objects.put("100%.txt", revised);
            s3.put(BUCKET, "100%.txt", revised);
            objects.remove("con.txt");
            s3.delete(BUCKET, "con.txt");
            RunRecord third = hub.backUp();
            assertThat(third.totals().downloaded().objects()).isEqualTo(1);
            assertThat(third.totals().deleted().objects()).isEqualTo(1);
            Audit after = holds(hub, third, objects);
            assertThat(inode(after, "large.bin")).isEqualTo(inode(before, "large.bin"));
        }
    }

    private static Map<String, byte[]> fill(EmbeddedS3 s3) {
        Map<String, byte[]> objects = new TreeMap<>();
        KEYS.forEach(key -> objects.put(key, ("The key is: " + key).getBytes(StandardCharsets.UTF_8)));
        objects.put("an/empty/object", new byte[0]);
        objects.put(FOLDER, new byte[0]);
        byte[] large = new byte[LARGE];
        new Random(3).nextBytes(large);
        objects.put("large.bin", large);
        s3.createBucket(BUCKET);
        objects.forEach((key, body) -> s3.put(BUCKET, key, body));
        return objects;
    }

    private static Audit holds(Hub hub, RunRecord run, Map<String, byte[]> objects) throws IOException {
        Audit audit = Audit.of(hub.snapshots(), Objects.requireNonNull(run.snapshot()));
        assertThat(audit.entries(BUCKET).keySet()).containsExactlyInAnyOrderElementsOf(objects.keySet());
        for (Map.Entry<String, byte[]> object : objects.entrySet()) {
            Path file = audit.file(BUCKET, object.getKey());
            if (object.getKey().equals(FOLDER)) {
                assertThat(file).isEmptyDirectory();
            } else {
                assertThat(Files.readAllBytes(file)).as(object.getKey()).isEqualTo(object.getValue());
            }
        }
        return audit;
    }

    private static Object inode(Audit audit, String key) throws IOException {
        return Objects.requireNonNull(
                Files.getAttribute(audit.file(BUCKET, key), "unix:ino", LinkOption.NOFOLLOW_LINKS));
    }
}
