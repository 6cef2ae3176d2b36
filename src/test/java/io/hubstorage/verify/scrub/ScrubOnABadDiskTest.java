package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.testkit.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A disk that is full, goes away or gives back nothing is neither damage nor proof. */
final class ScrubOnABadDiskTest extends ScrubKitTest {
    @Test
    void tornAndDamagedLedgersCostAReadingAndNoMore() throws Exception {
        kit.history(20, 2, new Random(7));
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
        kit.history(20, 2, new Random(8));
        int inodes = kit.inodes().size();
        try (SmallDisk disk = SmallDisk.mount(kit.layout.scrub(), 1, 100)) {
            kit.pass(Duration.ofDays(1));
            assertThatThrownBy(kit.scrub(5, 1)::run).isInstanceOf(Pace.OverException.class);
            kit.prove(kit.inodes().values().iterator().next().getFirst());
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
    void aDiskThatGoesAwayInTheMiddleIsNeitherDamageNorProof() throws Exception {
        Path snapshot = kit.layout.snapshot(kit.history(12, 1, new Random(15)).getFirst());
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
        kit.history(8, 1, new Random(16));
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
        List<String> snapshots = kit.history(9, 2, new Random(20));
        long others = kit.shared(2).size();
        Path index = kit.layout.snapshot(snapshots.getFirst()).resolve("manifest/photos.index.json");
        Files.delete(index);
        Files.createDirectory(index);
        assertThat(kit.cycle()).isGreaterThanOrEqualTo(others);
        assertThat(kit.integrity().cycle().cycleFinished()).isNotNull();
        assertThat(kit.integrity().cycle().provenSince()).isNull();
    }

    @Test
    void aDiskThatIsGoneIsNoDamage() throws Exception {
        kit.history(5, 1, new Random(9));
        Path data = kit.hub.data();
        Scrub scrub =
                new Scrub(kit.layout, kit.clock, kit.pace(() -> true), () -> Optional.of("the disk is not mounted"));
        assertThatThrownBy(scrub::run).hasMessage("the disk is not mounted");
        assertThat(data.resolve(".hubstorage/damage.jsonl")).doesNotExist();
    }
}
