package io.hubstorage.bench;

import io.hubstorage.testkit.HubProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** HubStorage as it is meant to be used: a service that has been up for a while, and is told to run. */
final class WarmHub implements Tool {
    private static final Duration PEEK = Duration.ofMillis(20);
    private static final Duration LONGEST_RUN = Duration.ofHours(1);

    private final HubHome home;
    private final HubProcess process;
    private final boolean restores;

    private WarmHub(HubHome home, HubProcess process, boolean restores) {
        this.home = home;
        this.process = process;
        this.restores = restores;
    }

    /** Starts one that backs up, and waits until it is up. */
    static WarmHub start(HubHome home) throws IOException {
        return start(home, false);
    }

    /**
     * Starts one and waits until it is up.
     *
     * @param restores whether it restores the newest snapshot, instead of making one
     */
    static WarmHub start(HubHome home, boolean restores) throws IOException {
        home.configure();
        HubProcess process =
                HubProcess.start(home.jar(), home.javaOptions(), home.folder(), home.environment(), "serve");
        process.awaitUp();
        return new WarmHub(home, process, restores);
    }

    @Override
    public int warmUps(int ofService) {
        return ofService;
    }

    @Override
    public void empty() throws IOException {
        home.deleteSnapshots();
    }

    @Override
    public Outcome run() throws IOException, InterruptedException {
        ProcessFiles.resetPeak(process.pid());
        double before = ProcessFiles.cpu(process.pid());
        Instant asked = InstantSource.system().instant();
        JsonObject run = restores ? restored() : backedUp();
        double cpu = ProcessFiles.cpu(process.pid()) - before;
        // Of a restore, planning is a part; its record begins when it was started.
        Instant began = restores ? asked : Instant.parse(run.getString("started_at"));
        Duration wall = Duration.between(began, Instant.parse(run.getString("finished_at")));
        return new Outcome(
                run.getString("result").equals("success"),
                new Measured(wall.toNanos() / 1e9, cpu, ProcessFiles.peak(process.pid())));
    }

    private JsonObject backedUp() throws IOException {
        String runId = accepted("/api/backup/run", new JsonObject()).getString("run_id");
        return await(() -> ended(runId));
    }

    private JsonObject restored() throws IOException {
        JsonObject request = new JsonObject()
                .put("buckets", new JsonArray(List.of(Server.BUCKET)))
                .put("to", "s3://" + Server.WRITABLE);
        String restore = "/api/restores/" + accepted("/api/restores", request).getString("id");
        JsonObject planned = await(() -> unless(restore, "planning"));
        JsonObject digest =
                new JsonObject().put("digest", planned.getJsonObject("plan").getString("digest"));
        JsonObject _ = accepted(restore + "/start", digest);
        return await(() -> unless(restore, "running")).getJsonObject("record");
    }

    private JsonObject accepted(String path, JsonObject body) throws IOException {
        HttpResponse<String> answer = process.post(path, body);
        if (answer.statusCode() != 202) {
            throw new IOException("the service refused: " + answer.body());
        }
        return new JsonObject(answer.body());
    }

    private static JsonObject await(Callable<Optional<JsonObject>> end) {
        return Awaitility.await("the end")
                .atMost(LONGEST_RUN)
                .pollInterval(PEEK)
                .pollDelay(Duration.ZERO)
                .until(end, Optional::isPresent)
                .orElseThrow();
    }

    /** The restore, once it is in another state. */
    private Optional<JsonObject> unless(String path, String state) {
        JsonObject view = process.json(path);
        return Optional.of(view).filter(now -> !state.equals(now.getString("state")));
    }

    private Optional<JsonObject> ended(String runId) {
        JsonObject status = process.json("/api/backup/status");
        JsonObject last = status.getJsonObject("last");
        return !status.getBoolean("running") && last != null && runId.equals(last.getString("run_id"))
                ? Optional.of(last)
                : Optional.empty();
    }

    /**
     * Lets Flight Recorder take notes until {@link #endRecording}.
     *
     * @param settings as {@code JFR.start} takes them
     */
    void beginRecording(String... settings) throws IOException, InterruptedException {
        jcmd(Stream.concat(Stream.of("JFR.start", "name=bench"), Stream.of(settings))
                .toArray(String[]::new));
    }

    /** Writes them into a file. */
    void endRecording(Path file) throws IOException, InterruptedException {
        jcmd("JFR.stop", "name=bench", "filename=" + file.toAbsolutePath());
    }

    /** Bytes that are still in use after a collection of all garbage. */
    long liveHeap() throws IOException, InterruptedException {
        jcmd("GC.class_histogram");
        // The last line: Total, objects, bytes.
        String[] total = Files.readAllLines(jcmdOutput()).getLast().strip().split("\\s+", -1);
        return Long.parseLong(total[2]);
    }

    /** To ask it for something else than runs. */
    HubProcess process() {
        return process;
    }

    /** Where it listens. */
    URI address() {
        return process.awaitUp();
    }

    private void jcmd(String... command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of(JAVA.replaceFirst("java$", "jcmd"), Long.toString(process.pid())));
        whole.addAll(List.of(command));
        Child.succeed(whole, Map.of(), jcmdOutput());
    }

    private Path jcmdOutput() {
        return home.folder().resolve("jcmd.txt");
    }

    @Override
    public long resident() {
        return ProcessFiles.resident(process.pid());
    }

    @Override
    public Path tree() throws IOException {
        return home.tree();
    }

    @Override
    public void close() {
        process.close();
    }
}
