package io.hubstorage.retain;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what is in the trash when its time is over and there is no {@link Doubt}, at a pace that leaves the disk to others, and not
 * while somebody holds the lock of the data folder. Only a disk with less room than {@code retention.min_free_percent} makes a deletion
 * begin before, and in spite of doubts. What it does not come to the end of, the next one goes on with. Blocking; used by one thread at a
 * time, while others may use the same trash.
 */
final class TrashEmptier {
    private static final Logger LOG = LoggerFactory.getLogger(TrashEmptier.class);

    private final ConfigStore config;
    private final InstantSource clock;
    private final Speed speed;
    private final FreeShare free;
    private final ClockJumps jumps;
    private final Doubt doubt;
    /** So that what cannot be deleted is told once, not every minute. */
    private final Set<String> told = new HashSet<>();

    /**
     * How fast files are deleted.
     *
     * @param atOnce so many without a pause between them
     * @param look how often the trash is looked at
     * @param busyLook how often whether a backup is under way
     */
    record Speed(int atOnce, int perSecond, Duration look, Duration busyLook) {
        /** A million files in some ten minutes. A disk with heads hardly does more, and one without hardly notices. */
        static final Speed USUAL = new Speed(100, 2_000, Duration.ofMinutes(1), Duration.ofSeconds(1));

        private Duration pause() {
            return Duration.ofSeconds(1).multipliedBy(atOnce).dividedBy(perSecond);
        }
    }

    /** How much of the disk is free; tests say it. */
    @FunctionalInterface
    interface FreeShare {
        /** In percent. */
        double of(Layout layout) throws IOException;

        static double onDisk(Layout layout) throws IOException {
            FileStore store = Files.getFileStore(layout.data());
            return store.getTotalSpace() <= 0 ? 100 : 100.0 * store.getUsableSpace() / store.getTotalSpace();
        }
    }

    /** What keeps that from being deleted whose time is over, as it keeps snapshots from being removed. */
    @FunctionalInterface
    interface Doubt {
        /**
         * Why nothing is to be deleted; empty where it may.
         *
         * @throws IOException when nobody can tell: then nothing is deleted either
         */
        Optional<String> why() throws IOException;
    }

    /** What is to be deleted now, and why before its time, if it is. */
    private record Due(Trash.Item item, @Nullable String shortened) {}

    /** @param jumps where that clock cannot be believed */
    TrashEmptier(ConfigStore config, InstantSource clock, ClockJumps jumps, Speed speed, FreeShare free, Doubt doubt) {
        this.config = config;
        this.clock = clock;
        this.jumps = jumps;
        this.speed = speed;
        this.free = free;
        this.doubt = doubt;
    }

    /** How long a snapshot that is removed now can be had back. */
    static Duration undo(HubConfig config) {
        return Duration.ofMillis(Math.round(config.retention().undoHours() * 3_600_000));
    }

    /** Looks at the trash again and again, until it is cancelled or interrupted. */
    void run(Cancellation cancellation) {
        try {
            while (true) {
                emptyOrTell(cancellation);
                cancellation.pause(speed.look());
            }
        } catch (CancellationException | InterruptedException e) {
            LOG.debug("the trash is emptied no more", e);
        }
    }

    private void emptyOrTell(Cancellation cancellation) throws InterruptedException {
        try {
            empty(cancellation);
        } catch (CancellationException e) {
            throw e;
        } catch (InterruptedIOException e) {
            throw new InterruptedException();
        } catch (IOException | RuntimeException e) {
            tell("The trash cannot be emptied: " + e.getMessage());
        }
    }

    /**
     * Deletes all that is due now.
     *
     * @throws CancellationException when it was cancelled; the rest stays
     */
    void empty(Cancellation cancellation) throws IOException {
        // Also while there is nothing to delete: what is removed next may be so just before the clock jumps.
        jumps.look();
        Layout layout = new Layout(config.dataPath());
        if (!Files.isDirectory(layout.removedSnapshots())
                || OwnFiles.foreign(layout).isPresent()) {
            return;
        }
        Trash trash = new Trash(layout, clock);
        trash.settle();
        for (Trash.Item item : trash.list()) {
            if (item.deleting()) {
                delete(trash, item, layout, cancellation);
            }
        }
        // One by one, because each may make room enough.
        for (Due due = due(trash, layout); due != null; due = due(trash, layout)) {
            cancellation.check();
            tellBegin(due);
            if (trash.expire(due.item(), due.shortened()) && !delete(trash, due.item(), layout, cancellation)) {
                return;
            }
            if (due.shortened() != null) {
                // Some disks have the room only a while later, and the next one might not have to go.
                pause(cancellation, speed.look());
            }
        }
    }

    private static void pause(Cancellation cancellation, Duration time) throws InterruptedIOException {
        try {
            cancellation.pause(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private @Nullable Due due(Trash trash, Layout layout) throws IOException {
        HubConfig now = config.config();
        Duration undo = undo(now);
        jumps.look();
        Optional<Trash.Item> first = trash.list().stream()
                .filter(item -> !item.deleting() && !trash.isPinned(item))
                .min(Comparator.comparing(item -> end(item, undo)));
        if (first.isEmpty()) {
            return null;
        }
        Trash.Item item = first.get();
        if (!end(item, undo).isAfter(clock.instant()) && !isDoubted()) {
            return new Due(item, null);
        }
        double least = now.retention().minFreePercent();
        double percent = least > 0 ? free.of(layout) : 100;
        return percent < least ? new Due(item, shortened(percent, least)) : null;
    }

    private Instant end(Trash.Item item, Duration undo) {
        return jumps.end(item.note().removedAt(), item.until(undo));
    }

    private boolean isDoubted() {
        Optional<String> why;
        try {
            why = doubt.why();
        } catch (IOException | RuntimeException e) {
            why = Optional.of(String.valueOf(e.getMessage()));
        }
        why.ifPresent(each -> tell("What was removed is not deleted, though its time is over: " + each));
        return why.isPresent();
    }

    private static String shortened(double percent, double least) {
        return String.format(
                Locale.ROOT,
                "The disk had %.1f %% free, less than the %.1f %% of retention.min_free_percent, so its deletion began"
                        + " early.",
                percent,
                least);
    }

    private static void tellBegin(Due due) {
        if (due.shortened() == null) {
            LOG.info(
                    "{} cannot be had back any more: its files are being deleted",
                    due.item().snapshot());
        } else {
            LOG.warn("{} cannot be had back any more. {}", due.item().snapshot(), due.shortened());
        }
    }

    /** Whether nothing is left of it. */
    private boolean delete(Trash trash, Trash.Item item, Layout layout, Cancellation cancellation)
            throws InterruptedIOException {
        try {
            trash.delete(item, new Pace(layout, cancellation));
            LOG.info("{} has been deleted", item.snapshot());
            return true;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            tell("%s cannot be deleted to its end: %s".formatted(item.snapshot(), e.getMessage()));
            return false;
        }
    }

    private void tell(String trouble) {
        if (told.add(trouble)) {
            LOG.warn("{}", trouble);
        }
    }

    /** Of one deletion. */
    private final class Pace implements Trees.Pace {
        private final Layout layout;
        private final Cancellation cancellation;
        private int left;
        private long looked = System.nanoTime() - speed.busyLook().toNanos();

        Pace(Layout layout, Cancellation cancellation) {
            this.layout = layout;
            this.cancellation = cancellation;
        }

        @Override
        public void next() throws IOException {
            if (left-- > 0) {
                return;
            }
            left = speed.atOnce() - 1;
            pause(cancellation, speed.pause());
            // To look is to try the lock, which another process may want at that moment.
            if (System.nanoTime() - looked < speed.busyLook().toNanos()) {
                return;
            }
            while (DataLock.holder(layout).isPresent()) {
                pause(cancellation, speed.busyLook());
            }
            looked = System.nanoTime();
        }
    }
}
