package io.hubstorage.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.fs.Trees;
import io.hubstorage.repair.RepairKit.Item;
import io.hubstorage.repair.RepairKit.Name;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random damage to random histories, repaired from twins and from S3, also where the program is killed at any step. */
final class RepairPropertyTest {
    @TempDir
    Path home;

    @AutoClose
    private RepairKit kit;

    @BeforeEach
    void open() throws IOException {
        kit = new RepairKit(home.toRealPath());
    }

    /** The process ends here. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** A bucket that changes from one snapshot to the next, whose every version S3 keeps or another bucket has a file of. */
    private final class History {
        private final SplittableRandom random;
        private final SyntheticBucket bucket = kit.s3.bucket("photos", SyntheticBucket.empty());
        private final SortedMap<String, Item> photos = RepairKit.items();
        private final SortedMap<String, Item> copies = RepairKit.items();
        private final int keys;
        private int versions;

        History(SplittableRandom random, int keys) {
            this.random = random;
            this.keys = keys;
        }

        void snapshots(int count, int changes) {
            for (int i = 0; i < keys; i++) {
                change(i);
            }
            photos.put("empty/", Item.of(""));
            photos.put("none.txt", Item.of(""));
            for (int i = 0; i < count; i++) {
                kit.snapshot(i, Map.of("photos", photos, "copies", copies));
                for (int j = 0; j < changes; j++) {
                    change(random.nextInt(keys));
                }
            }
        }

        private void change(int number) {
            String key = "%s/%02d".formatted("abc".charAt(number % 3), number);
            String version = "v" + ++versions;
            SyntheticObject object = bucket.add(key, 1 + random.nextInt(3_000))
                    .withMetadata(Map.of("x-amz-version-id", version), Map.of());
            bucket.put(object);
            photos.put(key, Item.of(object));
            if (random.nextInt(4) == 0) {
                // Only a file of another bucket, of another name and time, has it.
                copies.put("copy of " + version, new Item(object.body(), RepairKit.NOW, null, null));
                bucket.forgetVersion(key, version);
                bucket.put(object.withMetadata(Map.of(), Map.of()).withEtag("0123456789abcdef0123456789abcdef"));
            }
        }

        void damage(int count) {
            List<Name> names = kit.names.stream()
                    .filter(each -> each.bucket().equals("photos"))
                    .toList();
            Set<Object> damaged = new HashSet<>();
            for (int i = 0; i < count; ) {
                Name name = names.get(random.nextInt(names.size()));
                if (damage(name, damaged)) {
                    i++;
                }
            }
        }

        private boolean damage(Name name, Set<Object> damaged) {
            Path file = name.file(kit.layout);
            try {
                if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    return false;
                }
                if (name.isFolder() || name.item().bytes().length == 0 || random.nextInt(3) == 0) {
                    Trees.delete(file);
                } else if (!damaged.add(RepairKit.inode(file))) {
                    return false;
                } else if (random.nextBoolean()) {
                    RepairKit.rot(file);
                } else {
                    RepairKit.overwrite(
                            file, new byte[random.nextInt(name.item().bytes().length)]);
                }
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void twoHundredRandomDamagesOverTwentySnapshotsAreAllRepaired() {
        History history = new History(new SplittableRandom(42), 60);
        history.snapshots(20, 10);
        assertThat(kit.verify()).isEmpty();
        Map<String, String> proof = kit.proof();
        Map<String, String> shared = kit.shared();
        history.damage(200);
        kit.find();
        assertThat(kit.listed()).hasSizeGreaterThan(200);
        RepairPlan plan = kit.plan();
        assertThat(plan.lost().objects()).isZero();

        RepairRecord.Outcome outcome = kit.repair();

        assertThat(outcome.lostFiles()).isEmpty();
        assertThat(outcome.damaged()).isEqualTo(plan.damaged());
        assertThat(outcome.repaired())
                .containsKeys(RepairPlan.Source.TWIN, RepairPlan.Source.S3, RepairPlan.Source.EMPTY);
        assertThat(kit.damages()).isEmpty();
        assertThat(kit.listed()).isEmpty();
        assertThat(kit.verify()).isEmpty();
        assertThat(kit.proof()).isEqualTo(proof);
        assertThat(kit.shared()).isEqualTo(shared);
        assertThat(kit.layout.repairs()).isDirectoryNotContaining("glob:**/[!l]*");
    }

    @Test
    void whereverItIsKilledEveryNameHasItsOldFileOrTheRightOneAndTheNextRepairGoesOn() {
        qt().withExamples(Examples.upTo(12)).forAll(longs().all()).checkAssert(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            clear();
            History history = new History(random, 6);
            history.snapshots(4, 2);
            Map<String, String> proof = kit.proof();
            Map<String, String> shared = kit.shared();
            history.damage(1 + random.nextInt(8));
            kit.find();
            for (int kills = random.nextInt(5); kills > 0; kills--) {
                Set<Path> there = there();
                killed(random.nextInt(60));
                assertThat(there()).containsAll(there);
                leaveSomething();
            }
            kit.beat = () -> {};
            assertThat(kit.repair().lostFiles()).isEmpty();
            assertThat(kit.damages()).isEmpty();
            assertThat(kit.listed()).isEmpty();
            assertThat(kit.verify()).isEmpty();
            assertThat(kit.proof()).isEqualTo(proof);
            assertThat(kit.shared()).isEqualTo(shared);
        });
    }

    @Test
    void whenEverABackupEndsWhatItHasLinkedIsRepairedAsWell() {
        SyntheticBucket bucket = kit.s3.bucket("photos", SyntheticBucket.empty());
        SortedMap<String, Item> photos = RepairKit.items();
        photos.put("a.jpg", Item.of(bucket.add("a.jpg", 300)));
        photos.put("b.jpg", Item.of(bucket.add("b.jpg", 300)));
        AtomicInteger steps = new AtomicInteger();
        for (int step = 1; step == 1 || steps.get() >= step - 1; step++) {
            clear();
            String first = kit.snapshot(1, photos);
            RepairKit.rot(kit.file(first, "a.jpg"));
            RepairKit.rot(kit.file(first, "b.jpg"));
            kit.find();
            int moment = step;
            steps.set(0);
            kit.beat = () -> {
                if (steps.incrementAndGet() == moment && !isLocked()) {
                    kit.snapshot(2, photos);
                }
            };

            kit.repair();

            assertThat(kit.damages()).as("a backup at step %d", step).isEmpty();
            assertThat(kit.listed()).isEmpty();
        }
        assertThat(steps.get()).isGreaterThan(10);
    }

    private boolean isLocked() {
        try {
            return DataLock.holder(kit.layout).isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void clear() {
        try {
            Trees.delete(kit.data);
            Files.createDirectories(kit.data);
            kit.names.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<Path> there() {
        Set<Path> there = new HashSet<>();
        kit.names.stream()
                .map(each -> each.file(kit.layout))
                .filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                .forEach(there::add);
        return there;
    }

    private void killed(int after) {
        AtomicInteger steps = new AtomicInteger();
        kit.beat = () -> {
            if (steps.getAndIncrement() >= after) {
                throw new Killed();
            }
        };
        try {
            kit.repair();
        } catch (Killed _) {
            // As intended; and with fewer steps it has come to its end.
        }
    }

    /** What a process leaves that cannot clear anything away any more. */
    private void leaveSomething() {
        try {
            Files.writeString(kit.layout.repairs().resolve("new"), "half");
            Files.writeString(kit.layout.repairs().resolve("next"), "half");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
