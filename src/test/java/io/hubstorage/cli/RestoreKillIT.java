package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.AwkwardKeys;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TestClients;
import io.hubstorage.testkit.WriteSide;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * What one process of the real jar has backed up, others bring back, undisturbed or killed by SIGKILL over and over. When to kill is told by
 * the requests that the server has got, so that it does not depend on how fast anything is.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RestoreKillIT {
    /** {@code -Dhubstorage.restore.kills=20} kills more often; {@code -Dhubstorage.seed=…} repeats a run. */
    private static final int KILLS = Integer.getInteger("hubstorage.restore.kills", 6);

    private static final String SOURCE = "odd";
    private static final int PLAIN_KEYS = 150;
    /** Requests of a process under way at the same time, so that a kill does not catch too many of them. */
    private static final int AT_ONCE = 4;

    /** The least that S3 takes. */
    private static final long PART = 5L << 20;

    private static final int KILLED = 137;
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Pattern RESUME = Pattern.compile("restore --resume (\\S+)");
    private static final String PROBE = ".hubstorage-probe-";
    /** What each process asks of the object by which it tries the server. */
    private static final int LEAST_PROBES = 10;

    private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();
    private SyntheticS3 s3;
    private SyntheticBucket source;
    private Path home;
    private Map<String, String> environment;

    /** Kills a process when the server has got so many requests of some kind from it, before the last of them is answered. */
    private record Trap(Predicate<S3Request> kind, AtomicInteger left, CompletableFuture<HubProcess> process) {
        Trap(Predicate<S3Request> kind, int count) {
            this(kind, new AtomicInteger(count), new CompletableFuture<>());
        }

        void see(S3Request request) {
            if (kind.test(request) && left.decrementAndGet() == 0) {
                var _ = process.thenAccept(
                        prey -> ProcessHandle.of(prey.pid()).ifPresent(ProcessHandle::destroyForcibly));
            }
        }
    }

    @BeforeAll
    void backUp(@TempDir Path folder) {
        home = folder;
        s3 = SyntheticS3.start();
        s3.onRequest(_ -> true, request -> {
            Trap set = trap.get();
            if (set != null) {
                set.see(request);
            }
        });
        source = s3.bucket(SOURCE, SyntheticBucket.empty().tellingParts().withCompositeChecksums(ChecksumKind.CRC32C));
        List<String> keys = Stream.concat(
                        AwkwardKeys.all().stream(),
                        IntStream.range(0, PLAIN_KEYS).mapToObj("data/object-%03d"::formatted))
                .toList();
        for (int number = 0; number < keys.size(); number++) {
            add(keys.get(number), number);
        }
        source.put(source.add("large/even", 2 * PART + 77).inParts(PART));
        source.put(source.add("large/uneven", 2 * PART + 77).inParts(List.of(PART + 7, PART, 70L)));
        environment = HubProcess.environment(home, s3.settings());
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of(SOURCE)))
                        .put("automation", new JsonObject().put("enabled", false))
                        .put("transfer", new JsonObject().put("max_concurrent_requests", AT_ONCE)));
        assertSuccess("backup");
    }

    @AfterAll
    void stop() {
        s3.close();
    }

    /** With something of all that an object may have, each in a rhythm of its own. */
    private void add(String key, int number) {
        Map<String, String> headers = new HashMap<>(Map.of("Content-Type", "text/x-" + number));
        if (number % 3 == 0) {
            headers.put("Content-Encoding", "gzip");
            headers.put("Content-Language", "de");
            headers.put("Cache-Control", "max-age=" + number);
            headers.put("Expires", "Thu, 01 Dec 2033 16:00:00 GMT");
            headers.put("Content-Disposition", asBytes("attachment; filename=\"ü%d\"".formatted(number)));
        }
        Map<String, String> metadata =
                number % 2 == 0 ? Map.of("plain", "v" + number, "raw", asBytes("日本 " + number)) : Map.of();
        SyntheticObject object = source.add(key, 11L * number).withMetadata(headers, metadata);
        if (number % 4 == 1) {
            object = object.withStorageClass(number % 8 == 1 ? "STANDARD_IA" : "ONEZONE_IA", false);
        }
        source.put(number > 0 && number % 5 == 0 ? object.inParts(object.size()) : object);
        if (number % 7 == 0) {
            source.tag(key, Map.of("team", "a & b", "größe", "+=@:/ " + number));
        }
    }

    /** In the characters of a header: one for each byte of UTF-8. */
    private static String asBytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private String assertSuccess(String... arguments) {
        try (HubProcess process = HubProcess.start(home, environment, arguments)) {
            assertThat(process.exitCode(LONG)).as(process.out() + process.err()).isZero();
            return process.out();
        }
    }

    @Test
    void whatOneProcessHasSavedAnotherBringsBackAsItWas() throws IOException {
        WriteSide back = s3.bucket("back", SyntheticBucket.empty()).writable();

        assertThat(assertSuccess("restore", "--bucket", SOURCE, "--to", "s3://back", "--yes"))
                .contains("%d objects restored".formatted(keys(source).size()));

        assertIsBack("back", back);
    }

    @Test
    void whateverItIsKilledAtTheNextGoesOnAndWritesNothingTwice() throws IOException {
        long seed = Long.getLong("hubstorage.seed", System.nanoTime() % 1_000_000);
        Random random = new Random(seed);
        WriteSide written = s3.bucket("killed", SyntheticBucket.empty()).writable();
        String[] command = {"restore", "--bucket", SOURCE, "--to", "s3://killed", "--yes"};
        List<String> moments = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            Set<String> finished = keys(written.bucket());
            // The first one makes the plan, without which there is nothing to go on with.
            int kind = kill == 0 ? 0 : random.nextInt(3);
            int left = keys(source).size() - finished.size();
            int most = kind == 2 ? LEAST_PROBES : Math.max(1, left / (KILLS - kill + 1) - AT_ONCE);
            int count = 1 + random.nextInt(most);
            moments.add(kind + ":" + count);
            String said = killed(new Trap(kind(kind), count), "seed %d, moments %s".formatted(seed, moments), command);
            assertThat(writes(finished))
                    .as("written although it was there, seed %d, moments %s", seed, moments)
                    .isEmpty();
            command = new String[] {"restore", "--yes", "--resume", id(said)};
        }
        System.out.printf("seed %d, killed at %s%n", seed, moments);
        Set<String> finished = keys(written.bucket());
        s3.log().clear();

        assertSuccess(command);

        assertThat(writes(finished)).isEmpty();
        Map<String, Integer> times = new HashMap<>(written.written());
        times.keySet().removeIf(key -> key.startsWith(PROBE));
        assertThat(times).as("how often each was written, seed %d", seed).hasSameSizeAs(keys(source));
        assertThat(times.values()).as("%s", times).containsOnly(1);
        assertAddsUp(command[3], finished.size());
        assertIsBack("killed", written);
    }

    /** What is counted until the kill. */
    private static Predicate<S3Request> kind(int number) {
        return switch (number) {
            case 0 -> request -> isOfObject(request) && request.kind().writes();
            case 1 -> request -> isOfObject(request) && request.kind() == RequestKind.HEAD;
            default -> request -> request.key().startsWith(PROBE);
        };
    }

    private static boolean isOfObject(S3Request request) {
        return !request.key().isEmpty() && !request.key().startsWith(PROBE);
    }

    /** What a process has said until it was killed. */
    private String killed(Trap set, String when, String... command) {
        s3.log().clear();
        trap.set(set);
        try (HubProcess process = HubProcess.start(home, environment, command)) {
            set.process.complete(process);
            assertThat(process.exitCode(LONG))
                    .as("%s%n%s%s", when, process.out(), process.err())
                    .isEqualTo(KILLED);
            return process.out();
        } finally {
            trap.set(null);
        }
    }

    /** What was sent for these keys that could change them; that what is no upload any more is aborted does not. */
    private List<S3Request> writes(Set<String> keys) {
        return s3.log()
                .requests(request -> request.kind().writes()
                        && request.kind() != RequestKind.ABORT_UPLOAD
                        && keys.contains(request.key()));
    }

    private static Set<String> keys(SyntheticBucket bucket) {
        return bucket.objects()
                .map(SyntheticObject::key)
                .filter(key -> !key.startsWith(PROBE))
                .collect(Collectors.toSet());
    }

    private static String id(String said) {
        Matcher id = RESUME.matcher(said);
        assertThat(id.find()).as(said).isTrue();
        return id.group(1);
    }

    private void assertAddsUp(String id, int before) throws IOException {
        JsonObject certificate = new JsonObject(Files.readString(home.resolve("config/restores/" + id + ".json")));
        JsonObject record = certificate.getJsonObject("record");
        JsonObject all = new JsonObject()
                .put("objects", keys(source).size())
                .put("bytes", source.objects().mapToLong(SyntheticObject::size).sum());
        assertThat(certificate.getJsonArray("problems")).isEmpty();
        assertThat(record.getString("result")).isEqualTo("success");
        assertThat(record.getJsonObject("planned")).isEqualTo(all);
        assertThat(record.getJsonObject("written"))
                .as("%d before the last", before)
                .isEqualTo(all);
    }

    /** All that listings, HEADs and tags tell is what it was, but for the time of last modification; and so are the bytes. */
    private void assertIsBack(String name, WriteSide written) {
        SyntheticBucket copy = written.bucket();
        try (S3AsyncClient client = TestClients.s3(s3.settings())) {
            assertThat(listed(client, name)).isEqualTo(listed(client, SOURCE));
            for (SyntheticObject object : (Iterable<SyntheticObject>) source.objects()::iterator) {
                String key = object.key();
                assertThat(head(client, name, key)).as(key).isEqualTo(head(client, SOURCE, key));
                assertThat(tags(client, name, key)).as(key).isEqualTo(source.tags(key));
                assertThat(copy.get(key).body()).as(key).isEqualTo(object.body());
            }
        }
        assertThat(copy.objects()).as("and no probe").hasSize(keys(source).size());
        assertThat(written.unfinished()).isZero();
    }

    private static List<List<Object>> listed(S3AsyncClient client, String bucket) {
        List<List<Object>> all = new ArrayList<>();
        String token = null;
        do {
            String next = token;
            ListObjectsV2Response page = client.listObjectsV2(request -> request.bucket(bucket)
                            .encodingType(EncodingType.URL)
                            .continuationToken(next))
                    .join();
            page.contents()
                    .forEach(each -> all.add(
                            List.of(each.key(), each.size(), each.eTag(), String.valueOf(each.storageClass()))));
            token = page.nextContinuationToken();
        } while (token != null);
        return all;
    }

    private static Map<String, List<String>> head(S3AsyncClient client, String bucket, String key) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(
                client.headObject(request -> request.bucket(bucket).key(key).checksumMode(ChecksumMode.ENABLED))
                        .join()
                        .sdkHttpResponse()
                        .headers());
        headers.remove("Last-Modified");
        return headers;
    }

    private static Map<String, String> tags(S3AsyncClient client, String bucket, String key) {
        return client.getObjectTagging(request -> request.bucket(bucket).key(key)).join().tagSet().stream()
                .collect(Collectors.toMap(tag -> tag.key(), tag -> tag.value()));
    }
}
