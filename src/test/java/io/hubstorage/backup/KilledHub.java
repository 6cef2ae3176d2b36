package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A data folder, the buckets it is a backup of, and process after process that works on it, most of them killed; after each,
 * everything that must hold is checked.
 */
final class KilledHub implements AutoCloseable {
    /** Of the oldest, as a user would delete them. */
    private static final int MOST_SNAPSHOTS = 8;

    private final Path home;
    private final Layout layout;
    private final SyntheticS3 s3 = SyntheticS3.start();
    private final ChangingBuckets buckets;
    private final Map<String, String> environment;
    private final Map<String, Map<String, String>> frozen = new TreeMap<>();
    private final Set<String> runs = new HashSet<>();
    private Traces before;

    /** Versions that the disk has for certain, so that no process may fetch them again. */
    private Set<Version> safe = Set.of();

    /** An object's content. */
    private record Version(String bucket, String key, String etag) {}

    KilledHub(Path home, RandomGenerator random, long seed) throws IOException {
        this.home = home;
        this.layout = new Layout(home.resolve("data"));
        this.buckets = new ChangingBuckets(s3, random, seed);
        this.environment = HubProcess.environment(home, s3.settings());
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of(buckets.names())))
                        .put("sync_options", new JsonObject().put("delete", true))
                        .put("automation", new JsonObject().put("max_retries", 0)));
        this.before = Traces.of(config(), layout);
    }

    ChangingBuckets buckets() {
        return buckets;
    }

    Layout layout() {
        return layout;
    }

    SyntheticS3 s3() {
        return s3;
    }

    private Path config() {
        return home.resolve("config");
    }

    /** Whether an earlier process left work to go on with. */
    boolean staged() {
        return before.staged();
    }

    /** Whether the last thing written down is that a run has begun. */
    boolean hasBegun() throws IOException {
        try {
            String history = Files.readString(config().resolve("history.jsonl"));
            int last = history.lastIndexOf('\n', history.length() - 2);
            return history.substring(last + 1).contains("\"result\":\"running\"");
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /** Begins a backup. */
    HubProcess start() throws IOException {
        before = Traces.of(config(), layout);
        safe = safe();
        s3.log().clear();
        return HubProcess.start(home, environment, "backup");
    }

    /** After a process was killed: where it was, if all is as it must be. */
    KillPhase checkKilled() throws IOException, InterruptedException {
        Traces after = Traces.of(config(), layout);
        check(after);
        KillPhase phase = KillPhase.of(before, after, s3.counts());
        before = after;
        return phase;
    }

    /** After a process that nobody killed: its run has made good all that kills had left undone. */
    void checkEnded(HubProcess ended) throws IOException, InterruptedException {
        assertThat(ended.exitCode()).as(() -> ended.out() + ended.err()).isZero();
        Traces after = Traces.of(config(), layout);
        check(after);
        assertThat(Traces.names(layout.hub(), "*"))
                .as("what is left beside the snapshots")
                .containsExactlyInAnyOrder("marker.json", "lock", "lock.epochs", "presence.json", "staging", "journal");
        assertThat(after.stagings()).isEmpty();
        assertThat(layout.journals()).isEmptyDirectory();
        checkHistory(after);
        assertHolds(new Snapshots(layout).newest().orElseThrow().name());
        before = after;
        forgetOldest();
    }

    private void check(Traces after) throws IOException, InterruptedException {
        assertThat(after.stagings()).as("stagings").hasSizeLessThanOrEqualTo(1);
        Set<String> fresh = new TreeSet<>(after.snapshots());
        fresh.removeAll(frozen.keySet());
        assertThat(fresh).as("new snapshots of one run").hasSizeLessThanOrEqualTo(1);
        Map<Object, String> hashes = new HashMap<>();
        for (Map.Entry<String, Map<String, String>> snapshot : frozen.entrySet()) {
            assertThat(Frozen.of(layout.snapshot(snapshot.getKey()), hashes))
                    .as("%s, which was committed before", snapshot.getKey())
                    .isEqualTo(snapshot.getValue());
        }
        for (String name : fresh) {
            assertHolds(name);
            frozen.put(name, Frozen.of(layout.snapshot(name), hashes));
        }
        verify(after.snapshots());
        assertThat(fetchedAgain()).as("fetched although it was there").isEmpty();
        Set<String> known = HistoryStore.open(config()).newest(10_000, null).stream()
                .map(RunRecord::runId)
                .collect(Collectors.toSet());
        assertThat(known).as("runs in the history").containsAll(runs);
        runs.addAll(known);
    }

    private void assertHolds(String snapshot) {
        Audit audit = Audit.of(new Snapshots(layout), snapshot);
        buckets.all().forEach(audit::holds);
        assertThat(audit.buckets()).containsExactlyInAnyOrder(buckets.names());
    }

    private void verify(Set<String> snapshots) throws IOException, InterruptedException {
        List<VerifyReport.Snapshot> found = new ArrayList<>();
        new SnapshotVerifier(InstantSource.system(), Files.createDirectories(home.resolve("tmp")))
                .verify(
                        new VerifyRequest(layout, List.copyOf(snapshots), Set.of(), 100, 0),
                        new VerifyProgress(),
                        found::add);
        assertThat(found).hasSameSizeAs(snapshots).allMatch(VerifyReport.Snapshot::ok);
    }

    private Set<Version> fetchedAgain() {
        return s3.log().requests(request -> request.kind() == RequestKind.GET).stream()
                .map(KilledHub::version)
                .filter(safe::contains)
                .collect(Collectors.toSet());
    }

    private static Version version(S3Request request) {
        String etag = Objects.requireNonNull(request.headers().get("if-match"), "every GET names the version it wants");
        return new Version(request.bucket(), request.key(), etag.replace("\"", ""));
    }

    /** No run is forgotten or without an end, and each snapshot is the result of the run that its certificate names. */
    private void checkHistory(Traces after) throws IOException {
        Map<String, RunRecord> records = new HashMap<>();
        for (RunRecord run : HistoryStore.open(config()).newest(10_000, null)) {
            records.put(run.runId(), run);
            assertThat(run.result().ended()).as("%s has an end", run.runId()).isTrue();
        }
        assertThat(Objects.requireNonNull(records.get(after.run())).result()).isEqualTo(RunResult.SUCCESS);
        for (SnapshotInfo snapshot : new Snapshots(layout).list()) {
            Certificate certificate = Objects.requireNonNull(snapshot.certificate());
            RunRecord maker = Objects.requireNonNull(records.get(certificate.runId()));
            assertThat(maker.snapshot()).as("what %s made", maker.runId()).isEqualTo(snapshot.name());
            assertThat(maker.newSnapshot()).isTrue();
        }
    }

    /** What the newest snapshot or a change log has. */
    private Set<Version> safe() throws IOException {
        Set<Version> versions = new HashSet<>();
        for (SnapshotInfo newest : new Snapshots(layout).newest().stream().toList()) {
            for (String bucket : newest.buckets()) {
                try (ManifestReader manifest = ManifestReader.open(newest.manifest(bucket))) {
                    for (ManifestEntry entry = manifest.next(); entry != null; entry = manifest.next()) {
                        versions.add(version(bucket, entry));
                    }
                }
            }
        }
        if (!Files.exists(layout.journals())) {
            return versions;
        }
        try (Stream<Path> files = Files.walk(layout.journals())) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".journal")).toList()) {
                String bucket =
                        Objects.requireNonNull(file.getParent()).getFileName().toString();
                try (ChangeLog.Reader log = new ChangeLog.Reader(file)) {
                    for (ManifestEntry entry = log.nextDownload(); entry != null; entry = log.nextDownload()) {
                        versions.add(version(bucket, entry));
                    }
                }
            }
        }
        return versions;
    }

    private static Version version(String bucket, ManifestEntry entry) {
        return new Version(bucket, entry.key(), Objects.requireNonNull(entry.etag()));
    }

    private void forgetOldest() throws IOException {
        List<SnapshotInfo> newestFirst = new Snapshots(layout).list();
        for (SnapshotInfo old : newestFirst.subList(Math.min(MOST_SNAPSHOTS, newestFirst.size()), newestFirst.size())) {
            Trees.delete(old.folder());
            frozen.remove(old.name());
        }
        before = Traces.of(config(), layout);
    }

    @Override
    public void close() {
        s3.close();
    }
}
