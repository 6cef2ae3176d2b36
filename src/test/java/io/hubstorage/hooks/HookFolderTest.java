package io.hubstorage.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.arbitrary;
import static org.quicktheories.generators.SourceDSL.lists;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files may be run. */
final class HookFolderTest {
    @TempDir
    Path home;

    private Path folder;
    private HookFolder hooks;

    @BeforeEach
    void make() throws IOException {
        home = home.toRealPath();
        folder = Files.createDirectory(home.resolve("hooks"));
        mode(folder, "rwxr-xr-x");
        hooks = new HookFolder(folder, List.of(home.resolve("data")));
    }

    private Path script(Path file) throws IOException {
        Files.writeString(file, "#!/bin/sh\n");
        mode(file, "rwxr-xr-x");
        return file;
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private void assertRefused(String name, String why) {
        assertThatThrownBy(() -> hooks.find(name))
                .isInstanceOf(HookFolder.RefusedException.class)
                .hasMessageContaining(why);
    }

    @Test
    void anExecutableFileOfTheFolderIsRun() throws Exception {
        Path file = script(folder.resolve("mount.sh"));

        assertThat(hooks.find("mount.sh")).isEqualTo(file);
    }

    @Test
    void aLinkWithinTheFolderIsItsFile() throws Exception {
        Path file = script(folder.resolve("mount.sh"));
        Files.createSymbolicLink(folder.resolve("link"), Path.of("mount.sh"));

        assertThat(hooks.find("link")).isEqualTo(file);
    }

    @Test
    void theFolderMayBeALinkItself() throws Exception {
        Path file = script(folder.resolve("mount.sh"));
        Path link = Files.createSymbolicLink(home.resolve("elsewhere"), folder);

        assertThat(new HookFolder(link, List.of()).find("mount.sh")).isEqualTo(file);
    }

    @Test
    void noLinkLeadsOutOfIt() throws Exception {
        script(home.resolve("evil.sh"));
        Files.createSymbolicLink(folder.resolve("link"), home.resolve("evil.sh"));
        Files.createDirectory(folder.resolve("inner"));
        script(folder.resolve("inner/below.sh"));
        Files.createSymbolicLink(folder.resolve("below"), Path.of("inner/below.sh"));
        Files.createSymbolicLink(folder.resolve("nowhere"), Path.of("gone"));

        assertRefused("link", "leads out of the folder of hooks");
        assertRefused("below", "leads out of the folder of hooks");
        assertRefused("nowhere", "does not exist");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../evil.sh",
                "/bin/sh",
                "inner/below.sh",
                "a\\b",
                "a b",
                "a;b",
                "-rf",
                ".hidden",
                "mount.sh\n",
                "mount.sh\0",
                "$(id)",
                "ä.sh"
            })
    void onlyPlainNamesAreLookedFor(String name) throws IOException {
        script(home.resolve("evil.sh"));

        assertRefused(name, "it is no plain name of a file");
    }

    @Test
    void whateverTheNameWhatIsFoundLiesInTheFolder() throws IOException {
        script(home.resolve("evil.sh"));
        Path inner = script(folder.resolve("a"));
        qt().forAll(lists().of(arbitrary().pick("a", "/", ".", "..", "\\", "~", "\0", "evil.sh"))
                        .ofSizeBetween(0, 6)
                        .map(parts -> String.join("", parts)))
                .check(name -> {
                    try {
                        return hooks.find(name).equals(inner) && name.equals("a");
                    } catch (HookFolder.RefusedException _) {
                        return !name.equals("a");
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxr-x", "rwxr-xrwx"})
    void whatOthersMayWriteIsNotRun(String permissions) throws IOException {
        Path file = script(folder.resolve("mount.sh"));
        mode(file, permissions);
        assertRefused("mount.sh", "others than its owner may write to %s: chmod go-w".formatted(file));

        mode(file, "rwxr-xr-x");
        mode(folder, permissions);
        assertRefused("mount.sh", "others than its owner may write to %s: chmod go-w".formatted(folder));
    }

    @Test
    void whatIsNoExecutableFileIsNotRun() throws IOException {
        Path file = script(folder.resolve("mount.sh"));
        mode(file, "rw-r--r--");
        Files.createDirectory(folder.resolve("inner"));

        assertRefused("mount.sh", "cannot be executed by HubStorage's user: chmod a+rx mount.sh");
        assertRefused("inner", "is no file");
        assertRefused("gone", "does not exist");
    }

    @Test
    void nothingIsRunFromWhereHubStorageWrites() throws IOException {
        Path data = Files.createDirectories(home.resolve("data/hooks"));
        script(data.resolve("mount.sh"));
        hooks = new HookFolder(data, List.of(home.resolve("data")));
        assertRefused("mount.sh", "where HubStorage writes");

        Path link = Files.createSymbolicLink(home.resolve("innocent"), data);
        hooks = new HookFolder(link, List.of(home.resolve("data")));
        assertRefused("mount.sh", "where HubStorage writes");
    }

    @Test
    void withoutAFolderNothingIsRunAndThatSaysWhatToSet() {
        hooks = new HookFolder(null, List.of());
        assertRefused("mount.sh", "HUBSTORAGE_HOOKS_PATH is not set");

        hooks = new HookFolder(home.resolve("gone"), List.of());
        assertRefused("mount.sh", "gone does not exist");
    }
}
