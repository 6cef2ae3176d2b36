package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.Shell;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What ran, why some of it failed, and what proves the rest: the real program in a browser. One server for all of it. */
final class ActivityIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @TempDir
    static Path home;

    private static SyntheticS3 s3;
    private static HubProcess hub;
    private static URI address;
    /** All is well, some objects are refused, in this order. */
    private static String whole = "";

    private static String refused = "";

    private WatchedPage page;

    @BeforeAll
    static void prepare() throws IOException {
        s3 = SyntheticS3.start();
        SyntheticBucket photos = s3.bucket("photos", SyntheticBucket.uniform(20, 100, "2026/##.jpg"));
        photos.add("empty folder/", 0);
        photos.add("odd//name ' with\\ \u00fc.txt", 50);
        s3.bucket("docs", SyntheticBucket.uniform(3, 100, "#.txt"));
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of("photos", "docs")))
                        .put(
                                "automation",
                                new JsonObject().put("enabled", false).put("max_retries", 0)));
        hub = HubProcess.start(home, HubProcess.environment(home, s3.settings()), "serve");
        address = hub.awaitUp();
        whole = backUp();
        for (int i = 10; i < 17; i++) {
            photos.change("2026/%d.jpg".formatted(i));
        }
        photos.add("2026/new.jpg", 70);
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && request.key().matches("2026/1[0-6].jpg"))
                .then(Fault.accessDenied());
        refused = backUp();
        s3.faults().clear();
    }

    @AfterAll
    static void stop() {
        hub.close();
        s3.close();
    }

    @BeforeEach
    void open() {
        page = new WatchedPage(BROWSER.chromium(), address);
    }

    @AfterEach
    void close() {
        page.isWithoutComplaint();
        page.close();
    }

    /** A whole run; its id. */
    private static String backUp() {
        String id = new JsonObject(hub.post("/api/backup/run", new JsonObject()).body()).getString("run_id");
        await().atMost(PATIENCE).until(() -> record(id).getString("finished_at") != null);
        return id;
    }

    private static JsonObject record(String id) {
        return hub.json("/api/jobs/" + id).getJsonObject("record");
    }

    @Test
    void everyJobIsListedAndTheAddressHasTheFilters() {
        page.open("/activity");
        page.that(".job[data-id='%s'] .changes".formatted(refused)).containsText("7 failed");
        page.that(".job[data-id='%s']".formatted(whole)).containsText("New snapshot");
        page.click("#filter-result [data-value=errors]");
        page.that(".job[data-id='%s']".formatted(refused)).isVisible();
        page.hasCount(".job[data-id='%s']".formatted(whole), 0);
        page.addressHas("/activity?result=errors");

        page.open("/activity?kind=repair,replication");
        page.that("#jobs-end").containsText("No job fits these filters");
        page.page().goBack();
        page.that(".job[data-id='%s']".formatted(refused)).isVisible();
        page.click(".job[data-id='%s']".formatted(refused));
        page.that("#outcome").isVisible();
    }

    @Test
    void aRunSaysOnceWhyObjectsFailedAndRetriesThem() {
        page.open("/runs/" + refused);
        page.that("#outcome").containsText("7 objects couldn't be copied");
        page.hasCount(".cause", 1);
        page.that("#access_denied").containsText("Access denied (403)");
        page.that("#access_denied").containsText("7 objects (700 B) in photos");
        page.that("#access_denied .cause-examples").containsText("photos/2026/1");
        page.that("#access_denied .cause-examples").containsText("and 2 more");
        page.that("#what-changed .change:has-text('2026/new.jpg')").isVisible();
        page.that("#what-changed .changes-words").containsText("1 file added");

        page.click("#access_denied .retry");
        page.click("#access_denied a:has-text('Watch it')");
        page.that("#outcome").containsText("photos is safe: ");
        page.that("#run-older").isVisible();
        page.open("/runs/" + refused);
        page.that("#access_denied").isVisible();
        page.click("#job-log summary");
        page.that("#job-log .job-log").containsText("photos/2026/10.jpg could not be copied");
    }

    @Test
    void whatRunsIsOnTopAndCanBeStopped() {
        HeldRequests held = new HeldRequests();
        s3.bucket("docs").add("large.bin", 1000);
        s3.faults().when(RequestKind.GET).then(Fault.hold(held));
        try {
            page.open("/activity");
            String id = new JsonObject(hub.post(
                                    "/api/backup/run", new JsonObject().put("buckets", new JsonArray().add("docs")))
                            .body())
                    .getString("run_id");
            page.that("#running-jobs li[data-id='%s']".formatted(id)).containsText("Backup");
            page.hasCount("#jobs [data-id='%s']".formatted(id), 0);
            page.click("#running-jobs .cancel-job");
            page.click("#cancel-dialog .danger");
            page.that(".job[data-id='%s']".formatted(id)).containsText("Stopped");
            page.that("#idle").isVisible();
        } finally {
            s3.faults().clear();
            held.open();
        }
    }

    @Test
    void theCertificateCanBeCheckedWithThreeCommandsThatFindWhatIsWrong() throws Exception {
        assumeTrue(Shell.run(home, Map.of(), PATIENCE, List.of("bash", "-c", "command -v jq zstdcat sha256sum"))
                        .code()
                == 0);
        page.open("/runs/%s/certificate".formatted(whole));
        page.hasCount(".checks pre", 3);
        page.that(".sheet").containsText("Every object that S3 listed is accounted for, to the byte.");
        assertThat(page.find(".sheet .sum tfoot").allInnerTexts()).allMatch(sum -> sum.contains("\u2713"));
        List<String> commands = page.find(".checks pre").allInnerTexts();
        for (String command : commands) {
            assertThat(bash(command)).as(command).isEqualTo(new Shell.Result(0, "", ""));
        }

        Path snapshot =
                home.resolve("data").resolve(String.valueOf(record(whole).getString("snapshot")));
        Path file = snapshot.resolve("s3/photos/2026/03.jpg");
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.writeString(file, "tampered");
        assertThat(bash(commands.get(1)).code()).as("a changed file").isNotZero();
        assertThat(bash(commands.get(1)).out()).contains("2026/03.jpg: FAILED");
        Files.writeString(snapshot.resolve("s3/docs/stray"), "x");
        assertThat(bash(commands.get(2)).code()).as("a file too much").isNotZero();
        assertThat(bash(commands.get(2)).out()).contains("stray");
        Files.writeString(snapshot.resolve("run.json"), " ", StandardOpenOption.APPEND);
        assertThat(bash(commands.get(0)).code()).as("another certificate").isNotZero();
    }

    private static Shell.Result bash(String command) {
        return Shell.run(home, Map.of(), PATIENCE, List.of("bash", "-c", command));
    }

    @Test
    void anotherKindOfJobHasAPageToo() {
        String id = new JsonObject(hub.post("/api/drills", new JsonObject()).body()).getString("run_id");
        await().atMost(PATIENCE).until(() -> record(id).getString("finished_at") != null);
        page.open("/jobs/" + id);
        page.that("#job-result").containsText("Came back");
        page.that(".facts-list").containsText("Files chosen");
        page.page().navigate(address.resolve("/jobs/" + refused).toString());
        page.that("#access_denied").isVisible();
    }
}
