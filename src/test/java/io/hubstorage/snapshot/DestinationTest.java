package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private Destination destination() {
        return new Destination(layout, folder.resolve("config"));
    }
}
