package io.hubstorage.bench;

import io.hubstorage.testkit.BucketOptions;
import io.hubstorage.testkit.SyntheticObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is measured: a bucket on a server, and what is done with it.
 *
 * @param bucket what it holds
 * @param smallBucket what it holds in a run that only shows that everything works
 * @param words what is special about it, for tables; may be empty
 * @param server what else the server is told
 * @param warmUps runs of a service after which it is about as fast as it gets; none where one run is long enough for that
 */
record Case(String id, Kind kind, Bucket bucket, Bucket smallBucket, String words, List<String> server, int warmUps) {
    /** Of each object where cost is told by the key, so that bytes hardly count. */
    private static final String KEYS_ONLY = "1KiB";

    /** So many objects copied average over whatever happens meanwhile: once is enough. */
    private static final int MANY_OBJECTS = 1_000_000;

    private static final List<Case> PEERS = List.of(
            cold("small", new Bucket(10_000, "4KiB"), new Bucket(500, "4KiB"), "", 8),
            cold("large", new Bucket(4, "1GiB"), new Bucket(4, "32MiB"), "", 3),
            cold("mixed", new Bucket(20_000, BucketOptions.MIXED), new Bucket(400, BucketOptions.MIXED), "", 3),
            unchanged("unchanged", 100_000, 5_000, "", 8),
            unchanged("slow-lists", 100_000, 5_000, ", 50 ms a LIST page", 4, "--list-latency-ms=50"),
            unchanged("million", 1_000_000, 20_000, "", 1),
            cold(
                    "latency",
                    new Bucket(5_000, "4KiB"),
                    new Bucket(500, "4KiB"),
                    ", 20 ms a request",
                    8,
                    "--latency-ms=20"),
            new Case(
                    "faults",
                    Kind.FAULTS,
                    new Bucket(5_000, "16KiB"),
                    new Bucket(1_000, "16KiB"),
                    "; 2 % throttled, 1 % reset, 1 % cut, 0.5 % corrupt",
                    List.of("--fault-rate=throttle=0.02,reset=0.01,cut=0.01,corrupt=0.005"),
                    6));

    private static final List<Case> OURS = List.of(
            new Case(
                    "verify",
                    Kind.VERIFY,
                    new Bucket(20_000, BucketOptions.MIXED),
                    new Bucket(400, BucketOptions.MIXED),
                    "",
                    List.of(),
                    1),
            new Case("start", Kind.START, new Bucket(1, KEYS_ONLY), new Bucket(1, KEYS_ONLY), "", List.of(), 1));

    private static final List<Case> SIZES = List.of(
            cold("copy-1k", new Bucket(1_000, KEYS_ONLY), new Bucket(50, KEYS_ONLY), "", 40),
            cold("copy-10k", new Bucket(10_000, KEYS_ONLY), new Bucket(500, KEYS_ONLY), "", 8),
            cold("copy-100k", new Bucket(100_000, KEYS_ONLY), new Bucket(2_000, KEYS_ONLY), "", 1),
            cold("copy-1m", new Bucket(MANY_OBJECTS, KEYS_ONLY), new Bucket(8_000, KEYS_ONLY), "", 0),
            cold("copy-200k", new Bucket(200_000, KEYS_ONLY), new Bucket(3_000, KEYS_ONLY), "", 0),
            unchanged("keys-200k", 200_000, 4_000, "", 4),
            unchanged("keys-1k", 1_000, 50, "", 40),
            unchanged("keys-10k", 10_000, 500, "", 20));

    private static final List<Case> RESTORES = List.of(
            restored("restore-small", new Bucket(10_000, "4KiB"), new Bucket(500, "4KiB"), 8),
            restored("restore-large", new Bucket(4, "1GiB"), new Bucket(4, "32MiB"), 3));

    static final List<Case> ALL =
            Stream.of(PEERS, OURS, RESTORES, SIZES).flatMap(List::stream).toList();

    /** What the tools have to do. */
    enum Kind {
        /** Copy everything into an empty folder. */
        COLD,
        /** Find out that a finished copy is still right. */
        UNCHANGED,
        /** Copy everything into an empty folder, while much goes wrong; every byte is checked afterwards. */
        FAULTS,
        /** Read a finished copy and prove each file. */
        VERIFY,
        /** Write a finished copy into an empty bucket. */
        RESTORE,
        /** Become ready to work. */
        START
    }

    /**
     * Objects.
     *
     * @param size of each, as the server's option takes it
     */
    record Bucket(int objects, String size) {}

    private static Case cold(
            String id, Bucket bucket, Bucket smallBucket, String words, int warmUps, String... server) {
        return new Case(id, Kind.COLD, bucket, smallBucket, words, List.of(server), warmUps);
    }

    private static Case unchanged(String id, int keys, int fewKeys, String words, int warmUps, String... server) {
        Bucket bucket = new Bucket(keys, KEYS_ONLY);
        return new Case(id, Kind.UNCHANGED, bucket, new Bucket(fewKeys, KEYS_ONLY), words, List.of(server), warmUps);
    }

    private static Case restored(String id, Bucket bucket, Bucket smallBucket, int warmUps) {
        return new Case(id, Kind.RESTORE, bucket, smallBucket, "", List.of("--writable=" + Server.WRITABLE), warmUps);
    }

    /**
     * The cases of this name, in their order: one, or a group: {@code main}, those of copying that other tools do too but for the
     * million keys; {@code restore}, the way back; {@code cost}, those that differ in nothing but the number of keys; {@code all}.
     */
    static List<Case> named(String name) {
        List<Case> found = switch (name) {
            case "all" -> ALL;
            case "main" ->
                PEERS.stream().filter(each -> !each.id.equals("million")).toList();
            case "restore" -> RESTORES;
            case "cost" ->
                ALL.stream()
                        .filter(each -> each.tellsCostByKey() && !each.id.endsWith("-200k"))
                        .toList();
            default -> ALL.stream().filter(each -> each.id.equals(name)).toList();
        };
        if (found.isEmpty()) {
            throw new IllegalArgumentException("No such case: " + name);
        }
        return found;
    }

    /** The same, smaller: it shows that everything works, and measures nothing. */
    Case quick() {
        return new Case(id, kind, smallBucket, smallBucket, words, server, Math.min(1, warmUps));
    }

    /** Whether other tools do the same: what is left is about HubStorage alone. */
    boolean comparable() {
        return kind == Kind.COLD || kind == Kind.UNCHANGED || kind == Kind.FAULTS || kind == Kind.RESTORE;
    }

    /** Whether it needs a finished copy to begin with, which its runs leave as it is. */
    boolean looksAtACopy() {
        return kind == Kind.UNCHANGED || kind == Kind.VERIFY || kind == Kind.RESTORE;
    }

    /** Whether it is one of those that differ in nothing but the number of keys. */
    boolean tellsCostByKey() {
        return comparable() && bucket.size.equals(KEYS_ONLY) && server.isEmpty();
    }

    /** How many measured runs there are where so many are asked for. */
    int runs(int asked) {
        return kind == Kind.COLD && bucket.objects >= MANY_OBJECTS ? 1 : asked;
    }

    /** For tables. */
    String heading() {
        String size = bucket.size.equals(BucketOptions.MIXED)
                ? "of mixed sizes"
                : "× " + bucket.size.replaceFirst("(?=[KMG]iB)", " ");
        return switch (kind) {
            case UNCHANGED -> "%,d keys, nothing changed%s".formatted(bucket.objects, words);
            case COLD, FAULTS -> "%,d %s, cold%s".formatted(bucket.objects, size, words);
            case VERIFY -> "%,d %s, verified".formatted(bucket.objects, size);
            case RESTORE -> "%,d %s, restored".formatted(bucket.objects, size);
            case START -> "a start of the service";
        };
    }

    /** How many connections the lower bound needs: as many as hide a wait before each answer, else as many as are busy. */
    int connections() {
        return server.stream().anyMatch(each -> each.startsWith("--latency")) ? 256 : Math.min(bucket.objects, 16);
    }

    /** How the server is started. */
    List<String> arguments(Etags etags) {
        List<String> arguments = new ArrayList<>(content());
        arguments.addAll(etags.arguments());
        arguments.addAll(server);
        return arguments;
    }

    /** What a copy must hold. Its ETags are made up, because a check of files asks for none and true ones cost hashing. */
    BucketOptions contents() {
        List<String> arguments = new ArrayList<>(content());
        arguments.add("--plain-etags-below=0");
        return BucketOptions.parse(arguments);
    }

    /** Of all objects together. */
    long bytes() {
        return contents().bucket(1).objects().mapToLong(SyntheticObject::size).sum();
    }

    private List<String> content() {
        return List.of("--objects=" + bucket.objects, "--size=" + bucket.size);
    }

    /** Which ETags the objects have. */
    enum Etags {
        /** As the AWS CLI uploads: in parts of 8 MiB from 8 MiB on, whose MD5s make the ETag. */
        PARTS,
        /** Each object's is its MD5, whatever its size. */
        MD5;

        private List<String> arguments() {
            return switch (this) {
                case PARTS -> List.of("--plain-etags-below=8MiB", "--true-part-etags");
                case MD5 -> List.of("--plain-etags-below=1024GiB");
            };
        }
    }
}
