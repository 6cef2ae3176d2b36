package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.snapshot.ExternalSort;
import io.hubstorage.snapshot.Sorted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HashingTest {
    private static final String OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    Path home;

    @TempDir
    Path scratch;

    private final Findings findings = new Findings("hublink_x", false);

    private List<Problem> problems(HashJob... jobs) throws IOException, InterruptedException {
        Files.createFile(home.resolve("empty"));
        Files.writeString(home.resolve("other"), "x");
        BucketTree tree = new BucketTree(0, "photos", home, findings);
        try (ExternalSort<HashJob> sort =
                new ExternalSort<>(Comparator.comparing(HashJob::inode), new HashJob.Codec(), scratch)) {
            for (HashJob job : jobs) {
                sort.add(job);
            }
            try (Sorted<HashJob> sorted = sort.sorted()) {
                new Hashing(List.of(tree), new VerifyProgress()).run(sorted);
            }
        }
        return findings.report().problems();
    }

    @Test
    void whatCannotBeHashedForAnyReasonIsAProblemAndTheOthersAreProvenAllTheSame()
            throws IOException, InterruptedException {
        assertThat(problems(
                        new HashJob("1", 0, "no\0path", "bad", 0, OF_NOTHING),
                        new HashJob("2", 0, "empty", "good", 0, OF_NOTHING)))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.UNREADABLE);
                    assertThat(problem.key()).isEqualTo("bad");
                });
        assertThat(findings.report().buckets().getFirst().proven().objects()).isEqualTo(1);
    }

    @Test
    void filesOnADiskWithoutInodeNumbersAreReadOneByOne() throws IOException, InterruptedException {
        assertThat(problems(
                        new HashJob("", 0, "empty", "good", 0, OF_NOTHING),
                        new HashJob("", 0, "other", "bad", 0, OF_NOTHING)))
                .extracting(Problem::key)
                .containsExactly("bad");
    }
}
