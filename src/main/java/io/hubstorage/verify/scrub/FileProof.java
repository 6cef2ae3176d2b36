package io.hubstorage.verify.scrub;

import io.hubstorage.fs.Sha256;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.verify.scrub.Damage.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one file of the ledger, wherever it is by now, and says whether it holds what it should. Thread-safe; blocks. */
final class FileProof {
    private static final Logger LOG = LoggerFactory.getLogger(FileProof.class);
    private static final int BUFFER = 1 << 18;

    private final Layout layout;
    private final InstantSource clock;
    private final Pace pace;
    private final DamageList damages;
    private final Supplier<Optional<String>> trouble;

    enum Verdict {
        PROVEN,
        DAMAGED,
        /** Nothing is there any more, although its snapshot is. */
        MISSING,
        /** There is no right to read it, or nobody can tell what became of it. */
        UNREADABLE,
        /** No snapshot has it any more, or it is another file by now that is right: the next ledger knows. */
        GONE
    }

    /**
     * What came of one file.
     *
     * @param bytes that were read
     */
    record Result(Verdict verdict, long bytes) {}

    /** What a file holds. */
    record Content(long bytes, String sha256) {}

    /**
     * Puts what it finds on the list.
     *
     * @param trouble why nothing on this disk can be trusted now, if that is so
     */
    FileProof(Layout layout, InstantSource clock, Pace pace, DamageList damages, Supplier<Optional<String>> trouble) {
        this.damages = damages;
        this.layout = layout;
        this.clock = clock;
        this.pace = pace;
        this.trouble = trouble;
    }

    /** The names of all snapshots that are looked at, the newest first. */
    static List<String> snapshots(Layout layout) throws IOException {
        try (Stream<Snapshots.Folder> newestFirst = new Snapshots(layout).folders(null)) {
            return newestFirst
                    .filter(folder -> !folder.legacy())
                    .map(Snapshots.Folder::name)
                    .toList();
        }
    }

    /**
     * Reads it once.
     *
     * @param names of one file, with one hash
     * @param snapshots see {@link #snapshots}
     * @param whole as in {@link Pace#take}
     * @throws IOException when it cannot be told what any file on this disk holds
     */
    Result of(List<LedgerLine> names, List<String> snapshots, boolean whole) throws IOException, InterruptedException {
        Result result = look(names, snapshots, whole);
        if (result == null) {
            // Its snapshot may have been removed, and a newer one been made, or somebody has written to it, just now.
            List<String> now = snapshots(layout);
            result = look(names, now, whole);
            return result == null ? lost(names, now) : result;
        }
        return result;
    }

    /** Null when it is not where it was, or did not stay there until it was read. */
    private @Nullable Result look(List<LedgerLine> names, List<String> snapshots, boolean whole)
            throws IOException, InterruptedException {
        for (LedgerLine line : names) {
            Path file = find(line, snapshots);
            if (file != null) {
                return read(names, file, line.file(), whole);
            }
        }
        // Written to, or replaced, since the ledger was made: what stands there now is what the snapshot has.
        FileId right = null;
        boolean every = true;
        for (LedgerLine line : names) {
            Path file = line.name() == null ? null : file(line.name().snapshot(), line.name());
            FileId now = file == null ? null : id(file);
            if (file == null || now == null) {
                every = false;
            } else if (!now.equals(right)) {
                Result result = read(names, file, now, whole);
                if (result == null || result.verdict() != Verdict.PROVEN) {
                    return result;
                }
                right = now;
            }
        }
        return every && right != null ? new Result(Verdict.GONE, 0) : null;
    }

    /**
     * It is nowhere where it was, nor anything else that could be read. That is over only if no snapshot that is still there should
     * have it.
     */
    private Result lost(List<LedgerLine> names, List<String> snapshots) throws IOException {
        requireNoTrouble();
        List<Damage> missing = new ArrayList<>();
        boolean unknown = false;
        for (LedgerLine line : names) {
            LedgerLine.Name name = line.name();
            if (name == null) {
                continue;
            }
            // One that nobody may look into is not listed.
            unknown |= !snapshots.contains(name.snapshot())
                    && !Files.notExists(layout.snapshot(name.snapshot()), LinkOption.NOFOLLOW_LINKS);
            for (String snapshot : snapshots) {
                boolean its = snapshot.equals(name.snapshot());
                try {
                    FileId found = FileId.of(Files.readAttributes(
                            file(snapshot, name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
                    unknown |= its || found.isSameInode(line.file());
                } catch (NoSuchFileException e) {
                    if (its) {
                        missing.add(damage(snapshot, name, Kind.MISSING));
                    }
                } catch (IOException e) {
                    LOG.warn("{} cannot be looked at: {}", file(snapshot, name), e.toString());
                    unknown = true;
                }
            }
        }
        missing.removeIf(each -> Files.notExists(Layout.certificate(layout.snapshot(each.snapshot()))));
        requireNoTrouble();
        damages.found(missing);
        return new Result(!missing.isEmpty() ? Verdict.MISSING : unknown ? Verdict.UNREADABLE : Verdict.GONE, 0);
    }

    /** @throws IOException when nothing that is concluded from this disk now can be trusted, which says why */
    void requireNoTrouble() throws IOException {
        Optional<String> why = trouble.get();
        if (why.isPresent()) {
            throw new IOException(why.get());
        }
    }

    private @Nullable Path find(LedgerLine line, List<String> snapshots) {
        LedgerLine.Name name = line.name();
        if (name == null) {
            return null;
        }
        return Stream.concat(Stream.of(name.snapshot()), snapshots.stream())
                .map(snapshot -> file(snapshot, name))
                .filter(file -> line.file().equals(id(file)))
                .findFirst()
                .orElse(null);
    }

    private Path file(String snapshot, LedgerLine.Name name) {
        return Layout.tree(layout.snapshot(snapshot), name.bucket()).resolve(name.path());
    }

    private @Nullable FileId id(Path file) {
        return id(layout, file);
    }

    /** Null where there is no file that is ours. */
    static @Nullable FileId id(Layout layout, Path file) {
        BasicFileAttributes found = OwnFiles.regular(file);
        return found == null || OwnFiles.leadsAway(layout.data(), file) ? null : FileId.of(found);
    }

    /** Null when it was moved away, or written to, while it was read. */
    private @Nullable Result read(List<LedgerLine> names, Path file, FileId id, boolean whole)
            throws IOException, InterruptedException {
        LedgerLine first = names.getFirst();
        Kind kind;
        long bytes = 0;
        try {
            Content content = content(file, pace, whole);
            bytes = content.bytes;
            if (content.sha256.equals(first.sha256())) {
                return new Result(Verdict.PROVEN, bytes);
            }
            kind = bytes == first.file().size() ? Kind.BYTES : Kind.SIZE;
        } catch (NoSuchFileException e) {
            return null;
        } catch (AccessDeniedException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
            return new Result(Verdict.UNREADABLE, 0);
        } catch (Pace.OverException e) {
            throw e;
        } catch (IOException e) {
            Optional<String> why = trouble.get();
            if (why.isPresent()) {
                throw new IOException(why.get(), e);
            }
            LOG.warn("{} cannot be read to its end: {}", file, e.toString());
            kind = Kind.BYTES;
        }
        List<Damage> all = ofEachName(names, id, kind);
        if (all.isEmpty()) {
            return null;
        }
        LOG.warn("{} is damaged: it does not hold what its manifest says", file);
        damages.found(all);
        return new Result(Verdict.DAMAGED, bytes);
    }

    /** Every name of it in every snapshot that there is by now. */
    private List<Damage> ofEachName(List<LedgerLine> names, FileId id, Kind kind) throws IOException {
        List<Damage> all = new ArrayList<>();
        for (String snapshot : snapshots(layout)) {
            for (LedgerLine line : names) {
                LedgerLine.Name name = line.name();
                if (name != null && id.equals(id(file(snapshot, name)))) {
                    all.add(damage(snapshot, name, kind));
                }
            }
        }
        return all;
    }

    private Damage damage(String snapshot, LedgerLine.Name name, Kind kind) {
        return new Damage(snapshot, name.bucket(), name.key(), name.path(), kind, clock.instant());
    }

    /** Whether a file holds these bytes; reads it to its end, whatever the hour. */
    boolean holds(Path file, String sha256) throws IOException, InterruptedException {
        return content(file, pace, true).sha256.equals(sha256);
    }

    /**
     * Reads a file to its end.
     *
     * @param whole as in {@link Pace#take}
     */
    static Content content(Path file, Pace pace, boolean whole) throws IOException, InterruptedException {
        MessageDigest digest = Sha256.digest();
        long bytes = 0;
        try (SeekableByteChannel in =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(in.size(), 1, BUFFER));
            for (int read = 0; read >= 0; read = in.read(buffer)) {
                digest.update(buffer.array(), 0, buffer.position());
                bytes += buffer.position();
                buffer.clear();
                long next = Math.min(BUFFER, in.size() - bytes);
                if (next > 0) {
                    pace.take(next, whole);
                }
            }
        } catch (ClosedChannelException e) {
            // By an interrupt, which says nothing of the file.
            throw (InterruptedException) new InterruptedException("reading was broken off").initCause(e);
        }
        return new Content(bytes, HexFormat.of().formatHex(digest.digest()));
    }
}
