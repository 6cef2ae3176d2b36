package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.notify.channels.ChannelsVerticle;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The channels in the settings: added, saved, tried out, removed, by hand in a browser. */
final class NotifyFormIT {
    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @AutoClose
    private WebServer server;

    private HttpServer receiver;
    private final List<JsonObject> received = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(
                folder.resolve("config/config.json"),
                "{\"s3_buckets\": [\"photos\"], \"notify\": {\"channels\": [{\"name\": \"team\", \"type\": \"slack\","
                        + " \"url_env\": \"HUBSTORAGE_NOTIFY_SLACK\"}]}}");
        server = WebServer.start(
                folder,
                Map.of("HUBSTORAGE_NOTIFY_PRIVATE", "127.0.0.1", "HUBSTORAGE_NOTIFY_TOKEN", "app-token-1"),
                EventHub.Limits.DEFAULT);
        // What channels are made of is loaded here, and no request waits for that.
        ChannelsVerticle.list(
                server.store.config().notifications(), server.store.environment(), server.vertx, server.clock);
        WebServer.await(
                server.vertx.deployVerticle(new ChannelsVerticle(server.store, server.clock, Duration.ofMinutes(1))));
        receiver = WebServer.await(server.vertx
                .createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    received.add(body.toJsonObject());
                    request.response().end("noted");
                }))
                .listen(0, "127.0.0.1"));
    }

    private WatchedPage open(int width, ColorScheme colours) {
        WatchedPage page = new WatchedPage(BROWSER.chromium(), server.address(), width, colours).open("/config#alerts");
        page.isShown("#field-notify-channels .entry >> nth=0");
        return page;
    }

    @Test
    void aChannelIsAddedSavedTriedOutAndRemoved() {
        try (WatchedPage page = open(1440, ColorScheme.LIGHT)) {
            page.that("#field-notify-channels .entry:nth-child(1) .said")
                    .containsText("HUBSTORAGE_NOTIFY_SLACK is not set");
            page.click("#field-notify-channels-add");
            page.find("#field-notify-channels-1-name").fill("phone");
            page.find("#field-notify-channels-1-type").selectOption("gotify");
            page.hasCount("#field-notify-channels-1-host", 0);
            page.find("#field-notify-channels-1-url").fill("http://127.0.0.1:" + receiver.actualPort());
            page.find("#field-notify-channels-1-token_env").fill("GOTIFY_TOKEN");
            page.that("[data-path='notify.channels'] .problem").containsText("begins with HUBSTORAGE_NOTIFY_");
            page.find("#field-notify-channels-1-token_env").fill("HUBSTORAGE_NOTIFY_TOKEN");
            page.find(".entry:nth-child(2) .several summary").click();
            page.find(".entry:nth-child(2) .several label:has-text('damage') input")
                    .check();
            page.hasCount("[data-path='notify.channels'] .problem", 0);
            page.click("#save");
            page.isShown(".toast[data-tone=good]");
            page.find(".entry:nth-child(2) button:has-text('Send a test')").click();
            page.that("#field-notify-channels .entry:nth-child(2) .said").containsText("Delivered: noted");
            assertThat(received)
                    .singleElement()
                    .satisfies(body -> assertThat(body.getString("message")).contains("Channel: phone"));
            assertThat(saved().getJsonObject(1))
                    .isEqualTo(new JsonObject()
                            .put("name", "phone")
                            .put("type", "gotify")
                            .put("url", "http://127.0.0.1:" + receiver.actualPort())
                            .put("token_env", "HUBSTORAGE_NOTIFY_TOKEN")
                            .put("events", JsonArray.of("damage")));
            page.find("[aria-label='Remove channel 1']").click();
            page.click("#save");
            page.hasCount("#field-notify-channels .entry", 1);
            page.isWithoutComplaint();
        }
    }

    private JsonArray saved() {
        return server.get("/api/config")
                .json()
                .getJsonObject("config")
                .getJsonObject("notify")
                .getJsonArray("channels");
    }

    @Test
    void itFitsAPhoneAndKeepsNobodyOut() throws IOException {
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            int width = colours == ColorScheme.LIGHT ? 1440 : 390;
            try (WatchedPage page = open(width, colours)) {
                page.click("#field-notify-channels-add");
                page.find(".entry:nth-child(2) .several summary").click();
                page.isFit();
                String folder = System.getProperty("hubstorage.screenshots");
                if (folder != null) {
                    page.find("#section-notify")
                            .screenshot(new Locator.ScreenshotOptions()
                                    .setPath(Path.of(folder, "notify-form-%d.png".formatted(width))));
                }
            }
        }
    }
}
