package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.WorkersMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiTest {
    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
    }

    @Test
    void aBackupIsStartedByHandWithItsOptions() {
        WebServer.Answer answer = server.post(
                "/api/backup/run", new JsonObject().put("dry_run", true).put("buckets", new JsonArray().add("photos")));
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().getString("run_id")).isEqualTo("r2");
        assertThat(server.rooms.starts).singleElement().satisfies(start -> {
            assertThat(start.trigger()).isEqualTo(Trigger.MANUAL);
            assertThat(start.dryRun()).isTrue();
            assertThat(start.buckets()).containsExactly("photos");
        });
    }

    @Test
    void aBackupStartsWithoutABody() {
        assertThat(server.send(HttpMethod.POST, "/api/backup/run", Map.of(), null)
                        .status())
                .isEqualTo(202);
        assertThat(server.rooms.starts)
                .singleElement()
                .satisfies(start -> assertThat(start.dryRun()).isFalse());
    }

    @Test
    void aSecondStartIsAConflictWithTheReason() {
        server.post("/api/backup/run", null);
        WebServer.Answer answer = server.post("/api/backup/run", null);
        assertThat(answer.status()).isEqualTo(409);
        assertProblem(answer, 409, "already");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"dry_run\": \"yes\"}|dry_run",
                "{\"dry_run\": 1}|dry_run",
                "{\"dry_run\": \" \"}|dry_run",
                "{\"dry_run\": \"\"}|dry_run",
                "{\"buckets\": \"photos\"}|buckets",
                "{\"buckets\": [1]}|buckets[0]",
                "{\"buckets\": [\" \"]}|buckets[0]",
                "{\"buckets\": [\"photos\", null]}|buckets[1]",
                "{\"dryrun\": true}|dryrun"
            })
    void aWrongStartNamesWhatIsWrong(String body, String name) {
        WebServer.Answer answer = server.post("/api/backup/run", new JsonObject(body));
        assertProblem(answer, 400, name);
        JsonObject problem = answer.json().getJsonArray("problems").getJsonObject(0);
        assertThat(problem.getString("path")).isEqualTo(name);
        assertThat(problem.getString("found")).isNotEmpty();
        assertThat(problem.getString("allowed")).isNotEmpty();
        assertThat(server.rooms.starts).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{nonsense|400", "[1]|400", "\"text\"|400", "null|400"})
    void aBodyThatIsNoJsonObjectIsRefused(String body, int status) {
        WebServer.Answer answer = server.send(
                HttpMethod.POST, "/api/backup/run", Map.of("Content-Type", "application/json"), Buffer.buffer(body));
        assertProblem(answer, status, "JSON");
    }

    @Test
    void aBodyOfAnotherMediaTypeIsRefused() {
        WebServer.Answer answer = server.send(
                HttpMethod.POST,
                "/api/backup/run",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                Buffer.buffer("dry_run=true"));
        assertProblem(answer, 415, "application/json");
        assertThat(server.rooms.starts).isEmpty();
    }

    @Test
    void anOversizedBodyIsRefused() {
        WebServer.Answer answer = server.send(
                HttpMethod.PUT,
                "/api/config",
                Map.of("Content-Type", "application/json"),
                Buffer.buffer(new byte[2 << 20]));
        assertProblem(answer, 413, "larger");
    }

    @Test
    void aRunIsCancelledAndOnlyARunningOne() {
        assertProblem(server.post("/api/backup/cancel", null), 404, "No backup");
        server.post("/api/backup/run", null);
        WebServer.Answer answer = server.post("/api/backup/cancel", new JsonObject().put("run_id", "r2"));
        assertThat(answer.status()).isEqualTo(202);
        assertProblem(server.post("/api/backup/cancel", new JsonObject().put("run_id", 7)), 400, "run_id");
    }

    @Test
    void statusAndLastRunAreTold() {
        JsonObject status = server.get("/api/backup/status").json();
        assertThat(status.getBoolean("running")).isFalse();
        assertThat(status.getJsonObject("last").getString("run_id")).isEqualTo("r1");
        JsonObject last = server.get("/api/backup/last").json();
        assertThat(last.getString("last_backup")).isEqualTo("2026-11-20T06:00:00Z");
        assertThat(last.getJsonObject("last_success").getString("result")).isEqualTo("success");
    }

    @Test
    void beforeTheFirstRunTheLastOneIsNull() {
        server.rooms.last = null;
        server.rooms.lastSuccess = null;
        WebServer.Answer answer = server.get("/api/backup/last");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().getMap()).containsEntry("last_backup", null).containsEntry("last", null);
    }

    @Test
    void oneRunIsFoundByItsId() {
        assertThat(server.get("/api/backup/runs/r1").json().getString("run_id")).isEqualTo("r1");
        assertProblem(server.get("/api/backup/runs/r7"), 404, "no run of this name");
    }

    @Test
    void patternsAreTriedWithoutASave() {
        JsonObject outcome = server.post(
                        "/api/config/filter-preview",
                        new JsonObject().put("bucket", "photos").put("exclude", new JsonArray().add("*.tmp")))
                .json();
        assertThat(outcome.getJsonObject("copied").getJsonArray("sample")).containsExactly("photos/a.jpg");
        assertProblem(server.post("/api/config/filter-preview", new JsonObject()), 400, "bucket");
    }

    @Test
    void jobsOfAllKindsAreListedPageByPageToTheEnd() {
        WebServer.Answer first = server.get("/api/jobs?limit=1");
        assertThat(first.json().getJsonArray("jobs").getJsonObject(0).getString("run_id"))
                .isEqualTo("r1");
        assertThat(first.json().getString("next")).isEqualTo("r1");
        WebServer.Answer last = server.get("/api/jobs?limit=1&before=r1");
        JsonObject restore = last.json().getJsonArray("jobs").getJsonObject(0);
        assertThat(restore.getString("kind")).isEqualTo("restore");
        assertThat(restore.getString("run_id")).isEqualTo("j1");
        assertThat(last.json().getValue("next")).isNull();
        assertThat(server.get("/api/jobs?kind=Restore").json().getJsonArray("jobs"))
                .containsExactly(restore);
        assertThat(server.get("/api/jobs/j1").json())
                .isEqualTo(new JsonObject()
                        .put("record", restore)
                        .putNull("progress")
                        .putNull("older")
                        .putNull("newer"));
        assertThat(server.get("/api/jobs?kind=drill,restore&kind=verify&result=failed&bucket=photos")
                        .json()
                        .getJsonArray("jobs"))
                .containsExactly(restore);
        assertThat(server.get("/api/jobs?bucket=none").json().getJsonArray("jobs"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "kind=polish,kind",
        "result=well,result",
        "trigger=moon,trigger",
        "limit=0,limit",
        "limit=1001,limit",
        "before=a&before=b,before"
    })
    void whatIsWrongWithAQuestionAboutJobsIsNamed(String query, String name) {
        assertProblem(server.get("/api/jobs?" + query), 400, name);
    }

    @Test
    void aJobIsCancelledByItsId() {
        server.post("/api/backup/run", null);
        assertProblem(server.post("/api/jobs/j1/cancel", null), 404, "no job is running under the id j1");
        assertProblem(server.post("/api/jobs/r2/cancel", new JsonObject().put("run_id", "r2")), 400, "run_id");
        assertThat(server.rooms.running).isTrue();

        WebServer.Answer answer = server.post("/api/jobs/r2/cancel", null);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json()).isEqualTo(new JsonObject().put("run_id", "r2"));
        assertThat(server.rooms.running).isFalse();
    }

    @Test
    void historyIsPaged() {
        WebServer.Answer answer = server.get("/api/backup/history?limit=7&before=r9");
        assertThat(answer.json().getJsonArray("runs")).hasSize(1);
        assertThat(server.rooms.queries).singleElement().satisfies(query -> {
            assertThat(query.limit()).isEqualTo(7);
            assertThat(query.before()).isEqualTo("r9");
        });
    }

    @Test
    void historyIsHadWithoutTheNamesOfWhatFailedButWithTheirNumber() {
        JsonObject failed = BusJson.encode(BusRooms.run("r1", RunResult.PARTIAL, false));
        failed.getJsonArray("buckets")
                .getJsonObject(0)
                .put("failures", JsonArray.of(JsonObject.of("key", "a", "kind", "403", "cause", "denied")))
                .put("failures_total", 1);
        server.rooms.last = BusJson.decode(failed, RunRecord.class);
        assertThat(bucketOfLast("").getJsonArray("failures")).hasSize(1);
        JsonObject brief = bucketOfLast("&failures=false");
        assertThat(brief.getJsonArray("failures")).isEmpty();
        assertThat(brief.getLong("failures_total")).isEqualTo(1);
    }

    private JsonObject bucketOfLast(String query) {
        return server.get("/api/backup/history?limit=1" + query)
                .json()
                .getJsonArray("runs")
                .getJsonObject(0)
                .getJsonArray("buckets")
                .getJsonObject(0);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/backup/history?limit=0,limit",
        "/api/backup/history?limit=1001,limit",
        "/api/backup/history?limit=ten,limit",
        "/api/backup/history?limit=1&limit=2,limit",
        "/api/snapshots?limit=-1,limit",
        "/api/events?logs=maybe,logs"
    })
    void aWrongQueryParameterIsNamed(String path, String name) {
        WebServer.Answer answer = server.get(path);
        assertProblem(answer, 400, name);
        assertThat(answer.json().getJsonArray("problems").getJsonObject(0).getString("path"))
                .isEqualTo(name);
    }

    @Test
    void theSchedulerIsPausedAndPlannedAnew() {
        assertThat(server.get("/api/scheduler/status").json().getBoolean("running"))
                .isTrue();
        WebServer.Answer paused = server.post("/api/scheduler/pause", new JsonObject().put("paused", true));
        assertThat(paused.json().getBoolean("paused")).isTrue();
        assertThat(server.post("/api/scheduler/restart", null).json().getString("next_backup"))
                .isEqualTo("2026-11-20T12:00:00Z");
        assertProblem(server.post("/api/scheduler/pause", null), 400, "paused");
        assertProblem(server.post("/api/scheduler/pause", new JsonObject().put("paused", 1)), 400, "paused");
    }

    @Test
    void aRoomThatIsNotThereIsUnavailable() {
        server.rooms.silenceScheduler();
        assertProblem(server.get("/api/scheduler/status"), 503, "not running");
    }

    @Test
    void whatNobodyExpectedIsToldWithoutDetails() {
        server.vertx.eventBus().consumer("hubstorage.scheduler.status").unregister();
        server.rooms.silenceScheduler();
        server.vertx
                .eventBus()
                .consumer(
                        "hubstorage.scheduler.status", message -> message.fail(-1, "secret java.lang.Oops at line 3"));
        WebServer.Answer answer = server.get("/api/scheduler/status");
        assertProblem(answer, 500, "log");
        assertThat(answer.body().toString()).doesNotContain("secret", "Oops");
    }

    @Test
    void bucketsAreFoundAndAccessIsDiagnosed() {
        assertThat(server.get("/api/discover_buckets").json().getJsonArray("buckets"))
                .hasSize(1);
        JsonObject diagnosis = server.get("/api/aws_diagnostics").json();
        assertThat(diagnosis.getJsonObject("credentials").getBoolean("configured"))
                .isTrue();
    }

    @Test
    void theSelfTestListsEveryCheck() {
        JsonObject report = server.post("/api/test", null).json();
        assertThat(report.getBoolean("ok")).isTrue();
        assertThat(names(report))
                .contains("configuration", "data_folder", "hard_links", "log_folder", "scheduler", "list photos");
        assertThat(server.folder.resolve("data")).isEmptyDirectory();
    }

    @Test
    void theSelfTestFailsWithARemedyWhereSomethingIsWrong() throws IOException {
        Files.delete(server.folder.resolve("data"));
        server.rooms.silenceScheduler();
        server.rooms.s3Works = false;
        JsonObject report = server.post("/api/test", null).json();
        assertThat(report.getBoolean("ok")).isFalse();
        List<JsonObject> failed = report.getJsonArray("checks").stream()
                .map(JsonObject.class::cast)
                .filter(check -> check.getString("outcome").equals("failed"))
                .toList();
        assertThat(failed)
                .extracting(check -> check.getString("name"))
                .containsExactly("data_folder", "scheduler", "list photos");
        assertThat(failed)
                .allSatisfy(check -> assertThat(check.getString("remedy")).isNotEmpty());
    }

    @Test
    void everythingInShort() {
        JsonObject status = server.get("/api/status").json();
        assertThat(status.getJsonObject("health").getString("state")).isEqualTo("safe");
        assertThat(status.getJsonObject("health").getString("sentence"))
                .isEqualTo("Bucket photos is safe. Last backup 2 h ago.");
        assertThat(status.getJsonObject("credentials").getMap())
                .containsEntry("configured", false)
                .containsEntry("has_access_key", true)
                .containsEntry("has_secret_key", false);
        assertThat(status.getJsonObject("scheduler").getBoolean("running")).isTrue();
        assertThat(status.getJsonObject("config").getJsonArray("buckets")).containsExactly("photos");
        assertThat(status.encode()).doesNotContain("AKIAEXAMPLE");
    }

    @Test
    void theRoomThatIsTakenAndLeftIsTold() {
        assertThat(server.get("/api/space").json()).isEqualTo(BusJson.encode(BusRooms.SPACE));
        assertThat(server.get("/api/space").json().getString("full_about")).isEqualTo("2026-12-30");
    }

    @Test
    void alarmsAreListedAndAcknowledged() {
        Alarm alarm = Alarm.of(Alarm.Kind.SHRUNK, "photos-3-0", BusRooms.ENDED, "It shrank.", "Look.");
        server.rooms.judge(BusRooms.judged(StatusMessage.State.ATTENTION, List.of(), List.of(alarm)));
        JsonObject open = server.get("/api/alarms").json().getJsonArray("open").getJsonObject(0);
        assertThat(open.getString("id")).isEqualTo("shrunk-photos-3-0");
        assertThat(open.getString("kind")).isEqualTo("shrunk");
        assertThat(server.get("/api/status").json().getJsonObject("status").getJsonArray("alarms"))
                .hasSize(1);
        assertThat(server.post("/api/alarms/unknown/acknowledge", null).status())
                .isEqualTo(404);
        assertThat(server.post("/api/alarms/shrunk-photos-3-0/acknowledge", null)
                        .json()
                        .getJsonArray("open"))
                .isEmpty();
        assertThat(server.get("/api/alarms/shrunk-photos-3-0/acknowledge").status())
                .isEqualTo(405);
    }

    @Test
    void aWorkerThatWillNotComeBackIsForgottenWhateverItsName() {
        for (String name : List.of("rack-3", "büro 2 (alt) @kühl.local", "a/b?c#d%2Fe;f+g")) {
            server.rooms.workers = new WorkersMessage.Listing(true, List.of(BusRooms.missing(name, null)));
            JsonObject lost =
                    server.get("/api/workers").json().getJsonArray("workers").getJsonObject(0);
            assertThat(lost.getString("state")).isEqualTo("lost");
            String path = "/api/workers/"
                    + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");

            WebServer.Answer forgotten = server.send(HttpMethod.DELETE, path, Map.of(), null);

            assertThat(forgotten.status()).as(name).isEqualTo(200);
            assertThat(forgotten.json().getJsonArray("workers")).isEmpty();
            assertThat(server.send(HttpMethod.DELETE, path, Map.of(), null).status())
                    .as(name)
                    .isEqualTo(404);
        }
        assertThat(server.get("/api/workers/rack-3").status()).isEqualTo(405);
    }

    @Test
    void snapshotsAreListedFromTheDisk() throws IOException {
        Files.createDirectories(server.folder.resolve("data/hublink_20240101000000/s3/photos"));
        JsonObject answer = server.get("/api/snapshots").json();
        assertThat(answer.getInteger("total")).isEqualTo(1);
        JsonObject snapshot = answer.getJsonArray("snapshots").getJsonObject(0);
        assertThat(snapshot.getString("name")).isEqualTo("hublink_20240101000000");
        assertThat(snapshot.getBoolean("legacy")).isTrue();
        assertThat(snapshot.getJsonArray("buckets").getJsonObject(0).getString("bucket"))
                .isEqualTo("photos");
    }

    @Test
    void unknownAddressesAndMethodsAreProblems() {
        assertProblem(server.get("/api/nothing"), 404, "openapi");
        WebServer.Answer answer = server.send(HttpMethod.DELETE, "/api/config", Map.of(), null);
        assertProblem(answer, 405, "method");
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, PUT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/metrics",
                "/api/status",
                "/api/config",
                "/api/snapshots",
                "/api/logs",
                "/health/live",
                "/openapi.yaml",
                "/",
                "/assets/css/base.css"
            })
    void whatCanBeHadCanBeAskedAbout(String path) {
        WebServer.Answer get = server.get(path);
        WebServer.Answer head = server.send(HttpMethod.HEAD, path, Map.of(), null);
        assertThat(head.status()).isEqualTo(200).isEqualTo(get.status());
        assertThat(head.header("Content-Type")).isEqualTo(get.header("Content-Type"));
        assertThat(head.body().length()).isZero();
    }

    @Test
    void aHeadOfTheEventStreamKeepsNone() {
        WebServer.Answer head = server.send(HttpMethod.HEAD, "/api/events", Map.of(), null);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).isEqualTo("text/event-stream");
        assertThat(server.get("/metrics").body().toString()).contains("hubstorage_sse_connections 0.0");
        assertThat(server.send(HttpMethod.HEAD, "/api/backup/run", Map.of(), null)
                        .status())
                .as("what changes something")
                .isEqualTo(405);
    }

    @Test
    void onlyAnAcceptedRunHasAPlaceToLookAt() {
        assertThat(server.post("/api/backup/run", null).header("Location")).isEqualTo("/api/backup/status");
        WebServer.Answer second = server.post("/api/backup/run", null);
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.headers().contains("Location")).isFalse();
        WebServer.Answer wrong = server.post("/api/backup/run", new JsonObject().put("nonsense", 1));
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.headers().contains("Location")).isFalse();
    }

    static void assertProblem(WebServer.Answer answer, int status, String detail) {
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonObject problem = answer.json();
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("title")).isNotEmpty();
        assertThat(problem.getString("type")).isEqualTo("about:blank");
        assertThat(problem.getString("instance")).startsWith("/");
        assertThat(problem.getString("detail")).contains(detail).doesNotContain("Exception");
    }

    private static List<String> names(JsonObject report) {
        return report.getJsonArray("checks").stream()
                .map(check -> ((JsonObject) check).getString("name"))
                .toList();
    }
}
