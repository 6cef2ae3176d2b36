package io.hubstorage.transfer;

import io.hubstorage.manifest.ManifestEntry;
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
 * Links files of the last snapshot in batches on a few threads: on local disks a link costs the processor, on a NAS a round
 * trip. The first error ends it. Not thread-safe.
 */
final class Linker implements AutoCloseable {
    private static final int BATCH = 500;
    private static final int THREADS = 8;

    private final Action action;
    private final Semaphore room = new Semaphore(THREADS * 2);
    private final ExecutorService threads;
    private final AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    private List<Link> batch = new ArrayList<>(BATCH);

    private record Link(Path existing, ManifestEntry entry) {}

    /** Links one file, as {@link TreeWriter#link} does. */
    @FunctionalInterface
    interface Action {
        void link(Path existing, ManifestEntry entry, String path) throws IOException;
    }

    /** @param name of the bucket, for the threads */
    Linker(String name, Action action) {
        this.action = action;
        this.threads = Executors.newFixedThreadPool(
                THREADS, Thread.ofVirtual().name("link-" + name + "-", 0).factory());
    }

    /** Links a file to the path of its entry, soon; waits while too many are under way. */
    void add(Path existing, ManifestEntry entry) throws IOException, InterruptedException {
        batch.add(new Link(existing, entry));
        if (batch.size() == BATCH) {
            submit();
        }
    }

    /** Waits until all are linked. */
    void finish() throws IOException, InterruptedException {
        submit();
        room.acquire(THREADS * 2);
        rethrow();
    }

    private void submit() throws IOException, InterruptedException {
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
