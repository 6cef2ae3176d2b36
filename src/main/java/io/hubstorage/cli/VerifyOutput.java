package io.hubstorage.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Sizes;
import io.hubstorage.verify.VerifyReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/** Prints what a verification found, one snapshot after the other, so that none has to be remembered. */
sealed interface VerifyOutput {
    void snapshot(VerifyReport.Snapshot snapshot);

    void end(VerifyReport report);

    record Text(PrintWriter out) implements VerifyOutput {
        private static final int NAMED = 20;

        @Override
        public void snapshot(VerifyReport.Snapshot snapshot) {
            out.println(headline(snapshot));
            if (!snapshot.buckets().isEmpty()) {
                table(snapshot).text().forEach(line -> out.println("  " + line));
            }
            long writable = snapshot.buckets().stream()
                    .mapToLong(bucket -> bucket.writable().objects())
                    .sum();
            if (writable > 0) {
                out.printf(
                        "  %s not read-only, as the old tool left them: editing one changes it in every snapshot that"
                                + " has it%n",
                        writable == 1 ? "1 file is" : Sizes.number(writable) + " files are");
            }
            snapshot.problems().stream().limit(NAMED).map(Text::line).forEach(out::println);
            if (snapshot.problemsTotal() > NAMED) {
                out.printf(
                        "  ... and %s more; --json names the first %d%n",
                        Sizes.number(snapshot.problemsTotal() - NAMED), VerifyReport.MAX_PROBLEMS);
            }
            out.println();
        }

        @Override
        public void end(VerifyReport report) {
            out.printf(
                    "%s of content read in %s%s%n",
                    Sizes.bytes((double) report.hashed().bytes()),
                    Sizes.duration(Duration.between(report.startedAt(), report.finishedAt())),
                    report.samplePercent() < 100
                            ? ": a sample of %s %%, which --seed %d chooses again"
                                    .formatted(number(report.samplePercent()), report.seed())
                            : "");
            out.println(report.ok() ? "No problem found." : problems(report.problemsTotal()) + " found.");
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
                        Table.printable(bucket.name()),
                        Table.tally(bucket.entries()),
                        Table.tally(bucket.proven()),
                        Table.tally(bucket.notSampled()),
                        Table.tally(bucket.notProvable()),
                        Sizes.number(bucket.problems()));
            }
            return table;
        }

        private static String line(VerifyReport.Problem problem) {
            String bucket = problem.bucket();
            String key = problem.key() != null ? problem.key() : problem.path();
            String where = bucket == null ? (key == null ? "" : key) : key == null ? bucket : bucket + "/" + key;
            return Table.printable("  %s %s: %s".formatted(BusJson.word(problem.kind()), where, problem.detail()));
        }

        private static String problems(long count) {
            return Sizes.count(count, "problem");
        }

        private static String number(double value) {
            return value == Math.rint(value) ? Long.toString(Math.round(value)) : Double.toString(value);
        }
    }

    /** One object: the snapshots, and behind them what is known only at the end. */
    final class Json implements VerifyOutput {
        private final JsonGenerator json;
        private final PrintWriter out;
        private boolean begun;

        Json(PrintWriter out) throws IOException {
            this.out = out;
            this.json = BusJson.mapper()
                    .createGenerator(out)
                    .useDefaultPrettyPrinter()
                    .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                    .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
        }

        @Override
        public void snapshot(VerifyReport.Snapshot snapshot) {
            try {
                begin();
                json.writePOJO(snapshot);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void end(VerifyReport report) {
            try {
                begin();
                json.writeEndArray();
                JsonNode rest = BusJson.mapper().valueToTree(report);
                for (Map.Entry<String, JsonNode> field : rest.properties()) {
                    json.writePOJOField(field.getKey(), field.getValue());
                }
                json.writeEndObject();
                json.close();
                out.println();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void begin() throws IOException {
            if (!begun) {
                json.writeStartObject();
                json.writeArrayFieldStart("snapshots");
                begun = true;
            }
        }
    }
}
