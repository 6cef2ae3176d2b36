package io.hubstorage.cli;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.verify.SnapshotFolders;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import io.hubstorage.verify.scrub.Damage;
import io.hubstorage.verify.scrub.DamageList;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Verifies snapshots for a repair, which goes by the list of damage. Blocks. */
record DamageCheck(Program program, PrintWriter err, Layout layout) {
    /**
     * Verifies, and puts on the list what is damaged.
     *
     * @param snapshots all when empty
     * @param buckets all when empty
     * @return whether it came to its end, and was not told to stop before
     */
    boolean run(List<String> snapshots, Set<String> buckets, Progress progress, CompletableFuture<Void> stop)
            throws IOException, InterruptedException {
        Optional<String> owner = FolderAccess.otherOwner(layout.hub());
        if (owner.isPresent()) {
            throw Bus.refusal(
                    Bus.UNUSABLE, "The data folder belongs to %s: run the repair as that user.".formatted(owner.get()));
        }
        List<String> chosen = snapshots.isEmpty() ? new SnapshotFolders(layout).all() : snapshots;
        VerifyRequest request = new VerifyRequest(layout, chosen, buckets, 100, 0);
        VerifyProgress state = new VerifyProgress();
        SnapshotVerifier verifier =
                new SnapshotVerifier(program.clock(), Path.of(System.getProperty("java.io.tmpdir")));
        DamageList list = new DamageList(layout);
        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<VerifyReport> report =
                    thread.submit(() -> verifier.verify(request, state, snapshot -> note(snapshot, list)));
            progress.follow(
                    report,
                    () -> progress.show("Verifying snapshot %s of %s: %s of %s proven"
                            .formatted(
                                    Sizes.number(state.snapshot()),
                                    Sizes.number(chosen.size()),
                                    Sizes.bytes((double) state.bytesCovered()),
                                    Sizes.bytes((double) state.bytesToCover()))),
                    stop,
                    state::cancel);
            return true;
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case CancellationException _ -> false;
                case IOException failure -> throw failure;
                case UncheckedIOException failure -> throw failure.getCause();
                case null, default -> throw new IllegalStateException(e.getCause());
            };
        }
    }

    /** Puts what can be repaired on the list; of a snapshot a report names the first {@value VerifyReport#MAX_PROBLEMS} only. */
    private void note(VerifyReport.Snapshot snapshot, DamageList list) {
        List<Damage> damaged = snapshot.problems().stream()
                .flatMap(problem -> damage(snapshot.name(), problem).stream())
                .toList();
        try {
            list.found(damaged);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (snapshot.problemsTotal() > snapshot.problems().size()) {
            err.printf(
                    "%s has %s problems, of which %s are told at once: check again when these are repaired.%n",
                    snapshot.name(), Sizes.number(snapshot.problemsTotal()), VerifyReport.MAX_PROBLEMS);
        }
    }

    private Optional<Damage> damage(String snapshot, VerifyReport.Problem problem) {
        Damage.Kind kind = switch (problem.kind()) {
            case MISSING -> Damage.Kind.MISSING;
            case SIZE -> Damage.Kind.SIZE;
            case HASH, UNREADABLE -> Damage.Kind.BYTES;
            case TYPE -> Damage.Kind.NOT_A_FILE;
            default -> null;
        };
        String bucket = problem.bucket();
        String key = problem.key();
        String path = problem.path();
        return kind == null || bucket == null || key == null || path == null
                ? Optional.empty()
                : Optional.of(new Damage(
                        snapshot, bucket, key, path, kind, program.clock().instant()));
    }
}
