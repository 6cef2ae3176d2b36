package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.BucketOptions;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CopyCheckTest {
    private final BucketOptions bucket =
            BucketOptions.parse(List.of("--objects=30", "--size=70000", "--keys=a-#/b-#", "--latency-ms=5"));

    @TempDir
    Path tree;

    @BeforeEach
    void copy() throws IOException {
        for (SyntheticObject object : bucket.bucket(1).objects().toList()) {
            Path file = tree.resolve(object.key());
            Files.createDirectories(file.resolveSibling(""));
            Files.write(file, object.body());
        }
    }

    @Test
    void aFaithfulCopyIsRight() throws IOException {
        assertThat(CopyCheck.of(tree, bucket, false)).isEqualTo(new CopyCheck(0, 0, 0));
        assertThat(CopyCheck.of(tree, bucket, true).right()).isTrue();
    }

    @Test
    void oneOtherByteAtTheEndIsFoundWhenEveryByteIsRead() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(tree.resolve("a-2/b-9").toFile(), "rw")) {
            file.seek(69_999);
            int last = file.read();
            file.seek(69_999);
            file.write(last ^ 1);
        }
        assertThat(CopyCheck.of(tree, bucket, true)).isEqualTo(new CopyCheck(0, 1, 0));
    }

    @Test
    void aMissingAFileTooLongAndAStrayOneAreCountedApart() throws IOException {
        Files.delete(tree.resolve("a-0/b-0"));
        Files.write(tree.resolve("a-1/b-0"), new byte[70_001]);
        Files.write(tree.resolve("a-1/b-0.partial"), new byte[1]);

        assertThat(CopyCheck.of(tree, bucket, false)).isEqualTo(new CopyCheck(1, 1, 1));
        assertThat(CopyCheck.of(tree, bucket, false)).hasToString("1 missing, 1 wrong, 1 stray");
    }
}
