package io.hubstorage.replicate;

import io.hubstorage.bus.ReplicationRecord.Failure;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.hubstorage.fs.DiskProbe;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Sha256;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.manifest.ManifestIndex;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One snapshot into the copy: what its certificate names, and nothing else. What cannot be proven is named, and then the snapshot does
 * not come to be; what could be copied of it stays for the next time.
 */
final class SnapshotCopy {
    private final Job job;
    private final CopyFolder copy;
    private final RateLimiter limiter;
    private final List<Base> bases;
    private boolean base;

    /**
     * What is being copied.
     *
     * @param source the snapshot's folder in the data folder
     * @param stop asked before each step
     */
    record Job(String name, Path source, ReplicationProgress progress, Cancellation stop) {
        /** A snapshot that was removed has no damaged files. */
        void requireThere() throws GoneException {
            if (!Files.exists(Layout.certificate(source), LinkOption.NOFOLLOW_LINKS)) {
                throw new GoneException();
            }
        }
    }

    /**
     * A snapshot to link from.
     *
     * @param copy its folder in the copy
     * @param source its folder in the data folder; null where it is there no more
     */
    record Base(Path copy, @Nullable Path source) {}

    /** The snapshot is not in the data folder any more. */
    static final class GoneException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** @param bases what it is linked from; the first that has a file gives it */
    SnapshotCopy(Job job, CopyFolder copy, RateLimiter limiter, List<Base> bases) {
        this.job = job;
        this.copy = copy;
        this.limiter = limiter;
        this.bases = bases;
    }

    /**
     * Returns whether the copy has it now.
     *
     * @throws GoneException when it is not in the data folder any more
     * @throws IOException when something is wrong with the copy's disk
     */
    boolean run() throws IOException, InterruptedException {
        Path file = Layout.certificate(job.source());
        Certificate certificate;
        String hash;
        if (OwnFiles.regular(file) == null) {
            job.requireThere();
            return failed(null, "Its certificate is something else than a file.");
        }
        try {
            certificate = Certificate.read(file);
            hash = HexFormat.of().formatHex(Sha256.digest().digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            job.requireThere();
            return failed(null, String.valueOf(e.getMessage()));
        }
        List<Certificate.Bucket> buckets = certificate.buckets().stream()
                .filter(bucket -> bucket.manifest() != null)
                .toList();
        Optional<String> problem = problem(certificate);
        if (problem.isPresent()) {
            return failed(null, problem.get());
        }
        Tally total = buckets.stream().map(Certificate.Bucket::files).reduce(Tally.ZERO, Tally::plus);
        job.progress().begin(job.name(), total);
        if (Files.exists(copy.snapshot(job.name()), LinkOption.NOFOLLOW_LINKS)) {
            return failed(null, "In the copy there is something of that name that is no snapshot: remove it.");
        }
        CopyFolder.Staging staging = copy.stage(job.name(), hash);
        base = staging.left() != CopyFolder.Left.DOUBTFUL;
        requireRoom(total, staging);
        FileCopy files = new FileCopy(copy.parts(), copy.syncsByFile(), limiter, job.stop());
        boolean whole = manifests(buckets, staging, files) && namesFit(buckets, staging);
        for (Certificate.Bucket bucket : whole ? buckets : List.<Certificate.Bucket>of()) {
            whole &= new BucketCopy(job, bucket.name(), staging, files, bases).run(bucket.files());
        }
        whole = whole && besideTrees(staging, files, hash);
        if (whole) {
            job.stop().check();
            copy.commit(job.name());
        }
        return whole;
    }

    /**
     * Whether each file that there is of it is proven, although it may not be whole, so that another snapshot can be linked from it. Not
     * where some may have lost their bytes with the power: not all of them need have been read again.
     */
    boolean isBase() {
        return base;
    }

    /** Of a first snapshot all is new: nobody has to wait until the disk is full. */
    private void requireRoom(Tally total, CopyFolder.Staging staging) throws IOException {
        long free = DiskProbe.usableBytes(copy.path());
        if (bases.isEmpty() && staging.left() == CopyFolder.Left.NOTHING && total.bytes() > free) {
            throw new IOException(
                    "%s takes %s, and the disk of %s has %s free. Make room there, or choose a larger disk"
                            .formatted(
                                    job.name(), Sizes.bytes((double) total.bytes()), copy.path(), Sizes.bytes((double)
                                            free)));
        }
    }

    private Optional<String> problem(Certificate certificate) {
        if (!certificate.snapshot().equals(job.name())) {
            return Optional.of("Its certificate is that of %s.".formatted(certificate.snapshot()));
        }
        return certificate.buckets().stream()
                .map(Certificate.Bucket::name)
                .filter(name -> !BucketSpec.isName(name))
                .findFirst()
                .map("Its certificate names a bucket \"%s\", which cannot be."::formatted);
    }

    private boolean failed(@Nullable String bucket, String why) {
        job.progress().failed(new Failure(job.name(), bucket, null, why));
        return false;
    }

    /** Copies the manifests, each of which must be the one that was certified, and what lies beside them. */
    private boolean manifests(List<Certificate.Bucket> buckets, CopyFolder.Staging staging, FileCopy files)
            throws IOException, InterruptedException {
        boolean whole = true;
        for (Certificate.Bucket bucket : buckets) {
            ManifestSummary summary = bucket.manifest();
            Path from = Layout.manifest(job.source(), bucket.name());
            Path to = Layout.manifest(staging.folder(), bucket.name());
            makeFolder(staging.folder(), Durable.folderOf(to));
            try {
                requireOwn(from);
                files.copy(from, to, new FileCopy.Expected(-1, summary == null ? null : summary.sha256(), null));
                files.copy(ManifestIndex.beside(from), ManifestIndex.beside(to), new FileCopy.Expected(-1, null, null));
                Path failures = Layout.failures(job.source(), bucket.name());
                if (OwnFiles.regular(failures) != null) {
                    files.copy(
                            failures,
                            Layout.failures(staging.folder(), bucket.name()),
                            new FileCopy.Expected(-1, null, null));
                }
            } catch (SourceException e) {
                job.requireThere();
                whole = failed(bucket.name(), "Its manifest: " + e.getMessage());
            }
        }
        return whole;
    }

    private void requireOwn(Path file) throws SourceException {
        if (OwnFiles.leadsAway(job.source(), Durable.folderOf(file))) {
            throw new SourceException("A symbolic link stands in its way.", null);
        }
    }

    private static void makeFolder(Path snapshot, Path folder) throws IOException {
        Files.createDirectories(folder);
        if (OwnFiles.leadsAway(snapshot, folder)) {
            throw new IOException(
                    "%s is a symbolic link, which HubStorage neither makes nor follows: remove it".formatted(folder));
        }
    }

    private boolean namesFit(List<Certificate.Bucket> buckets, CopyFolder.Staging staging) throws IOException {
        boolean fit = true;
        for (Certificate.Bucket bucket : buckets) {
            Path manifest = Layout.manifest(staging.folder(), bucket.name());
            try {
                Optional<Failure> problem = copy.names().problem(job.name(), bucket.name(), manifest, copy.scratch());
                problem.ifPresent(job.progress()::failed);
                fit &= problem.isEmpty();
            } catch (CorruptManifestException e) {
                fit = failed(bucket.name(), String.valueOf(e.getMessage()));
            }
        }
        return fit;
    }

    /** What a snapshot is known by, and all files beside its certificate: whether it is pinned, what was repaired. */
    private boolean besideTrees(CopyFolder.Staging staging, FileCopy files, String certificate)
            throws IOException, InterruptedException {
        // Also where all buckets are of named accounts.
        makeFolder(staging.folder(), Layout.trees(staging.folder(), null));
        makeFolder(staging.folder(), Layout.manifests(staging.folder(), null));
        try (Stream<Path> children = Files.list(job.source())) {
            for (Path child : (Iterable<Path>) children::iterator) {
                if (OwnFiles.regular(child) != null) {
                    boolean certifies = child.equals(Layout.certificate(job.source()));
                    files.copy(
                            child,
                            staging.folder().resolve(child.getFileName()),
                            new FileCopy.Expected(-1, certifies ? certificate : null, null));
                }
            }
            return true;
        } catch (SourceException e) {
            job.requireThere();
            return failed(null, "A file beside its certificate: " + e.getMessage());
        }
    }
}
