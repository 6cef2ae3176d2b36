package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HashingTest {
    private final Map<String, String> found = new TreeMap<>();
    private final VerifyProgress progress = new VerifyProgress();

    @TempDir
    private Path folder = Path.of("");

    @Test
    void filesWithoutInodeNumbersAreReadEachForItself() throws Exception {
        run(job("", "one"), job("", "two"), job("", "three"));

        assertThat(found.values()).doesNotHaveDuplicates();
        assertThat(found).containsOnlyKeys("one", "two", "three");
        assertThat(progress.filesHashed()).isEqualTo(3);
    }

    @Test
    void linksOfOneFileAreReadOnceAndToldEach() throws Exception {
        run(job("7", "one"), job("7", "two"), job("8", "three"));

        assertThat(found.get("one")).isEqualTo(found.get("two")).isNotEqualTo(found.get("three"));
        assertThat(progress.filesHashed()).isEqualTo(2);
    }

    @Test
    void whatCannotBeReadForAnyReasonIsToldAndTheOthersAreRead() throws Exception {
        Hashing.Job gone = job("1", "gone");
        Files.delete(folder.resolve("gone"));

        run(gone, job("2", "two"), new Hashing.Job("3", "no\0path", "no\0path", "bad", 0, ""));

        assertThat(found.get("gone")).startsWith("unreadable");
        assertThat(found.get("bad")).startsWith("unreadable");
        assertThat(found.get("two")).hasSize(64);
    }

    @Test
    void anErrorThatNobodyForesawEndsTheVerificationRatherThanLeaveAFileOut() throws Exception {
        assertThatThrownBy(() -> run(
                        ignored -> {
                            throw new StackOverflowError();
                        },
                        job("1", "one"),
                        job("2", "two")))
                .isInstanceOf(StackOverflowError.class);
    }

    private Hashing.Job job(String inode, String name) throws IOException {
        Files.writeString(folder.resolve(name), name);
        return new Hashing.Job(inode, name, name, name, name.length(), "");
    }

    private void run(Hashing.Job... jobs) throws Exception {
        run(ignored -> {}, jobs);
    }

    private void run(Consumer<Hashing.Job> also, Hashing.Job... jobs) throws Exception {
        try (ExternalSort<Hashing.Job> sort = new ExternalSort<>(
                Comparator.comparing(Hashing.Job::inode), Hashing.Job.CODEC, folder, ExternalSort.DEFAULT_RUN)) {
            for (Hashing.Job job : jobs) {
                sort.add(job);
            }
            try (Sorted<Hashing.Job> sorted = sort.sorted()) {
                new Hashing(progress).run(folder, sorted, new Hashing.Sink() {
                    @Override
                    public void read(Hashing.Job job, String sha256) {
                        also.accept(job);
                        found.put(job.key(), sha256);
                    }

                    @Override
                    public void unreadable(Hashing.Job job, Throwable failure) {
                        found.put(job.key(), "unreadable: " + failure.getMessage());
                    }
                });
            }
        }
    }
}
