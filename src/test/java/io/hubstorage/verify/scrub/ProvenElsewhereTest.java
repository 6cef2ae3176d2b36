package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What backups and verifications have read is not read again by a cycle. */
final class ProvenElsewhereTest extends ScrubKitTest {
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
        kit.prove(kit.file(first, "photos/09.jpg"));
        try (Proofs withdrawn = Proofs.begin(kit.layout)) {
            Path proven = kit.file(first, "photos/08.jpg");
            withdrawn.add(
                    proven, Files.readAttributes(proven, BasicFileAttributes.class), ScrubKit.sha256(proven), now);
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

    @Test
    void whatIsPutInTheFilesPlaceWhileItIsReadCountsAsReadByNobody() throws Exception {
        kit.history(3, 1, new Random(1));
        kit.pass(Duration.ofDays(1));
        Path file = kit.inodes().values().iterator().next().getFirst();
        BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
        String hash = ScrubKit.sha256(file);
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

    @Test
    void whatTheVerifyCommandHasReadIsNotReadAgainInTheCycle() throws Exception {
        List<String> snapshots = kit.history(10, 2, new Random(10));
        int inodes = kit.inodes().size();
        Path rotten = kit.shared(2).getFirst();
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
}
