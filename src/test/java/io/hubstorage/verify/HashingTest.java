package io.hubstorage.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.fs.Sha256;
import io.hubstorage.manifest.ContentCompressor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.testkit.TextBucket;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HashingTest {
    private static final byte[] TEXT = TextBucket.text(50_000, 1);

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
    void aCompressedFileIsProvenByItsContentToo() throws Exception {
        ManifestEntry.Stored stored = compressed();

        run(packed("1", "right", TEXT.length, sha256(TEXT), stored));
        assertThat(found.get("right")).isEqualTo(stored.sha256());

        run(
                packed("2", "other", TEXT.length, sha256(new byte[1]), stored),
                packed("3", "longer", TEXT.length + 1, sha256(TEXT), stored));
        assertThat(found.get("other")).startsWith("unreadable").contains(sha256(TEXT));
        assertThat(found.get("longer")).startsWith("unreadable");
    }

    @Test
    void aLinkThatIsSaidToHoldSomethingElseIsNotProvenByTheOther() throws Exception {
        ManifestEntry.Stored stored = compressed();

        run(
                packed("1", "right", TEXT.length, sha256(TEXT), stored),
                packed("1", "other", TEXT.length, sha256(new byte[1]), stored),
                packed("1", "again", TEXT.length, sha256(TEXT), stored));

        assertThat(found.get("right")).isEqualTo(stored.sha256());
        assertThat(found.get("again")).isEqualTo(stored.sha256());
        assertThat(found.get("other")).startsWith("unreadable");
    }

    private Hashing.Job packed(String inode, String key, long size, String sha256, ManifestEntry.Stored stored) {
        return new Hashing.Job(inode, "file", "file", key, size, sha256, stored);
    }

    /** Makes the file that all of these jobs are about. */
    private ManifestEntry.Stored compressed() throws Exception {
        try (FileChannel to =
                FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            return Objects.requireNonNull(ContentCompressor.write(
                    Channels.newChannel(new ByteArrayInputStream(TEXT)),
                    TEXT.length,
                    sha256(TEXT),
                    3,
                    TEXT.length,
                    to));
        }
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Sha256.digest().digest(bytes));
    }

    @Test
    void whatCannotBeReadForAnyReasonIsToldAndTheOthersAreRead() throws Exception {
        Hashing.Job gone = job("1", "gone");
        Files.delete(folder.resolve("gone"));

        run(gone, job("2", "two"), new Hashing.Job("3", "no\0path", "no\0path", "bad", 0, "", null));

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
        return new Hashing.Job(inode, name, name, name, name.length(), "", null);
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
                    public void read(Hashing.Job job, BasicFileAttributes before, String sha256) {
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
