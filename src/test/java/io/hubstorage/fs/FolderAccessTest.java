package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderAccessTest {
    @TempDir
    Path home;

    /** Says what is wrong with a folder, as another user. */
    static final class Other {
        private Other() {}

        public static void main(String[] args) {
            System.out.println(FolderAccess.tryOut(Path.of(args[0]))
                    .map(FolderAccess.Problem::sentence)
                    .orElse("fine"));
        }
    }

    private String asAnother(Path data) throws Exception {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid && uid == 0,
                "only root can be another user");
        List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=10001", "--regid=10001", "--clear-groups"));
        command.addAll(Shell.java(List.of("-Xint", "-XX:TieredStopAtLevel=1"), Other.class, data.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        assumeTrue(!said.contains("setpriv:") && !said.contains("ClassNotFoundException"), said);
        return said;
    }

    private Path folder(String name, int uid, int gid, String mode) throws IOException {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path folder = Files.createDirectories(home.resolve(name));
        Files.setAttribute(folder, "unix:uid", uid);
        Files.setAttribute(folder, "unix:gid", gid);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
        return folder;
    }

    @Test
    void itSaysWhoOwnsTheFolderWhoWeAreAndWhatToDo() throws Exception {
        assumeTrue(isRoot(), "only root can give a folder away");
        Path data = folder("data", 1026, 100, "rwxr-x---");

        assertThat(asAnother(data))
                .isEqualTo(("HubStorage runs as 10001:10001 and cannot write to %s, which belongs to 1026:100 with"
                                + " mode 750. Run HubStorage as its owner (in the container: PUID=1026 and PGID=100),"
                                + " or let it belong to HubStorage (chown -R 10001:10001 %s).")
                        .formatted(data, data));
    }

    @Test
    void aFolderOfRootIsNoReasonToRunAsRoot() throws Exception {
        assumeTrue(isRoot(), "only root can give a folder away");
        Path data = folder("data", 0, 0, "rwxr-xr-x");

        assertThat(asAnother(data))
                .contains("which belongs to 0:0 with mode 755.", "chown -R 10001:10001 " + data)
                .doesNotContain("PUID");
    }

    @Test
    void aFolderOfAnotherInOneOfOursIsNamed() throws Exception {
        assumeTrue(isRoot(), "only root can give a folder away");
        folder("data", 10001, 10001, "rwxr-xr-x");
        Path hub = folder("data/.hubstorage", 1026, 100, "rwx------");

        assertThat(asAnother(hub)).contains("cannot write to " + hub + ", which belongs to 1026:100 with mode 700");
    }

    @Test
    void aFileInThePlaceOfAFolderIsNamed() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "");
        assertThat(FolderAccess.tryOut(file).orElseThrow().what()).isEqualTo(file + " is no folder.");
        assertThat(FolderAccess.ask(file.resolve("below")).orElseThrow().what())
                .as("nor can one be made there")
                .isEqualTo(file + " is no folder.");
    }

    @Test
    void aFolderThatCanBeWrittenOrMadeIsFineAndNothingIsLeftInIt() {
        assertThat(FolderAccess.tryOut(home)).isEmpty();
        assertThat(FolderAccess.tryOut(home.resolve("new"))).isEmpty();
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void whoeverOwnsAFolderIsNamedOnlyWhereWhatIsMadeThereWouldBeAnothersAndHeHasAName() throws IOException {
        assertThat(FolderAccess.otherOwner(home)).as("ours").isEmpty();
        assertThat(FolderAccess.otherOwner(home.resolve("none"))).isEmpty();
        assumeTrue(isRoot(), "only root can give a folder away");
        Path nobody = folder("nobody", 54_321, 54_321, "rwxr-xr-x");
        assertThat(FolderAccess.otherOwner(nobody)).isEmpty();
        Path theirs = folder("theirs", 1, 1, "rwxr-xr-x");
        String name = Files.getOwner(theirs).getName();
        assumeTrue(!name.equals("1"), "nobody has that name here");
        assertThat(FolderAccess.otherOwner(theirs)).contains(name);
        assertThat(theirs).isEmptyDirectory();
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid && uid == 0;
    }
}
