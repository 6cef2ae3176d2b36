package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.StatusMessage;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HealthTest {
    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
    }

    private static String down(WebServer.Answer answer) {
        return answer.json().getJsonArray("checks").stream()
                .map(JsonObject.class::cast)
                .filter(check -> check.getString("status").equals("DOWN"))
                .map(check -> check.getString("id"))
                .toList()
                .toString();
    }

    @Test
    void aHealthyServerIsLiveAndReady() {
        assertThat(server.get("/health/live").json().getString("status")).isEqualTo("UP");
        WebServer.Answer ready = server.get("/health/ready");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json().getBoolean("degraded")).isFalse();
    }

    @Test
    void withoutItsDataFolderItIsNotReadyButLive() throws IOException {
        Files.delete(server.folder.resolve("data"));
        WebServer.Answer ready = server.get("/health/ready");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(down(ready)).isEqualTo("[data_folder]");
        assertThat(server.get("/health/live").status()).isEqualTo(200);
    }

    @Test
    void withoutItsSchedulerItIsNotReady() {
        server.rooms.silenceScheduler();
        assertThat(down(server.get("/health/ready"))).isEqualTo("[scheduler]");
    }

    @Test
    void aStorageOutOfReachDegradesItAndIsAskedOnceAMinute() {
        server.rooms.s3Works = false;
        assertThat(server.get("/health/ready").status()).isEqualTo(200);
        await().until(() -> server.get("/health/ready").json().getBoolean("degraded"));
        assertThat(server.rooms.diagnoses).hasValue(1);
        server.rooms.s3Works = true;
        server.now.set(server.clock.instant().plus(Duration.ofSeconds(61)));
        await().until(() -> !server.get("/health/ready").json().getBoolean("degraded"));
        assertThat(server.rooms.diagnoses).hasValue(2);
    }

    @Test
    void beforeItStopsItIsNotReadyWhileItStillAnswers() {
        WebServer.await(server.verticle.notReady());
        WebServer.Answer ready = server.get("/health/ready");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(down(ready)).isEqualTo("[accepting]");
        assertThat(server.get("/api/backup/status").status()).isEqualTo(200);
    }

    @Test
    void anAlarmDegradesItUntilItIsAcknowledged() {
        Alarm alarm = Alarm.of(Alarm.Kind.DAMAGE, "x", BusRooms.ENDED, "A file is gone.", "Look.");
        server.rooms.judge(BusRooms.judged(StatusMessage.State.ATTENTION, List.of(), List.of(alarm)));
        WebServer.Answer ready = server.get("/health/ready");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json().getBoolean("degraded")).isTrue();
        assertThat(ready.json().encode()).contains("Something needs a look.");
        server.rooms.judge(BusRooms.judged(StatusMessage.State.SAFE, List.of(), List.of()));
        assertThat(server.get("/health/ready").json().getBoolean("degraded")).isFalse();
    }

    @Test
    void metersTellOfRuns() {
        server.post("/api/backup/run", null);
        server.rooms.progress(1);
        await().until(() -> metrics().contains("hubstorage_backup_running 1.0"));
        server.rooms.finish(RunResult.PARTIAL);
        await().until(() -> metrics().contains("hubstorage_backup_running 0.0"));
        assertThat(metrics())
                .contains(
                        "hubstorage_backup_runs_total{dry_run=\"false\",result=\"partial\"} 1.0",
                        "hubstorage_backup_last_objects 3.0",
                        "hubstorage_backup_last_success_timestamp_seconds " + (double) BusRooms.BEGAN.getEpochSecond());
        assertThat(server.get("/metrics").header("Content-Type")).startsWith("text/plain; version=0.0.4");
    }

    private String metrics() {
        return server.get("/metrics").body().toString();
    }
}
