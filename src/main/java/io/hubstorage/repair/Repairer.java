package io.hubstorage.repair;

import io.hubstorage.bus.RepairMessage.Request;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.repair.DamagedFile.Target;
import io.hubstorage.repair.Examiner.Examined;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.verify.scrub.Damage;
import io.hubstorage.verify.scrub.DamageList;
import io.hubstorage.verify.scrub.Proofs;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the list of damage, and plans or repairs what is on it, some hundred files at a time: memory does not grow with the
 * list. Used once, by one thread; blocking.
 */
final class Repairer {
    private static final int BATCH = 1_000;
    /** For a backup, of a second each: half an hour. */
    private static final int MOST_PAUSES = 1_800;

    private final Around around;
    private final Request request;
    private final Examiner examiner;
    private final Reconstruction reconstruction;
    private final Totals totals = new Totals();

    /**
     * What it works with.
     *
     * @param check is called before each step, and may throw to end there
     */
    record Around(Layout layout, DamageList list, List<Source> sources, InstantSource clock, Runnable check) {}

    /** It has waited long enough. */
    static final class BusyException extends IOException {
        private static final long serialVersionUID = 1L;

        BusyException() {
            super("A backup is still under way: repair again when it has ended. What was repaired stays.");
        }
    }

    /** What a repair waits for. */
    interface Backups {
        /** Whether one is under way, in this process or another. Asked before each file. */
        boolean isUnderWay() throws IOException;

        /** Waits a second for it. */
        void pause() throws InterruptedException;
    }

    Repairer(Around around, Request request) {
        this.around = around;
        this.request = request;
        this.examiner = new Examiner(around.layout);
        this.reconstruction =
                new Reconstruction(around.layout, around.list, around.sources, around.clock, around.check);
    }

    /** What has come of it so far; by any thread. */
    RepairRecord.Outcome outcome() {
        return totals.outcome();
    }

    private interface Batch {
        void run(Examined examined, List<DamagedFile> files, NameSearch search)
                throws IOException, InterruptedException;
    }

    private void batches(Batch work) throws IOException, InterruptedException {
        try (DamageList.Open damages = around.list.open()) {
            Damage next = next(damages);
            while (next != null) {
                List<Damage> batch = new ArrayList<>();
                do {
                    batch.add(next);
                    next = next(damages);
                } while (next != null && (batch.size() < BATCH || isSameKey(batch.getLast(), next)));
                around.check.run();
                Examined examined = examiner.examine(batch, around.check);
                List<DamagedFile> files = DamagedFile.of(examined.targets());
                NameSearch search = new NameSearch(around.layout, around.check);
                search.search(files);
                work.run(examined, files, search);
            }
        }
    }

    private @Nullable Damage next(DamageList.Open damages) throws IOException {
        Damage next = damages.next();
        while (next != null && !isMeant(next)) {
            next = damages.next();
        }
        return next;
    }

    private boolean isMeant(Damage damage) {
        return (request.snapshots().isEmpty() || request.snapshots().contains(damage.snapshot()))
                && (request.buckets().isEmpty() || request.buckets().contains(damage.bucket()));
    }

    private static boolean isSameKey(Damage one, Damage other) {
        return one.bucket().equals(other.bucket()) && one.key().equals(other.key());
    }

    /** What a repair would do now. Changes nothing. */
    RepairPlan plan() throws IOException, InterruptedException {
        PlanMaker plan = new PlanMaker(request);
        batches((examined, files, _) -> {
            lost(examined).forEach(plan::add);
            for (DamagedFile file : files) {
                around.check.run();
                Reconstruction.Offer offer = reconstruction.offer(file);
                plan.add(item(file.targets(), offer.source(), offer.detail()));
            }
        });
        return plan.made(around.clock.instant());
    }

    /** Does it. What was repaired stays so whatever it ends by. */
    void repair(String job, Staging staging, Quarantine quarantine, Backups backups)
            throws IOException, InterruptedException {
        try (Proofs proofs = Proofs.begin(around.layout)) {
            FileRepair.Tools tools =
                    new FileRepair.Tools(around, reconstruction, totals, job, staging, quarantine, proofs);
            batches((examined, files, search) -> {
                around.list.gone(examined.gone(), around.clock.instant());
                lost(examined).forEach(totals::lost);
                for (int i = 0; i < files.size(); i++) {
                    List<DamagedFile> left = files.subList(i, files.size());
                    waitFor(backups, left, search);
                    new FileRepair(files.get(i), tools, () -> undisturbed(backups, left, search)).repair();
                }
            });
            proofs.tryCommit();
        }
    }

    /** What a backup is linking must not change under it; and what it has linked is damaged in its snapshot too. */
    private void waitFor(Backups backups, List<DamagedFile> left, NameSearch search)
            throws IOException, InterruptedException {
        around.check.run();
        for (int pauses = 0; backups.isUnderWay(); pauses++) {
            pause(backups, pauses);
        }
        totals.waiting(false);
        search.catchUp(left);
    }

    /** Others wait for a repair, as removals do that make room: so it does not wait for days. */
    private void pause(Backups backups, int pauses) throws IOException, InterruptedException {
        if (pauses >= MOST_PAUSES) {
            throw new BusyException();
        }
        totals.waiting(true);
        backups.pause();
    }

    /**
     * Takes the data folder for a moment in which every name of these files is known: a backup may have ended while they were
     * searched or fetched, and the next one waits, and then links what was put right.
     */
    private DataLock undisturbed(Backups backups, List<DamagedFile> left, NameSearch search)
            throws IOException, InterruptedException {
        for (int pauses = 0; ; ) {
            waitFor(backups, left, search);
            try {
                DataLock lock = DataLock.takeForMoment(around.layout, around.clock.instant());
                boolean upToDate = false;
                try {
                    upToDate = search.isUpToDate();
                } finally {
                    if (!upToDate) {
                        lock.close();
                    }
                }
                if (upToDate) {
                    return lock;
                }
            } catch (DataLock.HeldException _) {
                pause(backups, pauses++);
            }
        }
    }

    boolean isWaiting() {
        return totals.isWaiting();
    }

    /** Those that nothing can be done about, a file each. */
    private static List<RepairPlan.Item> lost(Examined examined) {
        Map<List<String>, List<Examiner.Lost>> files = new LinkedHashMap<>();
        for (Examiner.Lost each : examined.lost()) {
            files.computeIfAbsent(
                            List.of(
                                    each.damage().bucket(),
                                    each.damage().key(),
                                    each.damage().path(),
                                    each.why()),
                            _ -> new ArrayList<>())
                    .add(each);
        }
        return files.values().stream()
                .map(each -> new RepairPlan.Item(
                        each.getFirst().damage().bucket(),
                        each.getFirst().damage().key(),
                        each.getFirst().size(),
                        each.getFirst().damage().kind().word(),
                        snapshots(each.stream().map(Examiner.Lost::damage).toList()),
                        RepairPlan.Source.NONE,
                        each.getFirst().why()))
                .toList();
    }

    /** A damaged file as people are told of it. */
    static RepairPlan.Item item(List<Target> targets, RepairPlan.Source source, String detail) {
        Target first = targets.getFirst();
        return new RepairPlan.Item(
                first.damage().bucket(),
                first.entry().key(),
                first.entry().size(),
                first.damage().kind().word(),
                snapshots(targets.stream().map(Target::damage).toList()),
                source,
                detail);
    }

    private static List<String> snapshots(List<Damage> damages) {
        return damages.stream()
                .map(Damage::snapshot)
                .distinct()
                .sorted(Comparator.reverseOrder())
                .limit(RepairPlan.SNAPSHOTS)
                .toList();
    }
}
