package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.HubProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** From a start with nothing configured to the first snapshot, without a manual. */
final class SetupIT {
    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @TempDir
    private Path home = Path.of("");

    private final List<String> received = new CopyOnWriteArrayList<>();

    private HttpServer receiver() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Test
    void theFirstSetUpLeadsFromMissingKeysToTheFirstSnapshot() throws IOException {
        try (EmbeddedS3 s3 = EmbeddedS3.start()) {
            s3.createBucket("photos");
            s3.createBucket("secrets");
            for (int i = 0; i < 5; i++) {
                s3.put("photos", "2026/%d.jpg".formatted(i), new byte[1024]);
            }
            HttpServer receiver = receiver();
            Map<String, String> environment = HubProcess.environment(home, s3.settings());
            environment.put("HUBSTORAGE_NOTIFY_PRIVATE", "127.0.0.1");
            environment.put("HUBSTORAGE_NOTIFY_TOKEN", "app-token-1");
            String keys = "AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n"
                    .formatted(environment.remove("AWS_ACCESS_KEY_ID"), environment.remove("AWS_SECRET_ACCESS_KEY"));
            try (HubProcess hub = HubProcess.start(home, environment, "serve");
                    WatchedPage page = new WatchedPage(BROWSER.chromium(), hub.awaitUp())) {
                page.open("/");
                page.isShown("#hero[data-state=needs_setup]");
                page.click("#setup-link");
                page.isShown("#env-help");
                AccessibilityCheck check = new AccessibilityCheck();
                assertThat(check.violations(page)).isEmpty();
                page.that("#diagnosis").containsText("Missing");
                page.that("#access-next").isDisabled();

                Files.writeString(home.resolve(".env"), keys);
                // The program notices by itself, and the page hears of it or asks again.
                page.click("#diagnose");
                page.isShown("#diagnosis[data-ok=true]");
                page.click("#access-next");

                page.click("#found :text('photos')");
                assertThat(check.violations(page)).isEmpty();
                page.click("#buckets-next");
                page.click("text=Once a day");
                page.click("#schedule-next");
                page.click("#preview-run");
                page.that(".plan-total").hasText("A first backup copies 5 objects, 5.00 KiB.");
                page.that(".plan tr[data-bucket=photos]").containsText("5");
                assertThat(check.violations(page)).isEmpty();
                assertThat(hub.json("/api/snapshots").getInteger("total")).isZero();
                assertThat(hub.json("/api/scheduler/status").getBoolean("enabled"))
                        .isFalse();

                page.click("#preview-skip");
                page.that("#alert-next").hasText("Skip: only this dashboard will say it");
                page.click("#channel-kinds :text-is('Gotify')");
                page.find("#channel-url")
                        .fill("http://127.0.0.1:" + receiver.getAddress().getPort());
                page.click("#alert-test");
                page.that("#channel-said").containsText("This is needed");
                page.forgives("status of 400");
                page.find("#channel-token_env").fill("HUBSTORAGE_NOTIFY_TOKEN");
                page.click("#alert-test");
                page.that("#channel-said").hasText("Delivered. Look whether it has arrived.");
                assertThat(received).singleElement().asString().contains("Channel: gotify");
                assertThat(check.violations(page)).isEmpty();
                page.click("#alert-next");
                page.click("#start");
                page.that("#drill-words").hasText("We restored 5 random files and compared them: all equal.");
                page.that("#start-note").containsText("New snapshot: 5 objects, 5.00 KiB");
                assertThat(check.violations(page)).isEmpty();
                page.click("#to-overview");
                page.isShown("#hero[data-state=safe]");
                page.that("#headline").hasText("Bucket photos is safe.");
                JsonObject schedule = hub.json("/api/scheduler/status");
                assertThat(schedule.getBoolean("enabled")).isTrue();
                assertThat(schedule.getDouble("interval_hours")).isEqualTo(24);
                assertThat(hub.json("/api/snapshots").getInteger("total")).isEqualTo(1);

                page.page().navigate(hub.awaitUp().resolve("/setup").toString());
                page.isShown("#already");
                page.isWithoutComplaint();
            } finally {
                receiver.stop(0);
            }
        }
    }
}
