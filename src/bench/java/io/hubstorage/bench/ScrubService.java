package io.hubstorage.bench;

import io.hubstorage.testkit.HubProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The proofs of a service: set up by its configuration, started, paused and watched by its API; and what it reads meanwhile, taken down
 * by its JVM. Not thread-safe.
 */
final class ScrubService {
    private static final Duration PEEK = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(3);
    private static final int ACCEPTED = 202;
    private static final int NOT_FOUND = 404;

    private final WarmHub service;
    private final HubHome home;
    private final HubProcess process;

    ScrubService(WarmHub service, HubHome home) {
        this.service = service;
        this.home = home;
        this.process = service.process();
    }

    /** Itself, for what is not about proofs. */
    WarmHub hub() {
        return service;
    }

    HubHome home() {
        return home;
    }

    long pid() {
        return process.pid();
    }

    /** Begins to take down every read. */
    void beginReads() throws IOException, InterruptedException {
        service.beginRecording(FileReads.SETTINGS);
    }

    /** All reads since then. */
    FileReads endReads() throws IOException, InterruptedException {
        Path recording = home.folder().resolve("reads.jfr");
        service.endRecording(recording);
        try {
            return FileReads.of(recording, home.data());
        } finally {
            Files.deleteIfExists(recording);
        }
    }

    /**
     * What is told of proofs in the configuration.
     *
     * @param limit in million bytes a second
     */
    static JsonObject verify(double limit) {
        return new JsonObject().put("cycle_days", 0).put("max_mb_per_second", limit);
    }

    /**
     * Changes the configuration, and returns when that is in force.
     *
     * @param verify its section; the schedule's hours are UTC's
     * @param scheduled whether anything begins by itself; no backup does in the first year
     */
    void configure(JsonObject verify, boolean scheduled) throws IOException {
        String config = new JsonObject()
                .put("s3_buckets", new JsonArray().add(Server.BUCKET))
                .put(
                        "automation",
                        new JsonObject()
                                .put("enabled", scheduled)
                                .put("interval_hours", 8_784)
                                .put("time_zone", "UTC")
                                .put("max_retries", 0))
                .put("verify", verify)
                .encodePrettily();
        Path file = home.folder().resolve("config/config.json");
        if (Files.readString(file).equals(config)) {
            return;
        }
        String before = hash();
        Path draft = Files.writeString(file.resolveSibling("draft"), config);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Awaitility.await("the configuration").pollInterval(PEEK).until(() -> !hash().equals(before));
    }

    private String hash() {
        return process.json("/api/config").getString("hash");
    }

    /** Goes on with the cycle, or begins the next one; returns the job's id. */
    String start() throws IOException {
        return accepted(process.post("/api/verify/start", new JsonObject())).getString("run_id");
    }

    /** Pauses what is under way, if anything is, and returns when that has ended. */
    void pause() throws IOException {
        HttpResponse<String> answer = process.post("/api/verify/pause", new JsonObject());
        if (answer.statusCode() != NOT_FOUND) {
            JsonObject _ = accepted(answer);
        }
        await("the pause", status -> current(status) == null);
    }

    private static JsonObject accepted(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != ACCEPTED) {
            throw new IOException("the service refused: " + answer.body());
        }
        return new JsonObject(answer.body());
    }

    /** How things stand. */
    JsonObject status() {
        return process.json("/api/verify?limit=0");
    }

    /** The job under way; null when none is. */
    @Nullable
    JsonObject current() {
        return current(status());
    }

    private static @Nullable JsonObject current(JsonObject status) {
        return status.getJsonObject("current");
    }

    /** Waits until things stand so, and returns how. */
    JsonObject await(String what, Predicate<JsonObject> status) {
        return Awaitility.await(what)
                .atMost(LONGEST)
                .pollDelay(Duration.ZERO)
                .pollInterval(PEEK)
                .until(this::status, status);
    }

    /** Waits until a job reads files, or has ended before anybody saw that it does; whether it reads them. */
    boolean awaitReading(String id) {
        JsonObject status = await("the first file", now -> !isUnderWay(now, id) || isInPhase(now, "transferring"));
        return isUnderWay(status, id);
    }

    /** Waits until a job has ended; returns its record. */
    JsonObject awaitEnd(String id) {
        JsonObject _ = await("the end", now -> !isUnderWay(now, id));
        return process.json("/api/jobs/" + id).getJsonObject("record");
    }

    /** Has the cycle read to its end, if one has been begun. */
    void finish() throws IOException {
        while (cycle().getLong("cycle_number") > 0 && cycle().getString("cycle_finished") == null) {
            JsonObject now = current();
            JsonObject _ = awaitEnd(now == null ? start() : now.getString("run_id"));
        }
    }

    /** How far the cycle is. */
    JsonObject cycle() {
        return status().getJsonObject("cycle");
    }

    static boolean isInPhase(JsonObject status, String phase) {
        JsonObject job = current(status);
        return job != null && phase.equals(job.getString("phase"));
    }

    private static boolean isUnderWay(JsonObject status, String id) {
        JsonObject job = current(status);
        return job != null && id.equals(job.getString("run_id"));
    }

    /** The begin, or the end, of a record. */
    static Instant time(JsonObject record, String name) {
        return Instant.parse(record.getString(name));
    }
}
