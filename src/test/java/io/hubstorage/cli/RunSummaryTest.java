package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Sizes;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the end of {@code backup} says of how well the copy is proven. */
final class RunSummaryTest {
    @TempDir
    Path home;

    private SyntheticS3 s3;
    private Hub hub;
    private SyntheticBucket bucket;

    @BeforeEach
    void start() {
        s3 = SyntheticS3.start();
        hub = new Hub(home, s3.settings(), InstantSource.system()).configure("photos");
        bucket = s3.bucket("photos", SyntheticBucket.ofKeys(300, List.of("a", "b", "c", "empty/")));
        bucket.add("empty/", 0);
    }

    @AfterEach
    void stop() {
        hub.close();
        s3.close();
    }

    private String summary(RunRecord run) {
        StringWriter text = new StringWriter();
        new RunSummary(run, new Layout(hub.data())).print(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void whatOnlyItsLengthVouchesForIsCountedAlsoWhenNothingChangedSince() {
        bucket.put(bucket.get("a").withKms());
        bucket.put(bucket.get("b").withKms());

        assertThat(summary(hub.backUp())).contains("2 objects in it could be checked by length alone");
        assertThat(summary(hub.backUp())).contains("no changes", "2 objects in it could be checked by length alone");
    }

    @Test
    void whereEverythingIsProvenThereIsNothingToSay() {
        assertThat(summary(hub.backUp())).contains("New snapshot").doesNotContain("length");
    }

    @Test
    void itTellsWhatIsNewOnTheDiskAsDuCountsIt() throws Exception {
        s3.bucket("photos", SyntheticBucket.ofKeys(100, keys()));
        RunRecord first = hub.backUp();

        long du = du(first);
        Path snapshot = new Layout(hub.data()).snapshot(Objects.requireNonNull(first.snapshot()));
        long told = Objects.requireNonNull(
                Certificate.read(Layout.certificate(snapshot)).allocatedBytes());
        assertThat(told).isCloseTo(du, withinPercentage(5));
        assertThat(summary(first)).contains("97.7 KiB total \u00b7 " + Sizes.bytes((double) told) + " new on disk");
    }

    @Test
    void whatIsLinkedIsNotNewOnTheDiskButTheFoldersAre() throws Exception {
        s3.bucket("photos", SyntheticBucket.ofKeys(100, keys())).add("one-more", 100);
        RunRecord first = hub.backUp();
        s3.bucket("photos").add("two-more", 100);
        RunRecord second = hub.backUp();

        Layout layout = new Layout(hub.data());
        Path one = layout.snapshot(Objects.requireNonNull(first.snapshot()));
        Path two = layout.snapshot(Objects.requireNonNull(second.snapshot()));
        long told =
                Objects.requireNonNull(Certificate.read(Layout.certificate(two)).allocatedBytes());
        // du counts a file with several names once, at the first.
        assertThat(told).isCloseTo(du(one, two), withinPercentage(10));
    }

    /** Half of them in one folder, half of them in twenty. */
    private static List<String> keys() {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> i % 2 == 0 ? "photo-%04d.jpg".formatted(i) : "%02d/photo-%04d.jpg".formatted(i % 40, i))
                .toList();
    }

    private long du(RunRecord run) throws Exception {
        return du(new Layout(hub.data()).snapshot(Objects.requireNonNull(run.snapshot())));
    }

    /** What the last of the folders takes beside those before it, in bytes. */
    private static long du(Path... folders) throws Exception {
        List<String> command = new ArrayList<>(List.of("du", "-sk"));
        for (Path folder : folders) {
            command.add(folder.toString());
        }
        Process du = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(du.waitFor()).as(said).isZero();
        List<String> lines = said.lines().toList();
        return 1_024 * Long.parseLong(lines.getLast().split("\t", -1)[0]);
    }
}
