package io.hubstorage.bench;

import io.hubstorage.bus.Sizes;
import io.hubstorage.testkit.HubProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long a service takes to say what its rules would remove, asked as its page asks: at once after its start, then over and over while
 * it counts what that frees, and when it has counted.
 */
record PreviewRuns(Path jar, List<String> options, Path home, Path data, String bucket) {
    private static final int RUNS = 20;

    void measure(PrintStream out) throws IOException {
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of(bucket)))
                        .put("automation", new JsonObject().put("enabled", false))
                        .put("verify", new JsonObject().put("cycle_days", 0))
                        .put(
                                "retention",
                                new JsonObject()
                                        .put("daily", 14)
                                        .put("weekly", 8)
                                        .put("monthly", 12)));
        Map<String, String> environment = HubProcess.environment(home, null);
        environment.put("HUBSTORAGE_DATA_PATH", data.toString());
        out.println("| preview of `daily 14, weekly 8, monthly 12` | s |");
        out.println("|---|---|");
        try (HubProcess process = HubProcess.start(jar, options, home, environment, "serve")) {
            process.awaitUp();
            acknowledge(process);
            long resident = ProcessFiles.resident(process.pid());
            long begun = System.nanoTime();
            JsonObject first = row(out, "the first answer of a service that has just begun", process);
            double cpu = ProcessFiles.cpu(process.pid());
            List<Double> answers = new ArrayList<>();
            JsonObject now = first;
            while (now.getValue("freed_bytes") == null) {
                long asked = System.nanoTime();
                now = ask(process);
                answers.add(since(asked));
            }
            if (!answers.isEmpty()) {
                row(
                        out,
                        "further answers while it counts what gets free, the longest of %d".formatted(answers.size()),
                        answers.stream().max(Double::compare).orElseThrow());
            }
            row(
                    out,
                    "until that is counted, %s of CPU time"
                            .formatted("%.1f s".formatted(ProcessFiles.cpu(process.pid()) - cpu)),
                    since(begun));
            row(out, "further answers, the longest of %d".formatted(RUNS), longest(process));
            JsonArray verdicts = now.getJsonArray("verdicts");
            out.printf(
                    Locale.ROOT,
                    "%n%s of %s would go, which frees %s. Resident: %d MiB before the first answer, %d after the last,"
                            + " %d at most.%n",
                    Sizes.number(verdicts.stream()
                            .filter(each -> !((JsonObject) each).getBoolean("stays"))
                            .count()),
                    Sizes.count(verdicts.size(), "snapshot"),
                    Sizes.bytes((double) now.getLong("freed_bytes")),
                    resident >> 20,
                    ProcessFiles.resident(process.pid()) >> 20,
                    ProcessFiles.peak(process.pid()) >> 20);
        }
    }

    /** That the history lacks these snapshots, as long as which nothing goes. */
    private static void acknowledge(HubProcess process) throws IOException {
        for (Object alarm : process.json("/api/alarms").getJsonArray("open")) {
            String id = ((JsonObject) alarm).getString("id");
            HttpResponse<String> answer = process.post("/api/alarms/" + id + "/acknowledge", new JsonObject());
            if (answer.statusCode() != 200) {
                throw new IOException("the service refused: " + answer.body());
            }
        }
    }

    private static double longest(HubProcess process) throws IOException {
        double longest = 0;
        for (int i = 0; i < RUNS; i++) {
            long begun = System.nanoTime();
            ask(process);
            longest = Math.max(longest, since(begun));
        }
        return longest;
    }

    private static JsonObject row(PrintStream out, String what, HubProcess process) throws IOException {
        long begun = System.nanoTime();
        JsonObject answer = ask(process);
        row(out, what, since(begun));
        return answer;
    }

    private static void row(PrintStream out, String what, double seconds) {
        out.printf(Locale.ROOT, "| %s | %.2f |%n", what, seconds);
    }

    private static double since(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    private static JsonObject ask(HubProcess process) throws IOException {
        HttpResponse<String> answer = process.post("/api/retention/preview", new JsonObject());
        if (answer.statusCode() != 200) {
            throw new IOException("the service refused: " + answer.body());
        }
        return new JsonObject(answer.body());
    }
}
