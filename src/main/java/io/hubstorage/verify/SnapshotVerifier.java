package io.hubstorage.verify;

import io.hubstorage.bus.Tally;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.ExternalSort;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.ManifestSummary;
import io.hubstorage.snapshot.Sorted;
import io.hubstorage.snapshot.Trees;
import io.hubstorage.verify.Problem.Kind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Recomputes snapshots from the disk and compares them with their certificates and manifests, in both directions: all that
 * is named is there, and nothing else is. Writes nothing to the data folder and needs no lock, since a snapshot never
 * changes; memory does not grow with the number of objects. Blocking.
 */
public final class SnapshotVerifier {
    /** Three sorts at once, of items of some hundred bytes. */
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

    /**
     * Verifies; what is wrong with a snapshot is in the report.
     *
     * @throws IOException when the scratch folder cannot be used
     * @throws CancellationException when the progress was told to
     */
    public VerifyReport verify(VerifyRequest request, VerifyProgress progress)
            throws IOException, InterruptedException {
        Instant begin = clock.instant();
        Path scratch = Files.createTempDirectory(scratchParent, "hubstorage-verify-");
        try {
            List<Findings> findings = new Work(request, progress, scratch).run();
            List<VerifyReport.Snapshot> snapshots =
                    findings.stream().map(Findings::report).toList();
            return new VerifyReport(
                    begin,
                    clock.instant(),
                    request.layout().data().toString(),
                    snapshots.stream().allMatch(VerifyReport.Snapshot::ok),
                    request.samplePercent(),
                    request.seed(),
                    new Tally(progress.filesHashed(), progress.bytesHashed()),
                    snapshots);
        } finally {
            Trees.delete(scratch);
        }
    }

    /** One verification. */
    private final class Work {
        private final VerifyRequest request;
        private final VerifyProgress progress;
        private final Path scratch;
        private final Sample sample;
        private final List<BucketTree> trees = new ArrayList<>();
        private final ExternalSort<HashJob> jobs;

        Work(VerifyRequest request, VerifyProgress progress, Path scratch) {
            this.request = request;
            this.progress = progress;
            this.scratch = scratch;
            this.sample = new Sample(request.samplePercent(), request.seed());
            this.jobs = new ExternalSort<>(Comparator.comparing(HashJob::inode), new HashJob.Codec(), scratch, sortRun);
        }

        List<Findings> run() throws IOException, InterruptedException {
            List<Findings> all = new ArrayList<>();
            try (jobs) {
                for (String name : request.snapshots()) {
                    all.add(snapshot(request.layout().snapshot(name)));
                }
                progress.beginHashing();
                try (Sorted<HashJob> sorted = jobs.sorted()) {
                    new Hashing(trees, progress).run(sorted);
                }
            }
            return all;
        }

        private Findings snapshot(Path folder) throws IOException {
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

        private void certified(Path folder, Findings findings) throws IOException {
            Certificate certificate;
            try {
                certificate = Certificate.read(Layout.certificate(folder));
            } catch (IOException e) {
                findings.problem(Kind.CERTIFICATE, null, null, "run.json", String.valueOf(e.getMessage()));
                return;
            }
            new FolderCheck(folder, certificate, request, findings).check();
            for (Certificate.Bucket bucket : certificate.buckets()) {
                if (request.covers(bucket.name()) && bucket.manifest() != null) {
                    bucket(folder, bucket, bucket.manifest(), findings);
                }
            }
        }

        private void bucket(Path snapshot, Certificate.Bucket bucket, ManifestSummary summary, Findings findings)
                throws IOException {
            PathFolding folding = PathFolding.of(snapshot);
            Path folder = Layout.tree(snapshot, bucket.name());
            BucketTree tree = new BucketTree(trees.size(), bucket.name(), folder, findings);
            trees.add(tree);
            if (!Files.isDirectory(folder.resolveSibling(""), LinkOption.NOFOLLOW_LINKS)
                    || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                String detail = Files.isSymbolicLink(folder)
                        ? "the bucket's folder is a symbolic link, which is not followed"
                        : "the bucket's folder is gone";
                findings.problem(Kind.MISSING, bucket.name(), null, null, detail);
                return;
            }
            try (ExternalSort<NamedPath> named = new ExternalSort<>(
                            Comparator.comparing(NamedPath::place), new NamedPath.Codec(), scratch, sortRun);
                    ExternalSort<FoundPath> found = new ExternalSort<>(
                            Comparator.comparing(FoundPath::place), new FoundPath.Codec(), scratch, sortRun)) {
                Path manifest = Layout.manifest(snapshot, bucket.name());
                if (!new ManifestCheck(bucket, manifest, findings, progress).read(summary, folding, named)) {
                    return;
                }
                TreeWalk.walk(tree, folding, found, progress);
                try (Sorted<NamedPath> names = named.sorted();
                        Sorted<FoundPath> files = found.sorted()) {
                    new TreeJoin(tree, (name, file) -> present(tree, name, file)).join(names, files);
                }
            }
        }

        private void present(BucketTree tree, NamedPath name, FoundPath file) throws IOException {
            if (name.sha256() == null) {
                tree.findings().notProvable(tree.bucket(), name.size());
            } else if (!sample.takes(name.sha256())) {
                tree.findings().notSampled(tree.bucket(), name.size());
            } else {
                progress.addToCover(name.size());
                jobs.add(new HashJob(file.inode(), tree.number(), file.path(), name.key(), name.size(), name.sha256()));
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
                        countFiles(new BucketTree(-1, name, bucket, findings));
                    }
                }
            }
        }

        private void countFiles(BucketTree tree) throws IOException {
            try (ExternalSort<FoundPath> found = new ExternalSort<>(
                    Comparator.comparing(FoundPath::place), new FoundPath.Codec(), scratch, sortRun)) {
                TreeWalk.walk(tree, PathFolding.EXACT, found, progress);
                try (Sorted<FoundPath> files = found.sorted()) {
                    for (FoundPath file = files.next(); file != null; file = files.next()) {
                        if (file.type() == FoundPath.Type.FILE) {
                            tree.findings().entry(tree.bucket(), file.size());
                            tree.findings().notProvable(tree.bucket(), file.size());
                        }
                    }
                }
            }
        }
    }
}
