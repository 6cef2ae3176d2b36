package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.verify.VerifyReport.Problem;
import io.hubstorage.verify.VerifyReport.Problem.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SnapshotVerifierTest extends VerifyTest {
    @Test
    void aSnapshotAsTheEngineMadeItHasNoProblemAndIsReadWhole() {
        s3.bucket("photos", SyntheticBucket.uniform(50, 1_000, "album-#/##.jpg"));
        s3.bucket("empty", SyntheticBucket.empty());
        hub.configure("photos", "empty");

        Verified report = verify(snapshot());

        assertThat(problems(report)).isEmpty();
        assertThat(report.hashed()).isEqualTo(new Tally(50, 50_000));
        VerifyReport.Bucket photos = report.bucket("photos");
        assertThat(photos.entries()).isEqualTo(new Tally(50, 50_000));
        assertThat(photos.proven()).isEqualTo(photos.entries());
    }

    @Test
    void largeObjectsThatCouldNotBeCopiedLeaveNothingBehindThatTheManifestDoesNotName() throws IOException {
        SyntheticBucket bucket = s3.bucket("films", SyntheticBucket.empty());
        for (int i = 0; i < 12; i++) {
            bucket.add("folder-%02d/film".formatted(i), 2 << 20);
        }
        for (int i = 0; i < 5; i++) {
            s3.faults().whenGetting("folder-%02d/film".formatted(i)).then(Fault.accessDenied());
        }
        bucket.add("late/film", 20 << 20);
        s3.faults()
                .when(request -> request.key().equals("late/film")
                        && (request.range() == null || request.range().startsWith("bytes=0-")))
                .then(Fault.cutAt(0.6));
        s3.faults().whenGetting("late/film").then(Fault.accessDenied());
        hub.configure("films");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.totals().failed().objects()).isEqualTo(6);
        Verified report = verify(hub.data().resolve(Objects.requireNonNull(run.snapshot())));
        assertThat(problems(report)).isEmpty();
        assertThat(hub.files(run, "films").toFile().list()).hasSize(7);
    }

    @Test
    void whatRetentionTakesAwayMeanwhileIsNoDamage() throws Exception {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(5, 100, "##.jpg"));
        hub.configure("photos");
        String first = name(snapshot());
        bucket.change("02.jpg");
        String second = name(snapshot());
        bucket.change("03.jpg");
        String third = name(snapshot());
        List<String> told = new ArrayList<>();

        VerifyReport report = new SnapshotVerifier(InstantSource.system(), scratch)
                .verify(whole(List.of(third, second, first)), new VerifyProgress(), each -> {
                    told.add(each.name());
                    try {
                        Files.createDirectories(layout().removedSnapshots());
                        Files.move(layout().snapshot(second), layout().removed(second));
                        Files.move(layout().snapshot(first), layout().deleting(first));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });

        assertThat(report.ok()).isTrue();
        assertThat(told).containsExactly(third);
    }

    @Test
    void whatSnapshotsShareIsReadOnceAndProvenForEach() {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(20, 100, "##.jpg"));
        hub.configure("photos");
        Path first = snapshot();
        bucket.change("07.jpg");
        Path second = snapshot();
        bucket.delete("08.jpg");
        Path third = snapshot();

        Verified report = verify(first, second, third);

        assertThat(report.ok()).isTrue();
        assertThat(report.hashed().objects()).isEqualTo(21);
        assertThat(report.snapshots())
                .extracting(each -> each.buckets().getFirst().proven().objects())
                .containsExactly(20L, 20L, 19L);
    }

    @Test
    void aChangedByteIsFoundInEverySnapshotThatSharesTheFile() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(5, 100, "#.jpg"));
        hub.configure("photos");
        Path first = snapshot();
        bucket.add("new", 10);
        Path second = snapshot();
        Path file = first.resolve("s3/photos/3.jpg");
        FileTime time = Files.getLastModifiedTime(file);
        byte[] body = Files.readAllBytes(file);
        body[42] ^= 1;
        overwrite(file, body);
        Files.setLastModifiedTime(file, time);

        Verified report = verify(first, second);

        assertThat(report.ok()).isFalse();
        assertThat(report.snapshots()).allSatisfy(snapshot -> {
            assertThat(snapshot.problems())
                    .extracting(Problem::kind, Problem::key)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(Kind.HASH, "3.jpg"));
            assertThat(snapshot.buckets().getFirst().problems()).isEqualTo(1);
        });
    }

    @Test
    void aManifestThatIsNotTheCertifiedOneIsAProblem() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(4, 100, "#.jpg"));
        hub.configure("photos");
        Path first = snapshot();
        bucket.change("2.jpg");
        Path second = snapshot();
        Files.copy(
                first.resolve("manifest/photos.jsonl.zst"),
                second.resolve("manifest/photos.jsonl.zst"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        List<Problem> problems = problems(verify(second));

        assertThat(problems).extracting(Problem::kind).contains(Kind.MANIFEST, Kind.EQUATION, Kind.HASH);
    }

    @Test
    void aSnapshotWithADamagedOrMissingCertificateIsStillChosen() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(3, 10, "#.jpg"));
        hub.configure("photos");
        Path first = snapshot();
        bucket.change("1.jpg");
        Path second = snapshot();
        Files.writeString(second.resolve("run.json"), "{");

        assertThat(new SnapshotFolders(layout()).newest()).containsExactly(name(second), name(first));
        Files.delete(second.resolve("run.json"));
        assertThat(new SnapshotFolders(layout()).newest()).containsExactly(name(second), name(first));
        assertThat(new SnapshotFolders(layout()).all()).contains(name(second), name(first));
    }

    @Test
    void onlyTheFirstHundredProblemsAreNamedAndAllAreCounted() throws IOException {
        s3.bucket("photos", SyntheticBucket.uniform(150, 10, "###.jpg"));
        hub.configure("photos");
        Path snapshot = snapshot();
        try (Stream<Path> files = Files.list(snapshot.resolve("s3/photos"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }

        Verified report = verify(snapshot);

        assertThat(problems(report)).hasSize(VerifyReport.MAX_PROBLEMS);
        assertThat(report.report().problemsTotal()).isEqualTo(150);
        assertThat(report.bucket("photos").problems()).isEqualTo(150);
    }

    @Test
    void onlyTheNamedBucketsAreLookedAt() throws IOException {
        s3.bucket("good", SyntheticBucket.uniform(3, 10, "#.jpg"));
        s3.bucket("bad", SyntheticBucket.uniform(3, 10, "#.jpg"));
        hub.configure("good", "bad");
        Path snapshot = snapshot();
        Files.delete(snapshot.resolve("s3/bad/1.jpg"));

        Verified report = verify(new VerifyRequest(layout(), List.of(name(snapshot)), Set.of("good"), 100, 0));

        assertThat(problems(report)).isEmpty();
        assertThat(report.snapshots().getFirst().buckets())
                .extracting(VerifyReport.Bucket::name)
                .containsExactly("good");
    }

    @Test
    void aSampleReadsAPartAndTheSameSeedTheSamePart() throws IOException {
        s3.bucket("photos", SyntheticBucket.uniform(400, 10, "###.jpg"));
        hub.configure("photos");
        Path snapshot = snapshot();

        Verified first = sample(snapshot, 25, 7);
        Verified again = sample(snapshot, 25, 7);
        Verified other = sample(snapshot, 25, 8);

        assertThat(first.ok()).isTrue();
        assertThat(first.hashed().objects())
                .isBetween(60L, 140L)
                .isEqualTo(again.hashed().objects());
        VerifyReport.Bucket bucket = first.bucket("photos");
        assertThat(bucket.proven().plus(bucket.notSampled())).isEqualTo(bucket.entries());
        Set<Long> found = new java.util.HashSet<>();
        for (Path file : files(snapshot.resolve("s3/photos"))) {
            overwrite(file, "tampered!!".getBytes(StandardCharsets.UTF_8));
        }
        found.add(sample(snapshot, 25, 7).report().problemsTotal());
        assertThat(found).containsExactly(first.hashed().objects());
        assertThat(other.hashed()).isNotEqualTo(Tally.ZERO);
    }

    @Test
    void aFileThatIsNotReadOnlyIsCountedAndNoProblem() throws IOException {
        s3.bucket("photos", SyntheticBucket.ofKeys(100, List.of("a", "b", "c")));
        hub.configure("photos");
        Path snapshot = snapshot();
        assertThat(verify(snapshot).bucket("photos").writable()).isEqualTo(Tally.ZERO);
        Files.setPosixFilePermissions(snapshot.resolve("s3/photos/a"), PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(snapshot.resolve("s3/photos/b"), PosixFilePermissions.fromString("r--r---w-"));

        Verified report = verify(snapshot);

        assertThat(problems(report)).isEmpty();
        assertThat(report.bucket("photos").writable()).isEqualTo(new Tally(2, 200));
        assertThat(report.bucket("photos").proven()).isEqualTo(new Tally(3, 300));
    }

    @Test
    void entriesWithoutAHashAreNotProvable() throws IOException {
        Path legacy = home.resolve("data/hublink_20200101000000/s3/photos");
        Files.createDirectories(legacy);
        Files.write(legacy.resolve("a"), new byte[7]);

        Verified report = verify(home.resolve("data/hublink_20200101000000"));

        assertThat(problems(report)).isEmpty();
        assertThat(report.snapshots().getFirst().legacy()).isTrue();
        assertThat(report.bucket("photos").notProvable()).isEqualTo(new Tally(1, 7));
        assertThat(report.bucket("photos").proven()).isEqualTo(Tally.ZERO);
    }

    @Test
    void aSnapshotWithFailuresAndKeptFilesIsStillRight() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(20, 10, "##.jpg"));
        hub.configure("photos");
        snapshot();
        bucket.change("07.jpg");
        bucket.change("08.jpg");
        s3.faults().whenGetting("07.jpg").then(Fault.accessDenied());

        Path second = hub.data().resolve(Objects.requireNonNull(hub.backUp().snapshot()));

        assertThat(problems(verify(second))).isEmpty();
        Files.delete(Layout.failures(second, "photos"));
        assertThat(problems(verify(second))).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo(Kind.MISSING);
            assertThat(problem.detail()).startsWith("the list of failures ");
        });
    }

    @Test
    void onADiskThatFoldsNamesAFolderMayBeSpelledOtherwiseButNothingMayBeMissing() throws IOException {
        s3.bucket("photos", SyntheticBucket.ofKeys(10, List.of("Album/1", "album/2", "\u00e9/3")));
        hub.configure("photos");
        Path snapshot = snapshot();
        Path tree = snapshot.resolve("s3/photos");
        // As such a disk would have it, which answers to both names.
        Files.createDirectory(snapshot.resolve("S3"));
        Files.move(tree.resolve("album/2"), tree.resolve("Album/2"));
        Files.delete(tree.resolve("album"));
        VerifyRequest request = new VerifyRequest(layout(), List.of(name(snapshot)), Set.of("photos"), 100, 0);

        Verified report = verify(request);

        assertThat(problems(report)).isEmpty();
        assertThat(report.bucket("photos").proven().objects()).isEqualTo(3);
        Files.delete(tree.resolve("Album/2"));
        assertThat(problems(verify(request))).extracting(Problem::kind).containsExactly(Kind.MISSING);
    }

    @Test
    void nothingIsWrittenToTheDataFolder() throws IOException {
        s3.bucket("photos", SyntheticBucket.uniform(20, 10, "##.jpg"));
        hub.configure("photos");
        Path snapshot = snapshot();
        List<String> before = listing();

        verify(snapshot);

        assertThat(listing()).isEqualTo(before);
    }

    @Test
    void itWorksWhileABackupRuns() {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(20, 10, "##.jpg"));
        hub.configure("photos");
        Path first = snapshot();
        bucket.change("03.jpg");
        List<Verified> reports = new java.util.concurrent.CopyOnWriteArrayList<>();
        var verified = new java.util.concurrent.CompletableFuture<Boolean>();
        s3.onRequest(request -> request.key().equals("03.jpg"), request -> {
            if (reports.isEmpty()) {
                reports.add(verify(first));
                verified.complete(true);
            }
        });

        Path second = snapshot();

        assertThat(verified).isCompleted();
        assertThat(reports).isNotEmpty().allMatch(Verified::ok);
        assertThat(problems(verify(second))).isEmpty();
    }

    @Test
    void whatASnapshotSharesWithTheOneBeforeIsReadOnceAndJudgedInBoth() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(20, 10, "##.jpg"));
        s3.bucket("music", SyntheticBucket.uniform(5, 10, "#.mp3"));
        hub.configure("photos", "music");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            bucket.change("0%d.jpg".formatted(i));
            names.addFirst(name(snapshot()));
        }
        Path damaged = layout().snapshot(names.getLast()).resolve("s3/photos/15.jpg");
        damaged.toFile().setWritable(true);
        Files.write(damaged, new byte[10]);
        List<VerifyReport.Snapshot> told = new ArrayList<>();
        List<Integer> scratchFiles = new ArrayList<>();

        VerifyReport report;
        try {
            report = new SnapshotVerifier(InstantSource.system(), scratch)
                    .verify(whole(names), new VerifyProgress(), snapshot -> {
                        told.add(snapshot);
                        scratchFiles.add(count(scratch));
                    });
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }

        assertThat(report.hashed().objects()).isEqualTo(25 + 3);
        assertThat(report.ok()).isFalse();
        assertThat(report.problemsTotal()).isEqualTo(4);
        assertThat(told).extracting(VerifyReport.Snapshot::name).isEqualTo(names);
        assertThat(told).allSatisfy(snapshot -> {
            assertThat(snapshot.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.kind()).isEqualTo(Kind.HASH);
                assertThat(problem.key()).isEqualTo("15.jpg");
            });
            assertThat(snapshot.buckets())
                    .extracting(each -> each.proven().objects())
                    .containsExactly(5L, 19L);
        });
        assertThat(scratchFiles).as("two buckets' lists").containsOnly(2);
    }

    private static int count(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return (int) files.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void itStopsWhenTold() {
        s3.bucket("photos", SyntheticBucket.uniform(20, 10, "##.jpg"));
        hub.configure("photos");
        Path snapshot = snapshot();
        VerifyProgress progress = new VerifyProgress();
        progress.cancel();
        SnapshotVerifier verifier = new SnapshotVerifier(InstantSource.system(), scratch);

        assertThatThrownBy(() -> verifier.verify(whole(List.of(name(snapshot))), progress, _ -> {}))
                .isInstanceOf(CancellationException.class);
        assertThat(scratch).isEmptyDirectory();
    }

    private Verified sample(Path snapshot, double percent, long seed) {
        return verify(new VerifyRequest(layout(), List.of(name(snapshot)), Set.of(), percent, seed));
    }

    private List<String> listing() throws IOException {
        try (Stream<Path> files = Files.walk(hub.data())) {
            return files.map(file -> file + " " + file.toFile().lastModified())
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
