package io.hubstorage.bench;

import io.hubstorage.testkit.BucketOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * What is measured: a bucket on a server, and whether it is copied afresh or compared with a finished copy.
 *
 * @param title the case in words, after the number of its objects
 * @param quickObjects in a run that only shows that everything works
 * @param size of each object, as the server's option takes it
 * @param server what else the server is told
 */
record Case(
        String id,
        String title,
        Kind kind,
        int objects,
        int quickObjects,
        String size,
        String quickSize,
        List<String> server) {
    static final List<Case> ALL = List.of(
            cold("small", "× 4 KiB", 10_000, 500, "4KiB"),
            new Case("large", "× 1 GiB", Kind.COLD, 4, 4, "1GiB", "32MiB", List.of()),
            cold("mixed", "of mixed sizes, 4 GiB in all", 20_000, 400, "mixed"),
            unchanged("unchanged", "keys, nothing changed", 100_000, 5_000),
            unchanged("slow-lists", "keys, nothing changed, 50 ms a LIST page", 100_000, 5_000, "--list-latency-ms=50"),
            unchanged("million", "keys, nothing changed", 1_000_000, 20_000),
            cold("latency", "× 4 KiB, 20 ms a request", 5_000, 500, "4KiB", "--latency-ms=20"),
            new Case(
                    "faults",
                    "× 16 KiB; 2 % throttled, 1 % reset, 1 % cut, 0.5 % corrupt",
                    Kind.FAULTS,
                    5_000,
                    1_000,
                    "16KiB",
                    "16KiB",
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

    private static Case cold(String id, String title, int objects, int quickObjects, String size, String... server) {
        return new Case(id, title, Kind.COLD, objects, quickObjects, size, size, List.of(server));
    }

    private static Case unchanged(String id, String title, int objects, int quickObjects, String... server) {
        return new Case(id, title, Kind.UNCHANGED, objects, quickObjects, "1KiB", "1KiB", List.of(server));
    }

    /** The same, smaller: it shows that everything works, and measures nothing. */
    Case quick() {
        return new Case(id, title, kind, quickObjects, quickObjects, quickSize, quickSize, server);
    }

    /** For tables. */
    String heading() {
        return "%,d %s%s".formatted(objects, title, kind == Kind.UNCHANGED ? "" : ", cold");
    }

    /** How the server is started; {@link BucketOptions} takes from the same arguments what a copy must hold. */
    List<String> arguments(Etags etags) {
        List<String> arguments = new ArrayList<>(
                List.of("--objects=" + objects, "--size=" + size, "--plain-etags-below=" + etags.plainBelow));
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
