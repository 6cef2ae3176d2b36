package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Links the files that stay as they are, in batches on a few threads: on local disks a link costs the processor, on a NAS a
 * round trip.
 */
final class Linker {
    private static final int BATCH = 500;
    private static final int THREADS = 8;

    private final TransferMessage.Shard shard;
    private final Action action;
    private final Cancellation cancellation;

    private record Link(Path existing, ManifestEntry entry) {}

    /** Links one file, as {@link TreeWriter#link} does. */
    @FunctionalInterface
    interface Action {
        void link(Path existing, ManifestEntry entry, String path) throws IOException;
    }

    Linker(TransferMessage.Shard shard, Action action, Cancellation cancellation) {
        this.shard = shard;
        this.action = action;
        this.cancellation = cancellation;
    }

    /** Links the last snapshot's files as far as the shard agrees with it, and the spooled ones. */
    void link(Agreement agreement, TransferMessage.@Nullable Source previous, Path spool)
            throws IOException, InterruptedException {
        try (Batches batches = new Batches()) {
            if (agreement.through() != null && previous != null) {
                linkRange(previous, agreement.through(), batches);
            }
            try (Spool.Reader reader = new Spool.Reader(spool)) {
                for (PlannedEntry planned = reader.next(); planned != null; planned = reader.next()) {
                    if (planned.action() == PlannedEntry.Action.LINK && planned.sourcePath() != null) {
                        TransferMessage.Source source = shard.sources().get(planned.source());
                        batches.add(new Link(Path.of(source.tree()).resolve(planned.sourcePath()), planned.entry()));
                    }
                }
            }
            batches.finish();
        }
    }

    private void linkRange(TransferMessage.Source previous, String through, Batches batches)
            throws IOException, InterruptedException {
        try (ManifestReader reader = ManifestReader.range(Path.of(previous.manifest()), shard.after(), through)) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                batches.add(new Link(Differ.file(previous, entry), entry));
            }
        }
    }

    /** Hands out full batches, a bounded number at once, and collects their errors. */
    private final class Batches implements AutoCloseable {
        private final Semaphore room = new Semaphore(THREADS * 2);
        private final ExecutorService threads = Executors.newFixedThreadPool(
                THREADS,
                Thread.ofVirtual().name("link-" + shard.bucket() + "-", 0).factory());
        private List<Link> batch = new ArrayList<>(BATCH);
        private final AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();

        void add(Link link) throws IOException, InterruptedException {
            batch.add(link);
            if (batch.size() == BATCH) {
                submit();
            }
        }

        void finish() throws IOException, InterruptedException {
            submit();
            room.acquire(THREADS * 2);
            rethrow();
        }

        private void submit() throws IOException, InterruptedException {
            cancellation.check();
            rethrow();
            List<Link> full = batch;
            batch = new ArrayList<>(BATCH);
            room.acquire();
            threads.execute(() -> run(full));
        }

        private void run(List<Link> links) {
            try {
                for (Link link : links) {
                    action.link(link.existing(), link.entry(), link.entry().path());
                }
            } catch (IOException | RuntimeException | Error e) {
                // An Error too: what is not linked must not be certified.
                failed.compareAndSet(null, e);
            } finally {
                room.release();
            }
        }

        private void rethrow() throws IOException {
            switch (failed.get()) {
                case null -> {}
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case Throwable failure -> throw new IllegalStateException(failure);
            }
        }

        @Override
        public void close() {
            threads.shutdownNow();
            threads.close();
        }
    }
}
