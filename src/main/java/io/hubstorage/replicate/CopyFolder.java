package io.hubstorage.replicate;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.DiskMark;
import io.hubstorage.fs.DiskSync;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that a copy is in: a data folder of its own, whose marker says of which one it is a copy. A snapshot is put together in
 * a folder of ours and gets its name when it is whole and durable; what is removed loses its name first. Blocking; for one
 * replication at a time, which holds its lock.
 */
final class CopyFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CopyFolder.class);
    private static final String STATE = ".json";

    private final Layout layout;
    private final Destination destination;
    private final DataLock lock;
    private final DiskSync sync;
    private final String mark;
    private final TargetNames names;
    private final NavigableSet<String> whole = new TreeSet<>();

    /** What a snapshot's folder holds already when it is put together. */
    enum Left {
        NOTHING,
        /** What an earlier replication brought; its disk has not been away since. */
        KNOWN,
        /** The same, but a power loss may have taken bytes of it. */
        DOUBTFUL
    }

    /** Makes a snapshot durable; tests have others. */
    @FunctionalInterface
    interface Sync {
        /**
         * Returns when it is.
         *
         * @throws IOException when the disk reports that it could not write everything
         */
        void sync(Path snapshot) throws IOException;
    }

    /** Where a snapshot is put together. */
    record Staging(Path folder, Left left) {}

    /**
     * What an earlier replication wrote down when it began with a snapshot.
     *
     * @param certificate the SHA-256 of its {@code run.json}
     * @param mark see {@link DiskMark}
     */
    private record State(int format, String certificate, String mark) {
        static final int FORMAT = 1;
    }

    private CopyFolder(Layout layout, Destination destination, DataLock lock, DiskSync sync, TargetNames.Probe probe)
            throws IOException {
        this.layout = layout;
        this.destination = destination;
        this.lock = lock;
        this.sync = sync;
        this.mark = DiskMark.of(layout.data());
        clear();
        this.names = probe.of(scratch());
        try (Stream<Snapshots.Folder> folders = new Snapshots(layout).folders(null)) {
            folders.filter(folder -> !folder.legacy()).forEach(folder -> whole.add(folder.name()));
        }
    }

    /**
     * Takes a folder for a copy, and makes it one the first time.
     *
     * @param source the id of the data folder that is copied
     * @throws IllegalArgumentException when no folder of that place can be
     * @throws IOException when this one cannot be used, or not now
     */
    static CopyFolder take(Layout of, String source, Path to, Path configFolder, Instant now, TargetNames.Probe probe)
            throws IOException, DataLock.HeldException {
        Layout layout = new Layout(to);
        requireApart(of.data(), layout.data());
        Destination destination = new Destination(layout, configFolder);
        require(destination.inspect());
        if (!Files.isDirectory(layout.data()) && !Files.isDirectory(Durable.folderOf(layout.data()))) {
            throw new IOException("%s is not there: mount its disk, or make the folder".formatted(layout.data()));
        }
        Optional<Path> foreign = OwnFiles.foreign(layout);
        if (foreign.isPresent()) {
            throw new IOException("%s is a symbolic link, which HubStorage neither makes nor follows: remove it"
                    .formatted(foreign.get()));
        }
        Optional<FolderAccess.Problem> access = FolderAccess.ask(layout.data());
        if (access.isPresent()) {
            throw new IOException(access.get().sentence());
        }
        require(destination.claimCopy(source));
        DataLock lock = DataLock.take(layout, now);
        try {
            DiskSync sync = DiskSync.open(layout.data());
            try {
                return new CopyFolder(layout, destination, lock, sync, probe);
            } catch (IOException | RuntimeException e) {
                sync.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static void requireApart(Path source, Path copy) throws IOException {
        Path from = FolderAccess.real(source);
        Path to = FolderAccess.real(copy);
        if (to.startsWith(from) || from.startsWith(to)) {
            throw new IllegalArgumentException(
                    "The copy cannot be in %s: that is in the data folder, or holds it (%s).".formatted(copy, source));
        }
        for (Path way = to.getParent(); way != null; way = way.getParent()) {
            if (Files.exists(new Layout(way).marker(), LinkOption.NOFOLLOW_LINKS)) {
                throw new IllegalArgumentException(
                        "The copy cannot be in %s: that is in %s, which is a data folder of HubStorage."
                                .formatted(copy, way));
            }
        }
    }

    private static void require(Destination.Check found) throws IOException {
        if (!found.usable()) {
            throw new IOException(found.message());
        }
    }

    Path path() {
        return layout.data();
    }

    TargetNames names() {
        return names;
    }

    boolean syncsByFile() {
        return sync.byFile();
    }

    /** Why it is not the folder any more that was taken, if it is not. */
    Optional<String> trouble() throws IOException {
        return Optional.of(destination.inspect())
                .filter(found -> found.state() != Destination.State.MATCHES)
                .map(Destination.Check::message);
    }

    private Path incoming() {
        return layout.replication().resolve("incoming");
    }

    /** For files that are not whole yet. */
    Path parts() {
        return layout.replication().resolve("parts");
    }

    Path scratch() {
        return layout.replication().resolve("scratch");
    }

    private Path removed() {
        return layout.replication().resolve("removed");
    }

    /** What nobody can go on with. */
    private void clear() throws IOException {
        for (Path folder : List.of(parts(), scratch(), removed())) {
            Trees.delete(folder);
            Files.createDirectories(folder);
        }
        if (Files.isSymbolicLink(incoming())) {
            Files.delete(incoming());
        }
        Files.createDirectories(incoming());
        for (Path each : children(incoming())) {
            String name = each.getFileName().toString();
            boolean ofNone = name.endsWith(STATE)
                    && !Files.exists(each.resolveSibling(name.substring(0, name.length() - STATE.length())));
            if (ofNone || name.startsWith(".")) {
                Trees.delete(each);
            }
        }
    }

    /** Removes what there is of snapshots that never became whole, but of these. */
    void keepOnly(Set<String> wanted) throws IOException {
        for (Path each : children(incoming())) {
            String name = each.getFileName().toString();
            if (!name.endsWith(STATE) && !wanted.contains(name)) {
                LOG.info("{}, which was copied in part, is not copied any more: what there is of it is removed", name);
                discard(name);
            }
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList();
        }
    }

    /** The snapshots that it has, by name. */
    NavigableSet<String> whole() {
        return whole;
    }

    Path snapshot(String name) {
        return layout.snapshot(name);
    }

    /** Where that snapshot was being put together. */
    Path unfinished(String name) {
        return incoming().resolve(name);
    }

    /** Whether its snapshot of that name is the one of this folder, by the certificates. */
    boolean hasSame(String name, Path source) throws IOException {
        return Files.mismatch(Layout.certificate(source), Layout.certificate(snapshot(name))) < 0;
    }

    /** Pins its snapshot, as the one in the data folder is; a pin that somebody has set here stays. */
    void pin(String name) throws IOException {
        new SnapshotInfo(name, snapshot(name), null).pin(true);
    }

    /**
     * A folder to put a snapshot together in: that of an earlier replication, if it was at a snapshot of the same certificate.
     *
     * @param certificate the SHA-256 of its {@code run.json}
     */
    Staging stage(String name, String certificate) throws IOException {
        Path folder = unfinished(name);
        State state = state(name);
        if (state != null
                && state.certificate.equals(certificate)
                && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            boolean known = state.mark.equals(mark);
            LOG.info(
                    "{} was copied in part, and is gone on with{}",
                    name,
                    known
                            ? ""
                            : ", each file checked by its hash first because the machine or its disk was started"
                                    + " since");
            return new Staging(folder, known ? Left.KNOWN : Left.DOUBTFUL);
        }
        discard(name);
        Durable.writeAtomically(
                stateFile(name), BusJson.mapper().writeValueAsBytes(new State(State.FORMAT, certificate, mark)));
        Files.createDirectory(folder);
        return new Staging(folder, Left.NOTHING);
    }

    private Path stateFile(String name) {
        return incoming().resolve(name + STATE);
    }

    /** Null where there is none, or nobody can make sense of it. */
    private @Nullable State state(String name) throws IOException {
        try {
            State state = BusJson.mapper().readValue(Files.readAllBytes(stateFile(name)), State.class);
            return state != null && state.format == State.FORMAT && state.certificate != null && state.mark != null
                    ? state
                    : null;
        } catch (NoSuchFileException | JsonProcessingException e) {
            LOG.debug("nothing is known of {}", name, e);
            return null;
        }
    }

    private void discard(String name) throws IOException {
        Files.deleteIfExists(stateFile(name));
        Trees.delete(unfinished(name));
    }

    /** Makes a whole snapshot of what was put together. */
    void commit(String name) throws IOException {
        commit(name, sync::sync);
    }

    void commit(String name, Sync how) throws IOException {
        Optional<String> trouble = trouble();
        if (trouble.isPresent()) {
            throw new IOException(trouble.get());
        }
        Path folder = unfinished(name);
        try {
            how.sync(folder);
        } catch (IOException e) {
            forget(e);
            throw e;
        }
        Durable.commitFolder(folder, snapshot(name));
        whole.add(name);
        Files.deleteIfExists(stateFile(name));
    }

    /**
     * Lets nobody go on with anything that was put together: a disk tells only once that it could not write, and not what. To hash it would
     * prove nothing as long as the system has the bytes in its memory.
     */
    private void forget(IOException failure) {
        try {
            for (Path each : children(incoming())) {
                if (each.getFileName().toString().endsWith(STATE)) {
                    Files.delete(each);
                }
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Removes a snapshot: its name at once, what it holds after that. */
    void remove(String name) throws IOException {
        Path away = removed().resolve(name);
        Files.move(snapshot(name), away, StandardCopyOption.ATOMIC_MOVE);
        Durable.syncFolder(layout.data());
        whole.remove(name);
        Trees.delete(away);
    }

    boolean isPinned(String name) {
        return Files.exists(Layout.pin(snapshot(name)), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void close() {
        sync.close();
        lock.close();
    }
}
