package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The hooks in the settings: added, saved, removed, by hand in a browser. */
final class HooksFormIT {
    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = start(
                folder, Map.of("HUBSTORAGE_HOOKS_PATH", folder.resolve("hooks").toString()));
    }

    private static WebServer start(Path folder, Map<String, String> variables) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(
                folder.resolve("config/config.json"),
                "{\"s3_buckets\": [\"photos\"], \"hooks\": [{\"name\": \"ping\", \"when\": \"after\", \"url_env\":"
                        + " \"HUBSTORAGE_HOOK_PING\"}]}");
        return WebServer.start(folder, variables, EventHub.Limits.DEFAULT);
    }

    private static WatchedPage open(WebServer server, int width, ColorScheme colours) {
        WatchedPage page =
                new WatchedPage(BROWSER.chromium(), server.address(), width, colours).open("/config#section-hooks");
        page.isShown("#field-hooks .entry >> nth=0");
        return page;
    }

    private JsonArray saved() {
        return server.get("/api/config").json().getJsonObject("config").getJsonArray("hooks");
    }

    @Test
    void aHookIsAddedSavedAndRemoved() {
        try (WatchedPage page = open(server, 1440, ColorScheme.LIGHT)) {
            page.hasCount("#field-hooks-0-on_error", 0);
            page.click("#field-hooks-add");
            page.find("#field-hooks-1-name").fill("mount");
            page.find("#field-hooks-1-run").fill("../evil");
            page.that("[data-path='hooks'] .problem").containsText("without a path");
            page.find("#field-hooks-1-run").fill("mount.sh");
            page.find("#field-hooks-1-timeout_seconds").fill("2");
            page.find("#field-hooks-1-on_error").selectOption("ignore");
            page.find("#field-hooks .entry:nth-child(2) .several summary").click();
            page.find("#field-hooks .entry:nth-child(2) .several label:has-text('replication') input")
                    .check();
            page.hasCount("[data-path='hooks'] .problem", 0);
            page.click("#save");
            page.isShown(".toast[data-tone=good]");
            assertThat(saved().getJsonObject(1))
                    .isEqualTo(new JsonObject()
                            .put("name", "mount")
                            .put("when", "before")
                            .put("run", "mount.sh")
                            .put("timeout_seconds", 120)
                            .put("on_error", "ignore")
                            .put("jobs", JsonArray.of("replication")));
            page.find("#field-hooks-1-when").selectOption("after");
            page.hasCount("#field-hooks-1-on_error", 0);
            page.find("[aria-label='Remove hook 1']").click();
            page.click("#save");
            page.hasCount("#field-hooks .entry", 1);
            page.isWithoutComplaint();
        }
    }

    @Test
    void withoutAFolderACommandIsRefusedBesideTheField(@TempDir Path other) throws IOException {
        try (WebServer without = start(other, Map.of());
                WatchedPage page = open(without, 1440, ColorScheme.DARK)) {
            page.click("#field-hooks-add");
            page.find("#field-hooks-1-name").fill("mount");
            page.find("#field-hooks-1-run").fill("mount.sh");
            page.that("[data-path='hooks'] .problem").containsText("set HUBSTORAGE_HOOKS_PATH in .env");
        }
    }

    @Test
    void itFitsAPhoneAndKeepsNobodyOut() throws IOException {
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            int width = colours == ColorScheme.LIGHT ? 1440 : 390;
            try (WatchedPage page = open(server, width, colours)) {
                page.click("#field-hooks-add");
                page.find("#field-hooks .entry:nth-child(2) .several summary").click();
                page.isFit();
            }
        }
    }
}
