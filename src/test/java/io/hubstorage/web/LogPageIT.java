package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.HubProcessExtension;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The log page of the real program, over files that hold more than a page ever shows. One server for all of it. */
final class LogPageIT {
    private static final int LINES = 10_500;
    /** Scrolls through everything and gives the median time of a frame, in milliseconds. */
    private static final String SCROLL = """
        async () => {
          const box = document.getElementById('log');
          const frames = [];
          for (let i = 0; i <= 40; i++) {
            const from = performance.now();
            box.scrollTop = (box.scrollHeight * i) / 40;
            await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
            frames.push((performance.now() - from) / 2);
          }
          return frames.sort((a, b) => a - b)[20];
        }\
        """;

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @RegisterExtension
    static final HubProcessExtension HUB = new HubProcessExtension();

    private @Nullable WatchedPage page;

    @BeforeAll
    static void prepare() throws IOException {
        HUB.s3().createBucket("documents");
        HUB.s3().put("documents", "a.txt", new byte[10]);
        Path logs = Files.createDirectories(HUB.home().resolve("logs"));
        Files.writeString(logs.resolve("status.log.1"), lines("9", 400, "older line"));
        Files.writeString(logs.resolve("status.log"), lines("10", LINES, "line aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
        HUB.serve(new JsonObject()
                .put("s3_buckets", new JsonArray().add("documents"))
                .put("automation", new JsonObject().put("enabled", false)));
    }

    private static String lines(String hour, int many, String text) {
        return IntStream.range(0, many)
                .mapToObj(i -> "2026-11-01T%02d:%02d:%02d.000Z %-5s io.hubstorage.test: %s %d!\n"
                        .formatted(
                                Integer.parseInt(hour), i / 60 % 60, i % 60, i % 100 == 0 ? "WARN" : "INFO", text, i))
                .collect(Collectors.joining());
    }

    @BeforeEach
    void open() {
        page = new WatchedPage(BROWSER.chromium(), HUB.address()).open("/logs");
        page().isShown("#log .line >> nth=0");
    }

    @AfterEach
    void close() {
        page().close();
        page().isWithoutComplaint();
    }

    private WatchedPage page() {
        assertThat(page).isNotNull();
        return page;
    }

    @Test
    void tenThousandLinesScrollLikeOneThousand() {
        double few = medianFrame();
        for (int thousands = 2; thousands <= 10; thousands++) {
            page().click("#log-older");
            page().hasCount("#log .line", thousands * 1000);
        }
        // Held against itself, since a busy machine is slow with either.
        assertThat(medianFrame())
                .as("median frame while scrolling through ten times as many lines as took %.1f ms", few)
                .isLessThan(Math.max(50, 3 * few));
    }

    private double medianFrame() {
        return ((Number) page().page().evaluate(SCROLL)).doubleValue();
    }

    @Test
    void aSearchReachesTheRotatedFilesAndIsHighlighted() {
        page().find("#log-search").fill("OLDER LINE 17!");
        page().hasCount("#log .line", 1);
        page().that("#log .line mark").hasText("older line 17!");
        page().that("#log-download").hasAttribute("href", java.util.regex.Pattern.compile(".*q=OLDER.*"));
        page().find("#log-search").fill("no line says this");
        page().that("#log").containsText("No line matches.");

        page().find("#log-search").fill("line (17|18)!");
        page().find("#log-regex").check();
        page().that("#log .line mark >> nth=0").hasText("line 17!");
        page().find("#log-search").fill("");
        page().find("#log-level").selectOption("WARN");
        page().that("#log .line[data-level=WARN] >> nth=0").isVisible();
        page().hasCount("#log .line[data-level=INFO]", 0);
    }

    @Test
    void aRegularExpressionThatTakesForeverHangsNeitherServerNorPage() {
        page().forgives("400 (Bad Request)");
        page().find("#log-regex").check();
        // What cannot be had in linear time is refused.
        page().find("#log-search").fill("(a+)+\\1b");
        page().that("#log").containsText("without backreferences and lookaround");
        page().hasCount("#log .line", 0);
        assertThat(HUB.hub().get("/api/logs?regex=true&q=" + URLEncoder.encode("(a+)+\\1b", StandardCharsets.UTF_8)))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(400))
                .satisfies(answer -> assertThat(answer.body()).contains("without backreferences and lookaround"));
        page().find("#log-search").fill("nothing like this");
        page().that("#log").containsText("No line matches.");
        page().that("#log-note").isEmpty();
        // The server is quick with it, since it looks for one place only.
        page().find("#log-search").fill("(a+)+$|line");
        page().that("#log-note").hasText("This regular expression takes too long; make it simpler.");
        page().isShown("#log .line >> nth=0");
        assertThat(HUB.hub().get("/health/live").statusCode()).isEqualTo(200);

        page().find("#log-regex").uncheck();
        page().find("#log-search").fill("line aaaa");
        page().isShown("#log .line mark >> nth=0");
        page().that("#log-note").isEmpty();
    }

    @Test
    void whatIsNoRegularExpressionFindsNothingAndSaysWhy() {
        page().isShown("#log .line >> nth=0");
        page().find("#log-regex").check();
        page().find("#log-search").fill("line (");
        page().that("#log").containsText("Not a regular expression: Unterminated group");
        page().hasCount("#log .line", 0);
        page().that("#log-search").hasAttribute("aria-invalid", "true");
        page().find("#log-search").fill("line (a+)");
        page().isShown("#log .line mark >> nth=0");
    }

    @Test
    void whoReadsFurtherUpIsLeftInPeaceAndTheLinesOfARunAreFound() {
        page().find("#log").hover();
        page().page().mouse().wheel(0, -3000);
        page().that("#log-follow").not().isChecked();
        page().page().evaluate("() => fetch('/api/backup/run', { method: 'POST' })");
        page().isShown("#log-resume");
        page().that("#log-resume").containsText("below");
        page().click("#log-resume");
        page().that("#log-follow").isChecked();
        page().that("#log-resume").isHidden();

        String run = HUB.hub()
                .json("/api/backup/history?limit=1")
                .getJsonArray("runs")
                .getJsonObject(0)
                .getString("run_id");
        page().find("#log-run").selectOption(run);
        page().that("#log .line >> nth=0").containsText(run);
        page().that("#log-open-run").hasAttribute("href", "/runs/" + run);
        assertThat(page().find("#log .line").count()).isLessThan(20);
    }
}
