package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.ChromiumExtension;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.HubProcessExtension;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nothing moves away under the eye or the finger, on any page that a backup changes, from its first file to its end. */
final class CalmPagesIT {
    private static final double BARELY = 0.02;
    private static final int PHOTOS = 40;
    private static final int EACH_STEP = 10;

    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    @RegisterExtension
    static final HubProcessExtension HUB = new HubProcessExtension();

    @Test
    void aRunMovesNothingOnThePagesThatShowIt() {
        HUB.s3().createBucket("photos");
        HUB.s3().createBucket("empty");
        HUB.s3().put("photos", "first.jpg", new byte[5_000]);
        HubProcess hub = HUB.serve(new JsonObject()
                .put("s3_buckets", new JsonArray().add("photos").add("empty").add("not-there"))
                .put("automation", new JsonObject().put("max_retries", 0)));
        Awaitility.await().until(() -> hub.json("/api/snapshots").getInteger("total") == 1);
        for (int i = 0; i < PHOTOS; i++) {
            HUB.s3().put("photos", "2026/%02d.jpg".formatted(i), new byte[20_000]);
        }
        HUB.s3().hold();
        HUB.backUp();
        String run = Awaitility.await()
                .until(
                        () -> hub.json("/api/backup/status").getJsonObject("current", new JsonObject()),
                        current -> current.getString("run_id") != null)
                .getString("run_id");
        Map<String, LayoutShifts> shifts = new TreeMap<>();
        List<WatchedPage> pages = new ArrayList<>();
        try {
            for (String path : List.of("/", "/buckets", "/buckets/photos", "/activity", "/runs/" + run)) {
                WatchedPage page = (pages.isEmpty()
                                ? new WatchedPage(BROWSER.chromium(), HUB.address())
                                : pages.getFirst().tab())
                        .open(path);
                pages.add(page);
                page.isShown("#standing[data-tone=info]");
                shifts.put(path, new LayoutShifts(page.page()));
            }
            for (int step = EACH_STEP; step <= PHOTOS; step += EACH_STEP) {
                HUB.s3().letThrough(EACH_STEP);
                String done = " " + step;
                Awaitility.await().until(() -> objects(hub) >= Integer.parseInt(done.strip()));
            }
            HUB.s3().letAllThrough();
            for (WatchedPage page : pages) {
                page.isShown("#standing:not([data-tone=info])");
                page.wasNotReloaded();
                page.isWithoutComplaint();
            }
            assertThat(shifts)
                    .allSatisfy((path, shift) ->
                            assertThat(shift.score()).as("%s: %s", path, shift).isLessThanOrEqualTo(BARELY));
        } finally {
            pages.getFirst().close();
        }
    }

    private static long objects(HubProcess hub) {
        JsonObject run = hub.json("/api/backup/status").getJsonObject("current");
        return run == null
                ? Long.MAX_VALUE
                : run.getJsonObject("totals").getJsonObject("downloaded").getLong("objects");
    }
}
