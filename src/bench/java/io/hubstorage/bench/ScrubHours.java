package io.hubstorage.bench;

import io.hubstorage.bus.Sizes;
import io.hubstorage.verify.scrub.VerifyVerticle;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * A cycle that is due before its hours, in them, and after them. They begin and end because they are set anew, which counts at once.
 *
 * @param limit in million bytes a second; so that the cycle does not end before its hours do
 */
record ScrubHours(ScrubService scrub, double limit, PrintStream log) {
    /** Longer than until the service looks again whether something is due. */
    private static final Duration WATCH = VerifyVerticle.TICK.plusSeconds(5);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    /**
     * Has all three of them, and tells it.
     *
     * @param broken gets what did not hold
     */
    String run(List<String> broken) throws IOException, InterruptedException {
        scrub.finish();
        scrub.beginReads();
        configure(2, 4);
        Instant closed = now();
        watch("not begun");
        Instant opened = now();
        configure(-1, 2);
        JsonObject begun = scrub.await("files to be read", ScrubHours::hasRead).getJsonObject("current");
        log.println("  hours    begun");
        Instant over = now();
        configure(2, 4);
        JsonObject record = scrub.awaitEnd(begun.getString("run_id"));
        Instant ended = ScrubService.time(record, "finished_at");
        watch("over");
        Instant end = now();
        Instant next = ScrubService.time(scrub.status(), "next_at");
        FileReads reads = scrub.endReads();
        if (record.getString("cycle_finished") != null
                || !record.getString("trigger").equals("schedule")) {
            throw new IOException("the cycle did not begin by itself, or ended before its hours: " + record.encode());
        }
        long before = reads.filesBetween(closed, opened);
        long after = reads.filesBetween(ended, end);
        if (before > 0 || after > 0) {
            broken.add("Outside of its hours %,d files were read before them, and %,d after.".formatted(before, after));
        }
        return """
            Hours (`verify.window`): a cycle that was due read %s in %d s outside of them. When they were set to have begun, it \
            began by itself, and had read %s after %.0f s; when they were set to be over, it ended %d ms later, having read \
            %s more, and then read %s in %d s. It goes on by itself in %d minutes, when they begin again.
            """.formatted(
                        Sizes.count(before, "file"),
                        WATCH.toSeconds(),
                        Sizes.count(reads.filesBetween(opened, over), "file"),
                        Duration.between(opened, over).toMillis() / 1e3,
                        Duration.between(over, ended).toMillis(),
                        Sizes.count(reads.filesBetween(over, ended), "file"),
                        Sizes.count(after, "file"),
                        WATCH.toSeconds(),
                        Duration.between(end, next).toMinutes());
    }

    private static boolean hasRead(JsonObject status) {
        return ScrubService.isInPhase(status, "transferring")
                && status.getJsonObject("current").getJsonObject("read").getLong("objects") > 0;
    }

    /** Hours from so many hours from now until so many. */
    private void configure(int from, int to) throws IOException {
        JsonObject hours = ScrubService.verify(limit)
                // Some seconds: a cycle is due as soon as the one before has ended.
                .put("cycle_days", 0.0001)
                .put("window", hoursFromNow(from) + "-" + hoursFromNow(to));
        scrub.configure(hours, true);
    }

    private static String hoursFromNow(int hours) {
        return TIME.format(now().plus(Duration.ofHours(hours)));
    }

    private void watch(String what) throws InterruptedException {
        log.printf("  hours    %s, watched for %d s%n", what, WATCH.toSeconds());
        // Not a wait for something: that nothing happens is what is shown.
        Thread.sleep(WATCH);
    }

    private static Instant now() {
        return InstantSource.system().instant();
    }
}
