package io.hubstorage.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where the jar's cache lies, who is trusted with it, and what becomes of one that does not work. */
@EnabledOnOs(OS.LINUX)
final class AotCacheTest {
    @TempDir
    Path home;

    private Path jar;
    private Path named;

    @BeforeEach
    void place() throws IOException {
        home = home.toRealPath();
        chmod(home, "rwx------");
        jar = Files.writeString(home.resolve("hub.jar"), "a jar");
        named = home.resolve("hüb");
    }

    private static void chmod(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private @Nullable AotCache named(Path folder) throws IOException {
        return AotCache.of(jar, Map.of(AotCache.VARIABLE, folder.toString()));
    }

    private AotCache cache() throws IOException {
        return Objects.requireNonNull(named(named));
    }

    private AotCache filled() throws IOException {
        AotCache cache = cache();
        Files.writeString(cache.file(), "a cache");
        return cache;
    }

    @Test
    void itLiesInAFolderThatNobodyElseCanEnter() throws IOException {
        assertThat(cache().folder()).isEqualTo(named.resolve("aot"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(named.resolve("aot"))))
                .isEqualTo("rwx------");
        assertThat(cache().use()).isEmpty();
    }

    @Test
    void withoutANameItLiesWhereTheSystemKeepsCaches() throws IOException {
        assertThat(Objects.requireNonNull(AotCache.of(jar, Map.of("XDG_CACHE_HOME", home.toString())))
                        .folder())
                .isEqualTo(home.resolve("hubstorage/aot"));
    }

    @Test
    void itCanBeSwitchedOff() throws IOException {
        assertThat(named(Path.of("none"))).isNull();
    }

    @Test
    void anotherJarHasAnotherOne() throws IOException {
        AotCache before = cache();
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000));

        assertThat(cache()).isNotEqualTo(before);
    }

    @Test
    void itIsNotTrustedWhereOthersMayWrite() throws IOException {
        cache();
        for (Path open : List.of(named.resolve("aot"), named, home)) {
            for (String mode : List.of("rwxrwx---", "rwx----w-")) {
                chmod(open, mode);
                assertThat(named(named)).as("%s is %s", open, mode).isNull();
                chmod(open, "rwx------");
                assertThat(named(named)).isNotNull();
            }
        }
    }

    @Test
    void noFolderIsMadeWhereOthersMayWrite() throws IOException {
        chmod(home, "rwxrwxrwx");

        assertThat(named(named)).isNull();
        assertThat(named).doesNotExist();
    }

    @Test
    void aLinkLeadsNowhereThatOthersMayWrite() throws IOException {
        Path open = Files.createDirectory(home.resolve("open"));
        Files.createSymbolicLink(named, Files.createDirectory(open.resolve("below")));
        chmod(open, "rwxrwxrwx");

        assertThat(named(named)).isNull();
    }

    @Test
    void somebodyElsesFolderIsNotUsed() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can give folders away");
        cache();
        Files.setAttribute(named.resolve("aot"), "unix:uid", 4711);

        assertThat(named(named)).isNull();
    }

    @Test
    void whereThereCanBeNoFolderThereIsNone() throws IOException {
        Path file = Files.createFile(home.resolve("file"));

        assertThatThrownBy(() -> named(file.resolve("below"))).isInstanceOf(FileSystemException.class);
    }

    @Test
    void whoUsesItLeavesAMarkUntilItIsKnownToWork() throws IOException {
        AotCache cache = filled();
        Files.setLastModifiedTime(cache.file(), FileTime.fromMillis(0));

        assertThat(cache.use()).containsAll(AotCache.OPTIONS).contains("-XX:AOTCache=" + cache.file());

        assertThat(cache.file()).exists();
        assertThat(Files.getLastModifiedTime(cache.file()).toMillis()).isPositive();
        assertThat(marks(cache)).hasSize(1);
        cache.works();
        assertThat(marks(cache)).isEmpty();
    }

    private static List<String> marks(AotCache cache) throws IOException {
        try (var files = Files.list(cache.folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(".*\\.mark"))
                    .toList();
        }
    }

    @Test
    void oneThatEndedAProcessBeforeItBeganEndsNoOther() throws IOException {
        AotCache cache = filled();
        // No process has that id.
        Path mark = Files.createFile(Path.of(cache.stem() + ".99999999.mark"));

        assertThat(cache.use()).isEmpty();

        assertThat(cache.file()).doesNotExist();
        assertThat(mark).doesNotExist();
    }

    @Test
    void aMarkOfTheSameIdIsOfAnEarlierProcess() throws IOException {
        AotCache cache = filled();
        assertThat(cache.use()).isNotEmpty();

        assertThat(cache.use()).isEmpty();

        assertThat(cache.file()).doesNotExist();
    }

    @Test
    void aProcessThatIsJustBeginningIsNoReasonNotToUseIt() throws IOException {
        AotCache cache = filled();
        Path mark = Files.createFile(Path.of(cache.stem() + ".1.mark"));

        assertThat(cache.use()).isNotEmpty();

        assertThat(mark).exists();
    }
}
