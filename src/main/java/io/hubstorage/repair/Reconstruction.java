package io.hubstorage.repair;

import io.hubstorage.bus.RepairPlan;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Sha256;
import io.hubstorage.manifest.ContentCompressor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.repair.DamagedFile.Twin;
import io.hubstorage.repair.Source.UnavailableException;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.verify.scrub.Damage;
import io.hubstorage.verify.scrub.DamageList;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the right bytes of a damaged file are: in a twin, which is read before it counts, else in the further sources in their order.
 * Blocking; used by one thread.
 */
record Reconstruction(Layout layout, DamageList list, List<Source> sources, InstantSource clock, Runnable check) {
    private static final Logger LOG = LoggerFactory.getLogger(Reconstruction.class);
    private static final int BUFFER = 1 << 18;
    private static final String NOTHING = "No other file of the data folder has its content.";

    /**
     * The right file.
     *
     * @param file what may be linked from: a twin's, or the one that was made in the staging
     * @param read what it was like before it was read, or when it had been made
     * @param from for people
     */
    record Right(Path file, BasicFileAttributes read, RepairPlan.Source source, String from) {}

    /** Where a repair would take it from, as far as can be said without reading it. */
    record Offer(RepairPlan.Source source, String detail) {}

    Offer offer(DamagedFile file) throws InterruptedException {
        if (file.entry().size() == 0) {
            return new Offer(RepairPlan.Source.EMPTY, "It has no bytes.");
        }
        if (!file.twins().isEmpty()) {
            return new Offer(
                    RepairPlan.Source.TWIN, file.twins().getFirst().name().place(layout));
        }
        List<String> refusals = new ArrayList<>(List.of(NOTHING));
        for (Source source : sources) {
            try {
                return new Offer(source.kind(), source.offer(file));
            } catch (UnavailableException e) {
                refusals.add(e.getMessage());
            }
        }
        return new Offer(RepairPlan.Source.NONE, String.join(" ", refusals));
    }

    /**
     * Brings it.
     *
     * @throws UnavailableException when nobody has it; says what was found where
     * @throws IOException when it cannot be written
     */
    Right bring(DamagedFile file, Staging staging) throws UnavailableException, IOException, InterruptedException {
        List<String> refusals = new ArrayList<>();
        for (Twin twin : file.twins()) {
            try {
                return of(twin, file, staging);
            } catch (UnavailableException e) {
                refusals.add(e.getMessage());
            }
        }
        if (file.entry().size() == 0) {
            staging.make(file.entry().timeOnDisk(), 0, _ -> "");
            return made(staging, RepairPlan.Source.EMPTY, "nothing: it has no bytes");
        }
        if (refusals.isEmpty()) {
            refusals.add(NOTHING);
        }
        for (Source source : sources) {
            try {
                String from = fetch(source, file, staging);
                return made(staging, source.kind(), from);
            } catch (UnavailableException e) {
                refusals.add(e.getMessage());
            }
        }
        throw new UnavailableException(String.join(" ", refusals));
    }

    private static Right made(Staging staging, RepairPlan.Source source, String from) throws IOException {
        Path file = staging.made();
        return new Right(file, Files.readAttributes(file, BasicFileAttributes.class), source, from);
    }

    /** Makes the file in the form that the manifest names. */
    private String fetch(Source source, DamagedFile file, Staging staging)
            throws UnavailableException, IOException, InterruptedException {
        ManifestEntry entry = file.entry();
        String from = staging.<UnavailableException>make(
                entry.timeOnDisk(), entry.size(), channel -> source.fetch(file, channel, check));
        ManifestEntry.Stored stored = entry.stored();
        if (stored == null) {
            return from;
        }
        try (FileChannel content = FileChannel.open(staging.setAside(), StandardOpenOption.READ)) {
            return staging.<UnavailableException>make(entry.timeOnDisk(), stored.size(), channel -> {
                ManifestEntry.Stored made = ContentCompressor.write(
                        heeding(content), entry.size(), file.contentSha256(), stored.level(), stored.size(), channel);
                if (!stored.equals(made)) {
                    throw new UnavailableException(
                            "%s is right, but this version of zstd compresses it otherwise than the one by which it was stored, so the file is not the one that the manifest names."
                                    .formatted(from));
                }
                return from;
            });
        } finally {
            staging.dropAside();
        }
    }

    /** The same, but that the check is asked before each read. */
    private ReadableByteChannel heeding(ReadableByteChannel content) {
        return new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer into) throws IOException {
                check.run();
                return content.read(into);
            }

            @Override
            public boolean isOpen() {
                return content.isOpen();
            }

            @Override
            public void close() throws IOException {
                content.close();
            }
        };
    }

    /** What was the same file once is linked to; of others, and of what anybody could write to or nobody link, the bytes are copied. */
    private Right of(Twin twin, DamagedFile file, Staging staging)
            throws UnavailableException, IOException, InterruptedException {
        Path path = twin.name().file(layout);
        BasicFileAttributes found =
                OwnFiles.leadsAway(twin.name().folder(layout), path) ? null : OwnFiles.regular(path);
        if (found == null || !DamagedFile.inode(path, found).equals(twin.inode())) {
            throw new UnavailableException(
                    "%s is not what it was any more.".formatted(twin.name().place(layout)));
        }
        ManifestEntry entry = file.entry();
        boolean linked = twin.same()
                && entry.hasTimeOnDisk(found.lastModifiedTime())
                && !OwnFiles.isWritable(path)
                && staging.canLink(path);
        if (linked) {
            try (FileChannel in = open(twin)) {
                require(twin, file, read(in, twin, null));
            }
            return new Right(path, found, RepairPlan.Source.TWIN, twin.name().place(layout));
        }
        staging.<UnavailableException>make(entry.timeOnDisk(), entry.fileSize(), channel -> {
            try (FileChannel in = open(twin)) {
                require(twin, file, read(in, twin, channel));
            }
            return "";
        });
        return made(staging, RepairPlan.Source.TWIN, twin.name().place(layout));
    }

    private FileChannel open(Twin twin) throws UnavailableException {
        try {
            return FileChannel.open(
                    twin.name().file(layout), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw unreadable(twin, e);
        }
    }

    private UnavailableException unreadable(Twin twin, IOException e) {
        return new UnavailableException(
                "%s cannot be read (%s).".formatted(twin.name().place(layout), e.getMessage()));
    }

    /** The SHA-256 of what is read, which goes to the channel as it comes; null to read only. */
    private String read(FileChannel in, Twin twin, @Nullable FileChannel to) throws UnavailableException, IOException {
        MessageDigest digest = Sha256.digest();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (true) {
            check.run();
            int read;
            try {
                read = in.read(buffer.clear());
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                throw unreadable(twin, e);
            }
            if (read < 0) {
                return HexFormat.of().formatHex(digest.digest());
            }
            digest.update(buffer.array(), 0, read);
            if (to != null) {
                Durable.writeFully(to, buffer.flip());
            }
        }
    }

    /** A twin with other bytes is damaged itself. */
    private void require(Twin twin, DamagedFile file, String found) throws UnavailableException, IOException {
        if (found.equals(file.sha256())) {
            return;
        }
        DamagedFile.Name name = twin.name();
        LOG.warn("{} should have the SHA-256 {}, but has {}", name.place(layout), file.sha256(), found);
        list.found(List.of(new Damage(
                name.snapshot(), name.bucket(), name.key(), name.path(), Damage.Kind.BYTES, clock.instant())));
        throw new UnavailableException("%s is damaged too.".formatted(name.place(layout)));
    }

    /** Whether what went wrong would go wrong with every other file too. */
    static boolean endsAll(IOException e) {
        return DiskFull.isCauseOf(e)
                || e instanceof ClosedChannelException
                || e instanceof InterruptedIOException
                || e instanceof Repairer.BusyException;
    }
}
