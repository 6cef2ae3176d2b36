package io.hubstorage.cli;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How a run ended, for people: a sentence, a table of the buckets, and what failed, by cause. */
record RunSummary(RunRecord run, Layout layout) {
    void print(PrintWriter out) {
        out.println(sentence());
        if (!run.buckets().isEmpty()) {
            out.println();
            table().text().forEach(out::println);
        }
        causes(out);
        String snapshot = run.snapshot();
        if (snapshot != null) {
            out.println();
            out.printf("%s: %s%n", run.newSnapshot() ? "New snapshot" : "Snapshot", layout.snapshot(snapshot));
            certificate(layout.snapshot(snapshot), out);
        }
        if (run.finishedAt() != null) {
            out.printf("Took %s.%n", Sizes.duration(Duration.between(run.startedAt(), run.finishedAt())));
        }
        out.flush();
    }

    /** How large the snapshot is, and what a user may want to know of a backup that calls itself proven. */
    private void certificate(Path snapshot, PrintWriter out) {
        try {
            Certificate certificate = Certificate.read(Layout.certificate(snapshot));
            Long allocated = certificate.allocatedBytes();
            if (run.newSnapshot() && allocated != null) {
                long total = certificate.buckets().stream()
                        .mapToLong(bucket -> bucket.files().bytes())
                        .sum();
                out.printf(
                        "%s total \u00b7 %s new on disk%n",
                        Sizes.bytes((double) total), Sizes.bytes(allocated.doubleValue()));
            }
            Tally tally = certificate.verified().get(ManifestEntry.LENGTH);
            if (tally != null) {
                out.printf(
                        "%s in it could be checked by length alone: S3 gave nothing to compare the content with.%n",
                        Sizes.objects(tally.objects()));
            }
        } catch (IOException e) {
            // It says nothing then; whoever wants to know whether the certificate is right runs verify.
        }
    }

    private String sentence() {
        String message = run.message();
        String text = message == null ? "The run ended" : Table.printable(message);
        String begin = text.substring(0, 1);
        // A bucket's name stays as it is.
        boolean name = run.buckets().stream().anyMatch(bucket -> text.startsWith(bucket.bucket()));
        return (name ? text : begin.toUpperCase(java.util.Locale.ROOT) + text.substring(1))
                + (text.endsWith(".") ? "" : ".");
    }

    private Table table() {
        Table table = new Table(
                2,
                "Bucket",
                "Result",
                "Listed",
                run.dryRun() ? "To download" : "New or changed",
                "Unchanged",
                "Gone",
                "Failed");
        for (RunRecord.BucketRecord bucket : run.buckets()) {
            table.line(cells(
                    bucket.bucket(),
                    word(bucket),
                    bucket.counts(),
                    bucket.outcome().failuresTotal()));
        }
        if (run.buckets().size() > 1) {
            long failed = run.buckets().stream()
                    .mapToLong(bucket -> bucket.outcome().failuresTotal())
                    .sum();
            table.line(cells("Together", "", run.totals(), failed));
        }
        return table;
    }

    private static String[] cells(String name, String result, BucketCounts counts, long failed) {
        return new String[] {
            name,
            result,
            Table.tally(counts.listed()),
            Table.tally(counts.downloaded()),
            Sizes.number(counts.linked().objects()),
            Sizes.number(counts.deleted().objects()),
            Sizes.number(failed)
        };
    }

    private String word(RunRecord.BucketRecord bucket) {
        return switch (bucket.result()) {
            case SUCCESS -> run.dryRun() ? "planned" : "safe";
            case PARTIAL -> "with failures";
            default -> "failed";
        };
    }

    /** By cause, with what to do: half a million failures for one reason are one paragraph. */
    private void causes(PrintWriter out) {
        for (FailureCause cause : run.causes()) {
            out.println();
            out.printf("%s%s%n", cause.title(), extent(cause));
            out.printf("  %s%n", cause.advice());
            for (FailureCause.Example example : cause.examples()) {
                String place = place(example);
                out.printf("  %s%s%n", place.isEmpty() ? "" : place + ": ", Table.printable(example.error()));
            }
            long rest = cause.objects()
                    - cause.examples().stream()
                            .filter(example -> example.key() != null)
                            .count();
            if (rest > 0) {
                out.printf("  and %s more%n", Sizes.number(rest));
            }
        }
        files(out);
    }

    private String extent(FailureCause cause) {
        String what = cause.objects() > 0
                ? Sizes.objects(cause.objects())
                        + (cause.bytes() > 0 ? " (%s)".formatted(Sizes.bytes((double) cause.bytes())) : "")
                : "";
        String where = cause.buckets().size() == 1
                ? cause.buckets().getFirst()
                : cause.buckets().isEmpty() ? "" : cause.buckets().size() + " buckets";
        String both = Stream.of(what, where).filter(text -> !text.isEmpty()).collect(Collectors.joining(" in "));
        return both.isEmpty() ? "" : ": " + both;
    }

    private static String place(FailureCause.Example example) {
        return Table.printable(Stream.of(example.bucket(), example.key())
                .filter(Objects::nonNull)
                .collect(Collectors.joining("/")));
    }

    /** Where each of them is named, if they are. */
    private void files(PrintWriter out) {
        @Nullable String snapshot = run.snapshot();
        if (snapshot == null || !run.newSnapshot()) {
            return;
        }
        List<Path> files = run.tried()
                .filter(bucket -> bucket.outcome().failuresTotal() > 0)
                .map(bucket -> Layout.failures(layout.snapshot(snapshot), bucket.bucket()))
                .toList();
        if (!files.isEmpty()) {
            out.println();
            out.println("Each is named in:");
            files.forEach(file -> out.println("  " + file));
        }
    }
}
