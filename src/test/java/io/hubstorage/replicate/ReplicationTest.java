package io.hubstorage.replicate;

import static io.hubstorage.replicate.ReplicationKit.BUCKET;
import static io.hubstorage.replicate.ReplicationKit.T0;
import static io.hubstorage.replicate.ReplicationKit.names;
import static io.hubstorage.replicate.ReplicationKit.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.ReplicationRecord.Failure;
import io.hubstorage.bus.ReplicationRecord.Snapshots;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.AwkwardKeys;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a copy holds, and what it never holds. */
final class ReplicationTest {
    @TempDir
    Path folder;

    @AutoClose
    private ReplicationKit kit;

    @BeforeEach
    void open() throws IOException {
        kit = new ReplicationKit(folder.toRealPath());
    }

    private static void change(Path file, String text) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        Files.setLastModifiedTime(file, time);
    }

    @Test
    void theCopyIsTheSameFileByFileSharesThemTheSameWayAndVerifies() throws IOException {
        for (String key : AwkwardKeys.all()) {
            kit.put(key, key.endsWith("/") ? "" : "body of " + key);
        }
        kit.made.put("photos@archive", "a/b", "of another account", Instant.parse("2020-02-29T12:00:00.123Z"));
        kit.made.put("empty", "gone", "x", T0).remove("empty", "gone");
        String first = kit.snapshot(0);
        kit.put("clash/b", "changed");
        kit.made.remove(BUCKET, "deep");
        String second = kit.snapshot(1);
        Files.createFile(Layout.pin(kit.data.resolve(second)));
        String third = kit.snapshot(2);
        kit.put("clash/b", "body of clash/b").put("new", "new");
        String fourth = kit.snapshot(3);

        ReplicationRecord record = kit.replicate();

        assertThat(record.result()).as(record.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.outcome().snapshots()).isEqualTo(new Snapshots(4, 0, 4, 0, 0, 0));
        kit.assertCopied(first, second, third, fourth);
        assertThat(kit.incoming(null)).isEmptyDirectory();
        assertThat(record.message()).contains("4 snapshots in " + kit.copy, "4 copied", "on the same disk");
    }

    @Test
    void whatDidNotChangeIsLinkedAndWhatDidIsCopiedToTheLastByte() {
        for (int i = 0; i < 30; i++) {
            kit.put("key-%02d".formatted(i), "1234567890");
        }
        String first = kit.snapshot(0);
        String same = kit.snapshot(1);
        for (int i = 0; i < 30; i++) {
            kit.put("key-%02d".formatted(i), "other");
        }
        String other = kit.snapshot(2);

        ReplicationRecord record = kit.replicate();

        assertThat(record.outcome().linked()).isEqualTo(new Tally(30, 300));
        assertThat(record.outcome().copied()).isEqualTo(new Tally(60, 450));
        assertThat(record.outcome().resumed()).isEqualTo(Tally.ZERO);
        assertThat(record.outcome().unproven()).isEqualTo(Tally.ZERO);
        kit.assertCopied(first, same, other);

        ReplicationRecord again = kit.replicate();
        assertThat(again.outcome().snapshots()).isEqualTo(new Snapshots(3, 3, 0, 0, 0, 0));
        assertThat(again.outcome().linked().plus(again.outcome().copied())).isEqualTo(Tally.ZERO);

        String next = kit.put("key-00", "newer").snapshot(3);
        ReplicationRecord more = kit.replicate();
        assertThat(more.outcome().snapshots()).isEqualTo(new Snapshots(4, 3, 1, 0, 0, 0));
        assertThat(more.outcome().linked()).isEqualTo(new Tally(29, 145));
        assertThat(more.outcome().copied()).isEqualTo(new Tally(1, 5));
        kit.assertCopied(first, same, other, next);
    }

    @Test
    void theLatestAloneOrThoseThatAreNamedAreCopiedAndTheOthersLater() {
        String first = kit.put("a", "1").put("b", "2").snapshot(0);
        String second = kit.put("a", "11").snapshot(1);
        String third = kit.put("c", "3").snapshot(2);

        assertThat(kit.replicate("latest").outcome().snapshots()).isEqualTo(new Snapshots(1, 0, 1, 0, 0, 0));
        kit.assertCopied(third);
        assertThat(kit.replicate(first).outcome().linked())
                .as("from the one after it, where there is none before")
                .isEqualTo(new Tally(1, 1));
        kit.replicate();
        kit.assertCopied(first, second, third);
        assertThatThrownBy(() -> kit.replicate("hublink_20200101000000"))
                .isInstanceOf(ReplyException.class)
                .hasMessageContaining("There is no snapshot hublink_20200101000000");
    }

    @Test
    void aFileThatIsAnotherInodeInTheDataFolderIsOneInTheCopyToo() throws IOException {
        String first = kit.put("a", "same bytes").put("b", "x").snapshot(0);
        String second = kit.snapshot(1);
        Path repaired = kit.file(second, "a");
        Files.delete(repaired);
        Files.copy(kit.file(first, "a"), repaired, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);

        assertThat(kit.replicate().outcome().linked()).isEqualTo(new Tally(1, 1));

        kit.assertCopied(first, second);
    }

    @Test
    void whereTheDataFolderHasNoneOfThemAnyMoreTheManifestsSayWhatIsTheSame() throws IOException {
        String first = kit.put("a", "same bytes").put("b", "x").snapshot(0);
        kit.replicate();
        String second = kit.put("b", "y").snapshot(1);
        Trees.delete(kit.data.resolve(first));

        assertThat(kit.replicate().outcome().linked()).isEqualTo(new Tally(1, 10));

        assertThat(names(kit.copy)).containsExactly(first, second);
        assertThat(tree(kit.copy.resolve(second))).isEqualTo(tree(kit.data.resolve(second)));
        assertThat(kit.problems(kit.copy)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "shorter", "longer", "missing", "link", "folder of a link"})
    void aDamagedFileIsNamedItsSnapshotsAreNotCopiedAndAllOthersAre(String damage) throws IOException {
        String first = kit.put("dir/a", "12345").put("b", "same").snapshot(0);
        String second = kit.put("dir/a", "54321").snapshot(1);
        String third = kit.snapshot(2);
        String fourth = kit.put("dir/a", "99999").snapshot(3);
        Path bad = kit.file(second, "dir/a");
        Path outside = Files.writeString(folder.resolve("outside"), "54321");
        switch (damage) {
            case "bytes" -> change(bad, "5432x");
            case "shorter" -> change(bad, "5432");
            case "longer" -> change(bad, "543210");
            default -> {
                for (String name : List.of(second, third)) {
                    Files.delete(kit.file(name, "dir/a"));
                    if (damage.equals("link")) {
                        Files.createSymbolicLink(kit.file(name, "dir/a"), outside);
                    } else if (damage.equals("folder of a link")) {
                        Files.delete(kit.file(name, "dir"));
                        Path real = Files.createDirectories(folder.resolve("real-" + name));
                        Files.copy(outside, real.resolve("a"));
                        Files.createSymbolicLink(kit.file(name, "dir"), real);
                    }
                }
            }
        }

        ReplicationRecord record = kit.replicate();

        assertThat(record.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(record.outcome().snapshots()).isEqualTo(new Snapshots(4, 0, 2, 2, 0, 0));
        assertThat(record.outcome().failures())
                .extracting(Failure::snapshot, Failure::bucket, Failure::key)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(second, BUCKET, "dir/a"),
                        org.assertj.core.groups.Tuple.tuple(third, BUCKET, "dir/a"));
        assertThat(record.message())
                .contains("2 snapshots could not be copied", "2 files in the data folder", "repair");
        kit.assertCopied(first, fourth);
    }

    @Test
    void whatWasRepairedIsCopiedTheNextTimeAndNothingElseIs() throws IOException {
        for (int i = 0; i < 10; i++) {
            kit.put("key-" + i, "body " + i);
        }
        String first = kit.snapshot(0);
        String second = kit.snapshot(1);
        change(kit.file(first, "key-5"), "rotten");
        assertThat(kit.replicate().result()).isEqualTo(RunResult.FAILED);
        assertThat(names(kit.copy)).isEmpty();
        change(kit.file(first, "key-5"), "body 5");

        ReplicationRecord record = kit.replicate();

        assertThat(record.result()).as(record.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.outcome().resumed().objects()).isEqualTo(9);
        assertThat(record.outcome().copied().objects()).isEqualTo(1);
        assertThat(record.outcome().linked().objects()).isEqualTo(10);
        kit.assertCopied(first, second);
    }

    @Test
    void aManifestOrCertificateThatIsNotWhatItWasCostsItsSnapshotAndNoOther() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        String second = kit.put("a", "2").snapshot(1);
        String third = kit.put("a", "3").snapshot(2);
        Path manifest = Layout.manifest(kit.data.resolve(second), BUCKET);
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(manifest, bytes);
        Files.writeString(Layout.certificate(kit.data.resolve(third)), "{");

        ReplicationRecord record = kit.replicate();

        assertThat(record.outcome().snapshots()).isEqualTo(new Snapshots(3, 0, 1, 2, 0, 0));
        assertThat(record.outcome().failures()).extracting(Failure::snapshot).containsExactly(second, third);
        kit.assertCopied(first);
    }

    @Test
    void aCertificateThatIsALinkIsNotBelieved() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        Path certificate = Layout.certificate(kit.data.resolve(first));
        Path outside = folder.resolve("run.json");
        Files.move(certificate, outside);
        Files.createSymbolicLink(certificate, outside);

        assertThat(kit.replicate().outcome().failures())
                .singleElement()
                .extracting(Failure::why)
                .isEqualTo("Its certificate is something else than a file.");
        assertThat(names(kit.copy)).isEmpty();
    }

    @Test
    void aManifestOfTheCopyThatRottedCostsSpaceAndNothingElse() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        kit.replicate();
        Path manifest = Layout.manifest(kit.copy.resolve(first), BUCKET);
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(manifest, bytes);
        String second = kit.snapshot(1);

        assertThat(kit.replicate().outcome().copied().objects()).isEqualTo(1);

        assertThat(tree(kit.copy.resolve(second))).isEqualTo(tree(kit.data.resolve(second)));
    }

    @Test
    void anIndexOfTheCopyThatCannotBeReadCostsSpaceAndNothingElse() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        kit.replicate();
        // Reading it is an error of the disk's.
        Path index = Layout.index(kit.copy.resolve(first), BUCKET);
        Files.delete(index);
        Files.createDirectory(index);
        String second = kit.snapshot(1);

        assertThat(kit.replicate().outcome().copied().objects()).isEqualTo(1);

        assertThat(tree(kit.copy.resolve(second))).isEqualTo(tree(kit.data.resolve(second)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCertificateThatCannotBeReadCostsItsSnapshotAndNoLaterOne(boolean inTheCopy) throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        kit.replicate();
        Path certificate = Layout.certificate((inTheCopy ? kit.copy : kit.data).resolve(first));
        Files.delete(certificate);
        Files.createDirectory(certificate);
        String second = kit.put("a", "2").snapshot(1);

        ReplicationRecord record = kit.replicate();

        assertThat(record.result()).as(record.message()).isEqualTo(RunResult.PARTIAL);
        assertThat(record.outcome().failures()).singleElement().satisfies(failure -> {
            assertThat(failure.snapshot()).isEqualTo(first);
            assertThat(failure.why()).contains("cannot be compared");
        });
        assertThat(tree(kit.copy.resolve(second))).isEqualTo(tree(kit.data.resolve(second)));
    }

    /** As after a power loss, which takes bytes of files that have their length and time already. */
    @Test
    void whatAPowerLossMayHaveTakenAndNobodyHasReadAgainIsNotLinkedFrom() throws IOException {
        String first = kit.put("a", "12345").put("b", "old").snapshot(0);
        String second = kit.put("b", "new").snapshot(1);
        change(kit.file(first, "b"), "rot");
        assertThat(kit.replicate(first).result()).isEqualTo(RunResult.FAILED);
        Path state = kit.incoming(first + ".json");
        Files.writeString(state, Files.readString(state).replaceAll("\"mark\":\"[^\"]*\"", "\"mark\":\"before\""));
        change(kit.incoming(first).resolve("s3/photos/a"), "00000");
        // So that no file of it is looked at.
        Path manifest = Layout.manifest(kit.data.resolve(first), BUCKET);
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(manifest, bytes);

        assertThat(kit.replicate().outcome().snapshots()).isEqualTo(new Snapshots(2, 0, 1, 1, 0, 0));

        kit.assertCopied(second);
    }

    @Test
    void aFileOfTheCopyThatSomebodyChangedIsNotLinkedOn() throws IOException {
        String first = kit.put("a", "12345").put("b", "x").snapshot(0);
        kit.replicate();
        Path file = kit.copy.resolve(first).resolve("s3/photos/a");
        change(file, "1234");
        String second = kit.snapshot(1);

        assertThat(kit.replicate().outcome().copied()).isEqualTo(new Tally(1, 5));

        assertThat(tree(kit.copy.resolve(second))).isEqualTo(tree(kit.data.resolve(second)));
    }

    @Test
    void snapshotsOfTheOldToolAreLeftOutAndSaid() throws IOException {
        Files.createDirectories(kit.data.resolve("hublink_20200101000000/s3/photos"));
        Files.writeString(kit.data.resolve("hublink_20200101000000/s3/photos/a"), "x");
        String first = kit.put("a", "1").snapshot(0);

        ReplicationRecord record = kit.replicate();

        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.outcome().snapshots()).isEqualTo(new Snapshots(1, 0, 1, 0, 1, 0));
        assertThat(record.message()).contains("1 snapshot of the old tool left out");
        kit.assertCopied(first);
        assertThatThrownBy(() -> kit.replicate("hublink_20200101000000")).hasMessageContaining("old tool");
    }

    @Test
    void whatNobodyHashedIsCopiedByItsLengthAndSaid() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        Unproven.forgetHashes(kit.data.resolve(first), BUCKET);

        ReplicationRecord record = kit.replicate();

        assertThat(record.outcome().unproven()).isEqualTo(new Tally(1, 1));
        assertThat(record.message()).contains("Of 1 file the manifest has no SHA-256");
        assertThat(tree(kit.copy.resolve(first))).isEqualTo(tree(kit.data.resolve(first)));
    }

    @Test
    void aSnapshotThatIsRemovedMeanwhileIsNoFailure() {
        kit.put("a", "1").put("b", "2").put("c", "3").snapshot(0);
        String second = kit.put("a", "2").snapshot(1);
        kit.stops = () -> new io.hubstorage.jobs.Cancellation() {
            private int steps;

            @Override
            public synchronized void check() {
                if (++steps == 6) {
                    try {
                        Trees.delete(kit.data.resolve(names(kit.data).getFirst()));
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            }
        };

        ReplicationRecord record = kit.replicate();

        assertThat(record.result()).as(record.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.outcome().failures()).isEmpty();
        assertThat(record.outcome().snapshots()).isEqualTo(new Snapshots(1, 0, 1, 0, 0, 0));
        kit.assertCopied(second);
    }

    @Test
    void aDataFolderWhoseDiskGoesAwayIsNotTakenForOneWhoseSnapshotsWereRemoved() throws IOException {
        kit.put("a", "1").snapshot(0);
        kit.put("a", "2").snapshot(1);
        Path away = folder.resolve("away");
        kit.stops = () -> new io.hubstorage.jobs.Cancellation() {
            private boolean gone;

            @Override
            public synchronized void check() {
                if (!gone) {
                    gone = true;
                    try {
                        Files.move(kit.data, away);
                        Files.createDirectory(kit.data);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            }
        };

        ReplicationRecord record = kit.replicate();

        assertThat(record.result()).as(record.message()).isEqualTo(RunResult.FAILED);
        assertThat(record.message()).contains("not mounted");
        assertThat(kit.data).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"without a certificate", "can be had back"})
    void whatTheDataFolderHasButCannotReadStaysInTheCopy(String how) throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        String second = kit.put("a", "2").snapshot(1);
        kit.replicate();
        Path there = kit.data.resolve(first);
        if (how.equals("can be had back")) {
            Path removed = new Layout(kit.data).removed(first);
            Files.createDirectories(Durable.folderOf(removed));
            Files.move(there, removed);
            there = removed;
        } else {
            Files.delete(Layout.certificate(there));
        }

        assertThat(kit.prune().result()).isEqualTo(RunResult.SUCCESS);
        assertThat(names(kit.copy)).containsExactly(first, second);

        Trees.delete(there);
        assertThat(kit.prune().outcome().snapshots().removed()).isEqualTo(1);
        assertThat(names(kit.copy)).containsExactly(second);
    }

    @Test
    void whatTheDataFolderHasNoMoreGoesOnlyWhenAskedAndNeverWhatIsPinnedOrNewest() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        String pinned = kit.put("a", "2").snapshot(1);
        Files.createFile(Layout.pin(kit.data.resolve(pinned)));
        String third = kit.put("a", "3").snapshot(2);
        String newest = kit.put("a", "4").snapshot(3);
        kit.replicate();
        for (String gone : List.of(first, pinned, newest)) {
            Trees.delete(kit.data.resolve(gone));
        }

        assertThat(kit.replicate().outcome().snapshots().removed()).isZero();
        assertThat(names(kit.copy)).containsExactly(first, pinned, third, newest);

        ReplicationRecord record = kit.prune();
        assertThat(record.outcome().snapshots().removed()).isEqualTo(1);
        assertThat(names(kit.copy)).containsExactly(pinned, third, newest);
        assertThat(new Layout(kit.copy).replication().resolve("removed")).isEmptyDirectory();
        assertThat(kit.problems(kit.copy)).isEmpty();
    }

    @Test
    void nothingIsRemovedFromTheCopyWhenTheDataFolderIsEmptyOrDamaged() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        String second = kit.put("a", "2").snapshot(1);
        kit.replicate();
        String third = kit.put("a", "3").snapshot(2);
        Trees.delete(kit.data.resolve(first));
        change(kit.file(third, "a"), "x");
        assertThat(kit.prune().outcome().snapshots()).isEqualTo(new Snapshots(2, 1, 0, 1, 0, 0));
        Trees.delete(kit.data.resolve(second));
        Trees.delete(kit.data.resolve(third));
        assertThat(kit.prune().outcome().snapshots()).isEqualTo(new Snapshots(0, 0, 0, 0, 0, 0));

        assertThat(names(kit.copy)).containsExactly(first, second);
    }

    @Test
    void aSnapshotThatIsPinnedLaterIsPinnedInTheCopyAndAPinThereStays() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        kit.replicate();
        Files.createFile(Layout.pin(kit.data.resolve(first)));
        kit.replicate();
        assertThat(Layout.pin(kit.copy.resolve(first))).exists();
        Files.delete(Layout.pin(kit.data.resolve(first)));
        kit.replicate();
        assertThat(Layout.pin(kit.copy.resolve(first))).exists();
    }

    @Test
    void anotherSnapshotOfTheSameNameStaysAndIsNamed() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        kit.replicate();
        Files.writeString(
                Layout.certificate(kit.data.resolve(first)),
                Files.readString(Layout.certificate(kit.data.resolve(first))) + " ");

        ReplicationRecord record = kit.replicate();

        assertThat(record.outcome().failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.why()).contains("another certificate"));
        assertThat(Files.readString(kit.copy.resolve(first).resolve("s3/photos/a")))
                .isEqualTo("1");
    }

    @Test
    void aCopyCanBeCopiedAndNoBackupGoesThere() throws IOException {
        String first = kit.put("a", "1").snapshot(0);
        kit.replicate();
        Destination copy = new Destination(new Layout(kit.copy), folder.resolve("elsewhere"));

        assertThat(copy.problem(false))
                .hasValueSatisfying(problem ->
                        assertThat(problem.sentence()).contains("copy of another data folder", "remove copy_of"));
        assertThat(copy.inspect().usable()).as("for what only reads").isTrue();

        try (ReplicationKit third = new ReplicationKit(
                Files.createDirectories(folder.resolve("third")).toRealPath())) {
            Trees.delete(third.data);
            Files.move(kit.copy, third.data);
            Trees.delete(third.folder.resolve("config/destination.json"));
            assertThat(third.replicate().result()).isEqualTo(RunResult.SUCCESS);
            third.assertCopied(first);
        }
    }

    @Test
    void aCopyThatTookThePlaceOfTheDataFolderIsNoCopyAnyMore() throws IOException {
        kit.put("a", "1").snapshot(0);
        kit.replicate();
        Path marker = new Layout(kit.copy).marker();
        Files.writeString(marker, Files.readString(marker).replaceAll(",\\s*\"copy_of\"[^}]*", ""));

        assertThat(kit.replicate().message()).contains("is a data folder of its own");
    }

    @Test
    void twoReplicationsDoNotWorkOnOneCopy() throws Exception {
        kit.put("a", "1").snapshot(0);
        kit.replicate();
        try (DataLock _ = DataLock.take(new Layout(kit.copy), ReplicationKit.NOW)) {
            assertThatThrownBy(() -> kit.replicate())
                    .isInstanceOf(ReplyException.class)
                    .satisfies(
                            e -> assertThat(((ReplyException) e).failureCode()).isEqualTo(Bus.LOCKED));
        }
    }
}
