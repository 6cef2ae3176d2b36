package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody put symbolic links into the data folder: nothing is written, linked or believed through them. */
final class PlantedLinkTest extends VerifyTest {
    private Path outside;

    @BeforeEach
    void makeOutside() throws IOException {
        outside = Files.createDirectories(home.resolve("outside"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "staging", "journal", "trash"})
    void aFolderOfOursThatIsALinkStopsTheRunAndIsNamed(String name) throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(5, 10, "#.jpg"));
        hub.configure("photos");
        Path first = snapshot();
        bucket.change("1.jpg");
        Path folder = hub.data().resolve(".hubstorage").resolve(name);
        if (Files.exists(folder)) {
            Files.move(folder, outside.resolve("moved"));
            Files.createSymbolicLink(folder, outside.resolve("moved"));
        } else {
            Files.createSymbolicLink(folder, outside);
        }
        List<String> before = listing(outside);

        assertThatThrownBy(hub::backUp)
                .isInstanceOf(ReplyException.class)
                .hasMessageContaining("is a symbolic link")
                .hasMessageContaining(folder.toString());
        assertThat(listing(outside)).isEqualTo(before);
        assertThat(verify(first).ok()).isTrue();
        Files.delete(folder);
        if (name.isEmpty()) {
            Files.move(outside.resolve("moved"), folder);
        }
        assertThat(verify(snapshot()).ok()).isTrue();
    }

    @Test
    void aLockFileThatIsALinkLeavesWhatItPointsToAsItIs() throws IOException {
        s3.bucket("photos", SyntheticBucket.uniform(5, 10, "#.jpg"));
        hub.configure("photos");
        Path precious = Files.writeString(outside.resolve("precious"), "do not truncate");
        Files.createDirectories(hub.data().resolve(".hubstorage"));
        Files.createSymbolicLink(hub.data().resolve(".hubstorage/lock"), precious);

        assertThatThrownBy(hub::backUp).isInstanceOf(ReplyException.class).hasMessageContaining("is a symbolic link");

        assertThat(precious).hasContent("do not truncate");
    }

    @Test
    void aFileOfTheLastSnapshotThatBecameALinkIsFetchedAgainAndNotLinked() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(5, 10, "#.jpg"));
        hub.configure("photos");
        Path file = snapshot().resolve("s3/photos/3.jpg");
        Files.move(file, outside.resolve("3.jpg"));
        Files.createSymbolicLink(file, outside.resolve("3.jpg"));
        bucket.change("1.jpg");

        Path second = snapshot();

        assertThat(problems(verify(second))).isEmpty();
        assertThat(Files.isSameFile(second.resolve("s3/photos/3.jpg"), outside.resolve("3.jpg")))
                .isFalse();
    }

    @Test
    void aFolderOfTheLastSnapshotThatBecameALinkIsNotFollowed() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(5, 10, "a/b/#.jpg"));
        bucket.add("z", 10);
        hub.configure("photos");
        Path folder = snapshot().resolve("s3/photos/a");
        Files.move(folder, outside.resolve("a"));
        Files.createSymbolicLink(folder, outside.resolve("a"));
        bucket.change("z");

        Path second = snapshot();

        assertThat(problems(verify(second))).isEmpty();
        assertThat(Files.isSameFile(second.resolve("s3/photos/a/b/3.jpg"), outside.resolve("a/b/3.jpg")))
                .isFalse();
    }

    @Test
    void aBucketsFolderOfTheLastSnapshotThatBecameALinkIsNotFollowed() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(5, 10, "#.jpg"));
        hub.configure("photos");
        Path folder = snapshot().resolve("s3/photos");
        Files.move(folder, outside.resolve("photos"));
        Files.createSymbolicLink(folder, outside.resolve("photos"));
        bucket.change("1.jpg");

        Path second = snapshot();

        assertThat(problems(verify(second))).isEmpty();
        assertThat(Files.isSameFile(second.resolve("s3/photos/3.jpg"), outside.resolve("photos/3.jpg")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "pass-1", "pass-1/photos", "pass-1/photos/a", "pass-1/photos/a/3.jpg"})
    void aLinkInAnInterruptedRunsStagingIsNotFollowed(String name) throws IOException {
        s3.bucket("photos", SyntheticBucket.uniform(5, 10, "a/#.jpg")).add("z", 10);
        hub.configure("photos");
        Path staged = interrupt("z").resolve(name);
        Files.move(staged, outside.resolve("moved"));
        Files.createSymbolicLink(staged, outside.resolve("moved"));
        List<String> before = listing(outside);

        Path snapshot = snapshot();

        assertThat(problems(verify(snapshot))).isEmpty();
        assertThat(listing(outside)).isEqualTo(before);
        try (Stream<Path> moved = Files.walk(outside)) {
            for (Path file : moved.filter(Files::isRegularFile).toList()) {
                assertThat(Files.getAttribute(file, "unix:nlink"))
                        .as("%s has no name in the snapshot", file)
                        .isEqualTo(1);
            }
        }
    }

    /** Stops a run that has downloaded everything but this key; returns its staging. */
    private Path interrupt(String key) throws IOException {
        HeldRequests held = new HeldRequests();
        s3.faults().whenGetting(key).times(1).then(new Fault.Hold(held));
        hub.start();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));
        Path stagings = hub.data().resolve(".hubstorage/staging");
        Path journals = hub.data().resolve(".hubstorage/journal");
        await().until(() -> held.arrived() == 1 && journaled(journals) == 5);
        hub.stop();
        held.open();
        try (Stream<Path> left = Files.list(stagings)) {
            return left.findFirst().orElseThrow();
        }
    }

    private static long journaled(Path journals) throws IOException {
        long lines = 0;
        try (Stream<Path> files = Files.walk(journals)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".journal")).toList()) {
                lines += Files.readString(file).lines().count();
            }
        }
        return lines;
    }

    private static List<String> listing(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> Objects.toString(folder.relativize(file)) + " "
                            + file.toFile().lastModified())
                    .sorted()
                    .toList();
        }
    }
}
