package io.hubstorage.bench;

import io.hubstorage.bench.FileReads.HowOften;
import io.hubstorage.bench.FileReads.Inodes;
import io.hubstorage.bench.FileReads.Kind;
import io.hubstorage.bus.Sizes;
import io.hubstorage.requests.RateLimiter;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A whole cycle of proofs.
 *
 * @param limit in million bytes a second
 * @param looking seconds until the first file was read
 * @param readLikeFiles by the process, of whatever kind, in bytes
 * @param files that were read, by the job's record
 * @param bytes of these
 * @param reads each one of them, and how often each inode was read; absent where they were not taken down, which costs something
 */
record ScrubCycle(
        double limit,
        Measured measured,
        double looking,
        long readLikeFiles,
        long files,
        long bytes,
        @Nullable Reads reads) {
    /** In million bytes a second, as the configuration takes them. */
    static final double FASTEST = 100_000;

    static final double SLOWEST = 0.1;

    private static final double MILLION = 1e6;

    /** Of a file, at most, by each of the threads that read. */
    private static final long IN_FLIGHT = 4L << 18;

    /** How they went, and which inode they met how often. */
    record Reads(FileReads all, HowOften howOften) {}

    /**
     * Has one read from its begin to its end.
     *
     * @param recorded whether every read is taken down
     */
    static ScrubCycle run(ScrubService scrub, Inodes inodes, double limit, boolean recorded)
            throws IOException, InterruptedException {
        scrub.finish();
        scrub.configure(ScrubService.verify(limit), false);
        if (recorded) {
            scrub.beginReads();
        }
        ProcessFiles.resetPeak(scrub.pid());
        double cpu = ProcessFiles.cpu(scrub.pid());
        long read = ProcessFiles.read(scrub.pid());
        long begin = System.nanoTime();
        String id = scrub.start();
        boolean _ = scrub.awaitReading(id);
        double looking = (System.nanoTime() - begin) / 1e9;
        JsonObject record = scrub.awaitEnd(id);
        cpu = ProcessFiles.cpu(scrub.pid()) - cpu;
        read = ProcessFiles.read(scrub.pid()) - read;
        long peak = ProcessFiles.peak(scrub.pid());
        if (!record.getString("result").equals("success") || record.getString("cycle_finished") == null) {
            throw new IOException("a cycle did not succeed: " + record.encode());
        }
        Reads reads = null;
        if (recorded) {
            FileReads all = scrub.endReads();
            reads = new Reads(all, all.howOften(inodes));
        }
        Duration wall =
                Duration.between(ScrubService.time(record, "started_at"), ScrubService.time(record, "finished_at"));
        JsonObject own = record.getJsonObject("read");
        return new ScrubCycle(
                limit,
                new Measured(wall.toNanos() / 1e9, cpu, peak),
                looking,
                read,
                own.getLong("objects"),
                own.getLong("bytes"),
                reads);
    }

    /** Tells in sentences what did not hold. */
    void check(Inodes inodes, List<String> broken) {
        if (files != inodes.sizes().size() || bytes != inodes.bytes()) {
            broken.add("A cycle says that it has read %,d files of %,d bytes, and there are %,d of %,d."
                    .formatted(files, bytes, inodes.sizes().size(), inodes.bytes()));
        }
        if (reads == null) {
            return;
        }
        if (!reads.howOften.isOnceEach()) {
            broken.add("Not each file was read once: %s.".formatted(reads.howOften));
        }
        double rate = limit * MILLION;
        double seconds = reads.all.seconds();
        // What comes at once after a pause is the limiter's affair.
        double allowed = rate * seconds + Math.max(RateLimiter.LEAST_BURST, rate / 10) + IN_FLIGHT;
        if (reads.all.limitedBytes() > allowed) {
            broken.add("In %.1f s %,d bytes were read, and %,.0f were allowed."
                    .formatted(seconds, reads.all.limitedBytes(), allowed));
        }
    }

    static String megabytes(long bytes) {
        return bytes < 10 * MILLION
                ? Report.hundredths(bytes / MILLION)
                : String.format(Locale.ROOT, "%,.0f", bytes / MILLION);
    }

    /** In a column each. */
    static String table(List<ScrubCycle> cycles) {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        text.add(row("a whole cycle", cycles, ScrubCycle::heading));
        text.add("|---" + "|---".repeat(cycles.size()) + "|");
        text.add(row("wall s", cycles, each -> Report.threeDigits(each.measured.wall())));
        text.add(row("of it until the first file is read", cycles, each -> Report.threeDigits(each.looking)));
        text.add(row("CPU s", cycles, each -> Report.threeDigits(each.measured.cpu())));
        text.add(row("peak MiB", cycles, each -> Long.toString(each.measured.peak() >> 20)));
        text.add(row("files read, by the job's own record", cycles, each -> Sizes.number(each.files)));
        text.add(row("MB of these files, likewise", cycles, each -> megabytes(each.bytes)));
        text.add(row("MB that the process has read (`rchar`)", cycles, each -> megabytes(each.readLikeFiles)));
        if (cycles.stream().allMatch(each -> each.reads == null)) {
            return text.toString();
        }
        text.add(row("inodes read once", cycles, counted(HowOften::once)));
        text.add(row("inodes read more than once", cycles, counted(HowOften::moreThanOnce)));
        text.add(row("inodes not read, or not to their end", cycles, counted(HowOften::notWhole)));
        text.add(row("MB read of files", cycles, recorded(reads -> megabytes(reads.bytes(Kind.FILE)))));
        text.add(row("MB read of manifests", cycles, recorded(reads -> megabytes(reads.bytes(Kind.MANIFEST)))));
        text.add(row("MB read of ledger and sorting", cycles, recorded(reads -> megabytes(reads.bytes(Kind.OWN)))));
        text.add(row(
                "MB/s of files and manifests, over the cycle",
                cycles,
                recorded(reads -> Report.threeDigits(reads.limitedBytes() / reads.seconds() / MILLION))));
        text.add(row(
                "MB/s while files are read",
                cycles,
                recorded(reads -> Report.threeDigits(reads.bytes(Kind.FILE) / reads.secondsOfFiles() / MILLION))));
        text.add(row(
                "MB in the second in which most was read",
                cycles,
                recorded(reads -> Report.threeDigits(reads.mostInASecond() / MILLION))));
        return text.toString();
    }

    private String heading() {
        return limit == FASTEST
                ? "as fast as it can"
                : "at most " + (limit == Math.rint(limit) ? Long.toString((long) limit) : limit) + " MB/s";
    }

    private static Function<ScrubCycle, String> counted(ToLongFunction<HowOften> count) {
        return each -> each.reads == null ? "-" : Sizes.number(count.applyAsLong(each.reads.howOften));
    }

    private static Function<ScrubCycle, String> recorded(Function<FileReads, String> cell) {
        return each -> each.reads == null ? "-" : cell.apply(each.reads.all);
    }

    private static String row(String title, List<ScrubCycle> cycles, Function<ScrubCycle, String> cell) {
        StringJoiner row = new StringJoiner(" | ", "| ", " |");
        row.add(title);
        cycles.forEach(each -> row.add(cell.apply(each)));
        return row.toString();
    }
}
