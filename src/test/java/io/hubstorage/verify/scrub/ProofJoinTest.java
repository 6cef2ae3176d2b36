package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Tally;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which proofs count for which files. */
final class ProofJoinTest {
    private static final Instant BEGAN = Instant.parse("2026-11-10T00:00:00Z");
    private static final Instant EARLY = Instant.parse("2026-11-01T05:00:00Z");
    private static final Instant LATE = Instant.parse("2026-11-12T05:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-20T05:00:00Z");
    private static final FileId FILE = new FileId("17", 10, EARLY, EARLY);
    private static final String HASH = "ab".repeat(32);

    @TempDir
    Path scratch;

    private @Nullable Instant proven(FileId file, LedgerLine... proofs) throws Exception {
        LedgerLine line = new LedgerLine(file, HASH, null, new LedgerLine.Name("hublink_1", "photos", "a"));
        List<LedgerLine> joined = new ArrayList<>();
        Ledger.Totals totals = join(List.of(line), List.of(proofs), joined);
        assertThat(joined).hasSize(1);
        assertThat(totals.files()).isEqualTo(new Tally(1, file.size()));
        assertThat(totals.proven().objects()).isEqualTo(joined.getFirst().isDue(BEGAN) ? 0 : 1);
        return joined.getFirst().proven();
    }

    private Ledger.Totals join(List<LedgerLine> files, List<LedgerLine> proofs, List<LedgerLine> joined)
            throws Exception {
        try (ExternalSort<LedgerLine> all = sort();
                ExternalSort<LedgerLine> known = sort();
                ExternalSort<LedgerLine> into =
                        new ExternalSort<>(LedgerLine.due(BEGAN), LedgerLine.CODEC, scratch, 2)) {
            for (LedgerLine each : files) {
                all.add(each);
            }
            for (LedgerLine each : proofs) {
                known.add(each);
            }
            Ledger.Totals totals = new ProofJoin(all.sorted(), known.sorted(), BEGAN, NOW, into)
                    .join(new Ledger.Missed(Tally.ZERO, Tally.ZERO), () -> {});
            Sorted<LedgerLine> sorted = into.sorted();
            for (LedgerLine each = sorted.next(); each != null; each = sorted.next()) {
                joined.add(each);
            }
            return totals;
        }
    }

    private ExternalSort<LedgerLine> sort() {
        return new ExternalSort<>(LedgerLine.BY_FILE, LedgerLine.CODEC, scratch, 2);
    }

    private static LedgerLine proof(FileId file, String sha256, Instant at) {
        return new LedgerLine(file, sha256, at, null);
    }

    @Test
    void theNewestProofOfAFileCounts() throws Exception {
        assertThat(proven(FILE, proof(FILE, HASH, EARLY), proof(FILE, HASH, LATE), proof(FILE, HASH, EARLY)))
                .isEqualTo(LATE);
        assertThat(proven(FILE)).isNull();
    }

    @Test
    void aProofOfAClockThatWasAheadDoesNotCount() throws Exception {
        assertThat(proven(FILE, proof(FILE, HASH, NOW))).isEqualTo(NOW);
        assertThat(proven(FILE, proof(FILE, HASH, NOW.plusNanos(1)))).isNull();
    }

    @Test
    void anInodeThatWasGivenToAnotherFileOrWrittenToHasNoProof() throws Exception {
        Instant other = EARLY.plusNanos(1);
        assertThat(proven(
                        FILE,
                        proof(new FileId("17", 10, EARLY, other), HASH, LATE),
                        proof(new FileId("17", 10, other, EARLY), HASH, LATE),
                        proof(new FileId("17", 11, EARLY, EARLY), HASH, LATE),
                        proof(new FileId("18", 10, EARLY, EARLY), HASH, LATE),
                        proof(FILE, "cd".repeat(32), LATE)))
                .isNull();
    }

    @Test
    void whereInodesHaveNoNumbersNothingIsTakenForTheSame() throws Exception {
        FileId unknown = new FileId("", 10, EARLY, EARLY);
        assertThat(proven(unknown, proof(unknown, HASH, LATE))).isNull();
        List<LedgerLine> joined = new ArrayList<>();
        LedgerLine one = new LedgerLine(unknown, HASH, null, new LedgerLine.Name("hublink_1", "photos", "a"));
        Ledger.Totals totals = join(List.of(one, one), List.of(), joined);
        assertThat(totals.files().objects()).isEqualTo(2);
    }

    @Test
    void whatWasNeverProvenComesFirstAndWhatTheCycleHasProvenLast() throws Exception {
        List<LedgerLine> files = new ArrayList<>();
        List<LedgerLine> proofs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            FileId file = new FileId(Integer.toString(i), 1, EARLY, EARLY);
            files.add(new LedgerLine(file, HASH, null, new LedgerLine.Name("hublink_1", "photos", "k" + i)));
            if (i != 3) {
                proofs.add(proof(file, HASH, i == 5 ? LATE : EARLY.plusSeconds(86_400L * (4 - i))));
            }
        }
        List<LedgerLine> joined = new ArrayList<>();
        Ledger.Totals totals = join(files, proofs, joined);
        assertThat(joined).extracting(each -> each.file().inode()).containsExactly("3", "4", "2", "1", "0", "5");
        assertThat(totals.since()).isNull();
        assertThat(totals.proven().objects()).isEqualTo(1);
        LocalDate first = LocalDate.ofInstant(EARLY, ZoneOffset.UTC);
        assertThat(totals.due())
                .extracting(VerifyMessage.Due::proven)
                .containsExactly(null, first, first.plusDays(2), first.plusDays(3), first.plusDays(4));
        assertThat(totals.due()).extracting(VerifyMessage.Due::files).containsOnly(new Tally(1, 1));
    }

    @Test
    void ofManyDaysSeveralAreToldTogetherAndNoFileIsLost() throws Exception {
        List<LedgerLine> files = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            FileId file = new FileId(Integer.toString(i), 1, EARLY, EARLY);
            Instant proven = i < 10 ? null : EARLY.minusSeconds(86_400L * i);
            files.add(new LedgerLine(file, HASH, proven, new LedgerLine.Name("hublink_1", "photos", "k" + i)));
        }
        Ledger.Totals totals = join(files, List.of(), new ArrayList<>());
        assertThat(totals.due()).hasSizeLessThanOrEqualTo(ProofJoin.MOST_DAYS);
        assertThat(totals.due().getFirst()).isEqualTo(new VerifyMessage.Due(null, new Tally(10, 10)));
        assertThat(totals.due().stream().map(VerifyMessage.Due::files).reduce(Tally.ZERO, Tally::plus))
                .isEqualTo(totals.files());
    }

    @Test
    void severalNamesOfAFileAreOneFile() throws Exception {
        List<LedgerLine> joined = new ArrayList<>();
        Ledger.Totals totals = join(
                List.of(
                        new LedgerLine(FILE, HASH, EARLY, new LedgerLine.Name("hublink_1", "photos", "a")),
                        new LedgerLine(FILE, HASH, LATE, new LedgerLine.Name("hublink_2", "photos", "b"))),
                List.of(),
                joined);
        assertThat(totals.files().objects()).isEqualTo(1);
        assertThat(joined).extracting(LedgerLine::proven).containsExactly(LATE, LATE);
    }
}
