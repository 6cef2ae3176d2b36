package io.hubstorage.bench;

import io.hubstorage.bench.CaseResult.Spread;
import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench/sse.sh}, whose help describes the options. What it starts ends with it, and what it writes is deleted. */
@Command(name = "bench/sse.sh")
public final class SseBench implements Callable<Integer> {
    private static final long STALLED_BYTES = 8L << 20;
    private static final long QUICK_STALLED_BYTES = 1L << 20;

    private final PrintStream log = System.err;

    @Option(names = "--watchers")
    private int watchers = 1_000;

    @Option(names = "--stalled")
    private int stalled = 20;

    @Option(names = "--objects")
    private int objects = 60_000;

    @Option(names = "--runs")
    private int runs = 7;

    @Option(names = "--warm-ups")
    private int warmUps = 2;

    @Mixin
    private final ServiceOptions options = new ServiceOptions();

    private SseBench() {}

    /** Exits with 0 when every watcher saw every run to its end. */
    public static void main(String[] args) {
        BenchProgram.run(new SseBench(), args);
    }

    /** A run without watchers, and one with them. */
    private record Pair(Measured alone, Measured watched, Delays delays) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProcessFiles.require();
        if (options.quick()) {
            watchers = Math.min(watchers, 50);
            stalled = Math.min(stalled, 3);
            objects = Math.min(objects, 3_000);
            runs = 1;
            warmUps = 0;
        }
        String load = Machine.load();
        Path work = Files.createTempDirectory(options.target(), "hubstorage-sse-");
        try (Server server =
                Server.start(List.of("--objects=" + objects, "--size=16KiB", "--plain-etags-below=8MiB"), work)) {
            HubHome home = options.home(work, server);
            try (WarmHub service = WarmHub.start(home)) {
                List<Pair> pairs = pairs(service);
                service.empty();
                StalledReaders.Heap heap =
                        StalledReaders.measure(service, stalled, options.quick() ? QUICK_STALLED_BYTES : STALLED_BYTES);
                log.printf("  stalled  %s%n", heap);
                options.print(text(load, pairs, heap));
            }
        } finally {
            Trees.delete(work);
        }
        return 0;
    }

    private List<Pair> pairs(WarmHub service) throws IOException, InterruptedException {
        for (int i = 0; i < warmUps; i++) {
            log.printf("  warm-up  alone %s, watched %s%n", alone(service), watched(service, new Delays()));
        }
        List<Pair> pairs = new ArrayList<>();
        for (int i = 1; i <= runs; i++) {
            Delays delays = new Delays();
            // Whoever comes second finds other caches: they take turns.
            Measured early = i % 2 == 0 ? watched(service, delays) : alone(service);
            Measured late = i % 2 == 0 ? alone(service) : watched(service, delays);
            Pair pair = i % 2 == 0 ? new Pair(late, early, delays) : new Pair(early, late, delays);
            pairs.add(pair);
            log.printf(
                    "  %-7s  alone %s, watched %s; %,d states, p99 %d ms%n",
                    i + "/" + runs, pair.alone, pair.watched, delays.total(), delays.within(0.99));
        }
        return pairs;
    }

    private static Measured alone(WarmHub service) throws IOException, InterruptedException {
        service.empty();
        return successful(service.run());
    }

    private Measured watched(WarmHub service, Delays delays) throws IOException, InterruptedException {
        service.empty();
        try (Watchers all = Watchers.connect(service.address(), watchers)) {
            all.begin();
            Measured measured = successful(service.run());
            delays.addAll(all.end().delays());
            return measured;
        }
    }

    private static Measured successful(Tool.Outcome outcome) throws IOException {
        if (!outcome.successful()) {
            throw new IOException("a run did not succeed");
        }
        return outcome.measured();
    }

    private String text(String load, List<Pair> pairs, StalledReaders.Heap heap) throws IOException {
        Delays delays = new Delays();
        pairs.forEach(pair -> delays.addAll(pair.delays));
        return """
            %s Server, watchers and the S3 server share the machine; load average before it: %s. JVM of HubStorage: `%s`. \
            Each run copies %,d objects of 16 KiB into an empty folder; %d runs of each, in turns.

            | | nobody watches | %,d watch | ratio, round by round |
            |---|---|---|---|
            %s%s
            Each of the %,d watchers saw the states of each run in their order, and its end: %,d states came, %s a second \
            to each. Half of them came within %d ms of having been taken, 99 %% within %d ms, the last within %d ms.

            %d readers that read nothing of %.1f MiB sent to each: the heap after a collection had %.1f MiB before and \
            %.1f MiB after.
            """.formatted(
                        Machine.describe(options.target()),
                        load,
                        options.jvmText(),
                        objects,
                        pairs.size(),
                        watchers,
                        row("wall s", pairs, Measured::wall),
                        row("CPU s of HubStorage", pairs, Measured::cpu),
                        watchers,
                        delays.total(),
                        Report.hundredths(rate(pairs, delays)),
                        delays.within(0.5),
                        delays.within(0.99),
                        delays.within(1),
                        heap.readers(),
                        mebibytes(heap.sent()),
                        mebibytes(heap.before()),
                        mebibytes(heap.after()));
    }

    private double rate(List<Pair> pairs, Delays delays) {
        double seconds = pairs.stream().mapToDouble(pair -> pair.watched.wall()).sum();
        return delays.total() / seconds / watchers;
    }

    private static double mebibytes(long bytes) {
        return bytes / 1048576.0;
    }

    private static String row(String title, List<Pair> pairs, ToDoubleFunction<Measured> figure) {
        return "| %s | %s | %s | %s |\n"
                .formatted(
                        title,
                        Report.spread(spread(pairs, pair -> figure.applyAsDouble(pair.alone)), Report::threeDigits),
                        Report.spread(spread(pairs, pair -> figure.applyAsDouble(pair.watched)), Report::threeDigits),
                        Report.spread(
                                spread(
                                        pairs,
                                        pair -> figure.applyAsDouble(pair.watched) / figure.applyAsDouble(pair.alone)),
                                Report::hundredths));
    }

    private static Spread spread(List<Pair> pairs, ToDoubleFunction<Pair> figure) {
        return Spread.of(pairs.stream().mapToDouble(figure).toArray());
    }
}
