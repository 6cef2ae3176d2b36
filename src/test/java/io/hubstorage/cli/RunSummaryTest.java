package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
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
}
