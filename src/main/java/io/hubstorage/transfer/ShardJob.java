package io.hubstorage.transfer;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.keys.PathAllocator;
import io.hubstorage.keys.Paths;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestMerge;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.s3.Availability;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The work on one shard, from listing to its part of the manifest. Runs once, on a virtual thread of its own. */
final class ShardJob {
    private static final Logger LOG = LoggerFactory.getLogger(ShardJob.class);
    private static final long CANCEL_GRACE_MILLIS = 1_000;

    private final TransferMessage.Shard shard;
    private final Supplier<S3Access> s3;
    private final ShardFiles files;
    private final ShardProgress progress = new ShardProgress();
    private final Availability availability = new Availability();
    private final SourceFiles sources;
    private final Cancellation cancellation;
    private final Requests requests;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final TransferMessage.@Nullable Source previous;
    private volatile @Nullable Thread runner;
    private int listRequests;

    ShardJob(TransferMessage.Shard shard, TransferContext context, Supplier<S3Access> s3) {
        this.shard = shard;
        this.s3 = shard.options().requestPayer()
                ? () -> s3.get().payingRequests().watchedBy(availability)
                : () -> s3.get().watchedBy(availability);
        this.sources = new SourceFiles(shard.sources(), progress.lookNanos);
        this.files = new ShardFiles(Path.of(shard.journal()), shard.index());
        this.cancellation =
                new Cancellation(shard.mode() == TransferMessage.Mode.DRY_RUN ? null : Path.of(shard.lease()));
        this.requests = new Requests(context, cancellation);
        this.previous = shard.sources().stream()
                .filter(TransferMessage.Source::previous)
                .findFirst()
                .orElse(null);
    }

    /** Whether a message to stop means this job. */
    boolean isMeant(TransferMessage.Cancel cancel) {
        return cancel.runId().equals(shard.runId())
                && (cancel.bucket() == null
                        || (cancel.bucket().equals(shard.bucket())
                                && cancel.pass() == shard.pass()
                                && cancel.index() == shard.index()));
    }

    /** Whether its run has given it up, so that nobody may hear of its result. Reads the disk. */
    boolean isGivenUp() {
        return cancellation.isGivenUp();
    }

    /** Makes {@link #run} end soon, with {@link Outcome#CANCELLED}; also while it waits for a server that is silent. */
    void cancel() {
        if (cancellation.request()) {
            Thread.ofVirtual().name("cancel-" + shard.bucket()).start(this::interruptWhatHangs);
        }
    }

    /** Not at once: an interrupt would also lose what is being written down just now. */
    private void interruptWhatHangs() {
        try {
            boolean over = ended.await(CANCEL_GRACE_MILLIS, TimeUnit.MILLISECONDS);
            Thread running = runner;
            if (!over && running != null) {
                running.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    TransferMessage.Heartbeat heartbeat() {
        return new TransferMessage.Heartbeat(
                shard.runId(),
                shard.bucket(),
                shard.pass(),
                shard.index(),
                progress.counts(),
                progress.toDownload.tally(),
                progress.isListingComplete(),
                progress.bytesReceived.sum(),
                progress.shownInFlight(),
                needsS3() ? availability.service() : null);
    }

    /** Whether anything is still to come from S3; what is linked or written down afterwards needs none. */
    private boolean needsS3() {
        boolean lists = shard.mode() == TransferMessage.Mode.COPY || shard.mode() == TransferMessage.Mode.DRY_RUN;
        return lists && (!progress.isListingComplete() || progress.hasInFlight());
    }

    /** Does the work; whatever happens is in the result. */
    TransferMessage.Result run() {
        runner = Thread.currentThread();
        MDC.put("run", shard.runId());
        try (FailureLog failures =
                new FailureLog(shard.mode() == TransferMessage.Mode.DRY_RUN ? null : files.failures())) {
            Ended ended = attempt(failures);
            return result(ended, failures);
        } catch (IOException e) {
            return result(broken(e), new FailureLog(null));
        } finally {
            ended.countDown();
            MDC.remove("run");
        }
    }

    private record Ended(
            Outcome outcome, boolean retriable, @Nullable String error) {}

    private Ended attempt(FailureLog failures) {
        try {
            cancellation.check();
            return new Ended(work(failures), failures.retriable(), null);
        } catch (Listing.UnorderedException _) {
            return new Ended(Outcome.UNORDERED, true, "the server does not list in UTF-8 byte order");
        } catch (DamagedSourceException | CorruptManifestException e) {
            return new Ended(Outcome.DAMAGED, true, e.getMessage());
        } catch (CancellationException | InterruptedException _) {
            return new Ended(Outcome.CANCELLED, true, null);
        } catch (S3Failure.Auth e) {
            return refused(e);
        } catch (S3Failure.Permanent e) {
            boolean order = e.kind().equals("listing-order");
            return new Ended(order ? Outcome.UNORDERED : Outcome.FAILED, false, e.getMessage());
        } catch (S3Failure e) {
            return new Ended(Outcome.FAILED, true, e.getMessage());
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("shard {} of {} failed", shard.index(), shard.bucket(), e);
            return broken(e);
        } catch (Exception | Error e) {
            // An Error too: the run waits for a result, whatever happened.
            LOG.error("shard {} of {} failed in an unforeseen way", shard.index(), shard.bucket(), e);
            return new Ended(Outcome.FAILED, true, "internal error: " + e);
        }
    }

    /** Credentials that the account takes are not why one bucket refuses them: the others may still be copied. */
    private Ended refused(S3Failure.Auth refusal) {
        try {
            if (requests.retrying(s3.get()::acceptsCredentials)) {
                return new Ended(
                        Outcome.FAILED,
                        false,
                        refusal.getMessage() + " They are accepted elsewhere, so this is about the bucket alone.");
            }
        } catch (CancellationException | InterruptedException _) {
            return new Ended(Outcome.CANCELLED, true, null);
        } catch (S3Failure | IOException unknown) {
            LOG.debug("whether the credentials are good is not known", unknown);
        }
        return new Ended(Outcome.AUTH, false, refusal.getMessage());
    }

    /** The disk failed; or the job was told to stop, which breaks off what is being written. */
    private Ended broken(Exception e) {
        if (cancellation.isRequested()) {
            return new Ended(Outcome.CANCELLED, true, null);
        }
        return DiskFull.isCauseOf(e)
                ? new Ended(Outcome.DISK_FULL, false, String.valueOf(e.getMessage()))
                : new Ended(Outcome.FAILED, true, disk(e));
    }

    private Outcome work(FailureLog failures) throws Exception {
        return switch (shard.mode()) {
            case COPY -> copy(failures);
            case DRY_RUN -> dryRun(failures);
            case LINK -> link();
            case KEEP -> keep(failures);
        };
    }

    /** Lists, and fetches what is new; what stays is linked when all of that is there, if anything is new at all. */
    private Outcome copy(FailureLog failures) throws Exception {
        try (ChangeLog log = new ChangeLog(files.log())) {
            ObjectFetch fetch = new ObjectFetch(shard, requests, s3.get(), tree(), progress);
            Settler settler = new Settler(shard, fetch, log, progress, failures);
            try (FetchPool pool = new FetchPool(shard.bucket(), settler)) {
                compare(log, pool, failures);
                pool.finish();
            }
            fetch.tellDoubts();
            if (!log.isDifferent()) {
                return Outcome.UNCHANGED;
            }
        }
        return link();
    }

    private void compare(ChangeLog log, FetchPool pool, FailureLog failures) throws Exception {
        try {
            if (shard.options().foldedNames()) {
                compareFolded(log, pool, failures);
            } else {
                compareAsListed(paths(), log, pool::submit, failures, files.scratch());
            }
        } catch (CancellationException e) {
            Exception cause = pool.failure();
            throw cause == null ? e : cause;
        }
    }

    private void compareAsListed(Paths paths, ChangeLog log, Differ.Fetches fetches, FailureLog failures, Path scratch)
            throws Exception {
        Listing listing = listing();
        try (Differ differ = new Differ(shard, sources, progress, paths, log, fetches, failures)) {
            listing.run(scratch, differ::listed);
            differ.end();
        } finally {
            listRequests = listing.requests();
        }
        progress.listingComplete();
    }

    private void compareFolded(ChangeLog log, FetchPool pool, FailureLog failures) throws Exception {
        Listing listing = listing();
        try (FoldedListing folded = new FoldedListing(shard, previous, listing, cancellation, files.scratch());
                Differ differ = new Differ(shard, sources, progress, folded.paths(), log, pool::submit, failures)) {
            folded.replay(differ::listed);
            differ.end();
        } finally {
            listRequests = listing.requests();
        }
        progress.listingComplete();
    }

    private Listing listing() {
        return new Listing(s3.get(), shard, requests);
    }

    /** A shard in the middle must know which files before it could stand where one of its folders would. */
    private PathAllocator paths() throws S3Failure, InterruptedException, IOException {
        return new EarlierFiles(shard, previous, s3.get(), requests).paths();
    }

    /** Links what stays from the last snapshot, and writes the shard's part of the manifest: the last one's with the changes. */
    private Outcome link() throws IOException, InterruptedException {
        TreeWriter tree = tree();
        try (ManifestReader last = previous == null ? null : lines(previous);
                ManifestMerge next = new ManifestMerge(last, files.scratch());
                ManifestWriter part = new ManifestWriter(files.part(), files.partIndex());
                Linker linker = new Linker(shard.bucket(), tree::link)) {
            next.addAll(files.log());
            for (ManifestMerge.Line line = next.next(); line != null; line = next.next()) {
                cancellation.check();
                if (line.linkFrom() != null && previous != null) {
                    linker.add(Differ.file(previous, line.linkFrom()), line.entry());
                }
                part.write(line.entry());
            }
            linker.finish();
            part.finish();
        }
        return Outcome.COMPLETE;
    }

    private ManifestReader lines(TransferMessage.Source source) throws IOException {
        return ManifestReader.range(Path.of(source.manifest()), shard.after(), shard.through());
    }

    /**
     * Links the whole bucket over from the last snapshot, because this run did not cover it or could not read it. A file that
     * is not what its manifest says is named as a failure and left out.
     */
    private Outcome keep(FailureLog failures) throws IOException {
        TransferMessage.Source source = shard.sources().getFirst();
        TreeWriter tree = tree();
        try (ManifestReader last = lines(source);
                ManifestWriter part = new ManifestWriter(files.part(), files.partIndex())) {
            for (ManifestEntry entry = last.next(); entry != null; entry = last.next()) {
                cancellation.check();
                try {
                    ManifestEntry found = sources.check(Differ.file(source, entry), entry, false);
                    tree.link(Differ.file(source, found), found, found.path());
                    part.write(found.withState(EntryState.KEPT));
                    progress.kept.add(found.size());
                } catch (DamagedSourceException e) {
                    failures.add(new RunRecord.Failure(entry.key(), "missing", String.valueOf(e.getMessage())), false);
                }
            }
            part.finish();
        }
        return Outcome.COMPLETE;
    }

    private Outcome dryRun(FailureLog failures) throws Exception {
        Path scratch = Files.createTempDirectory("hubstorage-dry-run");
        try (ChangeLog log = new ChangeLog(null)) {
            compareAsListed(new PathAllocator(), log, this::wouldFetch, failures, scratch);
            boolean unchanged = !log.isDifferent()
                    && progress.toDownload.tally().objects() == 0
                    && progress.metadataRefreshed.tally().objects() == 0;
            return unchanged && previous != null ? Outcome.UNCHANGED : Outcome.COMPLETE;
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
        return new TreeWriter(shard, sources, progress, cancellation);
    }

    private static String disk(Exception e) {
        return "the destination disk failed: " + (e.getMessage() == null ? e.toString() : e.getMessage());
    }

    private TransferMessage.Result result(Ended ended, FailureLog failures) {
        BucketCounts counts = progress.counts();
        return new TransferMessage.Result(
                shard.runId(),
                shard.bucket(),
                shard.pass(),
                shard.index(),
                ended.outcome(),
                counts,
                progress.toDownload.tally(),
                progress.bytesReceived.sum(),
                listRequests,
                TimeUnit.NANOSECONDS.toMillis(progress.lookNanos.sum()),
                progress.writableFiles.sum(),
                progress.allocatedBytes.sum(),
                failures.first(),
                failures.total(),
                ended.retriable(),
                ended.error());
    }
}
