package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TestNetwork;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service and two workers, real processes each in a network of its own over one folder, of which one is killed, stopped for a while
 * or cut off in each run. Each run must end with a snapshot that is whole, soon; and who wakes up or comes back late must not write
 * to what was taken from it.
 */
final class LostProcessesIT {
    /**
     * {@code mvn verify -Dit.test=LostProcessesIT -Dhubstorage.events=30} loses more; {@code -Dhubstorage.seed=…} repeats the choices:
     * what happens to whom, after how many objects, for how long.
     */
    private static final int EVENTS = Integer.getInteger("hubstorage.events", 3);

    /**
     * Where one folder of a network file system is mounted: {@code -Dhubstorage.shared=/mnt/a,/mnt/b,/mnt/c,/mnt/d} by this test, by
     * the service, and by each worker; the last one counts for all that have none. Without it, they all have a folder of this test's own.
     */
    private static final String SHARED = System.getProperty("hubstorage.shared", "");

    private static final boolean EVENTS_GIVEN = System.getProperty("hubstorage.events") != null;
    private static final int BUCKETS = 9;
    private static final int OBJECTS = 120;
    private static final int WORKERS = 2;
    private static final int PORT = 5701;
    private static final Duration LATENCY = Duration.ofMillis(150);
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    /** Than undisturbed; a stop or a cut of the service itself comes on top of it. */
    private static final Duration LONGER = Duration.ofSeconds(15);

    private static final List<Event> EVENT = List.of(Event.values());
    /** Between two looks at the disk, which tells nobody when something appears in it. */
    private static final Duration LOOK = Duration.ofMillis(20);

    /** What happens to whom. */
    private enum Event {
        WORKER_KILLED,
        WORKER_STOPPED,
        /** From the service and the other worker, while it has S3 and the disk. */
        WORKER_CUT_OFF,
        /** From S3 too. */
        WORKER_ISOLATED,
        SERVICE_KILLED,
        SERVICE_STOPPED,
        /** From all workers. */
        SERVICE_CUT_OFF
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "there are no network namespaces")
    void whoeverIsLostWheneverTheRunEndsRightAndSoonAndNobodyWritesLate(@TempDir Path home) throws Exception {
        long seed = Long.getLong("hubstorage.seed", System.nanoTime() % 1_000_000);
        System.out.printf("seed %d%n", seed);
        try (TestNetwork network = TestNetwork.make();
                SyntheticS3 s3 = SyntheticS3.startAt(network.host());
                Cluster cluster = new Cluster(home, network, s3, new Random(seed))) {
            int event = 0;
            try {
                cluster.start();
                cluster.measure();
                while (event < EVENTS) {
                    cluster.round(++event);
                }
            } catch (AssertionError | RuntimeException e) {
                cluster.printLogs();
                throw new AssertionError(
                        "event %d, with -Dhubstorage.seed=%d: %s".formatted(event, seed, e.getMessage()), e);
            }
            System.out.print(cluster.report());
            cluster.verifyAll();
        }
    }

    /** A worker and where it is. */
    private static final class Member {
        final String name;
        final Path data;
        final TestNetwork.Place place;
        HubProcess process;

        Member(String name, Path data, TestNetwork.Place place, HubProcess process) {
            this.name = name;
            this.data = data;
            this.place = place;
            this.process = process;
        }
    }

    private static final class Cluster implements AutoCloseable {
        private final Path home;
        private final TestNetwork network;
        private final SyntheticS3 s3;
        private final Random random;
        private final List<Path> data;
        private final Layout layout;
        private final List<SyntheticBucket> buckets = new ArrayList<>();
        private final List<Member> workers = new ArrayList<>();
        private final List<HubProcess> gone = new ArrayList<>();
        private final Map<Event, List<Double>> longer = new TreeMap<>();
        private @Nullable HubProcess service;
        private double undisturbed;

        Cluster(Path home, TestNetwork network, SyntheticS3 s3, Random random) {
            this.home = home;
            this.network = network;
            this.s3 = s3;
            this.random = random;
            this.data = SHARED.isEmpty() ? List.of(home.resolve("data")) : shared(home.getFileName());
            this.layout = new Layout(data.getFirst());
        }

        private static List<Path> shared(Path name) {
            return Stream.of(SHARED.split(","))
                    .map(mount -> Path.of(mount).resolve(name))
                    .toList();
        }

        /** The folder as the service has it, which is 0, or a worker, from 1. */
        private Path data(int process) {
            return data.get(Math.min(process + 1, data.size() - 1));
        }

        void start() throws IOException {
            List<String> names =
                    IntStream.range(0, BUCKETS).mapToObj(i -> "bucket-" + i).toList();
            for (String name : names) {
                buckets.add(s3.bucket(name, SyntheticBucket.uniform(OBJECTS, 3_000, "f##/###")));
            }
            s3.latency(LATENCY);
            HubProcess.configure(
                    home,
                    new JsonObject()
                            .put("s3_buckets", new JsonArray(names))
                            // What is lost must be done again at once: whoever waited for this would be late by far.
                            .put(
                                    "automation",
                                    new JsonObject()
                                            .put("interval_hours", 1_000)
                                            .put("retry_delay_minutes", 5))
                            .put("transfer", new JsonObject().put("max_concurrent_requests", 24)));
            Files.createDirectories(layout.data());
            service = serve();
            for (int i = 1; i <= WORKERS; i++) {
                String name = "worker-" + i;
                TestNetwork.Place place = network.place();
                workers.add(new Member(name, data(i), place, work(name, data(i), place)));
            }
            awaitSnapshot(Set.of());
            awaitQuiet();
        }

        private Map<String, String> environment(String name, Path data, String host) {
            Map<String, String> environment = HubProcess.environment(home, s3.settings());
            environment.putAll(Map.of(
                    "HUBSTORAGE_DATA_PATH",
                    data.toString(),
                    "HUBSTORAGE_CLUSTER",
                    network.host() + ":" + PORT,
                    "HUBSTORAGE_CLUSTER_HOST",
                    host,
                    "HUBSTORAGE_CLUSTER_SECRET",
                    "a secret of this test alone",
                    "HUBSTORAGE_WORKER_NAME",
                    name));
            return environment;
        }

        private HubProcess serve() {
            return HubProcess.start(
                    home, environment("service", data(0), network.host()), List.of("-Xmx160m"), "serve");
        }

        private HubProcess work(String name, Path data, TestNetwork.Place place) {
            Map<String, String> environment = environment(name, data, place.address());
            environment.put("HUBSTORAGE_LOG_PATH", home.resolve("logs-" + name).toString());
            // So that it can be asked from here whether it is still at work on something.
            environment.put("HUBSTORAGE_WEB_HOST", place.address());
            environment.put("HUBSTORAGE_AUTH", "none");
            return HubProcess.startBy(place.command(), home, environment, "worker");
        }

        private HubProcess service() {
            HubProcess running = service;
            if (running == null) {
                throw new IllegalStateException("there is no service");
            }
            return running;
        }

        /** Until all are there and nothing is under way, nor anything of earlier runs that somebody was given up in. */
        private void awaitQuiet() {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .ignoreExceptions()
                    .until(() -> {
                        JsonObject status = service().json("/api/backup/status");
                        JsonArray there = service().json("/api/workers").getJsonArray("workers");
                        Set<String> ready = there.stream()
                                .map(JsonObject.class::cast)
                                .filter(worker -> worker.getString("state").equals("ready"))
                                .map(worker -> worker.getString("name"))
                                .collect(Collectors.toCollection(TreeSet::new));
                        return !status.getBoolean("running")
                                && ready.size() == WORKERS + 1
                                && workers.stream()
                                        .allMatch(worker -> ready.contains(worker.name) && isIdle(worker.process));
                    });
        }

        /** By a worker's own word: what it does for a run that has given it up counts until that has ended, too. */
        private static boolean isIdle(HubProcess worker) {
            return worker.get("/metrics")
                    .body()
                    .lines()
                    .toList()
                    .containsAll(List.of("hubstorage_worker_ready 1.0", "hubstorage_worker_shards 0.0"));
        }

        private Set<String> snapshots() throws IOException {
            return Traces.snapshots(layout);
        }

        /** Returns the one that is there besides these. */
        private String awaitSnapshot(Set<String> known) {
            return await().atMost(PATIENCE)
                    .pollInterval(LOOK)
                    .until(
                            () -> snapshots().stream()
                                    .filter(name -> !known.contains(name))
                                    .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
        }

        private void change() {
            for (SyntheticBucket bucket : buckets) {
                bucket.objects().map(object -> object.key()).toList().forEach(bucket::change);
            }
        }

        /** Runs that nobody disturbs: the median counts. */
        void measure() throws IOException {
            List<Double> seconds = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                change();
                Set<String> known = snapshots();
                long begun = System.nanoTime();
                run();
                awaitSnapshot(known);
                seconds.add(since(begun));
                awaitQuiet();
            }
            undisturbed = seconds.stream().sorted().toList().get(seconds.size() / 2);
            check(newest());
            say("undisturbed: %s s"
                    .formatted(seconds.stream().map("%.1f"::formatted).collect(Collectors.joining(", "))));
        }

        private void run() {
            assertThat(service().post("/api/backup/run", new JsonObject()).statusCode())
                    .isBetween(200, 202);
        }

        private static double since(long nanos) {
            return (System.nanoTime() - nanos) / 1e9;
        }

        void round(int number) throws IOException {
            Event event = EVENT.get(random.nextInt(EVENT.size()));
            Member member = workers.get(random.nextInt(WORKERS));
            long objects = (long) (random.nextDouble() * BUCKETS * OBJECTS);
            double length = 6 + 6 * random.nextDouble();
            change();
            Set<String> known = snapshots();
            try (Fences fences = Fences.watch(layout)) {
                long asked = s3.counts().gets();
                long begun = System.nanoTime();
                run();
                await().atMost(PATIENCE)
                        .pollInterval(LOOK)
                        .until(() -> s3.counts().gets() >= asked + objects);
                double after = since(begun);
                happens(event, member);
                // How long somebody is away is what is tried out: as long as that takes, nothing else can be waited
                // for.
                CompletableFuture<Void> over = CompletableFuture.runAsync(
                        () -> undo(event, member),
                        CompletableFuture.delayedExecutor((long) (length * 1_000), TimeUnit.MILLISECONDS));
                String made;
                double took;
                Map<String, String> committed;
                try {
                    made = awaitSnapshot(known);
                    took = since(begun);
                    committed = listing(layout.snapshot(made));
                } finally {
                    over.join();
                }
                // Then nobody does anything late any more.
                awaitQuiet();
                fences.end();
                double more = took - undisturbed;
                longer.computeIfAbsent(event, _ -> new ArrayList<>()).add(more);
                say(
                        "%2d %-16s %s after %4d objects (%4.1f s) for %4.1f s: run %5.1f s (%+.1f); %s taken, %s written late"
                                .formatted(
                                        number,
                                        event,
                                        event.name().startsWith("WORKER") ? member.name : "        ",
                                        objects,
                                        after,
                                        length,
                                        took,
                                        more,
                                        Sizes.count(fences.taken(), "folder"),
                                        Sizes.count(fences.late().size(), "file")));
                assertThat(listing(layout.snapshot(made)))
                        .as("the snapshot, from its commit until everybody was back")
                        .isEqualTo(committed);
                assertThat(fences.late())
                        .as("written after their folder was taken away")
                        .isEmpty();
                check(made);
                boolean stood = event == Event.SERVICE_STOPPED;
                // Not by default: how long it takes on a machine that others use, too, tells nothing.
                assertThat(EVENTS_GIVEN ? more : 0)
                        .as("seconds more than undisturbed, %s", event)
                        .isLessThanOrEqualTo(LONGER.toSeconds() + (stood ? length : 0));
            }
        }

        private void happens(Event event, Member member) {
            switch (event) {
                case WORKER_KILLED -> member.process.kill();
                case WORKER_STOPPED -> member.process.signal("STOP");
                case WORKER_CUT_OFF -> member.place.cut(PORT, PORT + 1);
                case WORKER_ISOLATED -> member.place.cut();
                case SERVICE_KILLED -> {
                    service().kill();
                    gone.add(service());
                    service = serve();
                }
                case SERVICE_STOPPED -> service().signal("STOP");
                case SERVICE_CUT_OFF -> workers.forEach(worker -> worker.place.cut(PORT, PORT + 1));
            }
        }

        private void undo(Event event, Member member) {
            switch (event) {
                case WORKER_KILLED -> {
                    gone.add(member.process);
                    member.process = work(member.name, member.data, member.place);
                }
                case WORKER_STOPPED -> member.process.signal("CONT");
                case WORKER_CUT_OFF, WORKER_ISOLATED -> member.place.heal();
                case SERVICE_KILLED -> {}
                case SERVICE_STOPPED -> service().signal("CONT");
                case SERVICE_CUT_OFF -> workers.forEach(worker -> worker.place.heal());
            }
        }

        private String newest() throws IOException {
            return new Snapshots(layout).newest().orElseThrow().name();
        }

        /** By a recomputation in the tests, and by the command. */
        private void check(String snapshot) throws IOException {
            Audit audit = Audit.of(new Snapshots(layout), snapshot);
            for (int i = 0; i < BUCKETS; i++) {
                audit.holds("bucket-" + i, buckets.get(i));
            }
            verify(snapshot);
        }

        private void verify(String... arguments) {
            List<String> command = new ArrayList<>(List.of("verify"));
            command.addAll(Arrays.asList(arguments));
            try (HubProcess verify = HubProcess.start(
                    home, environment("verify", data(0), network.host()), command.toArray(String[]::new))) {
                assertThat(verify.exitCode())
                        .as(() -> verify.out() + verify.err())
                        .isZero();
            }
        }

        void verifyAll() {
            verify("--all");
        }

        private static void say(String line) {
            System.out.println(line);
        }

        String report() {
            StringBuilder all = new StringBuilder("longer than undisturbed, seconds, at most:\n");
            longer.forEach((event, seconds) -> all.append("  %-16s %.1f (%d)%n"
                    .formatted(event, seconds.stream().max(Double::compare).orElse(0.0), seconds.size())));
            return all.toString();
        }

        void printLogs() {
            System.out.println("service: " + service().out() + service().err());
            workers.forEach(
                    worker -> System.out.println(worker.name + ": " + worker.process.out() + worker.process.err()));
            gone.forEach(process -> System.out.println("gone: " + process.out() + process.err()));
        }

        @Override
        public void close() throws IOException {
            workers.forEach(worker -> worker.process.close());
            if (service != null) {
                service.close();
            }
            gone.forEach(HubProcess::close);
            if (!SHARED.isEmpty()) {
                Trees.delete(layout.data());
            }
        }
    }

    /** Each file and folder with what changes when it is written to; what changes also when a link to a file goes is not compared. */
    private static Map<String, String> listing(Path folder) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String what = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? "" : ",ctime";
                Map<String, Object> facts =
                        Files.readAttributes(file, "unix:ino,size,lastModifiedTime" + what, LinkOption.NOFOLLOW_LINKS);
                all.put(folder.relativize(file).toString(), new TreeMap<>(facts).toString());
            }
        }
        return all;
    }

    /** Watches the folders that were taken from workers, as long as they are there. */
    private static final class Fences implements AutoCloseable {
        private final Layout layout;
        private final Map<Path, Taken> taken = new HashMap<>();
        private final Set<String> late = new TreeSet<>();
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread watching;

        /** When a folder got its last name, and what was in it then. */
        private record Taken(FileTime since, Set<Path> files) {}

        private Fences(Layout layout) {
            this.layout = layout;
            this.watching = Thread.ofPlatform().unstarted(this::watch);
        }

        static Fences watch(Layout layout) {
            Fences fences = new Fences(layout);
            fences.watching.start();
            return fences;
        }

        private void watch() {
            boolean last;
            do {
                last = over.get();
                try {
                    for (String staging : Traces.names(layout.stagings(), "*")) {
                        look(layout.workers(staging));
                    }
                } catch (IOException | UncheckedIOException e) {
                    // It was renamed or cleared away meanwhile.
                }
                LockSupport.parkNanos(LOOK.toNanos());
            } while (!last);
        }

        private void look(Path workers) throws IOException {
            if (!Files.isDirectory(workers)) {
                return;
            }
            try (Stream<Path> folders = Files.walk(workers, 3)) {
                for (Path folder : folders.filter(each -> each.toString().endsWith(".lost"))
                        .toList()) {
                    Path name = layout.stagings().relativize(folder);
                    Set<Path> files = new HashSet<>();
                    try (Stream<Path> all = Files.walk(folder)) {
                        all.filter(Files::isRegularFile).map(folder::relativize).forEach(files::add);
                    }
                    Taken before = taken.computeIfAbsent(name, _ -> new Taken(time(folder, "ctime"), files));
                    files.stream()
                            .filter(file -> !before.files.contains(file)
                                    || time(folder.resolve(file), "lastModifiedTime")
                                                    .compareTo(before.since)
                                            > 0)
                            .forEach(file -> late.add(name.resolve(file).toString()));
                }
            }
        }

        private static FileTime time(Path file, String which) {
            try {
                return (FileTime) Files.getAttribute(file, "unix:" + which, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException e) {
                return FileTime.fromMillis(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int taken() {
            return taken.size();
        }

        Set<String> late() {
            return late;
        }

        @Override
        public void close() {
            end();
        }

        /** After one more look. */
        void end() {
            over.set(true);
            try {
                watching.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
