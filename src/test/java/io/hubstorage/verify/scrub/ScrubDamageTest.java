package io.hubstorage.verify.scrub;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.fs.Trees;
import io.hubstorage.verify.VerifyTest;
import io.hubstorage.verify.scrub.Damage.Kind;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What counts as damage, and how long it stays on the list. */
final class ScrubDamageTest extends ScrubKitTest {
    @Test
    void whatAUserWritesIntoAWritableFileIsFoundInEverySnapshot() throws Exception {
        kit.history(12, 3, new Random(4));
        Path before = kit.shared(3).getFirst();
        byte[] content = Files.readAllBytes(before);
        content[0] ^= 1;
        VerifyTest.overwrite(before, content);
        Set<String> expected = new TreeSet<>();
        kit.shared(before).forEach(name -> expected.add(kit.told(name, Kind.BYTES)));
        kit.pass(Duration.ofDays(1));
        assertThatThrownBy(kit.scrub(1, 1)::run).isInstanceOf(Pace.OverException.class);
        // Also when the ledger knows the file as it was before.
        Path after = kit.shared(3).get(1).equals(before)
                ? kit.shared(3).get(2)
                : kit.shared(3).get(1);
        VerifyTest.overwrite(after, "mine".getBytes(StandardCharsets.UTF_8));
        Files.setLastModifiedTime(after, FileTime.from(kit.clock.instant()));
        kit.shared(after).forEach(name -> expected.add(kit.told(name, Kind.SIZE)));

        kit.cycle();

        assertThat(kit.damage()).containsExactlyElementsOf(expected);
        assertThat(expected).hasSize(6);
    }

    @Test
    void aRemovedSnapshotTakesItsFilesAndItsDamageWithIt() throws Exception {
        List<String> snapshots = kit.history(10, 3, new Random(5));
        kit.pass(Duration.ofDays(1));
        ScrubKit.flip(kit.shared(1).getFirst(), 3);
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
        String snapshot = kit.history(9, 2, new Random(6)).getLast();
        Path whole = kit.shared(2).getFirst();
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
        List<String> snapshots = kit.history(9, 2, new Random(11));
        Files.delete(kit.layout.snapshot(snapshots.getFirst()).resolve("run.json"));
        Files.writeString(kit.layout.snapshot(snapshots.getLast()).resolve("run.json"), "{");
        kit.cycle();
        assertThat(kit.damage())
                .containsExactly(
                        snapshots.getFirst() + "//run.json MANIFEST", snapshots.getLast() + "//run.json MANIFEST");
    }

    @Test
    void whatIsDeletedBetweenThePlanAndTheReadingIsMissing() throws Exception {
        kit.history(12, 1, new Random(13));
        List<Path> files = kit.shared(1);
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
        kit.history(12, 1, new Random(14));
        List<Path> files = kit.shared(1);
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
    void knownDamageStaysOnTheListUntilItIsLookedAtAndRight() throws Exception {
        String name = kit.history(9, 1, new Random(18)).getFirst();
        Path snapshot = kit.layout.snapshot(name);
        Path file = kit.shared(1).getFirst();
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
        List<String> before = kit.history(9, 2, new Random(19));
        Path rotten = kit.shared(2).get(0);
        Path changed = kit.shared(2).get(1);
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
}
