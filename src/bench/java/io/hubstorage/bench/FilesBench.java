package io.hubstorage.bench;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.fs.Trees;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.Shelf;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench/files.sh}, whose help describes the options. What it starts ends with it, and what it writes is deleted. */
@Command(name = "bench/files.sh")
public final class FilesBench implements Callable<Integer> {
    private static final String BUCKET = "photos";
    private static final Instant BEGIN = Instant.parse("2026-01-01T06:00:00Z");
    private static final int HTTP_OK = 200;
    private static final int HASH = 32;
    private static final int WARM_UPS = 200;

    private final PrintStream log = System.err;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Option(names = "--snapshots")
    private int snapshots = 200;

    @Option(names = "--keys")
    private int keys = 100_000;

    @Option(names = "--folders")
    private int folders = 100;

    @Option(names = "--keys-of-a-folder")
    private int keysOfAFolder = 200;

    @Option(names = "--changed")
    private double changed = 1;

    @Option(names = "--rows")
    private int rows = 100;

    @Option(names = "--page")
    private boolean page;

    @Mixin
    private final ServiceOptions options = new ServiceOptions(Path.of(System.getProperty("java.io.tmpdir")));

    private FilesBench() {}

    /** Exits with 0 when every step was answered. */
    public static void main(String[] args) {
        BenchProgram.run(new FilesBench(), args);
    }

    /** What the page asks for again and again: which folder, what of it, and how it is called in the table. */
    private record Step(String title, String path) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (options.quick()) {
            snapshots = Math.min(snapshots, 5);
            keys = Math.min(keys, 5_000);
            folders = Math.min(folders, 5);
        }
        String load = Machine.load();
        Path work = Files.createTempDirectory(options.target(), "hubstorage-files-");
        try {
            List<String> names = make(work);
            HubProcess.configure(work, new JsonObject().put("automation", new JsonObject().put("enabled", false)));
            Map<String, String> environment = HubProcess.environment(work, null);
            environment.put("HUBSTORAGE_WEB_PORT", "0");
            try (HubProcess service =
                    HubProcess.start(options.jar(), options.jvm().options(), work, environment, "serve")) {
                print(load, measured(service, names));
            }
        } finally {
            Trees.delete(work);
        }
        return 0;
    }

    /** Manifests and certificates as backups write them; of the files there are none. */
    private List<String> make(Path work) throws IOException {
        Path data = Files.createDirectories(work.resolve("data"));
        Files.createDirectories(work.resolve("config"));
        Files.writeString(work.resolve("config/config.json"), "{}");
        new Destination(new Layout(data), work.resolve("config")).claim();
        int all = keys + folders * keysOfAFolder;
        int[] versions = new int[all];
        boolean[] gone = new boolean[all];
        SplittableRandom random = new SplittableRandom(1);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < snapshots; i++) {
            for (int key = 0; i > 0 && key < all; key++) {
                if (random.nextDouble() * 100 < changed) {
                    // One of ten comes or goes, the others change.
                    gone[key] = random.nextInt(10) == 0 && !gone[key];
                    versions[key] = i;
                }
            }
            names.add(snapshot(data, BEGIN.plus(Duration.ofHours(6L * i)), versions, gone));
            if ((i + 1) % 20 == 0) {
                log.printf("  %d of %d snapshots%n", i + 1, snapshots);
            }
        }
        return names;
    }

    private String snapshot(Path data, Instant time, int[] versions, boolean[] gone) throws IOException {
        Path snapshot = data.resolve(Layout.name(time));
        Files.createDirectories(Layout.tree(snapshot, BUCKET));
        Files.createDirectories(Layout.manifests(snapshot, null));
        ManifestSummary summary;
        try (ManifestWriter writer = new ManifestWriter(Layout.manifest(snapshot, BUCKET))) {
            for (int key = 0; key < versions.length; key++) {
                if (!gone[key]) {
                    writer.write(entry(name(key), key, versions[key]));
                }
            }
            summary = writer.finish();
        }
        Shelf.certificate(snapshot.getFileName().toString(), time, BUCKET, summary, BucketCounts.ZERO)
                .write(Layout.certificate(snapshot));
        return snapshot.getFileName().toString();
    }

    private String name(int key) {
        int inTree = key - keys;
        return inTree < 0
                ? "flat/img-%07d.jpg".formatted(key)
                : "tree/dir-%04d/img-%05d.jpg".formatted(inTree / keysOfAFolder, inTree % keysOfAFolder);
    }

    /** With hashes that no compressor makes smaller, as real ones. */
    private static ManifestEntry entry(String key, int number, int version) {
        SplittableRandom random = new SplittableRandom(number * 1_000_003L + version);
        byte[] hash = new byte[HASH];
        random.nextBytes(hash);
        return new ManifestEntry(
                key,
                KeyPath.toPath(key),
                new ManifestEntry.Content(
                        random.nextInt(10_000_000),
                        HexFormat.of().formatHex(hash, 0, HASH / 2),
                        HexFormat.of().formatHex(hash),
                        "md5",
                        ManifestEntry.Upload.UNKNOWN),
                new ManifestEntry.Metadata(BEGIN.plusSeconds(version * 21_600L)),
                EntryState.LINKED);
    }

    /** The times of one kind of step, in milliseconds; of the processor, on average, where that is known. */
    private record Times(String title, List<Double> millis, double cpu) {
        double within(double part) {
            return millis.stream().sorted().toList().get(Math.max(0, (int) Math.ceil(part * millis.size()) - 1));
        }

        String row() {
            return Stream.of(within(0.5), within(0.95), within(1), cpu)
                            .map(figure -> figure.isNaN() ? "-" : String.format(Locale.ROOT, "%.1f", figure))
                            .reduce("| " + title, (row, cell) -> row + " | " + cell)
                    + " |\n";
        }
    }

    private List<Times> measured(HubProcess service, List<String> names) throws IOException, InterruptedException {
        URI address = service.awaitUp();
        String middle = encoded(name(keys / 2));
        List<Step> steps = List.of(
                new Step(
                        "%,d rows of a folder of %,d files".formatted(rows, keys),
                        "folder?prefix=flat/&from=" + middle),
                new Step("its last rows, backwards", "folder?prefix=flat/&order=desc"),
                new Step(
                        "%,d folders of %,d files each".formatted(Math.min(rows, folders), keysOfAFolder),
                        "folder?prefix=tree/"),
                new Step("the top of the bucket", "folder?prefix="),
                new Step("the map of the folder of %,d files".formatted(keys), "map?prefix=flat/"));
        List<Times> times = new ArrayList<>();
        for (Step step : steps) {
            // Once the way back, as somebody who has used the page before; what is remembered of maps is then others'.
            if (step.path.startsWith("folder")) {
                for (int i = 0; i < Math.max(1, WARM_UPS / names.size()); i++) {
                    times(step, service, address, names.reversed());
                }
            }
            Times measured = times(step, service, address, names);
            times.add(measured);
            log.print("  " + measured.row());
        }
        if (page) {
            double cpu = ProcessFiles.cpu(service.pid());
            PageSteps.Taken taken = PageSteps.take(address, BUCKET, "flat/", names);
            cpu = (ProcessFiles.cpu(service.pid()) - cpu) * 1e3 / names.size();
            times.add(new Times("in Chromium: the next snapshot's rows, from the key to the screen", taken.all(), cpu));
            times.add(new Times("of that, what the page takes once it has them", taken.painting(), Double.NaN));
        }
        return times;
    }

    private Times times(Step step, HubProcess service, URI address, List<String> names)
            throws IOException, InterruptedException {
        double cpu = ProcessFiles.cpu(service.pid());
        List<Double> millis = new ArrayList<>();
        for (String name : names) {
            String limit = step.path.startsWith("folder") ? "&limit=" + rows : "";
            URI asked = address.resolve("/api/files/%s&bucket=%s&at=%s%s".formatted(step.path, BUCKET, name, limit));
            long begin = System.nanoTime();
            HttpResponse<byte[]> answer =
                    http.send(HttpRequest.newBuilder(asked).build(), HttpResponse.BodyHandlers.ofByteArray());
            millis.add((System.nanoTime() - begin) / 1e6);
            if (answer.statusCode() != HTTP_OK) {
                throw new IOException("the service answered %s with %s"
                        .formatted(asked, new String(answer.body(), StandardCharsets.UTF_8)));
            }
        }
        cpu = ProcessFiles.cpu(service.pid()) - cpu;
        return new Times(step.title, millis, cpu * 1e3 / millis.size());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void print(String load, List<Times> times) throws IOException {
        StringBuilder table = new StringBuilder();
        times.forEach(each -> table.append(each.row()));
        String text = """
            %s The one who asks shares the machine; load average before it: %s. JVM of HubStorage: `%s`. %d snapshots of %,d keys, %s %% of \
            which change from one to the next; a step is one request, in milliseconds from asking to the last byte.

            | a step shows | median | 95 %% | longest | CPU of HubStorage, on average |
            |---|---|---|---|---|
            %s\
            """.formatted(
                        Machine.describe(options.target()),
                        load,
                        options.jvmText(),
                        snapshots,
                        keys + folders * keysOfAFolder,
                        changed,
                        table);
        options.print(text);
    }
}
