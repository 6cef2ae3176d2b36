package io.hubstorage.cli;

import io.hubstorage.bus.Tally;
import io.hubstorage.verify.Problem;
import io.hubstorage.verify.VerifyReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a verification found, in lines for people. Pure. */
final class VerifySummary {
    private static final int NAMED = 20;

    private VerifySummary() {}

    /** What one snapshot is like. */
    static List<String> lines(VerifyReport.Snapshot snapshot) {
        List<String> lines = new ArrayList<>();
        lines.add(headline(snapshot));
        if (!snapshot.buckets().isEmpty()) {
            table(snapshot).text().forEach(line -> lines.add("  " + line));
        }
        long writable = snapshot.buckets().stream()
                .mapToLong(bucket -> bucket.writable().objects())
                .sum();
        if (writable > 0) {
            lines.add(
                    "  %s not read-only, as the old tool left them: editing one changes it in every snapshot that has it"
                            .formatted(writable == 1 ? "1 file is" : Amounts.number(writable) + " files are"));
        }
        snapshot.problems().stream().limit(NAMED).map(VerifySummary::line).forEach(lines::add);
        if (snapshot.problemsTotal() > NAMED) {
            lines.add("  ... and %s more; --json names the first %d"
                    .formatted(Amounts.number(snapshot.problemsTotal() - NAMED), VerifyReport.MAX_PROBLEMS));
        }
        lines.add("");
        return lines;
    }

    /** What comes after all of them. */
    static List<String> end(VerifyReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("%s of content read in %s%s"
                .formatted(
                        Amounts.bytes((double) report.hashed().bytes()),
                        Amounts.time(Duration.between(report.startedAt(), report.finishedAt())),
                        report.samplePercent() < 100
                                ? ": a sample of %s %%, which --seed %d chooses again"
                                        .formatted(number(report.samplePercent()), report.seed())
                                : ""));
        lines.add(report.ok() ? "No problem found." : "%s found.".formatted(problems(report.problemsTotal())));
        return lines;
    }

    private static String headline(VerifyReport.Snapshot snapshot) {
        if (!snapshot.ok()) {
            return "%s: %s".formatted(snapshot.name(), problems(snapshot.problemsTotal()));
        }
        return snapshot.legacy()
                ? "%s: made by the old tool, which left nothing to compare with".formatted(snapshot.name())
                : "%s: good".formatted(snapshot.name());
    }

    private static Table table(VerifyReport.Snapshot snapshot) {
        Table table = new Table(1, "Bucket", "Objects", "Proven", "Not sampled", "Not provable", "Problems");
        for (VerifyReport.Bucket bucket : snapshot.buckets()) {
            table.line(
                    Amounts.printable(bucket.name()),
                    tally(bucket.entries()),
                    tally(bucket.proven()),
                    tally(bucket.notSampled()),
                    tally(bucket.notProvable()),
                    Amounts.number(bucket.problems()));
        }
        return table;
    }

    private static String tally(Tally tally) {
        return Amounts.tally(tally);
    }

    private static String line(Problem problem) {
        String bucket = problem.bucket();
        String key = problem.key() != null ? problem.key() : problem.path();
        String where = bucket == null ? (key == null ? "" : key) : key == null ? bucket : bucket + "/" + key;
        return Amounts.printable(
                "  %s %s: %s".formatted(problem.kind().name().toLowerCase(Locale.ROOT), where, problem.detail()));
    }

    private static String problems(long count) {
        return count == 1 ? "1 problem" : Amounts.number(count) + " problems";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString(Math.round(value)) : Double.toString(value);
    }
}
