package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DestinationTest {
    @TempDir
    Path folder;

    private Layout layout = new Layout(Path.of("unset"));

    @BeforeEach
    void lay() {
        layout = new Layout(folder.resolve("data"));
    }

    @Test
    void lookingLeavesNoTrace() throws IOException {
        assertThat(destination().inspect().state()).isEqualTo(Destination.State.FIRST_USE);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theFirstUseIsRememberedAndMatchesFromThenOn() throws IOException {
        Destination.Check first = destination().claim();
        assertThat(first.state()).isEqualTo(Destination.State.FIRST_USE);
        assertThat(first.usable()).isTrue();
        Destination.Check second = destination().claim();
        assertThat(second.state()).isEqualTo(Destination.State.MATCHES);
        assertThat(second.usable()).isTrue();
        assertThat(second.id()).isEqualTo(first.id()).isNotNull();
    }

    @Test
    void anUnmountedDiskIsNotFilled() throws IOException {
        destination().claim();
        Trees.delete(layout.data());
        Files.createDirectories(layout.data());
        Destination.Check check = destination().claim();
        assertThat(check.state()).isEqualTo(Destination.State.MISSING_MARKER);
        assertThat(check.usable()).isFalse();
        assertThat(check.message()).contains(layout.data().toString(), "not mounted", "destination.json");
        assertThat(layout.data()).isEmptyDirectory();
    }

    @Test
    void aCopyKeepsItsMarkerAndNoBackupGoesThere() throws IOException {
        Files.createDirectories(layout.data());
        assertThat(destination().claimCopy("source").usable()).isTrue();
        String marker = Files.readString(layout.marker());

        assertThat(marker).contains("\"copy_of\" : \"source\"");
        assertThat(destination().claimCopy("source").state()).isEqualTo(Destination.State.MATCHES);
        assertThat(layout.marker()).hasContent(marker);
        assertThatThrownBy(() -> destination().claimCopy("another"))
                .hasMessageContaining("is a copy of another data folder (id source, this one has another)");
        assertThat(destination().inspect().usable()).as("for what only reads").isTrue();
        assertThat(destination().problem(true))
                .hasValueSatisfying(problem -> assertThat(problem.sentence())
                        .contains("holds a copy of another data folder", "remove copy_of from " + layout.marker()));
    }

    @Test
    void aDataFolderSaysNothingOfACopyAndBecomesNone() throws IOException {
        destination().claim();
        assertThat(Files.readString(layout.marker())).doesNotContain("copy_of");
        assertThat(destination().problem(true)).isEmpty();
        assertThatThrownBy(() -> destination().claimCopy("source")).hasMessageContaining("a data folder of its own");
    }

    @Test
    void anotherDiskInItsPlaceIsNoticed() throws IOException {
        destination().claim();
        Trees.delete(layout.data());
        new Destination(layout, folder.resolve("other-config")).claim();
        Destination.Check check = destination().claim();
        assertThat(check.state()).isEqualTo(Destination.State.REPLACED);
        assertThat(check.usable()).isFalse();
        assertThat(check.message()).contains("another disk", "destination.json");
    }

    @Test
    void removingItsEntryAcceptsTheNewDisk() throws IOException {
        destination().claim();
        Trees.delete(layout.data());
        Files.delete(folder.resolve("config/destination.json"));
        assertThat(destination().claim().state()).isEqualTo(Destination.State.FIRST_USE);
        assertThat(destination().claim().state()).isEqualTo(Destination.State.MATCHES);
    }

    @Test
    void aLostConfigurationAdoptsTheMarkerThatIsThere() throws IOException {
        String id = destination().claim().id();
        Trees.delete(folder.resolve("config"));
        assertThat(destination().claim().id()).isEqualTo(id);
        assertThat(destination().inspect().state()).isEqualTo(Destination.State.MATCHES);
    }

    @Test
    void severalDataFoldersAreRememberedSideBySide() throws IOException {
        destination().claim();
        Layout second = new Layout(folder.resolve("second"));
        new Destination(second, folder.resolve("config")).claim();
        assertThat(destination().inspect().state()).isEqualTo(Destination.State.MATCHES);
        assertThat(new Destination(second, folder.resolve("config")).inspect().state())
                .isEqualTo(Destination.State.MATCHES);
    }

    @Test
    void aDamagedFileIsNamed() throws IOException {
        destination().claim();
        Files.writeString(layout.marker(), "{");
        assertThatThrownBy(() -> destination().claim())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("marker.json is damaged");
        Files.writeString(layout.marker(), "{}");
        assertThatThrownBy(() -> destination().claim()).hasMessageContaining("holds no id");
    }

    @Test
    void aFolderThatCanBeWrittenToHasNoProblemBeforeAndAfterItsFirstUse() throws IOException {
        assertThat(destination().problem(true)).isEmpty();
        assertThat(destination().problem(false)).isEmpty();
        assertThat(folder).isEmptyDirectory();
        destination().claim();
        assertThat(destination().problem(true)).isEmpty();
        assertThat(layout.data()).isDirectoryContaining("glob:**.hubstorage");
    }

    @Test
    void aLinkInThePlaceOfOurFolderIsRefusedBeforeAnythingIsWritten() throws IOException {
        Files.createDirectories(layout.data());
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.createSymbolicLink(layout.hub(), elsewhere);
        assertThat(destination().problem(true))
                .hasValueSatisfying(problem -> assertThat(problem.sentence())
                        .isEqualTo(layout.hub() + " is a symbolic link, which HubStorage neither makes nor follows."
                                + " Remove it (what it points to stays)."));
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aDiskThatIsMissingOrAnotherOneIsTheProblemEvenIfItCouldBeWrittenTo() throws IOException {
        destination().claim();
        Files.delete(layout.marker());
        assertThat(destination().problem(true))
                .hasValueSatisfying(problem -> assertThat(problem.what()).contains("was used before", "not mounted"));
        Trees.delete(layout.data());
        assertThat(destination().problem(true))
                .hasValueSatisfying(problem -> assertThat(problem.what()).contains("was used before", "not mounted"));
        assertThat(layout.data()).doesNotExist();
        new Destination(layout, folder.resolve("other-config")).claim();
        assertThat(destination().problem(true))
                .hasValueSatisfying(problem -> assertThat(problem.what()).contains("another one than last time"));
    }

    @Test
    void whatIsInThePlaceOfAFolderIsNamed() throws IOException {
        Files.createFile(layout.data());
        assertThat(destination().problem(false))
                .hasValueSatisfying(problem -> assertThat(problem.what()).isEqualTo(layout.data() + " is no folder."));
        Files.delete(layout.data());
        Files.createDirectories(layout.hub());
        for (Path own : List.of(layout.stagings(), layout.journals(), layout.trash(), layout.removedSnapshots())) {
            Files.createFile(own);
            assertThat(destination().problem(false))
                    .hasValueSatisfying(problem -> assertThat(problem.what()).isEqualTo(own + " is no folder."));
            Files.delete(own);
        }
        assertThat(destination().problem(false)).isEmpty();
    }

    @Test
    void soItIsInAFolderThatWasUsedBefore() throws IOException {
        destination().claim();
        Files.createFile(layout.journals());
        assertThat(destination().problem(false))
                .hasValueSatisfying(
                        problem -> assertThat(problem.what()).isEqualTo(layout.journals() + " is no folder."));
    }

    @Test
    void onlyWhoTriesItOutTouchesTheDisk() throws IOException {
        destination().claim();
        FileTime before = FileTime.from(Instant.parse("2026-11-01T00:00:00Z"));
        Files.setLastModifiedTime(layout.data(), before);
        assertThat(destination().problem(false)).isEmpty();
        assertThat(Files.getLastModifiedTime(layout.data())).isEqualTo(before);
        assertThat(destination().problem(true)).isEmpty();
        assertThat(Files.getLastModifiedTime(layout.data())).isGreaterThan(before);
    }

    @Test
    void onFirstUseTheConfigurationFolderMustLetItBeRemembered() throws IOException {
        Path config = Files.createDirectories(folder.resolve("config"));
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("r-xr-xr-x"));
        Assumptions.assumeFalse(Files.isWritable(config), "root writes everywhere");
        assertThat(destination().problem(false))
                .hasValueSatisfying(problem -> assertThat(problem.what()).contains("cannot write to " + config));
    }

    @Test
    void aDamagedMarkerIsAProblemAndNoException() throws IOException {
        destination().claim();
        Files.writeString(layout.marker(), "{");
        assertThat(destination().problem(false))
                .hasValueSatisfying(problem -> assertThat(problem.what())
                        .startsWith("The data folder " + layout.data() + " cannot be used: ")
                        .contains("marker.json is damaged"));
    }

    @Test
    void whatWasFoundIsSaidInOneSentence() throws IOException {
        assertThat(destination().inspect().message())
                .isEqualTo("The data folder " + layout.data() + " is used for the first time.");
        assertThat(destination().inspect().id()).isNull();
        destination().claim();
        assertThat(destination().inspect().message())
                .isEqualTo("The data folder " + layout.data() + " is the one used before.");
        assertThat(Files.readString(layout.marker())).contains("\"format\" : 1").contains("\"id\" : \"");
        assertThat(Files.readString(folder.resolve("config/destination.json")))
                .contains("\"" + layout.data() + "\" : \"");
    }

    @Test
    void anEmptyMemoryRemembersNothing() throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(folder.resolve("config/destination.json"), "{\"format\": 1}");
        assertThat(destination().claim().state()).isEqualTo(Destination.State.FIRST_USE);
        assertThat(destination().claim().state()).isEqualTo(Destination.State.MATCHES);
    }

    private Destination destination() {
        return new Destination(layout, folder.resolve("config"));
    }
}
