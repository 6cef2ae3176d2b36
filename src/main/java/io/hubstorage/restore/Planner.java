package io.hubstorage.restore;

import io.hubstorage.browse.NotThereException;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRequest.Overwrite;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.PlanLine.Action;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.restore.targets.Target.Found;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Joins what a snapshot has with what the target has, both in key order, and writes down what will become of each object. Reads no
 * body: of local files, the size is looked at. Blocking, used once; memory does not grow with the keys.
 */
final class Planner {
    /** Asked for one by one or prefix by prefix; where there are more, the target is listed once. */
    private static final int MOST_SPANS = 1_000;

    private final Selection selection;
    private final Place place;
    private final Target target;
    private final Rules rules;
    private final PlanFile.Writer out;
    private final Cancellation cancellation;
    private final PlanCounter counter = new PlanCounter();

    /** @param maxShrinkPercent so much of what is there in reach of the filter may be deleted at most */
    record Rules(Overwrite overwrite, boolean deleteExtra, double maxShrinkPercent) {}

    Planner(
            Selection selection,
            Place place,
            Target target,
            Rules rules,
            PlanFile.Writer out,
            Cancellation cancellation) {
        this.selection = selection;
        this.place = place;
        this.target = target;
        this.rules = rules;
        this.out = out;
        this.cancellation = cancellation;
    }

    /** The plan without warnings and problems that others know of; its lines are in the file, and the digest with them. */
    RestorePlan plan() throws Target.TargetException, IOException, InterruptedException {
        try (Target.Names names = target.names(this::visitKeys)) {
            for (String bucket : selection.buckets()) {
                if (selection.spans().size() <= MOST_SPANS) {
                    for (Selection.Span span : selection.spans()) {
                        plan(bucket, span, names);
                    }
                } else {
                    join(bucket, selection.spans(), "", names);
                }
            }
        }
        Target.Checked checked = target.check(counter.demand());
        List<String> warnings = new ArrayList<>(counter.warnings());
        warnings.addAll(checked.warnings());
        List<String> problems = new ArrayList<>(checked.problems());
        counter.shrinkProblem(rules.maxShrinkPercent).ifPresent(problems::add);
        if (counter.isEmpty()) {
            problems.add("Nothing in %s matches what was asked for."
                    .formatted(selection.snapshot().name()));
        }
        return new RestorePlan(
                selection.snapshot().name(),
                place.toString(),
                counter.counts(),
                counter.requests(),
                warnings,
                problems,
                out.finish());
    }

    /** All, not only the selected ones: what is restored alone must not get the name of another that was restored before. */
    private void visitKeys(Target.Keys.Visitor visitor) throws IOException {
        for (String bucket : selection.buckets()) {
            try (KeyCursor entries = selection.snapshot().open(bucket)) {
                for (ManifestEntry entry = entries.next(); entry != null; entry = entries.next()) {
                    cancellation.check();
                    visitor.key(place.base(bucket) + entry.key(), entry.size());
                }
            }
        }
    }

    private void plan(String bucket, Selection.Span span, Target.Names names)
            throws Target.TargetException, IOException, InterruptedException {
        if (!span.whole()) {
            join(bucket, List.of(span), span.text(), names);
            return;
        }
        try (Selection.Entries entries = selection.entries(bucket, List.of(span))) {
            ManifestEntry entry = entries.next();
            if (entry != null) {
                String key = place.base(bucket) + entry.key();
                String name = names.next(key, entry.size());
                Found found = target.find(key, name).orElse(null);
                if (found != null) {
                    counter.see();
                }
                decide(bucket, entry, name, found);
            } else if (rules.deleteExtra) {
                extraOfOneKey(bucket, span.text());
            }
        }
    }

    /** Of those that begin with a key, it comes first itself. */
    private void extraOfOneKey(String bucket, String key)
            throws Target.TargetException, IOException, InterruptedException {
        String base = place.base(bucket);
        try (Target.Listing listing = target.list(base + key)) {
            for (Found found = listing.next(); found != null && found.key().equals(base + key); ) {
                extra(bucket, base, found);
                found = listing.next();
            }
        }
    }

    private void join(String bucket, List<Selection.Span> within, String prefix, Target.Names names)
            throws Target.TargetException, IOException, InterruptedException {
        String base = place.base(bucket);
        try (Selection.Entries entries = selection.entries(bucket, within);
                Target.Listing listing = target.list(base + prefix)) {
            Ordered there = new Ordered(listing);
            for (ManifestEntry entry = entries.next(); entry != null; entry = entries.next()) {
                cancellation.check();
                String key = base + entry.key();
                while (there.head != null && KeyOrder.compare(there.head.key(), key) < 0) {
                    extra(bucket, base, there.take());
                }
                String name = names.next(key, entry.size());
                Found same = null;
                while (there.head != null && there.head.key().equals(key)) {
                    Found found = there.take();
                    if (found.name().equals(name)) {
                        counter.see();
                        same = found;
                    } else {
                        // In a folder, the same key by another path.
                        extra(bucket, base, found);
                    }
                }
                decide(bucket, entry, name, same);
            }
            while (there.head != null) {
                cancellation.check();
                extra(bucket, base, there.take());
            }
        }
    }

    /** A listing that goes back in its order would tear the join apart, and make extra what is not. */
    private static final class Ordered {
        private final Target.Listing listing;
        private @Nullable Found head;

        Ordered(Target.Listing listing) throws IOException, InterruptedException {
            this.listing = listing;
            this.head = listing.next();
        }

        Found take() throws IOException, InterruptedException {
            Found taken = Objects.requireNonNull(head);
            head = listing.next();
            if (head != null && KeyOrder.compare(taken.key(), head.key()) > 0) {
                throw new IOException(
                        "The target was listed out of order: %s after %s.".formatted(head.key(), taken.key()));
            }
            return taken;
        }
    }

    private void extra(String bucket, String base, Found found) throws IOException {
        String key = found.key().substring(base.length());
        if (!selection.reaches(key)) {
            return;
        }
        counter.see();
        if (rules.deleteExtra) {
            counter.delete(found.size());
            write(bucket, key, found.size(), Action.DELETE, null, found.name(), found);
        }
    }

    private void decide(String bucket, ManifestEntry entry, String name, @Nullable Found found) throws IOException {
        counter.planned(entry.size());
        String kept = found == null ? null : kept(found, entry);
        String reason;
        Action action;
        if (kept != null) {
            action = kept.isEmpty() ? Action.IDENTICAL : Action.SKIP;
            reason = kept.isEmpty() ? null : kept;
            counter.keep(kept, entry.size());
        } else {
            Optional<String> refusal = target.refuses(name, entry);
            reason = isMissing(bucket, entry) ? "missing" : refusal.isPresent() ? "refused" : null;
            action = reason == null ? Action.WRITE : Action.FAIL;
            if (reason == null) {
                counter.write(entry, found != null, target.requests(entry));
            } else {
                counter.fail(reason, entry.size(), refusal.orElse(""));
            }
        }
        write(bucket, entry.key(), entry.size(), action, reason, name, found);
    }

    /** Why what is there stays: the empty text because it is the same; null when it is replaced. */
    private @Nullable String kept(Found found, ManifestEntry entry) {
        if (rules.overwrite == Overwrite.ALWAYS) {
            return null;
        }
        if (target.isSame(found, entry)) {
            return "";
        }
        return switch (rules.overwrite) {
            case NEVER -> "exists";
            case IF_OLDER -> seconds(found.lastModified()).isBefore(seconds(entry.lastModified())) ? null : "newer";
            case IF_DIFFERENT, ALWAYS -> null;
        };
    }

    /** Listings and disks are as coarse as that. */
    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    /** Whether its file can be seen to be none that could be restored. */
    private boolean isMissing(String bucket, ManifestEntry entry) throws IOException {
        if (entry.directory()) {
            return false;
        }
        try {
            selection.snapshot().file(bucket, entry);
            return false;
        } catch (NotThereException e) {
            return true;
        }
    }

    private void write(
            String bucket,
            String key,
            long size,
            Action action,
            @Nullable String reason,
            String name,
            @Nullable Found found)
            throws IOException {
        PlanLine.Seen seen = found == null ? null : new PlanLine.Seen(found.size(), found.etag(), found.lastModified());
        out.add(new PlanLine(0, bucket, key, name, size, action, reason, null, seen));
    }
}
