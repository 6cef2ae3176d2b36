package io.hubstorage.snapshot;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.FolderAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether the data folder is the one it was last time. A marker in the folder carries an id, and the configuration folder
 * remembers it: an unmounted disk looks like an empty folder, and must not be filled. Blocking; not thread-safe.
 */
public final class Destination {
    private static final int FORMAT = 1;
    private static final Set<String> ON_NEW_DISKS = Set.of(
            ".hubstorage",
            "lost+found",
            "System Volume Information",
            "$RECYCLE.BIN",
            ".Trashes",
            ".Spotlight-V100",
            ".fseventsd",
            ".DS_Store");

    /** All destinations are remembered in one file, which is written anew for each. */
    private static final ReentrantLock REMEMBERING = new ReentrantLock();

    private final Layout layout;
    private final Path configFolder;
    private final Path remembered;

    public Destination(Layout layout, Path configFolder) {
        this.layout = layout;
        this.configFolder = configFolder;
        remembered = configFolder.resolve("destination.json");
    }

    public enum State {
        /** Nothing is remembered for this folder: it is new, or the configuration is. */
        FIRST_USE,
        /** The marker is the remembered one. */
        MATCHES,
        /** It was used before, and now has no marker: probably the disk is not mounted. */
        MISSING_MARKER,
        /** It has the marker of another destination. */
        REPLACED
    }

    /**
     * The answer.
     *
     * @param id in the marker; absent when there is none
     * @param message what it means and what to do
     */
    public record Check(State state, @Nullable String id, String message) {
        public boolean usable() {
            return state == State.FIRST_USE || state == State.MATCHES;
        }
    }

    /** @param copyOf the id of the data folder that this one is a copy of; absent where it is none */
    private record Marker(
            int format,
            @Nullable String id,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String copyOf) {}

    private record Memory(int format, Map<String, String> destinations) {}

    /**
     * Why no backup can be written there now; empty when one can.
     *
     * @param tryOut whether to write a file and remove it, which wakes a disk that sleeps, instead of only asking the system
     */
    public Optional<FolderAccess.Problem> problem(boolean tryOut) {
        Optional<Path> foreign = OwnFiles.foreign(layout);
        if (foreign.isPresent()) {
            return Optional.of(new FolderAccess.Problem(
                    "%s is a symbolic link, which HubStorage neither makes nor follows.".formatted(foreign.get()),
                    "Remove it (what it points to stays)."));
        }
        try {
            // First of all: where the folder itself is not there, the disk is missing, not a right.
            if (Files.isDirectory(layout.data()) || recall().get(layout.data().toString()) == null) {
                Optional<FolderAccess.Problem> access = access();
                if (access.isPresent()) {
                    return access;
                }
            }
            Check check = inspect();
            if (!check.usable()) {
                return Optional.of(new FolderAccess.Problem(check.message(), ""));
            }
            if (copyOf() != null) {
                return Optional.of(new FolderAccess.Problem(
                        "%s holds a copy of another data folder, which replications keep, so no backup goes there."
                                .formatted(layout.data()),
                        "Back up to another folder. If that data folder is lost and this one is to take its place, remove copy_of from %s."
                                .formatted(layout.marker())));
            }
            // On first use it has to be remembered.
            Optional<FolderAccess.Problem> memory =
                    check.state() == State.FIRST_USE ? FolderAccess.ask(configFolder) : Optional.empty();
            // Last: nothing is written to a disk that is the wrong one.
            return memory.isPresent() || !tryOut ? memory : FolderAccess.tryOut(layout.data());
        } catch (IOException e) {
            return Optional.of(new FolderAccess.Problem(
                    "The data folder %s cannot be used: %s.".formatted(layout.data(), e.getMessage()), ""));
        }
    }

    /** Our own folders too: an earlier owner may have made them. */
    private Optional<FolderAccess.Problem> access() {
        return FolderAccess.ask(layout.data())
                .or(() -> Stream.of(
                                layout.hub(),
                                layout.epochs(),
                                layout.stagings(),
                                layout.journals(),
                                layout.trash(),
                                layout.removedSnapshots())
                        .filter(Files::exists)
                        .flatMap(folder -> FolderAccess.ask(folder).stream())
                        .findFirst())
                .or(() -> FolderAccess.askFile(layout.marker()))
                .or(() -> FolderAccess.askFile(layout.lock()));
    }

    /**
     * Looks, and writes nothing.
     *
     * @throws IOException when a file cannot be read or makes no sense
     */
    public Check inspect() throws IOException {
        String expected = recall().get(layout.data().toString());
        String actual = marker();
        if (expected == null) {
            return new Check(
                    State.FIRST_USE, actual, "The data folder " + layout.data() + " is used for the first time.");
        }
        if (actual == null) {
            return new Check(
                    State.MISSING_MARKER,
                    null,
                    "The data folder %s was used before, but its %s is gone: probably the disk is not mounted. Mount it. If the folder is meant to start anew, remove its entry in %s."
                            .formatted(layout.data(), layout.data().relativize(layout.marker()), remembered));
        }
        if (!actual.equals(expected)) {
            return new Check(
                    State.REPLACED,
                    actual,
                    "The data folder %s is another one than last time (id %s, expected %s): probably another disk is mounted. If that is intended, remove its entry in %s."
                            .formatted(layout.data(), actual, expected, remembered));
        }
        return new Check(State.MATCHES, actual, "The data folder " + layout.data() + " is the one used before.");
    }

    /**
     * Looks, and on first use creates the marker where there is none and remembers its id.
     *
     * @return what was found before
     */
    public Check claim() throws IOException {
        return claim(null);
    }

    /**
     * The same for a folder that is to be a copy of another data folder.
     *
     * @param source the other's id
     * @throws IOException when it is anything else already; nothing has been written then
     */
    public Check claimCopy(String source) throws IOException {
        Check found = inspect();
        if (!found.usable()) {
            return found;
        }
        if (found.id == null && !isEmpty()) {
            throw new IOException(
                    "%s is not empty, and what is in it is no copy that HubStorage has made: choose an empty folder"
                            .formatted(layout.data()));
        }
        String original = copyOf();
        if (found.id != null && !source.equals(original)) {
            throw new IOException(
                    original == null
                            ? "%s is a data folder of its own: choose an empty folder for the copy"
                                    .formatted(layout.data())
                            : "%s is a copy of another data folder (id %s, this one has %s): choose an empty folder"
                                    .formatted(layout.data(), original, source));
        }
        return claim(source);
    }

    /** Whether there is nothing in it but what systems put onto a new disk, and what a claim that was cut off leaves. */
    private boolean isEmpty() throws IOException {
        if (!Files.isDirectory(layout.data())) {
            return true;
        }
        try (Stream<Path> children = Files.list(layout.data())) {
            return children.map(child -> child.getFileName().toString()).allMatch(ON_NEW_DISKS::contains);
        }
    }

    private Check claim(@Nullable String copyOf) throws IOException {
        REMEMBERING.lock();
        try {
            return claimAlone(copyOf);
        } finally {
            REMEMBERING.unlock();
        }
    }

    private Check claimAlone(@Nullable String copyOf) throws IOException {
        Check found = inspect();
        if (found.state != State.FIRST_USE) {
            return found;
        }
        String id = found.id == null ? UUID.randomUUID().toString() : found.id;
        if (found.id == null) {
            Files.createDirectories(layout.hub());
            write(layout.marker(), new Marker(FORMAT, id, copyOf));
        }
        Map<String, String> destinations = recall();
        destinations.put(layout.data().toString(), id);
        Files.createDirectories(remembered.toAbsolutePath().getParent());
        write(remembered, new Memory(FORMAT, destinations));
        return new Check(found.state, id, found.message);
    }

    /** The id of the data folder that this one is a copy of; null where it is none, or has no marker. */
    private @Nullable String copyOf() throws IOException {
        Marker marker = read(layout.marker(), Marker.class);
        return marker == null ? null : marker.copyOf;
    }

    private @Nullable String marker() throws IOException {
        Marker marker = read(layout.marker(), Marker.class);
        if (marker == null) {
            return null;
        }
        if (marker.id == null) {
            throw new IOException("The file %s holds no id".formatted(layout.marker()));
        }
        return marker.id;
    }

    private Map<String, String> recall() throws IOException {
        Memory memory = read(remembered, Memory.class);
        return memory == null || memory.destinations == null ? new TreeMap<>() : new TreeMap<>(memory.destinations);
    }

    private static <T> @Nullable T read(Path file, Class<T> type) throws IOException {
        try {
            return BusJson.mapper().readValue(Files.readAllBytes(file), type);
        } catch (NoSuchFileException e) {
            return null;
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "The file %s is damaged; repair or remove it: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    private static void write(Path file, Record content) throws IOException {
        Durable.writeAtomically(
                file, BusJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
    }
}
