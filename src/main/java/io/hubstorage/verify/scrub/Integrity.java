package io.hubstorage.verify.scrub;

import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.verify.scrub.Ledger.Cycle;
import io.hubstorage.verify.scrub.Ledger.Done;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the files that a data folder holds: when they were proven, and which are damaged.
 *
 * @param cycle the last one, going on or not
 * @param notProvable files of which no manifest has a SHA-256
 * @param due what the cycle has still to read, the least recently proven first
 */
public record Integrity(
        VerifyRecord.Cycle cycle, DamageList.Summary damage, long notProvable, List<VerifyMessage.Due> due) {
    /** Nothing is known. */
    public static final Integrity UNKNOWN =
            new Integrity(VerifyRecord.Cycle.NONE, DamageList.Summary.NONE, 0, List.of());

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM", Locale.ENGLISH);
    private static final DateTimeFormatter DAY_OF_YEAR = DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH);

    /**
     * Finds it out from a few small files, and from the list of damage when that has changed. Thread-safe; blocks.
     */
    public static final class Finder {
        private final Layout layout;
        private @Nullable Stamp stamp;
        private DamageList.Summary damage = DamageList.Summary.NONE;

        private record Stamp(FileTime time, long size) {}

        /** Of a data folder. */
        public Finder(Layout layout) {
            this.layout = layout;
        }

        /** Whether it is of that data folder. */
        public boolean isOf(Layout other) {
            return layout.data().equals(other.data());
        }

        /** As it is now. */
        public synchronized Integrity find() throws IOException {
            Ledger ledger = new Ledger(layout);
            Cycle cycle = ledger.cycle();
            Stamp now = stamp(layout.damage());
            if (now == null) {
                damage = DamageList.Summary.NONE;
            } else if (!now.equals(stamp)) {
                damage = new DamageList(layout).summary();
            }
            stamp = now;
            if (cycle == null) {
                return new Integrity(VerifyRecord.Cycle.NONE, damage, 0, List.of());
            }
            Done done = ledger.done(cycle);
            return new Integrity(
                    of(cycle, done, damage),
                    damage,
                    cycle.totals().notProvable().objects(),
                    due(cycle, done));
        }

        private static @Nullable Stamp stamp(Path file) throws IOException {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return null;
            }
            BasicFileAttributes found =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return new Stamp(found.lastModifiedTime(), found.size());
        }
    }

    /** A cycle as everybody is told of it. */
    static VerifyRecord.Cycle of(Cycle cycle, Done done, DamageList.Summary damage) {
        Ledger.Totals totals = cycle.totals();
        Tally proven = totals.proven().plus(done.proven());
        Tally over = proven.plus(done.damaged()).plus(done.unreadable());
        Instant since = cycle.finished() == null ? done.since() : cycle.began();
        // What a damaged manifest names stands in no ledger.
        boolean all = damage.manifests() == 0
                && totals.files().objects() > 0
                && totals.unreadable().plus(done.unreadable()).objects() == 0;
        return new VerifyRecord.Cycle(
                cycle.number(),
                cycle.began(),
                cycle.finished(),
                totals.files(),
                proven,
                cycle.finished() == null ? percent(over, totals.files()) : 100,
                all ? since : null);
    }

    /** What is left of the days, of which the first are done. */
    private static List<VerifyMessage.Due> due(Cycle cycle, Done done) {
        List<VerifyMessage.Due> left = new ArrayList<>();
        if (cycle.finished() != null) {
            return left;
        }
        Tally over = done.proven().plus(done.damaged()).plus(done.unreadable());
        long objects = over.objects();
        long bytes = over.bytes();
        for (VerifyMessage.Due each : cycle.totals().due()) {
            Tally files = each.files();
            if (objects < files.objects()) {
                left.add(new VerifyMessage.Due(
                        each.proven(), new Tally(files.objects() - objects, Math.max(0, files.bytes() - bytes))));
            }
            objects = Math.max(0, objects - files.objects());
            bytes = Math.max(0, bytes - files.bytes());
        }
        return left;
    }

    /** Of what goes on: 99 at most. */
    private static int percent(Tally over, Tally all) {
        double share = all.bytes() > 0
                ? over.bytes() / (double) all.bytes()
                : all.objects() > 0 ? over.objects() / (double) all.objects() : 0;
        return (int) Math.clamp(Math.floor(100 * share), 0, 99);
    }

    /** For people: {@code Every file proven since 14 October; 37 % of this cycle.} */
    public String sentence(Instant now, ZoneId zone) {
        return proofs(now, zone) + (damage.files() == 0 ? "" : " " + damaged());
    }

    private String proofs(Instant now, ZoneId zone) {
        Instant since = cycle.provenSince();
        boolean goesOn = cycle.cycleNumber() > 0 && cycle.cycleFinished() == null;
        if (cycle.cycleNumber() == 0) {
            return "No file has been read again since it was downloaded.";
        }
        String ofCycle = goesOn ? "; %d %% of this cycle".formatted(cycle.percent()) : "";
        if (damage.manifests() > 0) {
            return "What %s cannot be proven%s."
                    .formatted(
                            damage.manifests() == 1
                                    ? "1 manifest names"
                                    : Sizes.number(damage.manifests()) + " manifests name",
                            ofCycle);
        }
        if (since == null) {
            return goesOn
                    ? "%d %% of the files are proven in this cycle, the first that reads all of them."
                            .formatted(cycle.percent())
                    : cycle.files().objects() == 0 ? "There is no file to prove." : "Not every file could be read.";
        }
        return "%s%s proven since %s%s."
                .formatted(
                        damage.files() == 0 ? "Every file" : "Every other file",
                        notProvable == 0 ? "" : " that has a SHA-256",
                        day(since, now, zone),
                        ofCycle);
    }

    /** {@code 3 files are damaged, in 20 snapshots.} */
    public String damaged() {
        return "%s damaged, in %s."
                .formatted(
                        damage.files() == 1 ? "1 file is" : Sizes.number(damage.files()) + " files are",
                        damage.snapshots() == 1
                                ? damage.newest().getFirst()
                                : Sizes.count(damage.snapshots(), "snapshot"));
    }

    private static String day(Instant at, Instant now, ZoneId zone) {
        ZonedDateTime day = at.atZone(zone);
        return (day.getYear() == now.atZone(zone).getYear() ? DAY : DAY_OF_YEAR).format(day);
    }
}
