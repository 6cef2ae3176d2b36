package io.hubstorage.web.s3;

import io.hubstorage.fs.Sha256;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.StoredContent;
import io.hubstorage.web.http.FileRange;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends files, and no wrong byte of them in silence. Where all of a file is asked for, it is hashed on the way, and its last
 * bytes leave only when its SHA-256 is that of the manifest. Of a range, nobody could tell: there the file's time must be that
 * with which it was stored, or the whole file is hashed before, once for all who ask for ranges of it meanwhile. Blocking;
 * thread-safe.
 */
final class FileProof {
    private static final Logger LOG = LoggerFactory.getLogger(FileProof.class);
    private static final int MOST_PROVEN = 1_000;
    /** Files that are hashed ahead at the same time. */
    private static final int LOOKS_AT_ONCE = 4;
    /** Clients give up after about a minute without a byte; told before, they come again, and then it may be known. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** So long it goes on for those who were told to come again. */
    private static final Duration KEPT = Duration.ofMinutes(2);

    private static final Duration GLANCE = Duration.ofMillis(200);

    private final Reading reading;
    private final Duration patience;
    private final Semaphore turns = new Semaphore(LOOKS_AT_ONCE);
    private final Map<Known, Look> looks = new ConcurrentHashMap<>();

    /** Files of another time than their objects' whose content is right all the same: copied folders are full of them. */
    private final Set<Known> proven =
            Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<Known, Boolean>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Known, Boolean> eldest) {
                    return size() > MOST_PROVEN;
                }
            }));

    /** What makes a file the one that was looked at. */
    private record Known(Path file, long size, long writtenMillis) {}

    /**
     * An object's file.
     *
     * @param written when the file was last written to
     */
    record Stored(ManifestEntry entry, Path file, FileTime written) {}

    /** Copies a range of what the file of an entry holds. */
    @FunctionalInterface
    interface Reading {
        void copy(FileRange range, Path file, ManifestEntry entry, OutputStream out) throws IOException;
    }

    FileProof() {
        this(FileProof::copy, PATIENCE);
    }

    /** @param patience how long a client is let wait for a proof */
    FileProof(Reading reading, Duration patience) {
        this.reading = reading;
        this.patience = patience;
    }

    static void copy(FileRange range, Path file, ManifestEntry entry, OutputStream out) throws IOException {
        try (SeekableByteChannel content = StoredContent.open(file, entry)) {
            range.copy(content, out);
        }
    }

    /**
     * Sends a range of the file, or all of it.
     *
     * @param gone whether nobody takes it any more
     * @throws S3Refusal when the file is not what the manifest says; then the last bytes were not sent. Also when to find that out
     *     takes too long to wait for
     */
    void send(Stored stored, FileRange range, OutputStream out, BooleanSupplier gone) throws IOException {
        ManifestEntry entry = stored.entry;
        String sha256 = entry.sha256();
        if (sha256 != null && range.length() == entry.size()) {
            HashedStream hashed = new HashedStream(out);
            read(range, stored.file, entry, hashed);
            require(sha256.equals(hashed.hash()), entry, stored.file);
            hashed.sendLast();
            return;
        }
        if (!entry.hasTimeOnDisk(stored.written)) {
            prove(stored, gone);
        }
        read(range, stored.file, entry, out);
    }

    /** A compressed file may show by itself that it is damaged. */
    private void read(FileRange range, Path file, ManifestEntry entry, OutputStream out) throws IOException {
        try {
            reading.copy(range, file, entry, out);
        } catch (StoredContent.DamagedException e) {
            LOG.debug("{} cannot be read", file, e);
            require(false, entry, file);
        }
    }

    private void prove(Stored stored, BooleanSupplier gone) throws IOException {
        Known known = new Known(stored.file, stored.entry.size(), stored.written.toMillis());
        if (proven.contains(known)) {
            return;
        }
        Look look = Objects.requireNonNull(looks.compute(known, (_, underWay) -> {
            Look one = underWay == null ? new Look(known, stored.entry) : underWay;
            one.waiting.incrementAndGet();
            return one;
        }));
        look.begin();
        try {
            look.await(gone);
        } finally {
            look.waiting.decrementAndGet();
        }
    }

    /** A file is being hashed, for all who wait for that; given up when nobody does any more. */
    private final class Look {
        private final Known known;
        private final ManifestEntry entry;
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private final AtomicBoolean begun = new AtomicBoolean();
        private final AtomicInteger waiting = new AtomicInteger();
        private volatile long keptUntilNanos = System.nanoTime();

        Look(Known known, ManifestEntry entry) {
            this.known = known;
            this.entry = entry;
        }

        void begin() {
            if (begun.compareAndSet(false, true)) {
                Thread.ofVirtual().name("s3-proof").start(this::run);
            }
        }

        private void run() {
            try {
                while (!turns.tryAcquire(GLANCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    requireWanted();
                }
                try {
                    hash();
                } finally {
                    turns.release();
                }
                proven.add(known);
                looks.remove(known, this);
                end.complete(null);
            } catch (Throwable failure) {
                looks.remove(known, this);
                end.completeExceptionally(failure);
            }
        }

        private void hash() throws IOException {
            HashedStream hashed = new HashedStream(new OutputStream() {
                @Override
                public void write(int unit) throws IOException {
                    requireWanted();
                }

                @Override
                public void write(byte[] bytes, int offset, int count) throws IOException {
                    requireWanted();
                }
            });
            read(new FileRange(0, known.size), known.file, entry, hashed);
            require(hashed.hash().equals(entry.sha256()), entry, known.file);
        }

        /** Whoever joins does so in the map, so nobody can between the question and the end. */
        private void requireWanted() throws IOException {
            if (!isWanted() && looks.computeIfPresent(known, (_, look) -> isWanted() ? look : null) == null) {
                throw new IOException("nobody waits any more");
            }
        }

        private boolean isWanted() {
            return waiting.get() > 0 || keptUntilNanos - System.nanoTime() > 0;
        }

        void await(BooleanSupplier gone) throws IOException {
            long until = System.nanoTime() + patience.toNanos();
            while (true) {
                try {
                    end.get(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException e) {
                    if (gone.getAsBoolean()) {
                        throw new IOException("the client has gone", e);
                    }
                    if (System.nanoTime() - until > 0) {
                        keptUntilNanos = System.nanoTime() + KEPT.toNanos();
                        throw S3Refusal.slowDown(
                                "The file of this object has another time than it was stored with, so all"
                                        + " of it is read before a part is sent. That goes on: try again.");
                    }
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof S3Refusal refusal) {
                        throw refusal;
                    }
                    throw new IOException("%s cannot be read".formatted(known.file), e.getCause());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException();
                }
            }
        }
    }

    private static void require(boolean right, ManifestEntry entry, Path file) {
        if (!right) {
            LOG.error(
                    "{} is not what its snapshot stored under {}: it is damaged, or was written to", file, entry.key());
            throw S3Refusal.internal(
                    "The file of this object was changed or damaged on the disk of the backup: its content is not the"
                            + " one that was stored. Run 'hubstorage verify', and ask an older snapshot for it.");
        }
    }

    /** Hashes what passes, and holds back what came last. */
    private static final class HashedStream extends OutputStream {
        private final OutputStream out;
        private final MessageDigest digest = Sha256.digest();
        private byte[] held = new byte[0];
        private int length;

        HashedStream(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int unit) throws IOException {
            write(new byte[] {(byte) unit}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            digest.update(bytes, offset, count);
            sendLast();
            if (held.length < count) {
                held = new byte[count];
            }
            System.arraycopy(bytes, offset, held, 0, count);
            length = count;
        }

        /** Of all that has passed; to be asked once. */
        String hash() {
            return HexFormat.of().formatHex(digest.digest());
        }

        void sendLast() throws IOException {
            out.write(held, 0, length);
            length = 0;
        }
    }
}
