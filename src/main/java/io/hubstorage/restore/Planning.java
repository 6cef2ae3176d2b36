package io.hubstorage.restore;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Makes the plan of a restore from what somebody asked for: finds the snapshot, its buckets and the place, and tells all that can be
 * told before the first byte. Blocking; thread-safe.
 *
 * @param anywhere whether whoever asks may name any folder of this machine
 */
record Planning(Surroundings around, Restores restores, boolean anywhere) {
    /**
     * Makes and saves it. What is wrong with the request is the plan's problem, and no exception.
     *
     * @throws java.util.concurrent.CancellationException when it was told to stop
     */
    Restores.Planned plan(Restores.Planned asked, Cancellation cancellation) throws IOException, InterruptedException {
        Restores.Planned planned;
        try {
            planned = resolved(asked, cancellation);
        } catch (IllegalArgumentException | IOException | Target.TargetException e) {
            cancellation.check();
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            planned = new Restores.Planned(
                    asked.id(), asked.createdAt(), asked.request(), null, RestorePlan.refused(List.of(why)));
        }
        restores.save(planned);
        return planned;
    }

    private Restores.Planned resolved(Restores.Planned asked, Cancellation cancellation)
            throws Target.TargetException, IOException, InterruptedException {
        Snapshots snapshots = new Snapshots(new Layout(around.config().dataPath()));
        RestoreRequest request = asked.request();
        SnapshotInfo snapshot = snapshot(snapshots, request);
        List<String> buckets = buckets(snapshot, request, snapshots);
        Place place = Place.of(request, buckets, asked.id(), around.config(), anywhere);
        SnapshotReader absentIn =
                request.absentIn() == null ? null : new SnapshotReader(named(snapshots, request.absentIn()));
        if (absentIn != null && request.deleteExtra()) {
            throw new IllegalArgumentException(
                    "absent_in brings back what another snapshot lacks; delete_extra would delete the rest. Give only"
                            + " one of the two.");
        }
        RestoreRequest whole = request.resolved(snapshot.name(), buckets, place.toString());
        Selection selection = new Selection(new SnapshotReader(snapshot), buckets, whole, absentIn);
        RestorePlan plan = plan(asked.id(), selection, place, whole, cancellation);
        return new Restores.Planned(
                asked.id(), asked.createdAt(), whole, place, plan.warned(warnings(snapshot, buckets)));
    }

    private RestorePlan plan(
            String id, Selection selection, Place place, RestoreRequest request, Cancellation cancellation)
            throws Target.TargetException, IOException, InterruptedException {
        Planner.Rules rules = new Planner.Rules(
                request.overwrite(),
                request.deleteExtra(),
                around.config().config().guards().maxShrinkPercent());
        try (Target target = around.targets().open(id, place, request, restores.scratch(id));
                PlanFile.Writer lines = new PlanFile.Writer(restores.lines(id), Restores.digested(request, place))) {
            return new Planner(selection, place, target, rules, lines, cancellation).plan();
        }
    }

    private static SnapshotInfo snapshot(Snapshots snapshots, RestoreRequest request) throws IOException {
        Instant at = request.at();
        if (at != null && request.snapshot() != null) {
            throw new IllegalArgumentException("Give only one of snapshot and at.");
        }
        if (at != null) {
            try (Stream<SnapshotInfo> newestFirst = snapshots.newestFirst(null)) {
                return newestFirst
                        .filter(each ->
                                each.startedAt() != null && !each.startedAt().isAfter(at))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "There is no snapshot from %s or before; 'snapshots' lists what there is."
                                        .formatted(at)));
            }
        }
        return request.snapshot() == null || request.snapshot().equals(RestoreRequest.LATEST)
                ? snapshots.newest().orElseThrow(() -> new IllegalArgumentException("There is no snapshot yet."))
                : named(snapshots, request.snapshot());
    }

    private static SnapshotInfo named(Snapshots snapshots, String name) throws IOException {
        return snapshots
                .find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no snapshot %s; 'snapshots' lists what there is.".formatted(name)));
    }

    /** In the order of their keys in the target. */
    private static List<String> buckets(SnapshotInfo snapshot, RestoreRequest request, Snapshots snapshots)
            throws IOException {
        List<String> there = snapshot.buckets();
        if (there.isEmpty()) {
            throw new IllegalArgumentException("The snapshot %s holds no bucket.".formatted(snapshot.name()));
        }
        for (String bucket : request.buckets()) {
            if (!there.contains(bucket)) {
                String elsewhere = there.isEmpty() ? "" : " It has " + String.join(", ", there) + ".";
                throw new IllegalArgumentException("The snapshot %s holds nothing of a bucket %s.%s%s"
                        .formatted(
                                snapshot.name(),
                                bucket,
                                elsewhere,
                                snapshots
                                        .newestWith(bucket)
                                        .map(other -> " The newest with that bucket is %s.".formatted(other.name()))
                                        .orElse("")));
            }
        }
        return (request.buckets().isEmpty() ? there : request.buckets())
                .stream()
                        .distinct()
                        .sorted(Comparator.comparing(bucket -> bucket + "/", KeyOrder.COMPARATOR))
                        .toList();
    }

    /** What the certificate says the snapshot lacks. */
    private static List<String> warnings(SnapshotInfo snapshot, List<String> buckets) {
        Certificate certificate = snapshot.certificate();
        if (certificate == null) {
            return List.of(
                    "The old tool made this snapshot: names, bytes and times come back, but no metadata, and nothing"
                            + " proves the bytes.");
        }
        List<Certificate.Bucket> wanted = certificate.buckets().stream()
                .filter(bucket -> buckets.contains(bucket.name()))
                .toList();
        List<String> warnings = new ArrayList<>();
        warn(
                warnings,
                wanted,
                BucketCounts::archived,
                "%s of %s could not be read when the snapshot was made, because they were archived in S3 (Glacier);"
                        + " unless an earlier version was kept, they are not in it.");
        warn(
                warnings,
                wanted,
                BucketCounts::failed,
                "%s of %s could not be read when the snapshot was made; an earlier version comes back, where there was"
                        + " one.");
        return warnings;
    }

    private static void warn(
            List<String> warnings,
            List<Certificate.Bucket> buckets,
            Function<BucketCounts, Tally> what,
            String sentence) {
        for (Certificate.Bucket bucket : buckets) {
            long objects = what.apply(bucket.counts()).objects();
            if (objects > 0) {
                warnings.add(sentence.formatted(Sizes.objects(objects), bucket.name()));
            }
        }
    }
}
