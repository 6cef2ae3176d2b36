package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketCounts.Fate;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunRecord.BucketRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunSentenceTest {
    private static final Instant START = Instant.parse("2026-11-01T10:00:00Z");

    private static BucketRecord bucket(String name, Map<Fate, Tally> counts) {
        return bucket(name, RunResult.SUCCESS, counts, 0, null);
    }

    private static BucketRecord bucket(
            String name, RunResult result, Map<Fate, Tally> counts, long failures, @Nullable String error) {
        return new BucketRecord(
                name, new BucketOutcome(result, false, new BucketCounts(counts), List.of(), failures, error), true);
    }

    private static final BucketRecord PHOTOS =
            bucket("photos", Map.of(Fate.DOWNLOADED, new Tally(1, 300), Fate.LINKED, new Tally(1200, 1 << 20)));
    private static final BucketRecord DENIED =
            bucket("music", RunResult.FAILED, Map.of(), 0, "access denied. Check the policy.");
    private static final BucketRecord GAPS =
            bucket("docs", RunResult.PARTIAL, Map.of(Fate.KEPT, new Tally(2, 10)), 2, null);

    @Test
    void aNewSnapshotSaysWhatIsNewAndWhatIsNot() {
        assertThat(RunSentence.committed(List.of(PHOTOS), 0))
                .isEqualTo("photos is safe: 1 object (300 B) new or changed, 1,200 objects unchanged");
        assertThat(RunSentence.committed(List.of(PHOTOS, PHOTOS), 1))
                .isEqualTo("all 2 buckets are safe: 2 objects (600 B) new or changed, 2,400 objects unchanged;"
                        + " 1 other bucket was not part of this run and stays as before");
        assertThat(RunSentence.committed(List.of(PHOTOS), 2))
                .endsWith("; 2 other buckets were not part of this run and stay as before");
    }

    @Test
    void whatWentWrongComesFirst() {
        assertThat(RunSentence.allSafe(List.of(PHOTOS))).isTrue();
        assertThat(RunSentence.allSafe(List.of(PHOTOS, GAPS))).isFalse();
        assertThat(RunSentence.committed(List.of(PHOTOS, DENIED, GAPS), 0))
                .isEqualTo("music failed (access denied. Check the policy.); docs: 2 objects could not be copied; 1"
                        + " object (300 B) new or changed, 1,200 objects unchanged, 2 kept in their previous"
                        + " version");
    }

    @Test
    void everythingThatIsNotAsOneMightExpectIsNamed() {
        BucketRecord odd = bucket(
                "odd",
                Map.of(
                        Fate.METADATA_REFRESHED, new Tally(1, 0),
                        Fate.REFETCHED, new Tally(2, 0),
                        Fate.DELETED, new Tally(3, 0),
                        Fate.CARRIED, new Tally(4, 0),
                        Fate.KEPT, new Tally(5, 0),
                        Fate.ARCHIVED, new Tally(6, 0),
                        Fate.VANISHED, new Tally(7000, 0)));

        assertThat(RunSentence.committed(List.of(odd), 0))
                .endsWith("unchanged, 1 with new metadata, 2 fetched again because the disk no longer held them,"
                        + " 3 gone, 4 gone from S3 and kept, 5 kept in their previous version,"
                        + " 6 archived and not readable, 7,000 vanished meanwhile");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-1 | , but not all of its files were looked at",
                "0 | ' and its files are in place'",
                "59 | , its files were last looked at less than an hour ago",
                "60 | , its files were last looked at an hour ago",
                "119 | , its files were last looked at an hour ago",
                "120 | , its files were last looked at 2 hours ago"
            })
    void withoutChangesItSaysWhenTheFilesWereLookedAt(int minutesAgo, String looked) {
        Instant checked = minutesAgo < 0 ? null : START.minus(Duration.ofMinutes(minutesAgo));

        assertThat(RunSentence.unchanged("hublink_1", checked, START, List.of(bucket("photos", Map.of()))))
                .isEqualTo("photos: no changes; hublink_1 is still current" + looked);
    }

    @Test
    void withoutChangesTroubleIsToldAllTheSame() {
        assertThat(RunSentence.unchanged("hublink_1", START, START, List.of(GAPS)))
                .isEqualTo("docs: 2 objects could not be copied; nothing else changed since hublink_1,"
                        + " 2 kept in their previous version");
    }

    @Test
    void aDryRunSaysWhetherThereIsRoom() {
        Path folder = Path.of("/data");

        assertThat(RunSentence.planned(List.of(PHOTOS), folder, 330))
                .isEqualTo("dry run, nothing was written: would download 1 object (300 B), link 1,200 objects"
                        + " (1.00 MiB), leave out 0 objects (0 B) that the last snapshot has; 330 B free");
        assertThat(RunSentence.planned(List.of(PHOTOS, DENIED), folder, 329))
                .startsWith("music failed (access denied. Check the policy.); dry run, nothing was written: ")
                .contains("; not enough room on /data: 330 B needed");
    }
}
