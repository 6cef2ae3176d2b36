package io.hubstorage.verify.scrub;

import io.hubstorage.bus.Tally;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gives the files that there are the newest of their proofs: one pass over both, each in {@link LedgerLine#BY_FILE}. A proof of an
 * inode that has been given to another file since, or that was written to, finds no file here.
 */
final class ProofJoin {
    /** So many names of a file are read for at once; with more, it is read again. */
    static final int MOST_NAMES = 1_000;

    /** A list of days is no longer. */
    static final int MOST_DAYS = 120;

    private final Sorted<LedgerLine> files;
    private final Sorted<LedgerLine> proofs;
    private final Instant began;
    private final Instant now;
    private final ExternalSort<LedgerLine> into;
    private @Nullable LedgerLine proof;
    private Tally all = Tally.ZERO;
    private Tally proven = Tally.ZERO;
    private @Nullable Instant since;
    private boolean everProven = true;
    /** By the day of their last proof; those that never were proven under the least moment. */
    private final SortedMap<Instant, Tally> due = new TreeMap<>();

    /** @param now a proof from later than that was made while the clock was ahead, and tells of no day */
    ProofJoin(
            Sorted<LedgerLine> files,
            Sorted<LedgerLine> proofs,
            Instant began,
            Instant now,
            ExternalSort<LedgerLine> into) {
        this.files = files;
        this.proofs = proofs;
        this.began = began;
        this.now = now;
        this.into = into;
    }

    /** @param step asked before each file */
    Ledger.Totals join(Ledger.Missed missed, Pace.Step step) throws IOException {
        proof = proofs.next();
        LedgerLine next = files.next();
        while (next != null) {
            step.take();
            List<LedgerLine> names = new ArrayList<>();
            do {
                names.add(next);
                next = files.next();
            } while (next != null && names.size() < MOST_NAMES && isSame(next, names.getFirst()));
            take(names);
        }
        return new Ledger.Totals(
                all, proven, missed.notProvable(), missed.unreadable(), everProven ? since : null, due());
    }

    /** By day; of many days, several together. */
    private List<VerifyMessage.Due> due() {
        int together = Math.ceilDiv(due.size(), MOST_DAYS);
        List<VerifyMessage.Due> found = new ArrayList<>();
        Tally sum = Tally.ZERO;
        int days = 0;
        for (Map.Entry<Instant, Tally> each : due.entrySet()) {
            sum = sum.plus(each.getValue());
            if (++days % together == 0 || days == due.size() || each.getKey().equals(Instant.MIN)) {
                LocalDate day =
                        each.getKey().equals(Instant.MIN) ? null : LocalDate.ofInstant(each.getKey(), ZoneOffset.UTC);
                found.add(new VerifyMessage.Due(day, sum));
                sum = Tally.ZERO;
            }
        }
        return found;
    }

    private static boolean isSame(LedgerLine one, LedgerLine other) {
        return one.isSameFile(other) && one.sha256().equals(other.sha256());
    }

    private void take(List<LedgerLine> names) throws IOException {
        LedgerLine first = names.getFirst();
        Instant newest = newestProof(first);
        for (LedgerLine name : names) {
            newest = later(newest, name.proven());
        }
        if (newest != null && newest.isAfter(now)) {
            newest = null;
        }
        for (LedgerLine name : names) {
            into.add(name.provenAt(newest));
        }
        Tally one = Tally.of(first.file().size());
        all = all.plus(one);
        LedgerLine told = first.provenAt(newest);
        Instant day = told.since();
        if (told.isDue(began)) {
            due.merge(day == null ? Instant.MIN : day, one, Tally::plus);
        } else {
            proven = proven.plus(one);
        }
        everProven &= day != null;
        since = since == null || (day != null && day.isBefore(since)) ? day : since;
    }

    private @Nullable Instant newestProof(LedgerLine file) throws IOException {
        while (proof != null && LedgerLine.BY_FILE.compare(proof, file) < 0) {
            proof = proofs.next();
        }
        Instant newest = null;
        while (proof != null && file.file().isKnown() && LedgerLine.BY_FILE.compare(proof, file) == 0) {
            newest = later(newest, proof.proven());
            proof = proofs.next();
        }
        return newest;
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        return one == null || (other != null && other.isAfter(one)) ? other : one;
    }
}
