package io.hubstorage.transfer;

import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.jobs.WorkerPool;
import io.hubstorage.keys.FoldedPaths;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.keys.PathAllocator;
import io.hubstorage.keys.Paths;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestMerge;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A shard on its way from the listing to its part of the manifest, one step at a time, as its mode says: what is new is fetched
 * and noted in the change log, what failed is fetched again, what stays is linked from the last snapshot. Blocking; used once.
 */
final class ShardCopy {
    /** A few: on a local disk a link costs the processor, on a NAS a round trip. */
    private static final int LINKERS = 8;

    private static final int LINKS = 500;

    private final Shard shard;
    private final DownloadRequests requests;
    private final Supplier<S3Access> s3;
    private final ShardProgress progress;
    private final SourceFiles sources;
    private final ServerQuirks quirks;
    private final Lease lease;
    private final Shard.@Nullable Source previous;
    private @Nullable Listing listing;

    ShardCopy(Shard shard, DownloadRequests requests, Supplier<S3Access> s3, ShardProgress progress, Lease lease) {
        this.shard = shard;
        this.requests = requests;
        this.s3 = s3;
        this.progress = progress;
        this.lease = lease;
        this.sources = new SourceFiles(shard.sources(), progress.lookNanos);
        this.quirks = new ServerQuirks(
                shard.bucket(),
                () -> requests.retrying(() -> {
                    s3.get().tryListing(shard.bucket(), shard.prefix());
                    return true;
                }));
        this.previous = shard.previous();
    }

    FailureLog failureLog() {
        return new FailureLog(shard.mode() == TransferMessage.Mode.DRY_RUN ? null : shard);
    }

    int listRequests() {
        return listing == null ? 0 : listing.requests();
    }

    Outcome run(FailureLog failures) throws Exception {
        return switch (shard.mode()) {
            case COPY -> copy(failures);
            case RETRY -> retry(failures);
            case DRY_RUN -> dryRun(failures);
            case LINK -> link();
            case KEEP -> keep(failures);
        };
    }

    private Outcome copy(FailureLog failures) throws Exception {
        try (ChangeLog log = new ChangeLog(shard.log())) {
            return fetch(log, failures, fetches -> compare(log, fetches, failures));
        }
    }

    private Outcome retry(FailureLog failures) throws Exception {
        try (ChangeLog log = ChangeLog.goOn(shard.log())) {
            return fetch(log, failures, failures::retry);
        }
    }

    @FunctionalInterface
    private interface Tasks {
        void to(Differ.Fetches fetches) throws Exception;
    }

    private Outcome fetch(ChangeLog log, FailureLog failures, Tasks tasks) throws Exception {
        ObjectFetch fetch = new ObjectFetch(shard, requests, s3.get(), tree(), progress, quirks);
        FetchOutcomeRecorder recorder = new FetchOutcomeRecorder(shard, fetch, log, progress, failures);
        requests.fetching().incrementAndGet();
        try {
            WorkerPool.<Exception>run(
                    "fetch-" + shard.bucket(),
                    requests::objectsAtOnce,
                    pool -> tasks.to(task -> pool.submit(() -> recorder.settle(task, pool::hasFailed))));
        } finally {
            requests.fetching().decrementAndGet();
        }
        fetch.tellDoubts();
        return log.isDifferent() ? Outcome.CHANGED : Outcome.UNCHANGED;
    }

    private void compare(ChangeLog log, Differ.Fetches fetches, FailureLog failures) throws Exception {
        if (shard.options().foldedNames()) {
            compareFolded(log, fetches, failures);
        } else {
            compareAsListed(paths(), log, fetches, failures, shard.scratch());
        }
    }

    private void compareAsListed(Paths paths, ChangeLog log, Differ.Fetches fetches, FailureLog failures, Path scratch)
            throws Exception {
        try (Differ differ = new Differ(shard, sources, progress, paths, log, fetches, failures, quirks)) {
            list().run(scratch, differ::listed);
            differ.end();
        }
        progress.listingComplete();
    }

    /** For a disk that does not tell all names apart: no path can be given before every key is known. */
    private void compareFolded(ChangeLog log, Differ.Fetches fetches, FailureLog failures) throws Exception {
        Listing all = list();
        try (FoldedPaths.Collector keys = new FoldedPaths.Collector(shard.scratch());
                ExternalSort<ListedObject> listed = Listing.sort(shard.scratch())) {
            all.runTo(listed, object -> {
                if (shard.wants(object.key())) {
                    keys.add(object.key(), object.size());
                    if (shard.compresses(object.key(), object.size())) {
                        keys.addCompressed(object.key());
                    }
                }
            });
            addCompressed(keys);
            if (previous != null && !shard.options().delete()) {
                addCarried(previous, keys);
            }
            try (FoldedPaths paths = keys.paths();
                    Differ differ = new Differ(shard, sources, progress, paths, log, fetches, failures, quirks)) {
                all.replay(listed, object -> {
                    lease.check();
                    differ.listed(object);
                });
                differ.end();
            }
        }
        progress.listingComplete();
    }

    /** What is compressed already, and may be linked in that form whatever the policy is now. */
    private void addCompressed(FoldedPaths.Collector keys) throws IOException {
        for (Shard.Source source : shard.sources()) {
            try (ManifestReader reader = shard.lines(source)) {
                for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                    if (entry.stored() != null) {
                        keys.addCompressed(entry.key());
                    }
                }
            }
        }
    }

    private void addCarried(Shard.Source source, FoldedPaths.Collector keys) throws IOException {
        try (ManifestReader reader = shard.lines(source)) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                if (shard.wants(entry.key())) {
                    keys.add(entry.key(), entry.size());
                }
            }
        }
    }

    private Listing list() {
        Listing begun = new Listing(s3.get(), shard, requests);
        listing = begun;
        return begun;
    }

    /** A shard in the middle must know which files before it stand where one of its folders would. */
    private PathAllocator paths() throws S3Failure, InterruptedException, IOException {
        List<String> earlier = new ArrayList<>();
        Set<String> compressible = new HashSet<>();
        if (shard.range().after() != null) {
            for (String candidate : PathAllocator.clashCandidates(shard.range().after())) {
                if (stands(candidate)) {
                    earlier.add(candidate);
                    if (isCompressible(candidate)) {
                        compressible.add(candidate);
                    }
                }
            }
        }
        return new PathAllocator(earlier, compressible);
    }

    private boolean isCompressible(String key) throws IOException {
        if (shard.compresses(key)) {
            return true;
        }
        for (Shard.Source source : shard.sources()) {
            if (ManifestReader.find(source.manifest(), key)
                    .filter(entry -> entry.stored() != null)
                    .isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Whether a file of that key is going to be in the new snapshot: it is listed, or it was held and is carried on. */
    private boolean stands(String key) throws S3Failure, IOException, InterruptedException {
        if (!shard.wants(key)) {
            return false;
        }
        Optional<ListedObject> listed = requests.retrying(() -> s3.get().listOne(shard.bucket(), key, !shard.sorted()));
        if (listed.isPresent()) {
            return !KeyPath.isDirectoryMarker(key, listed.get().size());
        }
        return !shard.options().delete()
                && previous != null
                && ManifestReader.find(previous.manifest(), key)
                        .filter(entry -> !entry.directory())
                        .isPresent();
    }

    /** Links what stays from the last snapshot, and writes the shard's part of the manifest: the last one's with the changes. */
    private Outcome link() throws IOException, InterruptedException {
        TreeWriter tree = tree();
        WorkerPool.<IOException>run("link-" + shard.bucket(), LINKERS, pool -> {
            try (ManifestReader last = previous == null ? null : shard.lines(previous);
                    ManifestMerge next = new ManifestMerge(last, shard.scratch());
                    ManifestWriter part = new ManifestWriter(shard.part())) {
                next.addAll(shard.log());
                List<ManifestMerge.Line> links = new ArrayList<>(LINKS);
                for (ManifestMerge.Line line = next.next(); line != null; line = next.next()) {
                    lease.check();
                    if (line.linkFrom() != null) {
                        links.add(line);
                    }
                    if (links.size() == LINKS) {
                        submit(links, tree, pool);
                        links = new ArrayList<>(LINKS);
                    }
                    part.write(line.entry());
                }
                submit(links, tree, pool);
                part.finish();
            }
        });
        return Outcome.LINKED;
    }

    private void submit(List<ManifestMerge.Line> links, TreeWriter tree, WorkerPool<IOException> pool)
            throws InterruptedException {
        pool.submit(() -> {
            for (ManifestMerge.Line link : links) {
                if (previous != null && link.linkFrom() != null) {
                    tree.link(
                            previous.file(link.linkFrom()),
                            link.entry(),
                            link.entry().path());
                }
            }
        });
    }

    /**
     * Links the whole bucket over from the last snapshot, because this run did not cover it or could not read it. A file that
     * is not what its manifest says is named as a failure and left out.
     */
    private Outcome keep(FailureLog failures) throws IOException {
        Shard.Source source = shard.sources().getFirst();
        TreeWriter tree = tree();
        try (ManifestReader last = shard.lines(source);
                ManifestWriter part = new ManifestWriter(shard.part())) {
            for (ManifestEntry entry = last.next(); entry != null; entry = last.next()) {
                lease.check();
                try {
                    ManifestEntry found = sources.check(source, entry, false);
                    tree.link(source.file(found), found, found.path());
                    part.write(found.withState(EntryState.KEPT));
                    progress.kept.add(found.size());
                } catch (SourceFiles.DamagedException e) {
                    failures.add(new RunRecord.Failure(
                            entry.key(), FailureCause.MISSING, String.valueOf(e.getMessage()), entry.size()));
                }
            }
            part.finish();
        }
        return Outcome.LINKED;
    }

    private Outcome dryRun(FailureLog failures) throws Exception {
        Path scratch = Files.createTempDirectory("hubstorage-dry-run");
        try (ChangeLog log = new ChangeLog(null)) {
            compareAsListed(new PathAllocator(), log, this::wouldFetch, failures, scratch);
            boolean unchanged = !log.isDifferent()
                    && progress.toDownload.tally().objects() == 0
                    && progress.metadataRefreshed.tally().objects() == 0;
            return unchanged && previous != null ? Outcome.UNCHANGED : Outcome.CHANGED;
        } finally {
            Files.deleteIfExists(scratch);
        }
    }

    private void wouldFetch(FetchTask task) {
        FetchTask.Candidate candidate = task.candidate();
        (candidate == null ? progress.downloaded : progress.linked)
                .add(task.object().size());
        if (candidate != null
                && candidate.trusted()
                && shard.sources().get(candidate.source()).previous()) {
            progress.metadataRefreshed.add(task.object().size());
        }
    }

    private TreeWriter tree() throws IOException {
        return new TreeWriter(shard, sources, progress, lease);
    }
}
