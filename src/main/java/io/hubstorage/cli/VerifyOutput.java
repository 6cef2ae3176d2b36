package io.hubstorage.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.hubstorage.bus.BusJson;
import io.hubstorage.verify.VerifyReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** Prints what a verification found, one snapshot after the other, so that none has to be remembered. */
sealed interface VerifyOutput {
    /** What was found in one of them. */
    void snapshot(VerifyReport.Snapshot snapshot);

    /** What is to be said at the end; without snapshots. */
    void end(VerifyReport report);

    /** For people. */
    record Text(PrintWriter out) implements VerifyOutput {
        @Override
        public void snapshot(VerifyReport.Snapshot snapshot) {
            VerifySummary.lines(snapshot).forEach(out::println);
        }

        @Override
        public void end(VerifyReport report) {
            VerifySummary.end(report).forEach(out::println);
        }
    }

    /** One object, as {@link VerifyReport} is spelled; what is known only at the end stands behind the snapshots. */
    final class Json implements VerifyOutput {
        private static final String SNAPSHOTS = "snapshots";

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
                    if (!field.getKey().equals(SNAPSHOTS)) {
                        json.writePOJOField(field.getKey(), field.getValue());
                    }
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
                json.writeArrayFieldStart(SNAPSHOTS);
                begun = true;
            }
        }
    }
}
