package io.hubstorage.verify.scrub;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Tally;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.verify.scrub.Damage.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
import org.junit.jupiter.api.Test;

/** Cycles of proofs over snapshots that the engine made: which files they read, and when. */
final class ScrubTest extends ScrubKitTest {
    @Test
    void twoHundredMishapsOverTwentySnapshotsAreFoundInOneCycleThatReadsEachFileOnce() throws Exception {
        Random random = new Random(20261127);
        kit.history(120, 20, random);
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
        kit.history(30, 3, new Random(1));
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
        kit.history(40, 3, new Random(2));
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
        kit.history(20, 1, new Random(3));
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

    /** One processor carries all of them; whoever hashes gives way to nobody. */
    @Test
    void aLargeFileKeepsNoVirtualThreadFromRunning() throws Exception {
        kit.history(3, 1, new Random(1));
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
        kit.history(100, 1, new Random(11));
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
    void whatANewerSnapshotHasIsReadAlthoughThoseOfTheBeginningWereRemoved() throws Exception {
        List<String> before = kit.history(12, 2, new Random(12));
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
    void aCycleOfAClockThatWasAheadIsBegunAnew() throws Exception {
        kit.history(10, 1, new Random(17));
        int inodes = kit.inodes().size();
        Duration ahead = Duration.ofDays(3_650);
        kit.pass(ahead);
        assertThatThrownBy(kit.scrub(2, 2)::run).isInstanceOf(Pace.OverException.class);
        kit.pass(ahead.negated());

        assertThat(kit.cycle()).isEqualTo(inodes);

        assertThat(kit.integrity().cycle().cycleNumber()).isEqualTo(2);
        assertThat(kit.integrity().cycle().provenSince()).isEqualTo(kit.clock.instant());
    }
}
