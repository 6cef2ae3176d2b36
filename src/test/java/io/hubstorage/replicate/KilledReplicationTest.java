package io.hubstorage.replicate;

import static io.hubstorage.replicate.ReplicationKit.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whenever a replication dies: no snapshot can be seen in the copy that is not whole, and the next one goes on. */
final class KilledReplicationTest {
    private static final int KEYS = 9;
    /** More of both by {@code -Dreplication.kills=…} and {@code -Dreplication.stride=1}. */
    private static final int STRIDE = Integer.getInteger("replication.stride", 11);

    private static final int KILLS = Integer.getInteger("replication.kills", 12);

    @TempDir
    Path folder;

    @AutoClose
    private ReplicationKit kit;

    private String[] snapshots = {};

    @BeforeEach
    void make() throws IOException {
        kit = new ReplicationKit(folder.toRealPath());
        Random random = new Random(7);
        snapshots = new String[3];
        for (int day = 0; day < snapshots.length; day++) {
            for (int i = 0; i < KEYS; i++) {
                if (day == 0 || random.nextInt(4) == 0) {
                    kit.put("dir-%d/key-%02d".formatted(i % 3, i), "day %d, key %d".formatted(day, i));
                }
            }
            snapshots[day] = kit.snapshot(day);
        }
    }

    /** Whether it came to its end before that step. */
    private boolean dies(long step) {
        kit.killAt(step);
        Throwable thrown = catchThrowable(kit::replicate);
        kit.letLive();
        assertThat(thrown == null || thrown instanceof ReplicationKit.Killed)
                .as("%s", thrown)
                .isTrue();
        if (Files.isDirectory(kit.copy)) {
            kit.assertNothingHalfDone();
        }
        return thrown != null;
    }

    private ReplicationRecord goesOn() {
        ReplicationRecord record = kit.replicate();
        assertThat(record.result()).as(record.message()).isEqualTo(RunResult.SUCCESS);
        kit.assertCopied(snapshots);
        assertThat(kit.incoming(null)).isEmptyDirectory();
        assertThat(new Layout(kit.copy).replication().resolve("parts")).isEmptyDirectory();
        return record;
    }

    @Test
    void atRandomMomentsOneAfterTheOther() {
        Random random = new Random(42);
        int killed = 0;
        for (int i = 0; i < KILLS && dies(1 + random.nextInt(30)); i++) {
            killed++;
        }
        assertThat(killed).isGreaterThan(3);
        goesOn();
    }

    @Test
    void atEveryMomentFromItsBeginToItsEnd() throws IOException {
        int killed = 0;
        for (int step = 1; dies(step); step += STRIDE) {
            killed++;
            if (killed % 4 == 0) {
                goesOn();
            }
            Trees.delete(kit.copy);
            kit.forgetCopy();
        }
        assertThat(killed).isGreaterThan(5);
        goesOn();
    }

    @Test
    void whatWasWholeIsNotCopiedAgain() {
        long step = 1;
        while (!staged().findAny().isPresent() || names(kit.copy).isEmpty()) {
            assertThat(dies(step += 7))
                    .as("it came to its end before step %d", step)
                    .isTrue();
        }
        long left = staged().count();

        ReplicationRecord record = goesOn();

        assertThat(record.outcome().resumed().objects()
                        + record.outcome().linked().objects())
                .isGreaterThanOrEqualTo(left);
        assertThat(record.outcome().snapshots().there()).isPositive();
    }

    /** As after a power loss, which takes bytes of files that have their length and time already. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterAPowerLossEveryFileIsReadBeforeItIsBelieved(boolean lost) throws IOException {
        long step = 1;
        while (staged().count() < 3) {
            assertThat(dies(step += 2))
                    .as("it came to its end before step %d", step)
                    .isTrue();
        }
        Path state;
        try (Stream<Path> files = Files.list(kit.incoming(null))) {
            state = files.filter(file -> file.toString().endsWith(".json"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(state, Files.readString(state).replaceAll("\"mark\":\"[^\"]*\"", "\"mark\":\"before\""));
        Path file = staged().findFirst().orElseThrow();
        if (lost) {
            FileTime time = Files.getLastModifiedTime(file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            Files.write(file, new byte[Math.toIntExact(Files.size(file))]);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            Files.setLastModifiedTime(file, time);
        }
        long left = staged().count();

        assertThat(goesOn().outcome().resumed().objects()).isEqualTo(lost ? left - 1 : left);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "{\"format\":1}", "{\"format\":9,\"certificate\":\"x\",\"mark\":\"y\"}"})
    void aTornNoteOfWhatWasBegunMeansThatItIsBegunAnew(String text) throws IOException {
        long step = 1;
        while (staged().count() < 3) {
            assertThat(dies(step += 2))
                    .as("it came to its end before step %d", step)
                    .isTrue();
        }
        try (Stream<Path> files = Files.list(kit.incoming(null))) {
            Files.writeString(
                    files.filter(file -> file.toString().endsWith(".json"))
                            .findFirst()
                            .orElseThrow(),
                    text);
        }
        // What a kill leaves that no finally has cleared away.
        Files.writeString(new Layout(kit.copy).replication().resolve("parts/1"), "half");
        Files.writeString(kit.incoming(null).resolve(".x.json.1.tmp"), "half");

        assertThat(goesOn().outcome().resumed().objects()).isZero();
    }

    /** Those of the snapshot that is being put together. */
    private Stream<Path> staged() {
        if (!Files.isDirectory(kit.incoming(null))) {
            return Stream.empty();
        }
        try (Stream<Path> all = Files.walk(kit.incoming(null))) {
            return all
                    .filter(file -> Files.isRegularFile(file) && file.toString().contains("/s3/"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
