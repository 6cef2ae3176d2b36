package io.hubstorage.verify.scrub;

import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.verify.scrub.Damage.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which manifests can be believed: reads every certificate, and compares each manifest with the SHA-256 that its certificate has. What
 * is damaged goes to the sink, what cannot be looked at is counted. Blocking; for one thread.
 */
final class CertifiedManifests {
    private static final Logger LOG = LoggerFactory.getLogger(CertifiedManifests.class);
    private static final String CERTIFICATE = "run.json";

    private final Layout layout;
    private final InstantSource clock;
    private final Pace pace;
    private final Inventory.Sink sink;
    private final List<String> snapshots = new ArrayList<>();
    private final List<Instant> startedAt = new ArrayList<>();
    private final Map<String, BitSet> buckets = new TreeMap<>();
    private Tally unreadable = Tally.ZERO;

    CertifiedManifests(Layout layout, InstantSource clock, Pace pace, Inventory.Sink sink) {
        this.layout = layout;
        this.clock = clock;
        this.pace = pace;
        this.sink = sink;
    }

    /** By bucket, the numbers of the snapshots whose manifest of it is whole; the oldest snapshot has the least number. */
    Map<String, BitSet> byBucket() {
        return buckets;
    }

    /** The name of one. */
    String snapshot(int number) {
        return snapshots.get(number);
    }

    /** When its run began; long ago where its certificate cannot be read. */
    Instant startedAt(int number) {
        return startedAt.get(number);
    }

    /** Folders, certificates and manifests that could not be looked at. */
    Tally unreadable() {
        return unreadable;
    }

    void read() throws IOException, InterruptedException {
        try (Stream<Snapshots.Folder> newestFirst = new Snapshots(layout).folders(null)) {
            for (Snapshots.Folder folder : (Iterable<Snapshots.Folder>) newestFirst::iterator) {
                if (!folder.legacy()) {
                    snapshots.addFirst(folder.name());
                } else if (Files.isDirectory(Layout.manifests(folder.path(), null), LinkOption.NOFOLLOW_LINKS)) {
                    // The old tool made no manifests: this one had a certificate.
                    sink.damaged(new Damage(folder.name(), "", "", CERTIFICATE, Kind.MANIFEST, clock.instant()));
                }
            }
        }
        countClosed();
        for (int i = 0; i < snapshots.size(); i++) {
            startedAt.add(Instant.EPOCH);
            certified(i);
        }
    }

    /** Folders of snapshots that nobody may look into are not listed. */
    private void countClosed() throws IOException {
        if (!Files.isDirectory(layout.data())) {
            return;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(layout.data(), Layout.SNAPSHOT_PREFIX + "*")) {
            for (Path folder : folders) {
                try {
                    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                        BasicFileAttributes _ = Inventory.attributes(Layout.certificate(folder));
                    }
                } catch (IOException e) {
                    unreadable(folder, e);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void unreadable(Path place, IOException e) {
        LOG.warn("{} cannot be looked at: {}", place, e.toString());
        unreadable = unreadable.plus(Tally.of(0));
    }

    private void certified(int number) throws IOException, InterruptedException {
        Path folder = layout.snapshot(snapshots.get(number));
        Certificate certificate;
        try {
            certificate = Certificate.read(Layout.certificate(folder));
        } catch (AccessDeniedException e) {
            unreadable(Layout.certificate(folder), e);
            return;
        } catch (IOException e) {
            sink.damaged(damage(number, "", CERTIFICATE));
            return;
        }
        startedAt.set(number, certificate.startedAt());
        for (Certificate.Bucket bucket : certificate.buckets()) {
            pace.step();
            ManifestSummary summary = bucket.manifest();
            if (summary == null) {
                continue;
            }
            Path manifest = Layout.manifest(folder, bucket.name());
            try {
                if (isWhole(manifest, summary)) {
                    buckets.computeIfAbsent(bucket.name(), _ -> new BitSet()).set(number);
                } else {
                    damaged(number, bucket.name(), manifest);
                }
            } catch (AccessDeniedException e) {
                unreadable(manifest, e);
            }
        }
    }

    private boolean isWhole(Path manifest, ManifestSummary summary) throws AccessDeniedException, InterruptedException {
        try {
            return FileProof.content(manifest, pace, true).sha256().equals(summary.sha256());
        } catch (AccessDeniedException e) {
            throw e;
        } catch (IOException e) {
            return false;
        }
    }

    /** Tells that a manifest, or its index, is not as it was written. */
    void damaged(int number, String bucket, Path file) throws IOException {
        Path folder = layout.snapshot(snapshots.get(number));
        sink.damaged(damage(number, bucket, folder.relativize(file).toString()));
    }

    private Damage damage(int number, String bucket, String path) {
        return new Damage(snapshots.get(number), bucket, "", path, Kind.MANIFEST, clock.instant());
    }
}
