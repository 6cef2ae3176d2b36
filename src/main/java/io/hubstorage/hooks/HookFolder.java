package io.hubstorage.hooks;

import io.hubstorage.config.HubConfig;
import io.hubstorage.config.Settings;
import io.hubstorage.fs.FolderAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one folder whose files may be run. Whoever may edit the configuration can choose among them, and must not be able to bring
 * another there: neither by a name that leads elsewhere, nor by having HubStorage itself write into it.
 *
 * @param folder null where the operator has named none
 * @param written the folders into which HubStorage writes what comes from S3 or from the web
 */
record HookFolder(@Nullable Path folder, List<Path> written) {
    /** What the operator names it by. */
    static final String VARIABLE = "HUBSTORAGE_HOOKS_PATH";

    /** Also in the schema; here it does not depend on how a configuration came about. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");

    private static final Set<PosixFilePermission> OTHERS_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    /** Why a file is not run, in a phrase that says what to do. */
    static final class RefusedException extends Exception {
        RefusedException(String message) {
            super(message);
        }
    }

    static HookFolder of(Settings settings, HubConfig config, Path data) {
        List<Path> written = new ArrayList<>(List.of(data, settings.logPath()));
        Stream.of(settings.writing().folder(), settings.writing().copies())
                .filter(path -> path != null)
                .forEach(written::add);
        config.replication().folder().ifPresent(written::add);
        return new HookFolder(settings.hooks(), List.copyOf(written));
    }

    /**
     * The file that a name means, where no link leads any more.
     *
     * @throws RefusedException when it may not be run
     */
    Path find(String name) throws RefusedException {
        if (folder == null) {
            throw new RefusedException(
                    "%s is not set, or was set after the start: name the folder of hooks there, and start HubStorage again"
                            .formatted(VARIABLE));
        }
        if (!NAME.matcher(name).matches()) {
            throw new RefusedException("it is no plain name of a file");
        }
        try {
            return found(real(folder), name);
        } catch (NoSuchFileException e) {
            throw new RefusedException("%s does not exist".formatted(e.getFile()));
        } catch (IOException | UnsupportedOperationException e) {
            throw new RefusedException("%s cannot be looked at (%s)".formatted(folder.resolve(name), e.getMessage()));
        }
    }

    private Path real(Path named) throws IOException, RefusedException {
        Path real = named.toRealPath();
        if (!Files.isDirectory(real)) {
            throw new RefusedException("%s, which %s names, is no folder".formatted(named, VARIABLE));
        }
        for (Path other : written) {
            if (real.startsWith(FolderAccess.real(other))) {
                throw new RefusedException(
                        "%s, which %s names, lies in %s, where HubStorage writes: choose another folder"
                                .formatted(named, VARIABLE, other));
            }
        }
        requireOnlyOwnerWrites(real);
        return real;
    }

    private static Path found(Path folder, String name) throws IOException, RefusedException {
        Path named = folder.resolve(name);
        Path real = named.toRealPath();
        if (!folder.equals(real.getParent())) {
            throw new RefusedException("%s leads out of the folder of hooks, to %s".formatted(named, real));
        }
        if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new RefusedException("%s is no file".formatted(named));
        }
        requireOnlyOwnerWrites(real);
        requireSameOwner(folder, real);
        if (!Files.isExecutable(real)) {
            throw new RefusedException(
                    "%s cannot be executed by HubStorage's user: chmod a+rx %s".formatted(named, name));
        }
        return real;
    }

    private static void requireOnlyOwnerWrites(Path path) throws IOException, RefusedException {
        PosixFileAttributes attributes = attributes(path);
        if (attributes != null && attributes.permissions().stream().anyMatch(OTHERS_WRITE::contains)) {
            throw new RefusedException("others than its owner may write to %s: chmod go-w %s".formatted(path, path));
        }
    }

    /** Whoever has the folder decides what lies in it; and the superuser may anything anyway. */
    private static void requireSameOwner(Path folder, Path file) throws IOException, RefusedException {
        PosixFileAttributes ofFolder = attributes(folder);
        PosixFileAttributes ofFile = attributes(file);
        if (ofFolder != null
                && ofFile != null
                && !ofFile.owner().equals(ofFolder.owner())
                && !(Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS) instanceof Integer uid
                        && uid == 0)) {
            throw new RefusedException("%s belongs to %s, and its folder to %s: chown it to the same user"
                    .formatted(file, ofFile.owner().getName(), ofFolder.owner().getName()));
        }
    }

    /** Null where the file system knows no such permissions. */
    private static @Nullable PosixFileAttributes attributes(Path path) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        return view == null ? null : view.readAttributes();
    }
}
