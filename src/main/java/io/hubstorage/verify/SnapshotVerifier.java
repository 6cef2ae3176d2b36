package io.hubstorage.verify;

import io.hubstorage.bus.Tally;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.fs.Trees;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.verify.BucketTree.Found;
import io.hubstorage.verify.Findings.Seen;
import io.hubstorage.verify.TreeJoin.Named;
import io.hubstorage.verify.VerifyReport.Problem.Kind;
import io.hubstorage.verify.scrub.Proofs;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recomputes snapshots from the disk and compares them with their certificates and manifests, in both directions: all that
 * is named is there, and nothing else is. Writes nothing to the snapshots and needs no lock, since a snapshot never
 * changes. One snapshot is verified after the other, and what it shares with the one before, file by file of the same name, is
 * read once: neither memory nor scratch files grow with the number of snapshots, and memory not with that of objects
 * either. Blocking.
 */
public final class SnapshotVerifier {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotVerifier.class);

    /** Four sorts at once, of items of some hundred bytes. */
    private static final int SORT_RUN = 20_000;

    private final InstantSource clock;
    private final Path scratchParent;
    private final int sortRun;

    /** @param scratchParent a folder for temporary files, outside the data folder */
    public SnapshotVerifier(InstantSource clock, Path scratchParent) {
        this(clock, scratchParent, SORT_RUN);
    }

    SnapshotVerifier(InstantSource clock, Path scratchParent, int sortRun) {
        this.clock = clock;
        this.scratchParent = scratchParent;
        this.sortRun = sortRun;
    }

    /** The same where nobody wants to know which files were read. */
    public VerifyReport verify(VerifyRequest request, VerifyProgress progress, Consumer<VerifyReport.Snapshot> each)
            throws IOException, InterruptedException {
        return verify(request, progress, null, each);
    }

    /**
     * Verifies one snapshot after the other, in the order of the request.
     *
     * @param proofs takes the files that were read and are right; null when nobody wants to know
     * @param each gets what was found in each, as soon as it is known
     * @throws IOException when the scratch folder cannot be used
     * @throws CancellationException when the progress was told to
     */
    public VerifyReport verify(
            VerifyRequest request,
            VerifyProgress progress,
            @Nullable Proofs proofs,
            Consumer<VerifyReport.Snapshot> each)
            throws IOException, InterruptedException {
        Instant begin = clock.instant();
        Path scratch = Files.createTempDirectory(scratchParent, "hubstorage-verify-");
        long problems = 0;
        try {
            Work work = new Work(request, progress, scratch, new Proven(proofs, begin));
            for (String name : request.snapshots()) {
                VerifyReport.Snapshot snapshot =
                        work.snapshot(request.layout().snapshot(name)).report();
                if (wasRemoved(request.layout(), name)) {
                    continue;
                }
                problems += snapshot.problemsTotal();
                each.accept(snapshot);
            }
        } finally {
            Trees.delete(scratch);
        }
        return new VerifyReport(
                begin,
                clock.instant(),
                request.layout().data().toString(),
                request.samplePercent(),
                request.seed(),
                new Tally(progress.filesHashed(), progress.bytesHashed()),
                problems);
    }

    /** Whether retention has taken it away meanwhile: then what was missing in it was not damage. */
    private static boolean wasRemoved(Layout layout, String name) {
        return !Files.exists(layout.snapshot(name), LinkOption.NOFOLLOW_LINKS)
                && (Files.exists(layout.removed(name)) || Files.exists(layout.deleting(name)));
    }

    /** Tells of what was read; a verification does not fail because nobody can write that down. */
    private static final class Proven {
        private final Instant begin;
        private @Nullable Proofs proofs;

        Proven(@Nullable Proofs proofs, Instant begin) {
            this.proofs = proofs;
            this.begin = begin;
        }

        void read(Path file, BasicFileAttributes before, String sha256) {
            try {
                if (proofs != null) {
                    proofs.add(file, before, sha256, begin);
                }
            } catch (IOException e) {
                LOG.warn("What is proven cannot be written down for the next cycle: {}", e.getMessage());
                proofs = null;
            }
        }
    }

    private final class Work {
        private final VerifyRequest request;
        private final VerifyProgress progress;
        private final Path scratch;
        private final ProvenFiles proven;
        private final Hashing hashing;
        private final Proven told;

        Work(VerifyRequest request, VerifyProgress progress, Path scratch, Proven told) {
            this.told = told;
            this.request = request;
            this.progress = progress;
            this.scratch = scratch;
            this.proven = new ProvenFiles(scratch);
            this.hashing = new Hashing(progress);
        }

        Findings snapshot(Path folder) throws IOException, InterruptedException {
            progress.check();
            progress.beginSnapshot();
            String name = folder.getFileName().toString();
            boolean certified = Files.exists(Layout.certificate(folder), LinkOption.NOFOLLOW_LINKS);
            boolean manifests = Files.exists(folder.resolve("manifest"), LinkOption.NOFOLLOW_LINKS);
            Findings findings = new Findings(name, !certified && !manifests);
            try {
                if (certified) {
                    certified(folder, findings);
                } else if (manifests) {
                    findings.problem(Kind.CERTIFICATE, null, null, "run.json", "there is no certificate");
                } else {
                    legacy(folder, findings);
                }
            } catch (IOException e) {
                findings.problem(Kind.UNREADABLE, null, null, null, "its verification could not be finished: " + e);
            }
            return findings;
        }

        private void certified(Path folder, Findings findings) throws IOException, InterruptedException {
            Certificate certificate;
            try {
                certificate = Certificate.read(Layout.certificate(folder));
            } catch (IOException e) {
                findings.problem(Kind.CERTIFICATE, null, null, "run.json", String.valueOf(e.getMessage()));
                return;
            }
            new CertificateCheck(folder, certificate, request, findings).check();
            certificate.buckets().stream()
                    .filter(bucket -> request.covers(bucket.name()))
                    .forEach(bucket -> progress.addToCover(bucket.files().bytes()));
            for (Certificate.Bucket bucket : certificate.buckets()) {
                if (request.covers(bucket.name()) && bucket.manifest() != null) {
                    bucket(folder, bucket, bucket.manifest(), findings);
                }
            }
        }

        private void bucket(Path snapshot, Certificate.Bucket bucket, ManifestSummary summary, Findings findings)
                throws IOException, InterruptedException {
            Path folder = Layout.tree(snapshot, bucket.name());
            BucketTree tree = new BucketTree(bucket.name(), folder, BucketTree.isFolded(snapshot), findings);
            if (!Files.isDirectory(folder.resolveSibling(""), LinkOption.NOFOLLOW_LINKS)
                    || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                String detail = Files.isSymbolicLink(folder)
                        ? "the bucket's folder is a symbolic link, which is not followed"
                        : "the bucket's folder is gone";
                tree.problem(Kind.MISSING, null, null, detail);
                return;
            }
            try (ExternalSort<Named> named = sort(Named::place, Named.CODEC);
                    ExternalSort<Found> found = sort(Found::place, Found.CODEC)) {
                Path manifest = Layout.manifest(snapshot, bucket.name());
                if (new ManifestCheck(bucket, manifest, tree, progress).read(summary, named)) {
                    tree.walk(progress, found::add);
                    compare(tree, named, found);
                }
            }
        }

        private void compare(BucketTree tree, ExternalSort<Named> named, ExternalSort<Found> found)
                throws IOException, InterruptedException {
            try (ExternalSort<Hashing.Job> jobs = sort(Hashing.Job::inode, Hashing.Job.CODEC);
                    ExternalSort<ProvenFiles.Item> next = sort(ProvenFiles.Item::place, ProvenFiles.Item.CODEC);
                    ProvenFiles.Cursor before = proven.open(tree.bucket())) {
                try (Sorted<Named> names = named.sorted();
                        Sorted<Found> files = found.sorted()) {
                    new TreeJoin(tree, (name, file) -> present(tree, name, file, before, jobs, next))
                            .join(names, files);
                }
                if (jobs.isEmpty() && next.size() == before.count()) {
                    // All is as the list says that was made for the snapshot before.
                    return;
                }
                try (Sorted<Hashing.Job> sorted = jobs.sorted()) {
                    hashing.run(tree.folder(), sorted, sink(tree, next));
                }
                try (Sorted<ProvenFiles.Item> sorted = next.sorted()) {
                    proven.replace(tree.bucket(), sorted);
                }
            }
        }

        private <T> ExternalSort<T> sort(Function<T, String> order, ExternalSort.Codec<T> codec) {
            return new ExternalSort<>(Comparator.comparing(order), codec, scratch, sortRun);
        }

        private void present(
                BucketTree tree,
                Named name,
                Found file,
                ProvenFiles.Cursor before,
                ExternalSort<Hashing.Job> jobs,
                ExternalSort<ProvenFiles.Item> next)
                throws IOException {
            if (OwnFiles.isWritable(tree.file(file.path()))) {
                tree.count(Seen.WRITABLE, name.size());
            }
            if (name.sha256() == null) {
                tree.count(Seen.NOT_PROVABLE, name.size());
                progress.cover(name.size());
            } else if (!request.samples(name.sha256())) {
                tree.count(Seen.NOT_SAMPLED, name.size());
                progress.cover(name.size());
            } else {
                Hashing.Job job = new Hashing.Job(
                        file.inode(), file.place(), file.path(), name.key(), name.size(), name.sha256(), name.stored());
                String known = before.sha256(job);
                if (known == null) {
                    jobs.add(job);
                } else {
                    progress.cover(name.size());
                    next.add(ProvenFiles.Item.of(job, known));
                    judge(tree, job, known);
                }
            }
        }

        private Hashing.Sink sink(BucketTree tree, ExternalSort<ProvenFiles.Item> next) {
            return new Hashing.Sink() {
                @Override
                public void read(Hashing.Job job, BasicFileAttributes before, String sha256) throws IOException {
                    next.add(ProvenFiles.Item.of(job, sha256));
                    judge(tree, job, sha256);
                    if (sha256.equals(job.fileSha256())) {
                        told.read(tree.file(job.path()), before, sha256);
                    }
                }

                @Override
                public void unreadable(Hashing.Job job, Throwable failure) {
                    tree.problem(Kind.UNREADABLE, job.key(), job.path(), "it cannot be read: " + failure);
                }
            };
        }

        private static void judge(BucketTree tree, Hashing.Job job, String found) {
            if (found.equals(job.fileSha256())) {
                tree.count(Seen.PROVEN, job.size());
            } else {
                tree.problem(
                        Kind.HASH,
                        job.key(),
                        job.path(),
                        "its SHA-256 is %s, but the manifest says %s".formatted(found, job.fileSha256()));
            }
        }

        /** The old tool left no word about what its files should be: they can only be counted. */
        private void legacy(Path folder, Findings findings) throws IOException {
            Path s3 = folder.resolve("s3");
            if (!Files.isDirectory(s3, LinkOption.NOFOLLOW_LINKS)) {
                findings.problem(Kind.CERTIFICATE, null, null, null, "this folder holds no snapshot");
                return;
            }
            try (DirectoryStream<Path> buckets = Files.newDirectoryStream(s3)) {
                for (Path bucket : buckets) {
                    String name = bucket.getFileName().toString();
                    if (request.covers(name) && Files.isDirectory(bucket, LinkOption.NOFOLLOW_LINKS)) {
                        findings.begin(name);
                        BucketTree tree = new BucketTree(name, bucket, false, findings);
                        tree.walk(progress, found -> {
                            if (found.type() == BucketTree.Type.FILE) {
                                tree.count(Seen.ENTRIES, found.size());
                                tree.count(Seen.NOT_PROVABLE, found.size());
                            }
                        });
                    }
                }
            }
        }
    }
}
