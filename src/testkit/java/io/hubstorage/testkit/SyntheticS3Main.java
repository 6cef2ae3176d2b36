package io.hubstorage.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private BucketOptions content = new BucketOptions();

    @Option(names = "--latency-ms", defaultValue = "0", description = "Wait before each answer (${DEFAULT-VALUE}).")
    private long latencyMillis;

    @Option(
            names = "--list-latency-ms",
            defaultValue = "0",
            description = "Wait so much longer before each page of a listing (${DEFAULT-VALUE}).")
    private long listLatencyMillis;

    @Option(
            names = "--bandwidth",
            defaultValue = "0",
            description =
                    "Of all bodies together, a second, in the units of --size; 0 for no limit (${DEFAULT-VALUE}).")
    private String bandwidth = "0";

    @Option(
            names = "--bandwidth-each",
            defaultValue = "0",
            description = "Of each body alone, likewise (${DEFAULT-VALUE}).")
    private String bandwidthEach = "0";

    @Option(
            names = "--fault-rate",
            split = ",",
            description =
                    "throttle=0.02,reset=0.01,cut=0.01,corrupt=0.005: shares of the GETs that go wrong, by --seed.")
    private Map<String, Double> faultRates = Map.of();

    @Option(
            names = "--writable",
            paramLabel = "<bucket>",
            description = {
                "One more bucket, empty, which takes writes and keeps what they say of the bodies and their digests,"
                        + " not the bodies."
            })
    private @Nullable String writable;

    @Option(
            names = "--attended",
            description = {
                "Answer each line of the input with what was asked since the last one, and begin anew with the faults;"
                        + " or the line",
                "\"written\" with how the writable bucket differs from bench-1, and empty it. End when the input does."
            })
    private boolean attended;

    private SyntheticS3Main() {}

    /** Runs until it is killed, or until its input ends when attended. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new SyntheticS3Main()).execute(args));
    }

    @Override
    public void run() {
        try (SyntheticS3 s3 = SyntheticS3.start(port, threads)) {
            for (int number = 1; number <= buckets; number++) {
                SyntheticBucket bucket = s3.bucket("bench-" + number, content.bucket(number));
                // Else the first listing would pay for the MD5 of every body.
                bucket.objects().forEach(SyntheticObject::etag);
            }
            empty(s3);
            s3.latency(Duration.ofMillis(latencyMillis));
            s3.bandwidth(BucketOptions.bytes(bandwidth), BucketOptions.bytes(bandwidthEach));
            if (listLatencyMillis > 0) {
                s3.faults().when(RequestKind.LIST).then(Fault.late(Duration.ofMillis(listLatencyMillis)));
            }
            faultRates.forEach((name, rate) -> s3.faults()
                    .when(RequestKind.GET)
                    .rate(rate, content.seed() + name.hashCode())
                    .then(fault(name)));
            System.out.printf("%d buckets of %d objects at %s%n", buckets, content.objects(), s3.endpoint());
            if (attended) {
                attend(s3);
            } else {
                new CountDownLatch(1).await();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void empty(SyntheticS3 s3) {
        if (writable != null) {
            s3.bucket(writable, SyntheticBucket.empty()).writable().forgettingBodies();
        }
    }

    private void attend(SyntheticS3 s3) {
        try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                if (line.equals("written") && writable != null) {
                    System.out.println(compared(s3.bucket("bench-1"), s3.bucket(writable)));
                    empty(s3);
                    continue;
                }
                RequestLog.Counts counts = s3.counts();
                System.out.printf(
                        "lists=%d gets=%d heads=%d writes=%d bytes=%d%n",
                        counts.lists(), counts.gets(), counts.heads(), writes(s3.log()), counts.bytes());
                s3.log().clear();
                s3.faults().forgetAttempts();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long writes(RequestLog log) {
        return Stream.of(RequestKind.values())
                .filter(RequestKind::writes)
                .mapToLong(log::count)
                .sum();
    }

    /** How many objects are missing, have other bodies, or are none of the source's. */
    static String compared(SyntheticBucket source, SyntheticBucket written) {
        long objects = 0;
        long missing = 0;
        long wrong = 0;
        for (SyntheticObject object : (Iterable<SyntheticObject>) source.objects()::iterator) {
            objects++;
            SyntheticObject copy = written.find(object.key());
            if (copy == null) {
                missing++;
            } else if (!hasBodyOf(object, copy)) {
                wrong++;
            }
        }
        long stray = written.objects().count() - (objects - missing);
        return "missing=%d wrong=%d stray=%d".formatted(missing, wrong, stray);
    }

    /** By its ETag, which is made of MD5s of what has come, be it in other parts than those of the source. */
    private static boolean hasBodyOf(SyntheticObject object, SyntheticObject copy) {
        if (copy.size() != object.size()) {
            return false;
        }
        return copy.etag().equals(object.etag())
                || copy.etag()
                        .equals((copy.parts().isEmpty() ? object.inOnePiece() : object.inParts(copy.parts())).etag());
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
}
