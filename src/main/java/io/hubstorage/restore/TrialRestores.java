package io.hubstorage.restore;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.Job;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.targets.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Restores that only try whether things come back: made as anybody's are, by a plan and by it, in a folder of their own, and nothing of
 * them is kept. Blocking; for one thread.
 */
public final class TrialRestores {
    private final Surroundings around;
    private final Restores restores;
    private final String mark;

    /** Takes what became of each object. */
    @FunctionalInterface
    public interface Results {
        /**
         * One object.
         *
         * @param why it did not come back as it was, in a sentence or phrase; null where it did
         */
        void object(String bucket, String key, long size, @Nullable String why);
    }

    /**
     * @param around with the targets of {@link Targets#ofTrials}
     * @param folder for plans and journals
     * @param mark in the prefix of each place in S3 that they may write to, and in no key of anybody else's
     */
    public TrialRestores(Surroundings around, Path folder, String mark) {
        this.around = around;
        this.restores = Restores.ofTrial(around, folder);
        this.mark = mark;
    }

    /** Why nothing can be restored now, in a sentence. */
    public Optional<String> problem() throws IOException {
        return restores.problem();
    }

    /**
     * Looks where a request would write to.
     *
     * @throws IllegalArgumentException when nothing may be restored there
     */
    public void requirePlace(String id, RestoreRequest request) throws IOException {
        Place.of(request, request.buckets(), id, around.config(), true);
    }

    /**
     * Plans one and does it.
     *
     * @param id of this one, as {@link Job#id} makes them
     * @param job of this one alone
     * @throws IOException when it could not be planned or not begun, too
     */
    public void restore(String id, RestoreRequest request, Trigger trigger, Job job)
            throws Target.TargetException, IOException, InterruptedException {
        Instant now = around.clock().instant();
        Restores.Planned wanted = new Restores.Planned(id, now, request, null, null);
        restores.save(wanted);
        Restores.Planned planned = new Planning(around, restores, true).plan(wanted, new Cancellation());
        RestorePlan plan = Objects.requireNonNull(planned.plan());
        if (!plan.problems().isEmpty()) {
            throw new IOException(String.join(" ", plan.problems()));
        }
        RestoreWork work = new RestoreWork(restores, planned, new RestoreWork.Asked(trigger, now), around);
        try {
            work.admit();
            work.run(job);
        } finally {
            work.close();
        }
    }

    /** Compares what is there now with what the snapshot says, for each object that was to be restored. */
    public void compare(String id, Job job, Results results)
            throws Target.TargetException, IOException, InterruptedException {
        Restores.Planned planned = restores.require(id);
        SnapshotReader snapshot = around.snapshot(Objects.requireNonNull(planned.plan()));
        Place place = Objects.requireNonNull(planned.place());
        Map<Long, PlanLine> named = named(restores.notWritten(id));
        try (Target target = around.targets().open(id, place, planned.request(), restores.scratch(id));
                PlanFile.Reader lines = PlanFile.open(restores.lines(id), 0)) {
            for (PlanLine line = lines.next(); line != null; line = lines.next()) {
                job.check();
                PlanLine failed = named.get(line.line());
                String why = failed != null
                        ? why(failed)
                        : isThere(target, place, line, snapshot.entry(line.bucket(), line.key()))
                                ? null
                                : "What came back is not what the snapshot says it is.";
                results.object(line.bucket(), line.key(), line.size(), why);
            }
        }
    }

    /** What the restore says did not come back, or not in every detail, by the line of the plan. */
    private static Map<Long, PlanLine> named(Path file) throws IOException {
        Map<Long, PlanLine> named = new HashMap<>();
        if (Files.exists(file)) {
            try (PlanFile.Reader lines = PlanFile.open(file, 0)) {
                for (PlanLine line = lines.next(); line != null; line = lines.next()) {
                    named.put(line.line(), line);
                }
            }
        }
        return named;
    }

    private static String why(PlanLine line) {
        if (line.detail() != null) {
            return line.detail();
        }
        return "missing".equals(line.reason())
                ? "The file in the snapshot is gone, or has another size."
                : "It cannot be restored (%s).".formatted(line.reason());
    }

    /**
     * By size, time and SHA-256 in a folder. In S3 by HEAD, tags, and ETag or checksum where these can be compared: of an object that
     * was put together from other parts than once, the upload itself has confirmed that the server has just what was sent.
     */
    private static boolean isThere(Target target, Place place, PlanLine line, ManifestEntry entry)
            throws Target.TargetException, IOException, InterruptedException {
        return target.holds(line.to(), entry).isPresent()
                || (place.folder() == null
                        && target.find(line.to(), line.to())
                                .filter(found -> found.size() == entry.size())
                                .isPresent());
    }

    /**
     * Removes from S3 all that came back there; what is in folders is the caller's. What has no mark in its place is no trial's,
     * whoever has written the plan, and stays.
     */
    public void clear() throws Target.TargetException, IOException, InterruptedException {
        for (String id : restores.ids(Integer.MAX_VALUE, null)) {
            Restores.Planned planned = restores.find(id).orElse(null);
            Place place = planned == null ? null : planned.place();
            if (planned != null
                    && place != null
                    && place.bucket() != null
                    && place.prefix().contains(mark)) {
                try (Target target = around.targets().open(id, place, planned.request(), restores.scratch(id))) {
                    empty(target, place.prefix());
                }
            }
        }
    }

    private static void empty(Target target, String prefix)
            throws Target.TargetException, IOException, InterruptedException {
        target.clear();
        try (Target.Listing listing = target.list(prefix)) {
            for (Target.Found found = listing.next(); found != null; found = listing.next()) {
                target.delete(found);
            }
        } catch (Target.ConflictException e) {
            throw new IOException("Somebody else writes where this went: " + e.getMessage(), e);
        }
    }
}
