package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.ChromiumExtension;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Text that whoever may write to a bucket can choose, in every place where a page shows it: it is shown, and nothing else. */
final class HostileTextIT {
    private static final String ACT = "window.owned=1;fetch('/exfil?'+document.cookie)";
    private static final List<String> TEXTS = List.of(
            "<script>" + ACT + "</script>",
            "</script><script>" + ACT + "</script>",
            "<img src=x onerror=\"" + ACT + "\">",
            "\"><svg onload=" + ACT + ">",
            "' onmouseover='" + ACT + "' x='",
            "javascript:" + ACT,
            "<iframe srcdoc=\"<script>parent.owned=1</script>\">",
            "<style>@import '/exfil'</style><link rel=stylesheet href=/exfil>",
            "${7*7}{{constructor.constructor('" + ACT + "')()}}<#assign x='y'>",
            "<!--<base href='//evil.example/'>--><meta http-equiv=refresh content='0;url=/exfil'>");
    /** All of them in one line. */
    private static final String TEXT = String.join(" ", TEXTS);

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    private @Nullable WebServer server;
    private @Nullable WatchedPage page;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
        server().rooms.last = failed();
        Files.writeString(
                server().store.logFile(),
                TEXTS.stream()
                        .map(text -> "2026-11-20T06:00:00.000Z ERROR [r1] io.hubstorage.test: %s\n".formatted(text))
                        .collect(Collectors.joining()));
        page = new WatchedPage(BROWSER.chromium(), server().address());
        page().page().onRequest(request -> asked.add(request.url()));
    }

    @AfterEach
    void stop() {
        page().close();
        server().close();
        // The policy would have refused the worst of it, and said so: it must not even come to that.
        page().isWithoutComplaint();
    }

    /** A run in which everything that can be named has such a name. */
    private static RunRecord failed() {
        JsonObject run = BusJson.encode(BusRooms.run("r1", RunResult.PARTIAL, false));
        run.put("message", TEXT);
        JsonArray failures = new JsonArray();
        TEXTS.forEach(text -> failures.add(
                new JsonObject().put("key", text).put("kind", "permanent").put("cause", text)));
        run.getJsonArray("buckets")
                .getJsonObject(0)
                .put("result", "partial")
                .put("error", TEXT)
                .put("failures", failures)
                .put("failures_total", TEXTS.size());
        return BusJson.decode(run, RunRecord.class);
    }

    @Test
    void theDashboardShowsIt() {
        page().open("/");
        page().isShown("#hero:not([data-state=loading])");
        server().post("/api/backup/run", null);
        JsonObject state = BusJson.encode(BusRooms.state(7));
        JsonArray transfers = new JsonArray();
        TEXTS.forEach(text -> transfers.add(new JsonObject()
                .put("bucket", "photos")
                .put("key", text)
                .put("size", 10)
                .put("received", 4)));
        state.put("message", TEXT).put("in_flight", new JsonArray(TEXTS)).put("transfers", transfers);
        page().isShown("#connection[data-connection=live]");
        server().vertx.eventBus().publish(Addresses.BACKUP_PROGRESS, state);
        page().isShown("#run-panel[data-running=true]");
        server().rooms.finish(RunResult.FAILED);
        page().isShown("#run-panel[data-running=false]");
        nothingHappened();
    }

    @Test
    void theLogPageShowsItAndMarksIt() {
        page().open("/logs?q=" + URLEncoder.encode("<img src", StandardCharsets.UTF_8));
        page().that("#log .line mark >> nth=0").hasText("<img src");
        page().open("/logs?run=" + URLEncoder.encode(TEXTS.get(3), StandardCharsets.UTF_8));
        page().open("/logs");
        page().hasCount("#log .line", TEXTS.size());
        assertThat(page().find("#log .line .text").allTextContents()).containsExactlyElementsOf(TEXTS);
        page().isShown("#connection[data-connection=live]");
        server().vertx
                .eventBus()
                .publish(Addresses.LOG, BusJson.encode(new LogLine(BusRooms.BEGAN, "INFO", TEXT, TEXT, TEXT)));
        page().hasCount("#log .line", TEXTS.size() + 1);
        nothingHappened();
    }

    @Test
    void thePageOfARunShowsIt() {
        page().open("/runs/r1");
        page().isShown("#run-result");
        page().that("#run-body").containsText("<img src=x");
        page().open("/runs/" + URLEncoder.encode(TEXTS.get(2), StandardCharsets.UTF_8));
        page().forgives("404");
        page().that("#run-heading").hasText("No such run");
        nothingHappened();
    }

    @Test
    void theFormForARestoreShowsIt() {
        String texts = TEXTS.stream()
                .map(text -> "&keys=" + URLEncoder.encode(text, StandardCharsets.UTF_8))
                .collect(Collectors.joining());
        // No restore can be asked for here: the form shows what its address says all the same.
        page().forgives("503");
        page().open("/restore?buckets=" + URLEncoder.encode(TEXTS.get(2), StandardCharsets.UTF_8) + texts);
        page().that("#what").containsText(TEXTS.size() + " files");
        page().that("#what").containsText("<img src=x");
        page().hasCount("#chosen-list li", TEXTS.size());
        nothingHappened();
    }

    @Test
    void thePageOfARestoreShowsIt() {
        JsonArray texts = new JsonArray(TEXTS);
        JsonObject tally = new JsonObject().put("objects", 1).put("bytes", 1);
        JsonObject none = new JsonObject().put("objects", 0).put("bytes", 0);
        JsonObject reasons = new JsonObject();
        TEXTS.forEach(text -> reasons.put(text, tally));
        JsonObject plan = new JsonObject()
                .put("snapshot", TEXT)
                .put("to", TEXT)
                .put("objects", 1)
                .put("bytes", 1)
                .put("write", tally)
                .put("replace", tally)
                .put("identical", none)
                .put("skipped", reasons)
                .put("failed", reasons)
                .put("delete", tally)
                .put("warnings", texts)
                .put("problems", new JsonArray())
                .put("digest", TEXT);
        JsonObject request = new JsonObject()
                .put("snapshot", TEXT)
                .put("buckets", texts)
                .put("keys", texts)
                .put("include", texts)
                .put("to", TEXT);
        answer(
                Addresses.RESTORE_STATUS,
                new JsonObject()
                        .put("id", TEXT)
                        .put("state", "planned")
                        .put("created_at", BusRooms.BEGAN.toString())
                        .put("request", request)
                        .put("plan", plan));
        JsonArray objects = new JsonArray();
        TEXTS.forEach(text -> objects.add(new JsonObject()
                .put("bucket", text)
                .put("key", text)
                .put("to", text)
                .put("size", 1)
                .put("action", text)
                .put("reason", text)
                .put("detail", text)));
        answer(Addresses.RESTORE_OBJECTS, new JsonObject().put("objects", objects));
        page().open("/restores/r1");
        page().hasCount("#objects .object", TEXTS.size());
        page().that("#course").containsText("<img src=x");
        nothingHappened();
    }

    private void answer(String address, JsonObject body) {
        server().vertx.eventBus().<JsonObject>consumer(address, message -> message.reply(body));
    }

    @Test
    void aWrongAddressShowsIt() {
        page().forgives("404");
        page().page()
                .navigate(server().address() + "/" + URLEncoder.encode(TEXT.substring(0, 300), StandardCharsets.UTF_8));
        page().that("main").isVisible();
        nothingHappened();
    }

    private void nothingHappened() {
        assertThat(page().page().evaluate("() => window.owned === undefined")).isEqualTo(true);
        assertThat(page().find("iframe, base, meta[http-equiv], main script, main style, main link")
                        .count())
                .isZero();
        assertThat(asked)
                .isNotEmpty()
                .noneMatch(url -> URI.create(url.replace('|', '_')).getPath().startsWith("/exfil"));
    }

    private WebServer server() {
        return Objects.requireNonNull(server, "not started");
    }

    private WatchedPage page() {
        return Objects.requireNonNull(page, "not opened");
    }
}
