package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticS3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Real snapshots, made by the engine from a synthetic S3, to verify. */
public abstract class VerifyTest {
    @TempDir
    Path home;

    @TempDir
    Path scratch;

    SyntheticS3 s3;
    Hub hub;

    @BeforeEach
    void startEngine() {
        s3 = SyntheticS3.start();
        hub = new Hub(home, s3.settings(), InstantSource.system());
    }

    @AfterEach
    void stopEngine() {
        hub.close();
        s3.close();
    }

    Layout layout() {
        return new Layout(hub.data());
    }

    /** A run that must succeed and make a snapshot. */
    Path snapshot() {
        RunRecord run = hub.backUp();
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.newSnapshot()).isTrue();
        return hub.data().resolve(Objects.requireNonNull(run.snapshot()));
    }

    /** All that a verification told. */
    record Verified(VerifyReport report, List<VerifyReport.Snapshot> snapshots) {
        boolean ok() {
            return report.ok();
        }

        Tally hashed() {
            return report.hashed();
        }

        VerifyReport.Bucket bucket(String name) {
            return snapshots.getFirst().buckets().stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    Verified verify(Path... snapshots) {
        return verify(whole(Stream.of(snapshots).map(VerifyTest::name).toList()));
    }

    VerifyRequest whole(List<String> snapshots) {
        return new VerifyRequest(layout(), snapshots, Set.of(), 100, 0);
    }

    static String name(Path snapshot) {
        return snapshot.getFileName().toString();
    }

    Verified verify(VerifyRequest request) {
        return verify(request, new SnapshotVerifier(InstantSource.system(), scratch, 3));
    }

    Verified verify(VerifyRequest request, SnapshotVerifier verifier) {
        try {
            List<VerifyReport.Snapshot> snapshots = new ArrayList<>();
            VerifyReport report = verifier.verify(request, new VerifyProgress(), snapshots::add);
            assertThat(scratch).as("nothing is left behind").isEmptyDirectory();
            return new Verified(report, snapshots);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everything, in the only snapshot of the report. */
    static List<VerifyReport.Problem> problems(Verified verified) {
        assertThat(verified.snapshots).hasSize(1);
        assertThat(verified.ok()).isEqualTo(verified.report.problemsTotal() == 0);
        return verified.snapshots.getFirst().problems();
    }

    /** Replaces a read-only file's content, under the same inode. */
    public static void overwrite(Path file, byte[] content) throws IOException {
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.write(file, content);
    }
}
