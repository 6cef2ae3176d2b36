package io.hubstorage.backup;

import static io.hubstorage.testkit.TextBucket.noise;
import static io.hubstorage.testkit.TextBucket.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.Sha256;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.TextBucket;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which files a run stores compressed, under which names, and what of that a changed policy changes. */
final class CompressionTest extends EngineTest {
    private static final int LARGE = 2_500_000;

    private TextBucket photos;

    @BeforeEach
    void fill() {
        photos = new TextBucket(s3, "photos");
    }

    private static JsonObject policy(String mode, String... patterns) {
        return new JsonObject()
                .put("s3_buckets", new JsonArray(List.of("photos")))
                .put(
                        "compression",
                        new JsonObject().put("mode", mode).put("patterns", new JsonArray(List.of(patterns))));
    }

    private Audit backUp(JsonObject config) {
        RunRecord run = hub.stop().configure(config).backUp();
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        Audit audit = audit(run);
        assertThat(audit.entries("photos").keySet()).isEqualTo(photos.content().keySet());
        photos.content().forEach((key, bytes) -> {
            ManifestEntry entry = audit.entry("photos", key);
            assertThat(entry.size()).as(key).isEqualTo(bytes.length);
            assertThat(entry.sha256())
                    .as(key)
                    .isEqualTo(HexFormat.of().formatHex(Sha256.digest().digest(bytes)));
        });
        return audit;
    }

    private static boolean isCompressed(Audit audit, String key) {
        return audit.entry("photos", key).stored() != null;
    }

    @Test
    void whatMatchesAndGetsSmallerIsStoredCompressedUnderItsNameWithAnEnding() throws IOException {
        photos.put("log/large.txt", text(LARGE, 1))
                .put("log/small.txt", text(20_000, 2))
                .put("log/tiny.txt", text(100, 3))
                .put("log/noise.txt", noise(20_000, 4))
                .put("log/large-noise.txt", noise(LARGE, 5))
                .put("picture.bin", text(20_000, 6))
                .put("log/empty.txt", new byte[0]);

        Audit audit = backUp(policy("files", "*.txt"));

        assertThat(audit.entry("photos", "log/large.txt").path()).isEqualTo("log/large.txt.zst");
        assertThat(audit.entry("photos", "log/small.txt").path()).isEqualTo("log/small.txt.zst");
        assertThat(Files.size(audit.file("photos", "log/large.txt"))).isLessThan(LARGE / 2);
        for (String plain :
                List.of("log/tiny.txt", "log/noise.txt", "log/large-noise.txt", "picture.bin", "log/empty.txt")) {
            assertThat(audit.entry("photos", plain).path()).isEqualTo(plain);
            assertThat(isCompressed(audit, plain)).as(plain).isFalse();
        }
        assertThat(audit.certificate()
                        .basis()
                        .options()
                        .path("compression")
                        .path("mode")
                        .asText())
                .isEqualTo("files");
    }

    @Test
    void anObjectThatIsCalledLikeACompressedFileKeepsItsBytesUnderANumber() throws IOException {
        byte[] own = noise(300, 1);
        photos.put("a.txt", text(20_000, 1))
                .put("a.txt.zst", own)
                .put("a.txt.zst/b.txt", text(20_000, 2))
                .put("b.txt", noise(20_000, 3))
                .put("b.txt.zst", noise(300, 4))
                .put("x".repeat(253) + ".t", text(20_000, 5));

        Audit audit = backUp(policy("files", "*.t*"));

        assertThat(audit.entry("photos", "a.txt").path()).isEqualTo("a.txt.zst");
        assertThat(audit.entry("photos", "a.txt.zst").path()).isEqualTo("~hub1~a.txt.zst");
        assertThat(Files.readAllBytes(audit.file("photos", "a.txt.zst"))).isEqualTo(own);
        assertThat(audit.entry("photos", "a.txt.zst/b.txt").path()).isEqualTo("~hub2~a.txt.zst/b.txt.zst");
        assertThat(isCompressed(audit, "x".repeat(253) + ".t"))
                .as("its name is too long for one")
                .isTrue();

        photos.put("c.txt", text(20_000, 6));
        Audit next = backUp(policy("files", "*.t*"));
        assertThat(next.entry("photos", "b.txt.zst").path())
                .as("does not depend on what became of b.txt, so nothing moves from run to run")
                .isEqualTo(audit.entry("photos", "b.txt.zst").path());
    }

    @Test
    void anotherPolicyChangesOnlyNewFiles() throws IOException {
        photos.put("a.txt", text(20_000, 1)).put("b.txt", text(20_000, 2)).put("large.txt", text(LARGE, 3));
        Audit plain = backUp(policy("off"));

        assertThat(plain.certificate().format()).isEqualTo(Certificate.FORMAT);

        RunRecord unchanged = hub.stop().configure(policy("files", "*")).backUp();
        assertThat(unchanged.newSnapshot()).as("a policy alone is nothing new").isFalse();

        photos.put("b.txt", text(20_000, 4));
        Audit files = backUp(policy("files", "*"));
        assertThat(isCompressed(files, "a.txt")).isFalse();
        assertThat(isCompressed(files, "b.txt")).isTrue();
        assertLinked(plain, files, "a.txt", "large.txt");

        photos.put("a.txt", text(20_000, 5)).put("large.txt", text(LARGE, 6));
        Audit all = backUp(policy("files", "*"));
        assertThat(all.entries("photos").values()).allMatch(entry -> entry.stored() != null);
        assertLinked(files, all, "b.txt");

        photos.put("a.txt", text(20_000, 7));
        Audit off = backUp(policy("filesystem"));
        assertThat(isCompressed(off, "a.txt")).isFalse();
        assertThat(isCompressed(off, "b.txt")).isTrue();
        assertLinked(all, off, "b.txt", "large.txt");
        assertThat(List.of(files, all, off))
                .as("no program that does not know compressed files must touch it")
                .allMatch(audit -> audit.certificate().format() == Certificate.COMPRESSED);
        assertThat(hub.backUp().newSnapshot()).isFalse();
    }

    @Test
    void aDamagedCompressedFileIsDownloadedAnewByTheNextRun() throws IOException {
        photos.put("a.txt", text(20_000, 1)).put("b.txt", text(20_000, 2));
        Audit first = backUp(policy("files", "*"));
        Path file = first.file("photos", "a.txt");
        Files.delete(file);
        Files.write(file, noise(50, 1));

        s3.log().clear();
        Audit second = backUp(policy("files", "*"));
        assertThat(gets()).containsOnlyKeys("a.txt");
        assertThat(isCompressed(second, "a.txt")).isTrue();
        assertLinked(first, second, "b.txt");
    }

    @Test
    void whatIsGoneFromS3IsCarriedOnInItsForm() throws IOException {
        photos.put("a.txt", text(20_000, 1)).put("a.txt.zst", noise(10, 1));
        JsonObject carrying = policy("files", "*.txt").put("sync_options", delete(false));
        Audit first = backUp(carrying);

        photos.delete("a.txt").put("b.txt", text(20_000, 2));
        RunRecord run = hub.stop()
                .configure(policy("off").put("sync_options", delete(false)))
                .backUp();
        Audit second = audit(run);
        assertThat(isCompressed(second, "a.txt")).isTrue();
        assertThat(second.entry("photos", "a.txt.zst").path()).isEqualTo("~hub1~a.txt.zst");
        assertLinked(first, second, "a.txt");
    }

    @Test
    void whatAnInterruptedRunHasCompressedIsNotDownloadedAgain() {
        photos.put("a.txt", text(20_000, 1))
                .put("a.txt.zst", noise(300, 2))
                .put("large.txt", text(LARGE, 3))
                .put("z.txt", text(20_000, 4));
        HeldRequests held = new HeldRequests();
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && request.key().equals("z.txt"))
                .then(Fault.hold(held));
        hub.configure(policy("files", "*.txt")).start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));
        await().until(() -> held.arrived() > 0 && downloadedSoFar() == 3);
        hub.stop();
        Hub.await(Future.fromCompletionStage(finished));
        held.open();
        s3.faults().clear();
        s3.log().clear();

        Audit audit = backUp(policy("off"));
        assertThat(gets()).containsOnlyKeys("z.txt");
        assertThat(isCompressed(audit, "a.txt")).as("taken over in its form").isTrue();
        assertThat(isCompressed(audit, "large.txt")).isTrue();
        assertThat(isCompressed(audit, "z.txt")).isFalse();
    }

    private static void assertLinked(Audit before, Audit after, String... keys) throws IOException {
        for (String key : keys) {
            ManifestEntry entry = after.entry("photos", key);
            assertThat(entry.stored()).isEqualTo(before.entry("photos", key).stored());
            assertThat(inode(after.file("photos", key)))
                    .as("file of %s", key)
                    .isEqualTo(inode(before.file("photos", key)));
        }
    }

    @Test
    void nothingOfTheWorkIsLeft() throws IOException {
        photos.put("large.txt", text(LARGE, 1)).put("large-noise.txt", noise(LARGE, 2));
        backUp(policy("files", "*"));
        try (Stream<Path> left = Files.walk(hub.data().resolve(".hubstorage"))) {
            assertThat(left.filter(file -> file.toString().contains("staging") && Files.isRegularFile(file)))
                    .isEmpty();
        }
    }
}
