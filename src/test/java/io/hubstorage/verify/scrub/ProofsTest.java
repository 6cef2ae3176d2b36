package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the way of proofs outside the cycle does not stand in the way of what proves. */
@Timeout(60)
final class ProofsTest {
    private static final Instant NOW = Instant.parse("2026-11-27T06:15:00Z");
    private static final String HASH = "0".repeat(64);

    @TempDir
    Path home;

    private Layout layout;

    @BeforeEach
    void begin() throws IOException {
        layout = new Layout(home.resolve("data"));
        Files.createDirectories(layout.scrub());
    }

    private Path left(int number) {
        return layout.scrub().resolve(".proofs-%d.jsonl.zst.tmp".formatted(number));
    }

    private static void add(Proofs proofs, Path file) throws IOException {
        proofs.add(file, Files.readAttributes(file, BasicFileAttributes.class), HASH, NOW);
    }

    @Test
    void whatIsNoFileOfOursIsLeftAloneAndWhatIsLeftOfOneGoes() throws Exception {
        Files.createDirectory(left(1));
        Files.createSymbolicLink(left(2), Files.writeString(home.resolve("mine"), "mine"));
        Files.createSymbolicLink(left(3), home.resolve("nowhere"));
        Process pipe = new ProcessBuilder("mkfifo", left(4).toString()).start();
        assumeTrue(pipe.waitFor() == 0, "no pipe can be made here");
        Files.writeString(left(5), "half");
        Path file = Files.writeString(home.resolve("file"), "content");

        try (Proofs proofs = Proofs.begin(layout)) {
            add(proofs, file);
            proofs.commit();
        }

        assertThat(left(5)).doesNotExist();
        assertThat(List.of(left(1), left(2), left(3), left(4)))
                .allMatch(each -> Files.exists(each, LinkOption.NOFOLLOW_LINKS));
        assertThat(home.resolve("mine")).hasContent("mine");
        assertThat(Proofs.waiting(layout)).hasSize(1);
    }

    @Test
    void oneThatIsBeingWrittenUnderAnotherNameOfTheDataFolderStays() throws IOException {
        Files.createSymbolicLink(home.resolve("alias"), home.resolve("data"));
        Layout alias = new Layout(home.resolve("alias"));
        Path file = Files.writeString(home.resolve("file"), "content");

        try (Proofs proofs = Proofs.begin(layout)) {
            add(proofs, file);
            try (Proofs other = Proofs.begin(alias)) {
                add(other, file);
                other.commit();
            }
            proofs.commit();
        }

        assertThat(Proofs.waiting(layout)).hasSize(2);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the small disk is a tmpfs")
    void aFullDiskFailsNothingThatDoesNotDependOnThem() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "content");
        try (SmallDisk disk = SmallDisk.mount(home.resolve("small"), 4, 100)) {
            Layout small = new Layout(home.resolve("small"));
            try (Proofs proofs = Proofs.begin(small)) {
                disk.leave(0);
                add(proofs, file);
                assertThatThrownBy(proofs::commit).isInstanceOf(IOException.class);
                proofs.tryCommit();
            }
            assertThat(Proofs.waiting(small)).isEmpty();
            assertThat(small.scrub()).isEmptyDirectory();
        }
    }
}
