package io.hubstorage.testkit;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A {@link SyntheticS3} of its own process, for benchmarks and for trying things by hand. */
@Command(
        name = "synthetic-s3",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Serves buckets that are made by arithmetic. Signatures are not checked: any keys will do.")
public final class SyntheticS3Main implements Runnable {
    @Option(names = "--port", defaultValue = "9100", description = "Loopback port, 0 for any (${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--threads", defaultValue = "1", description = "Event loops (${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--buckets", defaultValue = "1", description = "Buckets bench-1, bench-2, ... (${DEFAULT-VALUE}).")
    private int buckets;

    @Option(names = "--objects", defaultValue = "10000", description = "Objects in each bucket (${DEFAULT-VALUE}).")
    private int objects;

    @Option(
            names = "--size",
            defaultValue = "4KiB",
            description = "Of each object: bytes, KiB, MiB, GiB (${DEFAULT-VALUE}).")
    private String size = "4KiB";

    @Option(
            names = "--keys",
            defaultValue = "data/folder-####/object-###.bin",
            description = "Key pattern, each # a digit of the index (${DEFAULT-VALUE}).")
    private String keys = "";

    @Option(names = "--seed", defaultValue = "1", description = "Another seed makes other bodies (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--latency-ms", defaultValue = "0", description = "Wait before each answer (${DEFAULT-VALUE}).")
    private long latencyMillis;

    @Option(
            names = "--bandwidth",
            defaultValue = "0",
            description =
                    "Of all bodies together, a second, in the units of --size; 0 for no limit (${DEFAULT-VALUE}).")
    private String bandwidth = "0";

    @Option(
            names = "--fault-rate",
            split = ",",
            description =
                    "throttle=0.02,reset=0.01,cut=0.01,corrupt=0.005: shares of the GETs that go wrong, by --seed.")
    private Map<String, Double> faultRates = Map.of();

    private SyntheticS3Main() {}

    /** Runs until it is killed. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new SyntheticS3Main()).execute(args));
    }

    @Override
    public void run() {
        try (SyntheticS3 s3 = SyntheticS3.start(port, threads)) {
            for (int number = 1; number <= buckets; number++) {
                s3.bucket(
                        "bench-" + number,
                        SyntheticBucket.uniform(objects, bytes(size), keys).seeded(seed + number));
            }
            s3.latency(Duration.ofMillis(latencyMillis));
            s3.bandwidth(bytes(bandwidth), 0);
            faultRates.forEach((name, rate) -> s3.faults()
                    .when(RequestKind.GET)
                    .rate(rate, seed + name.hashCode())
                    .then(fault(name)));
            System.out.printf("%d buckets of %d objects at %s%n", buckets, objects, s3.endpoint());
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Fault fault(String name) {
        return switch (name) {
            case "throttle" -> Fault.slowDown();
            case "error" -> Fault.internalError();
            case "reset" -> Fault.resetAt(0.5);
            case "cut" -> Fault.cutAt(0.5);
            case "corrupt" -> Fault.corruptAt(0.5);
            case "stall" -> Fault.stallAt(0.5);
            default -> throw new IllegalArgumentException("no such fault: " + name);
        };
    }

    private static long bytes(String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        int shift = upper.endsWith("KIB") ? 10 : upper.endsWith("MIB") ? 20 : upper.endsWith("GIB") ? 30 : 0;
        return Long.parseLong(
                        shift == 0
                                ? upper
                                : upper.substring(0, upper.length() - 3).strip())
                << shift;
    }
}
