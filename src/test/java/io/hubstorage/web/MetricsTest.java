package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.StatusMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
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
                        "hubstorage_build{version=\"1.2.3-test\"} 1.0",
                        "hubstorage_schedule_paused 0.0",
                        "hubstorage_schedule_overdue 0.0",
                        "hubstorage_waiting_for_s3 0.0",
                        "hubstorage_data_free_bytes ",
                        "jvm_memory_used_bytes",
                        "process_cpu_usage",
                        "process_start_time_seconds",
                        "process_files_open_files");
    }

    @Test
    void whatIsJudgedIsMeasured() {
        Alarm alarm = Alarm.of(Alarm.Kind.SHRUNK, "photos-3-0", BusRooms.ENDED, "It shrank.", "Look.");
        server.rooms.judge(BusRooms.judged(StatusMessage.State.ATTENTION, List.of(), List.of(alarm)));
        server.rooms.scheduler = BusRooms.schedule(true, true);
        assertThat(metrics())
                .contains(
                        "hubstorage_alarms{kind=\"shrunk\"} 1.0",
                        "hubstorage_state{state=\"attention\"} 1.0",
                        "hubstorage_state{state=\"safe\"} 0.0",
                        "hubstorage_schedule_paused 1.0",
                        "hubstorage_schedule_overdue 1.0",
                        "hubstorage_bucket_last_success_timestamp_seconds{bucket=\"photos\"} "
                                + (double) BusRooms.BEGAN.getEpochSecond());
    }

    @Test
    void promtoolFindsNothingToSay() throws IOException, InterruptedException {
        assumeTrue(isInstalled(), "promtool is not installed: the metrics were not checked");
        Process check = new ProcessBuilder("promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (var in = check.getOutputStream()) {
            in.write(metrics().getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(said).isZero();
        assertThat(said).isEmpty();
    }

    private static boolean isInstalled() throws InterruptedException {
        try {
            Process version = new ProcessBuilder("promtool", "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return version.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
