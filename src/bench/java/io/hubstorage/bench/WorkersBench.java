package io.hubstorage.bench;

import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.Trees;
import io.hubstorage.testkit.HubProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench/workers.sh}, whose help describes the options. What it starts ends with it, and what it writes is deleted. */
@Command(name = "bench/workers.sh")
public final class WorkersBench implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final PrintStream out = System.out;
    private final PrintStream log = System.err;

    @Option(names = "--processes")
    private int processes = 3;

    @Option(names = "--objects")
    private int objects = 24_000;

    @Option(names = "--size")
    private String size = "16KiB";

    @Option(names = "--latency-ms")
    private int latencyMillis = 50;

    @Option(names = "--bandwidth-each")
    private String bandwidthEach = "32KiB";

    @Option(names = "--runs")
    private int runs = 3;

    @Option(names = "--warm-ups")
    private int warmUps = 1;

    @Option(names = "--quick")
    private boolean quick;

    @Option(names = "--jar", required = true)
    private Path jar = Path.of("");

    @Option(names = "--java-options", split = " ")
    private List<String> options = List.of("-Xmx512m");

    @Option(names = "--target")
    private Path target = Path.of("/dev/shm");

    @Option(names = "--mounts", split = ",")
    private List<Path> mounts = List.of();

    private WorkersBench() {}

    public static void main(String[] args) {
        BenchProgram.run(new WorkersBench(), args);
    }

    /** A run by one process, and one by all of them. */
    private record Pair(double alone, double together) {
        double ratio() {
            return together / alone;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProcessFiles.require();
        if (quick) {
            objects = Math.min(objects, 600);
            runs = 1;
            warmUps = 0;
        }
        String load = Machine.load();
        Path work = Files.createTempDirectory(target, "hubstorage-workers-");
        Files.createDirectories(data(work, 0));
        try (Server server = Server.start(
                List.of(
                        "--objects=" + objects,
                        "--size=" + size,
                        "--plain-etags-below=8MiB",
                        "--keys=" + keys(),
                        "--latency-ms=" + latencyMillis,
                        "--bandwidth-each=" + bandwidthEach),
                work)) {
            print(load, data(work, 0), pairs(server, work));
        } finally {
            if (!mounts.isEmpty()) {
                Trees.delete(data(work, 0));
            }
            Trees.delete(work);
        }
        return 0;
    }

    /** Enough folders to be divided among several: a bucket of few is taken for a small one. */
    private String keys() {
        return objects < 4_000 ? "data/f####/object-#.bin" : "data/f###/object-##.bin";
    }

    /** What holds the data folders, as a process has it mounted: the service, which is 0, or a worker, from 1. */
    private Path data(Path work, int process) {
        return mounts.isEmpty()
                ? work
                : mounts.get(Math.min(process, mounts.size() - 1)).resolve(work.getFileName());
    }

    private HubHome home(Server server, Path work, String name, Map<String, String> environment) {
        Path folder = work.resolve(name);
        return new HubHome(
                jar.toAbsolutePath(),
                new Jvm(options, environment),
                folder.resolve("home"),
                data(work, 0).resolve(name + "-data"),
                server);
    }

    private List<Pair> pairs(Server server, Path work) throws IOException, InterruptedException {
        int port = freePort();
        HubHome one = home(server, work, "one", Map.of());
        HubHome all = home(server, work, "all", cluster(port, port, "service"));
        List<HubProcess> workers = new ArrayList<>();
        try (WarmHub alone = WarmHub.start(one);
                WarmHub together = WarmHub.start(all)) {
            // Only then is it a data folder, which a worker can know again.
            double first = seconds(together);
            log.printf("  alone    the service, before there are workers: %.1f s%n", first);
            for (int i = 1; i < processes; i++) {
                Path data = data(work, i).resolve(all.data().getFileName());
                workers.add(worker(all, data, work.resolve("worker-" + i), port, i));
            }
            awaitWorkers(together.process());
            List<Pair> pairs = new ArrayList<>();
            for (int i = 1 - warmUps; i <= runs; i++) {
                // Whoever comes second finds other caches: they take turns.
                boolean swapped = i % 2 == 0;
                double early = seconds(swapped ? together : alone);
                double late = seconds(swapped ? alone : together);
                Pair pair = swapped ? new Pair(late, early) : new Pair(early, late);
                log.printf(
                        "  %-7s  one process %.1f s, %d processes %.1f s%n",
                        i < 1 ? "warm-up" : i + "/" + runs, pair.alone, processes, pair.together);
                if (i >= 1) {
                    pairs.add(pair);
                }
            }
            return pairs;
        } finally {
            workers.forEach(HubProcess::close);
        }
    }

    private static double seconds(WarmHub hub) throws IOException, InterruptedException {
        hub.empty();
        Tool.Outcome outcome = hub.run();
        if (!outcome.successful()) {
            throw new IOException("a run did not succeed");
        }
        return outcome.measured().wall();
    }

    private static Map<String, String> cluster(int service, int port, String name) {
        return Map.of(
                "HUBSTORAGE_CLUSTER",
                "127.0.0.1:" + service,
                "HUBSTORAGE_CLUSTER_PORT",
                Integer.toString(port),
                "HUBSTORAGE_CLUSTER_SECRET",
                "of this benchmark alone",
                "HUBSTORAGE_WORKER_NAME",
                name);
    }

    private static HubProcess worker(HubHome home, Path data, Path folder, int service, int number) throws IOException {
        Files.createDirectories(folder);
        Map<String, String> environment = new HashMap<>(home.environment());
        environment.put("HUBSTORAGE_DATA_PATH", data.toString());
        environment.putAll(cluster(service, freePort(), "worker-" + number));
        environment.put("HUBSTORAGE_LOG_PATH", folder.resolve("logs").toString());
        return HubProcess.start(home.jar(), home.javaOptions(), folder, environment, "worker");
    }

    private void awaitWorkers(HubProcess service) {
        Awaitility.await("the workers")
                .atMost(PATIENCE)
                .until(() -> service.json("/api/workers").getJsonArray("workers").stream()
                                .filter(worker -> "ready".equals(((JsonObject) worker).getString("state")))
                                .count()
                        == processes);
    }

    /** Of which the next one is free too. */
    private static int freePort() throws IOException {
        while (true) {
            try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    ServerSocket next = new ServerSocket(one.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
                return next.getLocalPort() - 1;
            } catch (BindException taken) {
                // Another one.
            }
        }
    }

    private void print(String load, Path work, List<Pair> pairs) throws IOException {
        out.printf(
                "%s%n%n%s of %s each; the server waits %d ms before each answer and gives each %s a second; load"
                        + " before: %s.%n%n",
                Machine.describe(work), Sizes.count(objects, "object"), size, latencyMillis, bandwidthEach, load);
        out.printf("| | one process, s | %d processes, s | ratio |%n|---|---|---|---|%n", processes);
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            out.printf("| %d | %.1f | %.1f | %.2f |%n", i + 1, pair.alone, pair.together, pair.ratio());
        }
        List<Double> ratios = pairs.stream().map(Pair::ratio).sorted().toList();
        out.printf("| median | | | %.2f |%n", ratios.get(ratios.size() / 2));
    }
}
