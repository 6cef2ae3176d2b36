package io.hubstorage.bench;

import io.hubstorage.bench.CaseResult.Spread;
import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import org.awaitility.Awaitility;

/** Backups without a cycle of proofs, and with one that has begun before and goes on afterwards, in turns. Not thread-safe. */
final class ScrubbedBackups {
    /** So long names are looked at before a backup begins. */
    private static final Duration LOOKING = Duration.ofSeconds(2);

    /** After that, to be seen to go on. */
    private static final Duration GOING_ON = Duration.ofMillis(300);

    private final ScrubService scrub;
    private final PrintStream log;
    /** The snapshots that stay. */
    private final Set<String> made;

    /** What the cycle is at when a backup begins. */
    enum Beside {
        LOOKING("names are looked at"),
        READING("files are read");

        private final String words;

        Beside(String words) {
            this.words = words;
        }
    }

    private record Pair(Measured alone, Measured beside) {}

    /** All snapshots that there are now stay; those that backups make go again. */
    ScrubbedBackups(ScrubService scrub, PrintStream log) throws IOException {
        this.scrub = scrub;
        this.log = log;
        this.made = snapshots();
    }

    /** Warms the service up. */
    void warmUp(int backups) throws IOException, InterruptedException {
        for (int i = 0; i < backups; i++) {
            log.printf("  warm-up  %s%n", backUp());
        }
    }

    /** A table of pairs. */
    String table(List<Beside> all, int runs) throws IOException, InterruptedException {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        text.add("| a backup | no cycle under way | one under way | ratio, round by round |");
        text.add("|---|---|---|---|");
        for (Beside which : all) {
            List<Pair> pairs = pairs(which, runs);
            text.add(row("wall s, while " + which.words, pairs, Measured::wall));
            text.add(row("CPU s of the service, likewise", pairs, Measured::cpu));
        }
        return text.toString();
    }

    private List<Pair> pairs(Beside which, int runs) throws IOException, InterruptedException {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 1; i <= runs; i++) {
            // Whoever comes second finds other caches: they take turns.
            Measured early = i % 2 == 0 ? beside(which) : backUp();
            Measured late = i % 2 == 0 ? backUp() : beside(which);
            Pair pair = i % 2 == 0 ? new Pair(late, early) : new Pair(early, late);
            pairs.add(pair);
            log.printf("  %-7s  alone %s, while %s %s%n", i + "/" + runs, pair.alone, which.words, pair.beside);
        }
        return pairs;
    }

    private static String row(String title, List<Pair> pairs, ToDoubleFunction<Measured> figure) {
        return "| %s | %s | %s | %s |"
                .formatted(
                        title,
                        spread(pairs, pair -> figure.applyAsDouble(pair.alone), Report::threeDigits),
                        spread(pairs, pair -> figure.applyAsDouble(pair.beside), Report::threeDigits),
                        spread(
                                pairs,
                                pair -> figure.applyAsDouble(pair.beside) / figure.applyAsDouble(pair.alone),
                                Report::hundredths));
    }

    private static String spread(List<Pair> pairs, ToDoubleFunction<Pair> figure, DoubleFunction<String> words) {
        return Report.spread(Spread.of(pairs.stream().mapToDouble(figure).toArray()), words);
    }

    /** In the middle of a cycle: one that ended before the backup did would not have been beside it. */
    private Measured beside(Beside which) throws IOException, InterruptedException {
        if (which == Beside.LOOKING) {
            // A cycle that has a ledger already does not look at the names again.
            scrub.finish();
        }
        while (true) {
            begin(which);
            Measured measured = backUp();
            JsonObject status = scrub.status();
            boolean beside = status.getJsonObject("current") != null
                    && (which == Beside.READING || !ScrubService.isInPhase(status, "transferring"));
            scrub.pause();
            if (beside) {
                return measured;
            }
            log.println("  again: the cycle was further than that");
            scrub.finish();
        }
    }

    private void begin(Beside which) throws IOException {
        String id = scrub.start();
        if (which == Beside.READING) {
            boolean _ = scrub.awaitReading(id);
        } else {
            JsonObject _ = scrub.await("names to be looked at", ScrubbedBackups::hasLooked);
        }
    }

    private static boolean hasLooked(JsonObject status) {
        JsonObject job = status.getJsonObject("current");
        return job == null
                || ScrubService.time(job, "at")
                        .isAfter(ScrubService.time(job, "started_at").plus(LOOKING));
    }

    private Measured backUp() throws IOException, InterruptedException {
        deleteBackups();
        // Nobody should wait for what an earlier run has left to be written.
        Measured _ =
                Child.succeed(List.of("sync"), Map.of(), scrub.home().folder().resolve("sync.txt"));
        Tool.Outcome outcome = scrub.hub().run();
        if (!outcome.successful()) {
            throw new IOException("a backup did not succeed");
        }
        return outcome.measured();
    }

    /**
     * One more backup while files are read, which does not count, since every read is taken down.
     *
     * @param grace from its begin, in which what was about to be read still may be
     * @param broken gets what did not hold
     */
    String everyRead(Duration grace, List<String> broken) throws IOException, InterruptedException {
        scrub.beginReads();
        begin(Beside.READING);
        Measured _ = backUp();
        JsonObject backup = scrub.hub().process().json("/api/backup/status").getJsonObject("last");
        Awaitility.await("the cycle to go on")
                .during(GOING_ON)
                .until(() -> !ScrubService.isInPhase(scrub.status(), "waiting"));
        scrub.pause();
        FileReads reads = scrub.endReads();
        Instant begin = ScrubService.time(backup, "started_at");
        Instant end = ScrubService.time(backup, "finished_at");
        long late = reads.filesBetween(begin.plus(grace), end);
        if (late > 0) {
            broken.add("%,d files were read while a backup ran.".formatted(late));
        }
        return """
            Every read taken down in one more backup, of %.2f s: the cycle read %s before it, %s in it, the last \
            %d ms after its begin, and %s from its end until it was paused.
            """.formatted(
                        Duration.between(begin, end).toMillis() / 1e3,
                        Sizes.count(reads.filesBetween(Instant.MIN, begin), "file"),
                        Sizes.number(reads.filesBetween(begin, end)),
                        reads.lastAfter(begin, end).toMillis(),
                        Sizes.number(reads.filesBetween(end, Instant.MAX)));
    }

    private void deleteBackups() throws IOException {
        for (String each : snapshots()) {
            if (!made.contains(each)) {
                Trees.delete(scrub.home().data().resolve(each));
            }
        }
    }

    private Set<String> snapshots() throws IOException {
        Set<String> names = new HashSet<>();
        try (DirectoryStream<Path> folders =
                Files.newDirectoryStream(scrub.home().data(), Layout.SNAPSHOT_PREFIX + "*")) {
            folders.forEach(folder -> names.add(folder.getFileName().toString()));
        }
        return names;
    }
}
