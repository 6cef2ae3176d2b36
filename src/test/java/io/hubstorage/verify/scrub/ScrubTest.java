package io.hubstorage.verify.scrub;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Tally;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.fs.Sha256;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.testkit.SmallDisk;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import io.hubstorage.verify.VerifyTest;
import io.hubstorage.verify.scrub.Damage.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cycles of proofs over snapshots that the engine made. */
final class ScrubTest {
    @TempDir
    Path home;

    @AutoClose
    private ScrubKit kit;

    @BeforeEach
    void open() throws IOException {
        kit = new ScrubKit(home.toRealPath());
    }

    /** Snapshots of a bucket in which a few keys change, come and go each time. */
    private List<String> history(int keys, int snapshots, Random random) {
        SyntheticBucket bucket = kit.s3.bucket("photos", SyntheticBucket.uniform(keys, 700, "album-#/###.jpg"));
        kit.hub.configure("photos");
        List<String> names = new ArrayList<>(List.of(kit.snapshot()));
        List<String> all =
                new ArrayList<>(bucket.objects().map(each -> each.key()).toList());
        for (int i = 1; i < snapshots; i++) {
            Collections.shuffle(all, random);
            all.subList(0, 5).forEach(bucket::change);
            bucket.delete(all.removeLast());
            for (int j = 0; j < 5; j++) {
                String key = "new/%d-%d".formatted(i, j);
                bucket.add(key, 1 + random.nextInt(2_000));
                all.add(key);
            }
            names.add(kit.snapshot());
        }
        return names;
    }

    @Test
    void twoHundredMishapsOverTwentySnapshotsAreFoundInOneCycleThatReadsEachFileOnce() throws Exception {
        Random random = new Random(20261127);
        history(120, 20, random);
        Map<String, List<Path>> inodes = kit.inodes();
        List<List<Path>> files = new ArrayList<>(inodes.values());
        Collections.shuffle(files, random);
        Set<String> expected = new TreeSet<>();
        long unread = 0;
        for (int i = 0; i < 200; i++) {
            List<Path> names = files.get(i);
            Path file = names.get(random.nextInt(names.size()));
            switch (i % 3) {
                case 0 -> {
                    ScrubKit.flip(file, random.nextInt(Integer.MAX_VALUE));
                    names.forEach(name -> expected.add(kit.told(name, Kind.BYTES)));
                }
                case 1 -> {
                    byte[] content = Files.readAllBytes(file);
                    ScrubKit.rot(file, Arrays.copyOf(content, random.nextInt(content.length)));
                    names.forEach(name -> expected.add(kit.told(name, Kind.SIZE)));
                    unread++;
                }
                default -> {
                    Files.delete(file);
                    expected.add(kit.told(file, Kind.MISSING));
                    unread += names.size() == 1 ? 1 : 0;
                }
            }
        }

        long read = kit.cycle();

        assertThat(kit.damage()).containsExactlyElementsOf(expected);
        assertThat(read).isEqualTo(inodes.size() - unread);
        DamageList.Summary summary = kit.integrity().damage();
        assertThat(summary.damages()).isEqualTo(expected.size());
        assertThat(summary.snapshots()).isEqualTo(20);
        assertThat(kit.cycle()).as("the next cycle reads them once more").isGreaterThanOrEqualTo(read);
        assertThat(kit.damage()).containsExactlyElementsOf(expected);
    }

    @Test
    void whatIsWellIsProvenSinceTheCycleBegan() throws Exception {
        history(30, 3, new Random(1));
        int inodes = kit.inodes().size();
        assertThat(kit.integrity()).isEqualTo(Integrity.UNKNOWN);

        assertThat(kit.cycle()).isEqualTo(inodes);

        VerifyRecord.Cycle cycle = kit.integrity().cycle();
        assertThat(cycle.cycleNumber()).isEqualTo(1);
        assertThat(cycle.files().objects()).isEqualTo(inodes);
        assertThat(cycle.proven()).isEqualTo(cycle.files());
        assertThat(cycle.percent()).isEqualTo(100);
        assertThat(cycle.provenSince()).isEqualTo(kit.clock.instant());
        assertThat(kit.damage()).isEmpty();
        assertThat(kit.cycle()).as("one cycle later").isEqualTo(inodes);
        assertThat(kit.integrity().cycle().cycleNumber()).isEqualTo(2);
    }

    @Test
    void whatIsCutOffGoesOnWhereItWasAndReadsNothingTwice() throws Exception {
        history(40, 3, new Random(2));
        int inodes = kit.inodes().size();
        kit.pass(Duration.ofDays(1));
        Instant began = kit.clock.instant();
        long read = 0;
        int pieces = 0;
        while (kit.integrity().cycle().cycleFinished() == null) {
            Scrub piece = kit.scrub(4, 3);
            try {
                piece.run();
            } catch (Pace.OverException over) {
                assertThat(piece.progress().read().objects()).isEqualTo(12);
                assertThat(kit.integrity().cycle().percent()).isBetween(1, 99);
                // By the day: the snapshots were made on that one.
                assertThat(kit.integrity().cycle().provenSince()).isEqualTo(Instant.parse("2026-11-01T00:00:00Z"));
                Integrity known = kit.integrity();
                Tally due = known.due().stream().map(VerifyMessage.Due::files).reduce(Tally.ZERO, Tally::plus);
                assertThat(due.plus(known.cycle().proven()))
                        .isEqualTo(known.cycle().files());
            }
            read += piece.progress().read().objects();
            pieces++;
            kit.pass(Duration.ofDays(1));
        }
        assertThat(pieces).isGreaterThan(3);
        assertThat(read).isEqualTo(inodes);
        assertThat(kit.integrity().due()).isEmpty();
        assertThat(kit.integrity().cycle().provenSince()).isEqualTo(began);
        assertThat(kit.integrity().cycle().cycleNumber()).isEqualTo(1);
    }

    @Test
    void theNextCycleReadsWhatWasProvenLongestAgoFirst() throws Exception {
        history(20, 1, new Random(3));
        int inodes = kit.inodes().size();
        kit.pass(Duration.ofDays(1));
        assertThatThrownBy(kit.scrub(5, 1)::run).isInstanceOf(Pace.OverException.class);
        kit.pass(Duration.ofDays(2));
        kit.scrub().run();
        Instant later = requireNonNull(kit.integrity().cycle().cycleBegan());
        Scrub next = kit.scrub(1, 1);
        kit.pass(Duration.ofDays(2));
        try (LedgerFile.Reader lines = plannedBy(next)) {
            List<Instant> proven = new ArrayList<>();
            for (LedgerLine line = lines.next(); line != null; line = lines.next()) {
                proven.add(line.proven());
            }
            assertThat(proven).hasSize(inodes).isSorted().doesNotContainNull();
            assertThat(proven.getFirst()).isEqualTo(later);
            assertThat(proven.subList(5, inodes)).allMatch(later.plus(Duration.ofDays(2))::equals);
        }
    }

    private LedgerFile.Reader plannedBy(Scrub next) throws Exception {
        assertThatThrownBy(next::run).isInstanceOf(Pace.OverException.class);
        Ledger ledger = new Ledger(kit.layout);
        Ledger.Cycle cycle = requireNonNull(ledger.cycle());
        return ledger.toDo(cycle, Ledger.Done.nothing(cycle));
    }

    @Test
    void filesOfABackupCountAsProvenAndSoDoesWhatWasProvenElsewhere() throws Exception {
        SyntheticBucket bucket = kit.s3.bucket("photos", SyntheticBucket.uniform(10, 100, "##.jpg"));
        kit.hub.configure("photos");
        String first = kit.snapshot();
        kit.pass(Duration.ofDays(1));
        assertThatThrownBy(kit.scrub(2, 2)::run).isInstanceOf(Pace.OverException.class);
        bucket.add("new-1", 50);
        bucket.add("new-2", 50);
        kit.snapshot();
        Instant now = kit.pass(Duration.ofHours(1));
        prove(kit.file(first, "photos/09.jpg"));
        try (Proofs withdrawn = Proofs.begin(kit.layout)) {
            Path proven = kit.file(first, "photos/08.jpg");
            withdrawn.add(proven, Files.readAttributes(proven, BasicFileAttributes.class), sha256(proven), now);
        }

        Scrub scrub = kit.scrub();
        scrub.run();

        // Four were read before, one elsewhere, two have just been downloaded.
        assertThat(scrub.progress().read().objects()).isBetween(5L, 6L);
        VerifyRecord.Cycle cycle = kit.integrity().cycle();
        assertThat(cycle.cycleNumber()).isEqualTo(1);
        assertThat(cycle.files().objects()).isEqualTo(12);
        assertThat(cycle.proven().objects()).isEqualTo(12);
        assertThat(Proofs.waiting(kit.layout)).isEmpty();
    }

    private void prove(Path file) throws IOException {
        try (Proofs proofs = Proofs.begin(kit.layout)) {
            proofs.add(file, Files.readAttributes(file, BasicFileAttributes.class), sha256(file), kit.clock.instant());
            proofs.commit();
        }
    }

    /** One processor carries all of them; whoever hashes gives way to nobody. */
    @Test
    void aLargeFileKeepsNoVirtualThreadFromRunning() throws Exception {
        history(3, 1, new Random(1));
        Set<Boolean> virtual = ConcurrentHashMap.newKeySet();
        BooleanSupplier backup = () -> {
            virtual.add(Thread.currentThread().isVirtual());
            return false;
        };
        Pace pace = new Pace(
                backup,
                () -> true,
                () -> Double.POSITIVE_INFINITY,
                new RateLimiter(System::nanoTime),
                new Cancellation());

        new Scrub(kit.layout, kit.clock, pace, Optional::empty).run();

        assertThat(virtual).containsExactly(false);
    }

    @Test
    void aBackupIsWaitedForAlsoWhileTheLedgerIsMade() throws Exception {
        history(100, 1, new Random(11));
        AtomicBoolean backup = new AtomicBoolean();
        AtomicBoolean looked = new AtomicBoolean();
        Pace pace = new Pace(
                backup::get,
                () -> true,
                () -> Double.POSITIVE_INFINITY,
                new RateLimiter(System::nanoTime),
                new Cancellation());
        // Whether the disk is well is first asked when every name has been looked at.
        Scrub scrub = new Scrub(kit.layout, kit.clock, pace, () -> {
            if (looked.compareAndSet(false, true)) {
                backup.set(true);
            }
            return Optional.empty();
        });
        FutureTask<Void> cycle = new FutureTask<>(() -> {
            scrub.run();
            return null;
        });
        Thread.ofVirtual().start(cycle);

        await().until(() -> cycle.isDone() || pace.isWaiting());
        assertThat(new Ledger(kit.layout).cycle()).isNull();
        backup.set(false);
        cycle.get();

        assertThat(kit.integrity().cycle().percent()).isEqualTo(100);
    }

    @Test
    void whatIsPutInTheFilesPlaceWhileItIsReadCountsAsReadByNobody() throws Exception {
        history(3, 1, new Random(1));
        kit.pass(Duration.ofDays(1));
        Path file = kit.inodes().values().iterator().next().getFirst();
        BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
        String hash = sha256(file);
        Path other = file.resolveSibling("other");
        Files.copy(file, other, StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);

        try (Proofs proofs = Proofs.begin(kit.layout)) {
            proofs.add(file, before, hash, kit.clock.instant());
            proofs.commit();
        }

        assertThat(Proofs.waiting(kit.layout)).isEmpty();
    }

    @Test
    void whatAKilledVerificationWroteOfProofsIsGoneWithTheNextButNotWhatAnotherIsWriting() throws Exception {
        Path scrub = Files.createDirectories(kit.layout.scrub());
        Path left = Files.writeString(scrub.resolve(".proofs-1.jsonl.zst.tmp"), "half");
        try (Proofs _ = Proofs.begin(kit.layout)) {
            assertThat(left).doesNotExist();
            try (Proofs _ = Proofs.begin(kit.layout);
                    Stream<Path> both = Files.list(scrub)) {
                assertThat(both).hasSize(2);
            }
        }
        assertThat(scrub).isEmptyDirectory();
    }

    private static String sha256(Path file) throws IOException {
        return HexFormat.of().formatHex(Sha256.digest().digest(Files.readAllBytes(file)));
    }

    @Test
    void whatTheVerifyCommandHasReadIsNotReadAgainInTheCycle() throws Exception {
        List<String> snapshots = history(10, 2, new Random(10));
        int inodes = kit.inodes().size();
        Path rotten = shared(2).getFirst();
        ScrubKit.flip(rotten, 7);
        kit.pass(Duration.ofDays(1));
        assertThatThrownBy(kit.scrub(1, 1)::run).isInstanceOf(Pace.OverException.class);
        kit.pass(Duration.ofHours(1));
        VerifyRequest request = new VerifyRequest(kit.layout, List.of(snapshots.getLast()), Set.of(), 100, 0);
        long proven;
        try (Proofs proofs = Proofs.begin(kit.layout)) {
            VerifyReport report =
                    new SnapshotVerifier(kit.clock, home).verify(request, new VerifyProgress(), proofs, snapshot -> {});
            proofs.commit();
            proven = report.hashed().objects() - 1;
        }
        Scrub rest = kit.scrub();
        rest.run();
        assertThat(rest.progress().read().objects()).isBetween(inodes - proven - 1, inodes - proven);
        assertThat(kit.damage()).hasSize(2);
        assertThat(kit.integrity().cycle().cycleNumber()).isEqualTo(1);
    }

    @Test
    void whatAUserWritesIntoAWritableFileIsFoundInEverySnapshot() throws Exception {
        history(12, 3, new Random(4));
        Path before = shared(3).getFirst();
        byte[] content = Files.readAllBytes(before);
        content[0] ^= 1;
        VerifyTest.overwrite(before, content);
        Set<String> expected = new TreeSet<>();
        shared(before).forEach(name -> expected.add(kit.told(name, Kind.BYTES)));
        kit.pass(Duration.ofDays(1));
        assertThatThrownBy(kit.scrub(1, 1)::run).isInstanceOf(Pace.OverException.class);
        // Also when the ledger knows the file as it was before.
        Path after =
                shared(3).get(1).equals(before) ? shared(3).get(2) : shared(3).get(1);
        VerifyTest.overwrite(after, "mine".getBytes(StandardCharsets.UTF_8));
        Files.setLastModifiedTime(after, FileTime.from(kit.clock.instant()));
        shared(after).forEach(name -> expected.add(kit.told(name, Kind.SIZE)));

        kit.cycle();

        assertThat(kit.damage()).containsExactlyElementsOf(expected);
        assertThat(expected).hasSize(6);
    }

    /** Names of files that so many snapshots share, one of each file. */
    private List<Path> shared(int snapshots) throws IOException {
        return kit.inodes().values().stream()
                .filter(names -> names.size() == snapshots)
                .map(List::getFirst)
                .toList();
    }

    private List<Path> shared(Path file) throws IOException {
        return kit.inodes().values().stream()
                .filter(names -> names.contains(file))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRemovedSnapshotTakesItsFilesAndItsDamageWithIt() throws Exception {
        List<String> snapshots = history(10, 3, new Random(5));
        kit.pass(Duration.ofDays(1));
        ScrubKit.flip(shared(1).getFirst(), 3);
        kit.cycle();
        kit.pass(Duration.ofDays(1));
        assertThatThrownBy(kit.scrub(1, 1)::run).isInstanceOf(Pace.OverException.class);

        Trees.delete(kit.layout.snapshot(snapshots.getFirst()));
        int left = kit.inodes().size();
        Scrub rest = kit.scrub();
        rest.run();

        assertThat(rest.progress().damaged().objects()).isLessThanOrEqualTo(1);
        assertThat(rest.progress().read().objects()).isBetween(left - 1L, (long) left);
        for (String snapshot : snapshots.subList(1, 3)) {
            Trees.delete(kit.layout.snapshot(snapshot));
        }
        kit.cycle();
        assertThat(kit.damage()).isEmpty();
        assertThat(kit.integrity().cycle().files().objects()).isZero();
        assertThat(kit.integrity().cycle().provenSince()).isNull();
    }

    @Test
    void whatIsRightAgainIsOffTheList() throws Exception {
        String snapshot = history(9, 2, new Random(6)).getLast();
        Path whole = shared(2).getFirst();
        byte[] content = Files.readAllBytes(whole);
        ScrubKit.flip(whole, 9);
        Path manifest = kit.layout.snapshot(snapshot).resolve("manifest/photos.jsonl.zst");
        Path kept = Files.copy(manifest, home.resolve("kept"));
        Files.write(manifest, new byte[] {1}, StandardOpenOption.APPEND);
        kit.cycle();
        assertThat(kit.damage()).contains("%s/photos/manifest/photos.jsonl.zst MANIFEST".formatted(snapshot));
        assertThat(kit.damage().size()).isGreaterThanOrEqualTo(2);

        ScrubKit.rot(whole, content);
        Files.copy(kept, manifest, StandardCopyOption.REPLACE_EXISTING);
        kit.cycle();

        assertThat(kit.damage()).isEmpty();
        assertThat(kit.integrity().damage()).isEqualTo(DamageList.Summary.NONE);
    }

    @Test
    void aSnapshotWithoutItsCertificateIsDamageAndNoOldOne() throws Exception {
        List<String> snapshots = history(9, 2, new Random(11));
        Files.delete(kit.layout.snapshot(snapshots.getFirst()).resolve("run.json"));
        Files.writeString(kit.layout.snapshot(snapshots.getLast()).resolve("run.json"), "{");
        kit.cycle();
        assertThat(kit.damage())
                .containsExactly(
                        snapshots.getFirst() + "//run.json MANIFEST", snapshots.getLast() + "//run.json MANIFEST");
    }

    @Test
    void tornAndDamagedLedgersCostAReadingAndNoMore() throws Exception {
        history(20, 2, new Random(7));
        int inodes = kit.inodes().size();
        kit.pass(Duration.ofDays(1));
        assertThatThrownBy(kit.scrub(5, 3)::run).isInstanceOf(Pace.OverException.class);
        Path done = kit.layout.scrub().resolve("ledger-1.done.jsonl");
        try (RandomAccessFile file = new RandomAccessFile(done.toFile(), "rw")) {
            file.setLength(file.length() - 7);
        }
        Scrub rest = kit.scrub();
        rest.run();
        assertThat(rest.progress().read().objects())
                .as("all but two batches of five")
                .isEqualTo(inodes - 10);

        kit.pass(Duration.ofDays(1));
        assertThatThrownBy(kit.scrub(5, 1)::run).isInstanceOf(Pace.OverException.class);
        Path ledger = kit.layout.scrub().resolve("ledger-2.jsonl.zst");
        byte[] content = Files.readAllBytes(ledger);
        content[content.length / 2] ^= 64;
        Files.write(ledger, content);
        assertThat(kit.cycle()).isBetween(inodes - 5L, (long) inodes);
        assertThat(kit.integrity().cycle().cycleNumber()).isEqualTo(2);

        Files.writeString(kit.layout.scrub().resolve("cycle.json"), "{");
        assertThat(kit.cycle()).isEqualTo(inodes);
        assertThat(kit.damage()).isEmpty();
    }

    @Test
    void whereThereIsNoRoomForTheLedgerNothingIsLost() throws Exception {
        history(20, 2, new Random(8));
        int inodes = kit.inodes().size();
        try (SmallDisk disk = SmallDisk.mount(kit.layout.scrub(), 1, 100)) {
            kit.pass(Duration.ofDays(1));
            assertThatThrownBy(kit.scrub(5, 1)::run).isInstanceOf(Pace.OverException.class);
            prove(kit.inodes().values().iterator().next().getFirst());
            disk.leave(0);
            assertThatThrownBy(kit.scrub()::run).isInstanceOf(IOException.class);
            assertThat(kit.integrity().cycle().proven().objects()).isEqualTo(5);
            disk.leave(100);
            Scrub rest = kit.scrub();
            rest.run();
            assertThat(rest.progress().read().objects()).isEqualTo(inodes - 5);
        }
    }

    @Test
    void whatANewerSnapshotHasIsReadAlthoughThoseOfTheBeginningWereRemoved() throws Exception {
        List<String> before = history(12, 2, new Random(12));
        kit.pass(Duration.ofDays(1));
        List<Path> linked = new ArrayList<>();
        Scrub scrub = kit.scrub(
                1,
                () -> {
                    kit.s3.bucket("photos").add("late.jpg", 10);
                    String newest = kit.snapshot();
                    Files.createDirectories(
                            requireNonNull(kit.layout.removed(newest).getParent()));
                    for (String each : before) {
                        Files.move(kit.layout.snapshot(each), kit.layout.removed(each));
                    }
                    for (List<Path> names : kit.inodes().values()) {
                        names.stream()
                                .filter(name ->
                                        name.startsWith(kit.layout.snapshot(newest)) && !name.endsWith("late.jpg"))
                                .forEach(linked::add);
                    }
                    for (Path each : linked) {
                        ScrubKit.flip(each, 3);
                    }
                },
                Optional::empty);

        scrub.run();

        assertThat(linked).hasSizeGreaterThan(8);
        Set<String> expected = new TreeSet<>();
        linked.forEach(each -> expected.add(kit.told(each, Kind.BYTES)));
        assertThat(kit.damage()).hasSizeGreaterThanOrEqualTo(linked.size() - 4).isSubsetOf(expected);
    }

    @Test
    void whatIsDeletedBetweenThePlanAndTheReadingIsMissing() throws Exception {
        history(12, 1, new Random(13));
        List<Path> files = shared(1);
        kit.pass(Duration.ofDays(1));
        Scrub scrub = kit.scrub(
                1,
                () -> {
                    for (Path each : files) {
                        Files.delete(each);
                    }
                },
                Optional::empty);

        scrub.run();

        Set<String> expected = new TreeSet<>();
        files.forEach(each -> expected.add(kit.told(each, Kind.MISSING)));
        assertThat(kit.damage()).hasSize(files.size() - 4).isSubsetOf(expected);
        assertThat(scrub.progress().damaged().objects()).isEqualTo(files.size() - 4);
        assertThat(scrub.progress().read().objects()).isEqualTo(4);
    }

    @Test
    void whatIsWrittenToWhileItIsReadIsDamage() throws Exception {
        history(12, 1, new Random(14));
        List<Path> files = shared(1);
        kit.pass(Duration.ofDays(1));
        Scrub scrub = kit.scrub(
                2,
                () -> {
                    for (Path each : files) {
                        byte first = Files.readAllBytes(each)[0];
                        assertThat(each.toFile().setWritable(true)).isTrue();
                        try (RandomAccessFile file = new RandomAccessFile(each.toFile(), "rw")) {
                            file.write(first ^ 1);
                        }
                    }
                },
                Optional::empty);

        scrub.run();

        Set<String> expected = new TreeSet<>();
        files.forEach(each -> expected.add(kit.told(each, Kind.BYTES)));
        assertThat(kit.damage()).hasSize(files.size() - 4).isSubsetOf(expected);
    }

    @Test
    void aDiskThatGoesAwayInTheMiddleIsNeitherDamageNorProof() throws Exception {
        Path snapshot = kit.layout.snapshot(history(12, 1, new Random(15)).getFirst());
        int inodes = kit.inodes().size();
        Path away = home.resolve("away");
        kit.pass(Duration.ofDays(1));
        Instant began = kit.clock.instant();
        AtomicBoolean gone = new AtomicBoolean();
        Scrub scrub = kit.scrub(
                1,
                () -> {
                    Files.move(snapshot, away);
                    gone.set(true);
                },
                () -> gone.get() ? Optional.of("the disk is not mounted") : Optional.empty());

        assertThatThrownBy(scrub::run).hasMessage("the disk is not mounted");

        assertThat(kit.damage()).isEmpty();
        assertThat(kit.integrity().cycle().cycleFinished()).isNull();
        assertThat(kit.integrity().cycle().proven().objects()).isEqualTo(4);
        Files.move(away, snapshot);
        assertThat(kit.cycle()).isEqualTo(inodes - 4);
        assertThat(kit.integrity().cycle().provenSince()).isEqualTo(began);
    }

    @Test
    void noCycleEndsOnADiskThatCannotBeTrusted() throws Exception {
        history(8, 1, new Random(16));
        int inodes = kit.inodes().size();
        kit.pass(Duration.ofDays(1));
        AtomicBoolean other = new AtomicBoolean();
        Scrub scrub = kit.scrub(
                1, () -> other.set(true), () -> other.get() ? Optional.of("this is another disk") : Optional.empty());
        assertThatThrownBy(scrub::run).hasMessage("this is another disk");
        assertThat(kit.integrity().cycle().cycleFinished()).isNull();
        assertThat(kit.integrity().cycle().proven().objects()).isEqualTo(inodes);
    }

    @Test
    void aCycleOfAClockThatWasAheadIsBegunAnew() throws Exception {
        history(10, 1, new Random(17));
        int inodes = kit.inodes().size();
        Duration ahead = Duration.ofDays(3_650);
        kit.pass(ahead);
        assertThatThrownBy(kit.scrub(2, 2)::run).isInstanceOf(Pace.OverException.class);
        kit.pass(ahead.negated());

        assertThat(kit.cycle()).isEqualTo(inodes);

        assertThat(kit.integrity().cycle().cycleNumber()).isEqualTo(2);
        assertThat(kit.integrity().cycle().provenSince()).isEqualTo(kit.clock.instant());
    }

    @Test
    void knownDamageStaysOnTheListUntilItIsLookedAtAndRight() throws Exception {
        String name = history(9, 1, new Random(18)).getFirst();
        Path snapshot = kit.layout.snapshot(name);
        Path file = shared(1).getFirst();
        byte[] content = Files.readAllBytes(file);
        Files.delete(file);
        kit.cycle();
        assertThat(kit.damage()).containsExactly(kit.told(file, Kind.MISSING));

        Path certificate = snapshot.resolve("run.json");
        byte[] kept = Files.readAllBytes(certificate);
        Files.writeString(certificate, "{");
        kit.cycle();
        String[] both = {name + "//run.json MANIFEST", kit.told(file, Kind.MISSING)};
        assertThat(kit.damage()).containsExactlyInAnyOrder(both);
        assertThat(kit.integrity().cycle().provenSince()).isNull();

        Files.write(certificate, kept);
        Files.createDirectories(requireNonNull(kit.layout.removed(name).getParent()));
        Files.move(snapshot, kit.layout.removed(name));
        kit.cycle();
        assertThat(kit.damage()).as("it can be had back").containsExactlyInAnyOrder(both);

        Files.move(kit.layout.removed(name), snapshot);
        content[0] ^= 1;
        Files.write(file, content);
        kit.cycle();
        assertThat(kit.damage()).containsExactly(kit.told(file, Kind.BYTES));

        content[0] ^= 1;
        Files.write(file, content);
        kit.cycle();
        assertThat(kit.damage()).isEmpty();
        assertThat(kit.integrity().cycle().provenSince()).isEqualTo(kit.clock.instant());
    }

    @Test
    void damagedFilesThatANewSnapshotSharesAreOnTheListBeforeAnybodyReadsThem() throws Exception {
        List<String> before = history(9, 2, new Random(19));
        Path rotten = shared(2).get(0);
        Path changed = shared(2).get(1);
        ScrubKit.flip(rotten, 3);
        ScrubKit.flip(changed, 3);
        kit.cycle();
        Set<String> expected = new TreeSet<>(kit.damage());
        assertThat(expected).hasSize(4);
        kit.s3.bucket("photos").change(inBucket(changed));
        String newest = kit.snapshot();

        DamageReview.carryOn(kit.layout, newest, kit.clock);

        String carried = kit.told(kit.file(newest, "photos/" + inBucket(rotten)), Kind.BYTES);
        expected.add(carried);
        assertThat(kit.damage()).containsExactlyElementsOf(expected);
        for (String each : before) {
            Trees.delete(kit.layout.snapshot(each));
        }
        kit.cycle();
        assertThat(kit.damage()).containsExactly(carried);
    }

    private String inBucket(Path file) {
        Path way = kit.hub.data().relativize(file);
        return way.subpath(3, way.getNameCount()).toString();
    }

    @Test
    void whatCannotBeLookedAtIsNotMissing() throws Exception {
        Path tooLong = home.resolve("n".repeat(300));
        assertThatThrownBy(() -> Inventory.attributes(tooLong.resolve("folder/file")))
                .isInstanceOf(IOException.class);
        Path inTheWay = Files.createFile(home.resolve("in-the-way"));
        assertThat(Inventory.attributes(inTheWay.resolve("folder/file"))).isNull();
        assertThat(Inventory.attributes(home.resolve("folder/file"))).isNull();
    }

    @Test
    void aManifestThatTheDiskDoesNotGiveBackCostsNoOtherItsProof() throws Exception {
        List<String> snapshots = history(9, 2, new Random(20));
        long others = shared(2).size();
        Path index = kit.layout.snapshot(snapshots.getFirst()).resolve("manifest/photos.index.json");
        Files.delete(index);
        Files.createDirectory(index);
        assertThat(kit.cycle()).isGreaterThanOrEqualTo(others);
        assertThat(kit.integrity().cycle().cycleFinished()).isNotNull();
        assertThat(kit.integrity().cycle().provenSince()).isNull();
    }

    @Test
    void aDiskThatIsGoneIsNoDamage() throws Exception {
        history(5, 1, new Random(9));
        Path data = kit.hub.data();
        Scrub scrub =
                new Scrub(kit.layout, kit.clock, kit.pace(() -> true), () -> Optional.of("the disk is not mounted"));
        assertThatThrownBy(scrub::run).hasMessage("the disk is not mounted");
        assertThat(data.resolve(".hubstorage/damage.jsonl")).doesNotExist();
    }
}
