package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A snapshot recomputed from the disk: every file against its manifest line, no stray file, both equations, the hash of
 * the manifest. Shares no code with the engine but the readers of its formats.
 */
final class Audit {
    private final SnapshotInfo snapshot;
    private final Certificate certificate;
    private final Map<String, Map<String, ManifestEntry>> buckets = new TreeMap<>();

    private Audit(SnapshotInfo snapshot) {
        this.snapshot = snapshot;
        this.certificate = Objects.requireNonNull(snapshot.certificate());
    }

    static Audit of(Snapshots snapshots, String name) {
        try {
            Audit audit = new Audit(snapshots.find(name).orElseThrow(() -> new AssertionError("no snapshot " + name)));
            audit.recompute();
            return audit;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    Certificate certificate() {
        return certificate;
    }

    Certificate.Bucket certificate(String bucket) {
        return certificate.buckets().stream()
                .filter(each -> each.name().equals(bucket))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the certificate does not name " + bucket));
    }

    /** The manifest, by key. */
    Map<String, ManifestEntry> entries(String bucket) {
        return Objects.requireNonNull(buckets.get(bucket), () -> "the snapshot has no bucket " + bucket);
    }

    ManifestEntry entry(String bucket, String key) {
        return Objects.requireNonNull(entries(bucket).get(key), () -> "the manifest does not have " + key);
    }

    /** The keys in that state. */
    Set<String> keys(String bucket, EntryState state) {
        return entries(bucket).values().stream()
                .filter(entry -> entry.state() == state)
                .map(ManifestEntry::key)
                .collect(Collectors.toSet());
    }

    Set<String> buckets() {
        return buckets.keySet();
    }

    Path file(String bucket, String key) {
        return snapshot.tree(bucket).resolve(entry(bucket, key).path());
    }

    /** Holds exactly what S3 has now. */
    Audit holds(String name, SyntheticBucket bucket) {
        return holds(name, bucket.objects().toList());
    }

    /** Holds exactly these objects, byte for byte. */
    Audit holds(String name, List<SyntheticObject> objects) {
        assertThat(entries(name).keySet())
                .as("keys of %s", name)
                .containsExactlyInAnyOrderElementsOf(
                        objects.stream().map(SyntheticObject::key).toList());
        for (SyntheticObject object : objects) {
            ManifestEntry entry = entry(name, object.key());
            assertThat(entry.etag())
                    .as("ETag of %s", object.key())
                    .isEqualTo(object.etag().isEmpty() ? null : object.etag());
            assertThat(entry.size()).as("size of %s", object.key()).isEqualTo(object.size());
            assertThat(entry.sha256()).as("hash of %s", object.key()).isEqualTo(object.sha256());
            assertThat(entry.lastModified()).as("time of %s", object.key()).isEqualTo(object.lastModified());
        }
        return this;
    }

    private void recompute() throws IOException {
        assertThat(certificate.problems()).isEmpty();
        assertThat(certificate.snapshot()).isEqualTo(snapshot.name());
        Set<String> certified = new HashSet<>();
        for (Certificate.Bucket bucket : certificate.buckets()) {
            if (bucket.manifest() != null) {
                certified.add(bucket.name());
                buckets.put(bucket.name(), recompute(bucket));
            } else {
                assertThat(bucket.files()).isEqualTo(Tally.ZERO);
            }
        }
        assertThat(snapshot.buckets()).as("folders below s3").containsExactlyInAnyOrderElementsOf(certified);
    }

    private Map<String, ManifestEntry> recompute(Certificate.Bucket bucket) throws IOException {
        Path manifest = snapshot.manifest(bucket.name());
        assertThat(sha256(manifest))
                .isEqualTo(Objects.requireNonNull(bucket.manifest()).sha256());
        Map<String, ManifestEntry> entries = new LinkedHashMap<>();
        Map<EntryState, Tally> states = new TreeMap<>();
        Map<String, Tally> verified = new TreeMap<>();
        try (ManifestReader reader = ManifestReader.open(manifest)) {
            String last = null;
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (last != null) {
                    assertThat(KeyOrder.compare(last, entry.key())).isNegative();
                }
                last = entry.key();
                entries.put(entry.key(), entry);
                states.merge(entry.state(), Tally.of(entry.size()), Tally::plus);
                verified.merge(
                        Objects.requireNonNullElse(entry.verified(), "unrecorded"),
                        Tally.of(entry.size()),
                        Tally::plus);
                check(bucket.name(), entry);
            }
        }
        assertThat(states.getOrDefault(EntryState.LINKED, Tally.ZERO))
                .as("linked")
                .isEqualTo(bucket.counts().linked());
        assertThat(states.getOrDefault(EntryState.DOWNLOADED, Tally.ZERO))
                .as("downloaded")
                .isEqualTo(bucket.counts().downloaded());
        assertThat(states.getOrDefault(EntryState.CARRIED, Tally.ZERO))
                .as("carried")
                .isEqualTo(bucket.counts().carried());
        assertThat(states.getOrDefault(EntryState.KEPT, Tally.ZERO))
                .as("kept")
                .isEqualTo(bucket.counts().kept());
        assertThat(Objects.requireNonNull(bucket.manifest()).verified())
                .as("how it was verified")
                .isEqualTo(verified);
        noStrays(bucket.name(), entries);
        return entries;
    }

    private void check(String bucket, ManifestEntry entry) throws IOException {
        Path file = snapshot.tree(bucket).resolve(entry.path());
        assertThat(
                        entry.stored() == null
                                ? KeyPath.toKey(entry.path(), entry.directory())
                                : KeyPath.toKeyOfCompressed(entry.path()))
                .as("the path undone")
                .isEqualTo(entry.key());
        assertThat(file.normalize().startsWith(snapshot.tree(bucket)))
                .as(entry.path())
                .isTrue();
        if (entry.directory()) {
            assertThat(file).isDirectory();
            return;
        }
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                .as("%s is a file", file)
                .isTrue();
        assertThat(Files.size(file)).as("size of the file of %s", entry.key()).isEqualTo(entry.fileSize());
        if (entry.sha256() != null) {
            assertThat(sha256(file)).as("hash of the file of %s", entry.key()).isEqualTo(entry.fileSha256());
        }
        if (entry.stored() != null) {
            byte[] content = decoded(file);
            assertThat(content.length).as("size of %s", entry.key()).isEqualTo(entry.size());
            assertThat(sha256(content)).as("hash of %s", entry.key()).isEqualTo(entry.sha256());
        }
        assertThat(seconds(Files.getLastModifiedTime(file).toInstant()))
                .as("file time of %s", entry.key())
                .isEqualTo(seconds(entry.timeOnDisk()));
        if (entry.state() == EntryState.DOWNLOADED) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as("mode of %s", entry.key())
                    .doesNotContain("w");
        }
    }

    private void noStrays(String bucket, Map<String, ManifestEntry> entries) throws IOException {
        Path tree = snapshot.tree(bucket);
        Set<Path> named = entries.values().stream()
                .filter(entry -> !entry.directory())
                .map(entry -> tree.resolve(entry.path()))
                .collect(Collectors.toSet());
        try (Stream<Path> files = Files.walk(tree)) {
            assertThat(files.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)))
                    .containsExactlyInAnyOrderElementsOf(named);
        }
    }

    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    /** As any zstd does it, which knows nothing of how we read it. */
    private static byte[] decoded(Path file) throws IOException {
        try (InputStream in = new ZstdInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private static String sha256(Path file) throws IOException {
        return sha256(Files.readAllBytes(file));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
