package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** An engine, a bucket that changes, and a model of what the snapshots must hold. */
final class ModelledEngine implements AutoCloseable {
    private static final List<String> KEYS = List.of(
            "a",
            "a/b",
            "a/b/c",
            "a!",
            "b",
            "b/",
            "b/x",
            "b//x",
            "../up",
            "é",
            "😀",
            "\uFFFD",
            "c d",
            "~hub~",
            "z/" + "y".repeat(300));

    /** Of a new version: it cannot have the bytes of the old one by chance. */
    private static final int SMALLEST = 16;

    /** No server of this model is ever silent: waiting long for it only says that the machine has much to do. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final SyntheticS3 s3 = SyntheticS3.start();
    private final SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.empty());
    private final Hub hub;
    private final boolean delete;

    /** What the newest snapshot must hold, by key, and how it came there. */
    private Map<String, Held> model = new TreeMap<>();

    private final Set<String> forbidden = new HashSet<>();
    private final Set<Integer> flaky = new HashSet<>();
    private final Map<String, Map<String, String>> snapshots = new TreeMap<>();
    private boolean dieFirst;

    private record Held(SyntheticObject object, EntryState state) {}

    ModelledEngine(Path home, boolean delete) {
        this.delete = delete;
        hub = new Hub(home, s3.settings(), InstantSource.system()).patience(PATIENCE, 4);
        hub.configure(EngineTest.config(EngineTest.delete(delete), "photos"));
    }

    /** Does to the bucket, or to the next run, what the number says. */
    void change(int number) {
        String key = KEYS.get(number / 16 % KEYS.size());
        switch (number % 16) {
            case 0, 1, 2, 3, 4, 5 -> bucket.add(key, number % 5_000);
            case 6 -> bucket.add(key, 0);
            case 7, 8, 9 -> bucket.delete(key);
            case 10 -> {
                bucket.delete("b");
                bucket.add("b/x", number % 100);
            }
            case 11 -> {
                bucket.delete("b/x");
                bucket.add("b", number % 100);
            }
            case 12, 13 -> {
                // A new version that cannot be read, over one that could.
                String changed = model.keySet().stream()
                        .skip(number % Math.max(1, model.size()))
                        .findFirst()
                        .orElse(key);
                bucket.add(changed, SMALLEST + number % 3_000);
                forbidden.add(changed);
            }
            case 14 -> flaky.add(number);
            default -> dieFirst = true;
        }
    }

    /** Perhaps a run that is cut off; then a run, after which everything must be as the model says. */
    void backUp() throws IOException {
        // Those first: a body of no bytes cannot be cut, and would get through.
        forbidden.forEach(key -> s3.faults().whenGetting(key).then(Fault.accessDenied()));
        flaky.forEach(seed ->
                s3.faults().when(RequestKind.GET).attempts(1).rate(0.3, seed).then(Fault.cutAt(0.5)));
        if (dieFirst) {
            die();
        } else {
            check(hub.backUp());
        }
        if (dieFirst) {
            dieFirst = false;
            check(hub.backUp());
        }
        forbidden.clear();
        flaky.clear();
        s3.faults().clear();
    }

    private void die() throws IOException {
        HeldRequests held = new HeldRequests();
        SyntheticS3 server = s3;
        server.faults().when(RequestKind.GET).rate(0.4, model.size()).then(Fault.hold(held));
        hub.start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));
        await().atMost(PATIENCE).until(() -> held.arrived() > 0 || finished.isDone());
        hub.stop();
        held.open();
        RunRecord run = Hub.await(Future.fromCompletionStage(finished));
        if (run.result() != RunResult.INTERRUPTED) {
            check(run);
        }
    }

    private Map<String, Held> expected() {
        Map<String, Held> next = new TreeMap<>();
        for (SyntheticObject object : bucket.objects().toList()) {
            String key = object.key();
            Held before = model.get(key);
            boolean marker = object.size() == 0 && key.endsWith("/");
            if (before != null && before.object().etag().equals(object.etag())) {
                next.put(key, new Held(object, EntryState.LINKED));
            } else if (!forbidden.contains(key) || marker) {
                next.put(key, new Held(object, EntryState.DOWNLOADED));
            } else if (before != null) {
                next.put(key, new Held(before.object(), EntryState.KEPT));
            }
        }
        if (!delete) {
            model.forEach((key, held) -> {
                if (bucket.find(key) == null) {
                    next.put(key, new Held(held.object(), EntryState.CARRIED));
                }
            });
        }
        return next;
    }

    private static Map<String, String> content(Map<String, Held> held) {
        Map<String, String> content = new TreeMap<>();
        // New metadata of the same bytes makes a snapshot too.
        held.forEach((key, each) ->
                content.put(key, each.object().etag() + " " + each.object().lastModified()));
        return content;
    }

    private void check(RunRecord run) throws IOException {
        Map<String, Held> next = expected();
        boolean differs = snapshots.isEmpty() || !content(next).equals(content(model));
        long failed = bucket.objects()
                .filter(object -> forbidden.contains(object.key()))
                .filter(object -> !(object.size() == 0 && object.key().endsWith("/")))
                .filter(object -> {
                    Held before = model.get(object.key());
                    return before == null || !before.object().etag().equals(object.etag());
                })
                .count();
        assertThat(run.result()).as(run.message()).isEqualTo(failed == 0 ? RunResult.SUCCESS : RunResult.PARTIAL);
        assertThat(run.totals().failed().objects()).isEqualTo(failed);
        assertThat(run.newSnapshot()).as(run.message()).isEqualTo(differs);
        assertThat(hub.data().resolve(".hubstorage/staging")).isEmptyDirectory();
        for (Map.Entry<String, Map<String, String>> older : snapshots.entrySet()) {
            assertThat(EngineTest.listing(hub.data().resolve(older.getKey()))).isEqualTo(older.getValue());
        }
        if (differs) {
            check(Audit.of(hub.snapshots(), Objects.requireNonNull(run.snapshot())), next);
            snapshots.put(run.snapshot(), EngineTest.listing(hub.data().resolve(run.snapshot())));
            model = next;
        }
    }

    private static void check(Audit audit, Map<String, Held> expected) {
        Map<String, ManifestEntry> entries = audit.entries("photos");
        assertThat(entries.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((key, held) -> {
            ManifestEntry entry = audit.entry("photos", key);
            assertThat(entry.etag())
                    .as("ETag of %s", key)
                    .isEqualTo(held.object().etag());
            assertThat(entry.sha256())
                    .as("hash of %s", key)
                    .isEqualTo(held.object().sha256());
            assertThat(entry.lastModified())
                    .as("time of %s", key)
                    .isEqualTo(held.object().lastModified());
            assertThat(entry.state()).as("state of %s", key).isEqualTo(held.state());
        });
    }

    /** Every snapshot of the history, recomputed from the disk once more. */
    void recheckAll() {
        snapshots.keySet().forEach(name -> Audit.of(hub.snapshots(), name));
    }

    @Override
    public void close() {
        hub.close();
        s3.close();
    }
}
