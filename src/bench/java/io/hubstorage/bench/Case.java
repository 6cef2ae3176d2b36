package io.hubstorage.bench;

import io.hubstorage.testkit.BucketOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * What is measured: a bucket on a server, and whether it is copied afresh or compared with a finished copy.
 *
 * @param bucket what it holds
 * @param smallBucket what it holds in a run that only shows that everything works
 * @param words what is special about it, for tables; may be empty
 * @param server what else the server is told
 */
record Case(String id, Kind kind, Bucket bucket, Bucket smallBucket, String words, List<String> server) {
    static final List<Case> ALL = List.of(
            cold("small", new Bucket(10_000, "4KiB"), new Bucket(500, "4KiB"), ""),
            cold("large", new Bucket(4, "1GiB"), new Bucket(4, "32MiB"), ""),
            cold("mixed", new Bucket(20_000, BucketOptions.MIXED), new Bucket(400, BucketOptions.MIXED), ""),
            unchanged("unchanged", 100_000, 5_000, ""),
            unchanged("slow-lists", 100_000, 5_000, ", 50 ms a LIST page", "--list-latency-ms=50"),
            unchanged("million", 1_000_000, 20_000, ""),
            cold("latency", new Bucket(5_000, "4KiB"), new Bucket(500, "4KiB"), ", 20 ms a request", "--latency-ms=20"),
            new Case(
                    "faults",
                    Kind.FAULTS,
                    new Bucket(5_000, "16KiB"),
                    new Bucket(1_000, "16KiB"),
                    "; 2 % throttled, 1 % reset, 1 % cut, 0.5 % corrupt",
                    List.of("--fault-rate=throttle=0.02,reset=0.01,cut=0.01,corrupt=0.005")));

    /** What the tools have to do. */
    enum Kind {
        /** Copy everything into an empty folder. */
        COLD,
        /** Find out that a finished copy is still right. */
        UNCHANGED,
        /** Copy everything into an empty folder, while much goes wrong; every byte is checked afterwards. */
        FAULTS
    }

    /**
     * Objects.
     *
     * @param size of each, as the server's option takes it
     */
    record Bucket(int objects, String size) {}

    private static Case cold(String id, Bucket bucket, Bucket smallBucket, String words, String... server) {
        return new Case(id, Kind.COLD, bucket, smallBucket, words, List.of(server));
    }

    private static Case unchanged(String id, int keys, int fewKeys, String words, String... server) {
        return new Case(
                id, Kind.UNCHANGED, new Bucket(keys, "1KiB"), new Bucket(fewKeys, "1KiB"), words, List.of(server));
    }

    /** The same, smaller: it shows that everything works, and measures nothing. */
    Case quick() {
        return new Case(id, kind, smallBucket, smallBucket, words, server);
    }

    /** For tables. */
    String heading() {
        if (kind == Kind.UNCHANGED) {
            return "%,d keys, nothing changed%s".formatted(bucket.objects, words);
        }
        String size = bucket.size.equals(BucketOptions.MIXED)
                ? "of mixed sizes"
                : "× " + bucket.size.replaceFirst("(?=[KMG]iB)", " ");
        return "%,d %s, cold%s".formatted(bucket.objects, size, words);
    }

    /** How many connections the lower bound needs: as many as hide a wait before each answer, else as many as are busy. */
    int connections() {
        return server.stream().anyMatch(each -> each.startsWith("--latency")) ? 256 : Math.min(bucket.objects, 16);
    }

    /** How the server is started; {@link BucketOptions} takes from the same arguments what a copy must hold. */
    List<String> arguments(Etags etags) {
        List<String> arguments = new ArrayList<>(List.of(
                "--objects=" + bucket.objects, "--size=" + bucket.size, "--plain-etags-below=" + etags.plainBelow));
        arguments.addAll(server);
        return arguments;
    }

    /** Which ETags the objects have. */
    enum Etags {
        /** As the AWS CLI uploads: in parts from 8 MiB on, and then nobody can check the body by its ETag. */
        PARTS("8MiB"),
        /** Each object's is its MD5, whatever its size; checking it costs a client time. */
        MD5("1024GiB");

        private final String plainBelow;

        Etags(String plainBelow) {
            this.plainBelow = plainBelow;
        }
    }
}
