package io.hubstorage.bench;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.bench.CaseResult.Spread;
import io.hubstorage.fs.Trees;
import io.hubstorage.testkit.Chromium;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench/pages.sh}, whose help describes the options. What it starts ends with it, and what it writes is deleted. */
@Command(name = "bench/pages.sh")
public final class PagesBench implements Callable<Integer> {
    private static final int WIDTH = 1440;
    private static final int HEIGHT = 900;
    private static final double KIBIBYTE = 1024;
    private static final double PATIENCE_MS = 60_000;
    /** What a page asks for by itself has come: for a while it asked for nothing more. */
    private static final String QUIET = """
        () => {
          const asked = performance.getEntriesByType('resource').length;
          if (asked !== window.asked) [window.asked, window.askedAt] = [asked, performance.now()];
          return performance.getEntriesByName('first-contentful-paint').length > 0 && performance.now() - window.askedAt > 500;
        }\
        """;

    private static final String SEEN = """
        () => {
          const [page] = performance.getEntriesByType('navigation');
          const files = [page, ...performance.getEntriesByType('resource')];
          return [
            performance.getEntriesByName('first-contentful-paint')[0].startTime,
            files.reduce((sum, { transferSize }) => sum + transferSize, 0),
            files.filter(({ transferSize }) => transferSize > 0).length,
          ];
        }\
        """;

    private final PrintStream log = System.err;

    @Option(names = "--objects")
    private int objects = 20_000;

    @Option(names = "--backups")
    private int backups = 30;

    @Option(names = "--runs")
    private int runs = 15;

    @Mixin
    private final ServiceOptions options = new ServiceOptions();

    private PagesBench() {}

    /** Exits with 0 when every page was painted. */
    public static void main(String[] args) {
        BenchProgram.run(new PagesBench(), args);
    }

    /** How a page opened: until something is painted in ms, what came over the network in bytes, and in how many files. */
    private record Opened(double paint, double bytes, double files) {}

    /** A page as a browser opens it that was never here, and as one does that was. */
    private record Result(List<Opened> first, List<Opened> again) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProcessFiles.require();
        if (options.quick()) {
            objects = Math.min(objects, 500);
            backups = 2;
            runs = 2;
        }
        String load = Machine.load();
        Path work = Files.createTempDirectory(options.target(), "hubstorage-pages-");
        try (Server server = Server.start(List.of("--objects=" + objects, "--size=1KiB"), work);
                Chromium chromium = Chromium.start()
                        .orElseThrow(
                                () -> new IOException("no Chromium is installed: sudo apt-get install chromium"))) {
            HubHome home = options.home(work, server);
            try (WarmHub service = WarmHub.start(home)) {
                for (int i = 0; i < backups; i++) {
                    if (!service.run().successful()) {
                        throw new IOException("a backup did not succeed");
                    }
                }
                options.print(text(load, measured(chromium, service)));
            }
        } finally {
            Trees.delete(work);
        }
        return 0;
    }

    private Map<String, Result> measured(Chromium chromium, WarmHub service) {
        String run =
                service.process().json("/api/backup/last").getJsonObject("last").getString("run_id");
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("Overview", "/");
        pages.put("Buckets", "/buckets");
        pages.put("One bucket", "/buckets/" + Server.BUCKET);
        pages.put("Files", "/files?bucket=" + Server.BUCKET);
        pages.put("Activity", "/activity");
        pages.put("One run", "/runs/" + run);
        pages.put("Log", "/logs");
        pages.put("Storage", "/storage");
        pages.put("Settings", "/config");
        Map<String, Result> results = new LinkedHashMap<>();
        pages.forEach((name, path) -> {
            Result result = measured(chromium, service.address().resolve(path));
            results.put(name, result);
            log.print("  " + row(name, result));
        });
        return results;
    }

    private Result measured(Chromium chromium, URI address) {
        Result result = new Result(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < runs; i++) {
            try (BrowserContext window = chromium.window(WIDTH, HEIGHT, ColorScheme.LIGHT)) {
                window.setDefaultTimeout(PATIENCE_MS);
                Page page = window.newPage();
                result.first.add(open(page, address));
                result.again.add(open(page, address));
            }
        }
        return result;
    }

    private static Opened open(Page page, URI address) {
        page.navigate(address.toString());
        page.waitForFunction(QUIET);
        List<?> seen = (List<?>) page.evaluate(SEEN);
        return new Opened(number(seen.get(0)), number(seen.get(1)), number(seen.get(2)));
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    private String text(String load, Map<String, Result> results) throws IOException {
        StringBuilder rows = new StringBuilder();
        results.forEach((name, result) -> rows.append(row(name, result)));
        return """
            %s Server, browser and the S3 server share the machine; load average before it: %s. JVM of HubStorage: `%s`. \
            %,d objects, %d backups; each page %d times by a browser that was never here, and then once more; %d pixels wide.

            | page | first paint, ms | again, ms | KiB that came | again, KiB | files | again |
            |---|---|---|---|---|---|---|
            %s
            """.formatted(
                Machine.describe(options.target()), load, options.jvmText(), objects, backups, runs, WIDTH, rows);
    }

    private static String row(String name, Result result) {
        return "| %s | %s | %s | %.0f | %.1f | %.0f | %.0f |\n"
                .formatted(
                        name,
                        Report.spread(spread(result.first, Opened::paint), "%.0f"::formatted),
                        Report.spread(spread(result.again, Opened::paint), "%.0f"::formatted),
                        spread(result.first, Opened::bytes).median() / KIBIBYTE,
                        spread(result.again, Opened::bytes).median() / KIBIBYTE,
                        spread(result.first, Opened::files).median(),
                        spread(result.again, Opened::files).median());
    }

    private static Spread spread(List<Opened> pages, ToDoubleFunction<Opened> figure) {
        return Spread.of(pages.stream().mapToDouble(figure).toArray());
    }
}
