package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.Verifying;
import io.hubstorage.testkit.Promtool;
import io.hubstorage.web.sse.EventHub;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsTest {
    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
    }

    private String metrics() {
        return server.get("/metrics").body().toString();
    }

    @Test
    void theServerIsNotBuiltOnAnEventLoop() {
        assertThat(server.builders.stream().limit(10))
                .as("the threads that added the first of what /metrics shows")
                .hasSize(10)
                .allSatisfy(thread -> assertThat(thread).doesNotContain("eventloop"));
    }

    @Test
    void everySeriesThatAnAlertNeedsIsThereBeforeTheFirstFailure() {
        String metrics = metrics();
        for (String result : List.of("success", "partial", "failed", "cancelled", "interrupted")) {
            assertThat(metrics)
                    .contains("hubstorage_backup_runs_total{dry_run=\"false\",result=\"%s\"} 0.0".formatted(result));
        }
        for (Alarm.Kind kind : Alarm.Kind.values()) {
            assertThat(metrics).contains("hubstorage_alarms{kind=\"%s\"} 0.0".formatted(BusJson.word(kind)));
        }
        assertThat(metrics)
                .contains(
                        "hubstorage_backup_downloaded_bytes_total 0.0",
                        "hubstorage_backup_duration_seconds_count 0",
                        "hubstorage_build_info{java=\"%s\",version=\"1.2.3-test\"} 1".formatted(Runtime.version()),
                        "hubstorage_schedule_paused 0.0",
                        "hubstorage_schedule_overdue 0.0",
                        "hubstorage_waiting_for_s3 0.0",
                        "hubstorage_waiting_for_data_folder 0.0",
                        "hubstorage_login_failures_total{reason=\"wrong\"} 0.0",
                        "hubstorage_login_failures_total{reason=\"throttled\"} 0.0",
                        "hubstorage_data_free_bytes ",
                        "jvm_memory_used_bytes",
                        "process_cpu_seconds_total ",
                        "process_resident_memory_bytes ",
                        "process_start_time_seconds ",
                        "process_open_fds ",
                        "process_max_fds ");
        for (StatusMessage.Condition.Kind kind : StatusMessage.Condition.Kind.values()) {
            assertThat(metrics).contains("hubstorage_condition{kind=\"%s\"} 0.0".formatted(BusJson.word(kind)));
        }
        assertThat(metrics)
                .contains(
                        "hubstorage_workers{state=\"ready\"} 2.0",
                        "hubstorage_workers{state=\"lost\"} 1.0",
                        "hubstorage_worker_shards{worker=\"rack-2\"} 2.0",
                        "hubstorage_worker_received_bytes_per_second{worker=\"local\"} 5.0E7")
                .doesNotContain("rack-3");
        for (String room : List.of("status", "scheduler", "space", "verify", "workers")) {
            assertThat(metrics).contains("hubstorage_room_up{room=\"%s\"} 1.0".formatted(room));
        }
    }

    @Test
    void jobsOfEachKindAreMeasuredByThemselves() {
        for (JobKind kind : JobKind.values()) {
            for (String result : List.of("success", "partial", "failed", "cancelled", "interrupted")) {
                assertThat(metrics())
                        .contains("hubstorage_job_runs_total{kind=\"%s\",result=\"%s\"} 0.0"
                                .formatted(kind.word(), result));
            }
        }
        String began = String.valueOf((double) BusRooms.BEGAN.getEpochSecond());
        await().untilAsserted(() -> assertThat(metrics())
                .as("known from the history")
                .contains(
                        "hubstorage_job_last_success_timestamp_seconds{kind=\"backup\"} " + began,
                        "hubstorage_job_last_success_timestamp_seconds{kind=\"restore\"} 0.0",
                        "hubstorage_job_last_duration_seconds{kind=\"restore\"} 300.0",
                        "hubstorage_job_last_start_timestamp_seconds{kind=\"restore\"} " + began,
                        "hubstorage_job_last_end_timestamp_seconds{kind=\"restore\"} "
                                + (double) BusRooms.ENDED.getEpochSecond(),
                        "hubstorage_job_last_end_timestamp_seconds{kind=\"drill\"} 0.0",
                        "hubstorage_drill_last_files{outcome=\"same\"} 0.0",
                        "hubstorage_job_running{kind=\"restore\"} 0.0"));

        server.post("/api/backup/run", null);
        server.rooms.restore(RunResult.SUCCESS);
        await().until(() -> metrics().contains("hubstorage_job_runs_total{kind=\"restore\",result=\"success\"} 1.0"));

        assertThat(metrics())
                .contains(
                        "hubstorage_job_last_success_timestamp_seconds{kind=\"restore\"} " + began,
                        "hubstorage_job_running{kind=\"backup\"} 1.0",
                        "hubstorage_job_running{kind=\"restore\"} 0.0",
                        "hubstorage_job_runs_total{kind=\"backup\",result=\"success\"} 0.0",
                        "hubstorage_backup_runs_total{dry_run=\"false\",result=\"success\"} 0.0");
    }

    @Test
    void whenStoredFilesWereProvenAndHowManyAreDamagedIsWhatTheRoomSaysNow() {
        assertThat(metrics())
                .contains(
                        "hubstorage_verify_proven_since_timestamp_seconds "
                                + (double) Objects.requireNonNull(Verifying.CYCLE.provenSince())
                                        .getEpochSecond(),
                        "hubstorage_verify_files 1000.0",
                        "hubstorage_verify_proven_files 370.0",
                        "hubstorage_verify_damaged_files 1.0");
    }

    @Test
    void whatARoomSaidOnceIsNotShownWhenItHasFallenSilent() {
        assertThat(metrics()).contains("hubstorage_bucket_state{bucket=\"photos\",state=\"safe\"} 1.0");

        server.rooms.silenceStatus();
        server.rooms.silenceScheduler();

        assertThat(metrics())
                .contains(
                        "hubstorage_room_up{room=\"status\"} 0.0",
                        "hubstorage_room_up{room=\"scheduler\"} 0.0",
                        "hubstorage_room_up{room=\"space\"} 1.0",
                        "hubstorage_state{state=\"safe\"} NaN",
                        "hubstorage_schedule_overdue NaN",
                        "hubstorage_data_free_bytes NaN")
                .doesNotContain("hubstorage_bucket_state{", "hubstorage_schedule_next_timestamp_seconds{");
    }

    @Test
    void wrongPasswordsAreCountedAndThoseThatCameTooOftenApart(@TempDir Path folder) throws IOException {
        String token = "t".repeat(20);
        try (WebServer guarded =
                WebServer.start(folder, Map.of("HUBSTORAGE_WEB_TOKEN", token), EventHub.Limits.DEFAULT)) {
            Map<String, String> wrong = Map.of("Authorization", "Bearer " + "x".repeat(20));
            for (int i = 0; i < 12; i++) {
                guarded.get("/metrics", wrong);
            }
            // Whoever has the right one waits with all others of its address.
            guarded.now.updateAndGet(now -> now.plusSeconds(60));

            assertThat(guarded.get("/metrics").status()).isEqualTo(401);
            assertThat(guarded.get("/metrics", Map.of("Authorization", "Bearer " + token))
                            .body()
                            .toString())
                    .contains(
                            "hubstorage_login_failures_total{reason=\"wrong\"} 10.0",
                            "hubstorage_login_failures_total{reason=\"throttled\"} 2.0");
        }
    }

    @Test
    void deliveriesAreCountedByChannelAndNobodyMakesUpEndlesslyMany() throws IOException {
        assertThat(metrics()).doesNotContain("hubstorage_notify_deliveries_total{");
        server.deliver("ops", "delivered");
        server.deliver("ops", "nonsense");
        server.deliver("a\"b\\\n", "given_up");
        for (int i = 0; i < 200; i++) {
            server.deliver("made up " + i, "delivered");
        }
        await().untilAsserted(() -> assertThat(metrics())
                .contains(
                        "hubstorage_notify_deliveries_total{channel=\"ops\",outcome=\"delivered\"} 1.0",
                        "hubstorage_notify_deliveries_total{channel=\"ops\",outcome=\"given_up\"} 0.0",
                        "hubstorage_notify_deliveries_total{channel=\"ops\",outcome=\"other\"} 1.0",
                        "hubstorage_notify_deliveries_total{channel=\"a\\\"b\\\\\\n\",outcome=\"given_up\"} 1.0",
                        "hubstorage_notify_deliveries_total{channel=\"other\",outcome=\"delivered\"} 102.0"));
        assertThat(promtool(metrics())).isEmpty();
    }

    @Test
    void whoAsksForOpenMetricsGetsIt() {
        WebServer.Answer answer = server.get(
                "/metrics", Map.of("Accept", "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2"));
        assertThat(answer.header("content-type")).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(answer.body().toString())
                .contains("# TYPE hubstorage_job_runs counter", "hubstorage_job_runs_total{kind=\"backup\"")
                .endsWith("# EOF\n");
        assertThat(server.get("/metrics").header("content-type")).startsWith("text/plain; version=0.0.4");
    }

    @Test
    void aClientCannotMakeUpSeries() {
        PrometheusMeterRegistry registry = HttpVerticle.registry();
        Vertx vertx = HttpVerticle.vertx(new VertxOptions(), registry).build();
        try {
            HttpServer plain = WebServer.await(vertx.createHttpServer()
                    .requestHandler(request -> request.response().end())
                    .listen(0, "127.0.0.1"));
            HttpClient client = vertx.createHttpClient();
            for (String method : List.of("GET", "MADEUP")) {
                WebServer.await(client.request(
                                HttpMethod.valueOf(method),
                                plain.actualPort(),
                                "127.0.0.1",
                                "/madeup-path?madeup-query")
                        .compose(request -> request.send().compose(HttpClientResponse::end)));
            }
            await().untilAsserted(() -> assertThat(registry.scrape())
                    .contains("vertx_http_server_requests_total{code=\"200\"} 2.0")
                    .doesNotContainIgnoringCase("madeup"));
        } finally {
            WebServer.await(vertx.close());
        }
    }

    @Test
    void whatIsJudgedIsMeasured() {
        Alarm alarm = Alarm.of(Alarm.Kind.SHRUNK, "photos-3-0", BusRooms.ENDED, "It shrank.", "Look.");
        StatusMessage.Condition damage =
                new StatusMessage.Condition(StatusMessage.Condition.Kind.DAMAGE, "3 files are damaged.", "Repair.");
        server.rooms.judge(BusRooms.judged(StatusMessage.State.ATTENTION, List.of(damage), List.of(alarm)));
        server.rooms.scheduler = BusRooms.schedule(true, true);
        assertThat(metrics())
                .contains(
                        "hubstorage_alarms{kind=\"shrunk\"} 1.0",
                        "hubstorage_state{state=\"attention\"} 1.0",
                        "hubstorage_state{state=\"safe\"} 0.0",
                        "hubstorage_snapshots_bytes 5000.0",
                        "hubstorage_bucket_stored_bytes{bucket=\"photos\"} 4500.0",
                        "hubstorage_condition{kind=\"damage\"} 1.0",
                        "hubstorage_condition{kind=\"disk\"} 0.0",
                        "hubstorage_bucket_state{bucket=\"photos\",state=\"safe\"} 1.0",
                        "hubstorage_bucket_objects{bucket=\"photos\"} 3.0",
                        "hubstorage_bucket_bytes{bucket=\"photos\"} 30.0",
                        "hubstorage_data_size_bytes 10000.0",
                        "hubstorage_data_used_bytes 6000.0",
                        "hubstorage_data_growth_bytes_per_second " + 100 / 86_400.0,
                        "hubstorage_bucket_added_bytes_per_second{bucket=\"photos\"} " + 90 / 86_400.0,
                        "hubstorage_data_full_timestamp_seconds "
                                + (double) Instant.parse("2026-12-30T00:00:00Z").getEpochSecond(),
                        "hubstorage_schedule_paused 1.0",
                        "hubstorage_schedule_overdue 1.0",
                        "hubstorage_bucket_last_success_timestamp_seconds{bucket=\"photos\"} "
                                + (double) BusRooms.BEGAN.getEpochSecond(),
                        "hubstorage_schedule_last_success_timestamp_seconds{kind=\"backup\",schedule=\"main\"} "
                                + (double) BusRooms.BEGAN.getEpochSecond(),
                        "hubstorage_schedule_next_timestamp_seconds{kind=\"backup\",schedule=\"main\"} "
                                + (double) Instant.parse("2026-11-20T12:00:00Z").getEpochSecond());
    }

    @Test
    void withSeveralSchedulesTheLastSuccessIsTheOldestOfTheirs() {
        SchedulerMessage.Status main = BusRooms.schedule(false, false);
        Instant earlier = BusRooms.BEGAN.minusSeconds(86_400);
        server.rooms.scheduler = new SchedulerMessage.Status(
                true,
                true,
                false,
                new SchedulerMessage.Runs(false, null, earlier, BusRooms.BEGAN, null),
                main.rule(),
                null,
                List.of(
                        main.schedules().getFirst(),
                        new SchedulerMessage.Schedule(
                                "weekly",
                                "backup",
                                List.of("photos"),
                                main.rule(),
                                new SchedulerMessage.Times(false, null, earlier, null, earlier))));
        assertThat(metrics())
                .contains(
                        "hubstorage_backup_last_success_timestamp_seconds " + (double) earlier.getEpochSecond(),
                        "hubstorage_schedule_next_timestamp_seconds{kind=\"backup\",schedule=\"weekly\"} 0.0");
    }

    @Test
    void promtoolFindsNothingToSay() throws IOException {
        assertThat(promtool(metrics())).isEmpty();
    }

    @Test
    void everyMetricSaysWhatItIs() {
        String metrics = metrics();
        assertThat(lines(metrics, "# TYPE ").map(line -> line.split(" ", -1)[2]).toList())
                .isNotEmpty()
                .containsExactlyElementsOf(lines(metrics, "# HELP ")
                        .map(line -> line.split(" ", -1)[2])
                        .toList());
        assertThat(lines(metrics, "# HELP ").filter(line -> line.split(" ", -1).length < 4))
                .as("without a text")
                .isEmpty();
    }

    private static Stream<String> lines(String metrics, String prefix) {
        return metrics.lines().filter(line -> line.startsWith(prefix));
    }

    /** What it says of a scrape. */
    private static String promtool(String metrics) throws IOException {
        Promtool.Said said = Promtool.run(metrics, "check", "metrics");
        return said.code() == 0 ? said.text() : "exit code " + said.code() + ": " + said.text();
    }
}
