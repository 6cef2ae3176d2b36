package io.hubstorage.web.api;

import io.hubstorage.browse.NotThereException;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.web.http.Background;
import io.hubstorage.web.http.HttpProblem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens snapshots for the routes, off the event loop, and turns what is not there into what a client understands. */
public record SnapshotAccess(ConfigStore store, Background background) {
    /** The longest key that S3 takes, in characters. */
    static final int MOST_KEY = 1024;

    static final int MOST_NAME = 255;
    /** What is given in place of an older snapshot, so that nothing is compared. */
    private static final String NONE = "none";

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotAccess.class);

    @FunctionalInterface
    interface Reading<T> {
        T of(SnapshotReader snapshot) throws Exception;
    }

    /** Work that may take long, for as long as somebody waits for it. */
    @FunctionalInterface
    interface Search<T> {
        T run(BooleanSupplier cancelled) throws Exception;
    }

    /** All of them, as they are on the disk now. */
    Snapshots all() {
        return new Snapshots(new Layout(store.dataPath()));
    }

    /** Something quick with the snapshot that the path names. */
    <T> Future<T> read(RoutingContext context, Reading<T> reading) {
        String id = context.pathParam("id");
        return run(() -> reading.of(find(id)));
    }

    /** Something that may take seconds, with whichever snapshots. */
    <T> Future<T> search(RoutingContext context, Search<T> work) {
        AtomicBoolean gone = new AtomicBoolean();
        context.response().closeHandler(_ -> gone.set(true));
        return background.search(context, () -> explained(() -> work.run(gone::get)));
    }

    /** Likewise. Thousands of rows are made into text where they were read, and not on an event loop. */
    Future<Buffer> searchJson(RoutingContext context, Search<JsonObject> work) {
        return json(context, search(context, cancelled -> work.run(cancelled).toBuffer()));
    }

    /** Something quick, likewise. */
    Future<Buffer> runJson(RoutingContext context, Callable<JsonObject> work) {
        return json(context, run(() -> work.call().toBuffer()));
    }

    private static Future<Buffer> json(RoutingContext context, Future<Buffer> body) {
        return body.onSuccess(_ -> context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json"));
    }

    /** Something quick that blocks. */
    <T> Future<T> run(Callable<T> work) {
        return background.run(() -> explained(work));
    }

    /** The snapshot of that name. Blocking. */
    SnapshotReader find(String name) throws IOException {
        return new SnapshotReader(info(name));
    }

    /** The snapshot of that name with its certificate. Blocking. */
    SnapshotInfo info(String name) throws IOException {
        try {
            return all().find(name).orElseThrow(() -> new HttpProblem(404, "There is no snapshot of this name."));
        } catch (InvalidPathException e) {
            throw new HttpProblem(404, "There is no snapshot of this name.");
        }
    }

    /** The snapshot of that name, or without one the newest that holds the bucket. Blocking. */
    SnapshotReader at(String bucket, @Nullable String name) throws IOException {
        return name == null
                ? holding(bucket, null)
                        .orElseThrow(() -> new NotThereException("No snapshot holds anything of this bucket."))
                : named(name);
    }

    /** What that is compared with: the snapshot of that name, without one the next older that holds the bucket; null for nothing. Blocking. */
    @Nullable
    SnapshotReader since(String bucket, @Nullable String name, SnapshotReader at) throws IOException {
        if (name == null) {
            return holding(bucket, at.name()).orElse(null);
        }
        return name.equalsIgnoreCase(NONE) ? null : named(name);
    }

    /** The newest that holds the bucket, of those older than the one of this name. */
    private Optional<SnapshotReader> holding(String bucket, @Nullable String before) throws IOException {
        return all().folders(before)
                .map(SnapshotReader::new)
                .filter(snapshot -> snapshot.has(bucket))
                .findFirst();
    }

    /** The snapshot of that name, of which nothing has been read yet. Blocking. */
    SnapshotReader named(String name) throws NotThereException {
        return all().folder(name)
                .map(SnapshotReader::new)
                .orElseThrow(() -> new NotThereException(
                        "There is no snapshot %s. It may have been removed; choose another one.".formatted(name)));
    }

    private static <T> T explained(Callable<T> work) throws Exception {
        try {
            return work.call();
        } catch (NotThereException e) {
            throw new HttpProblem(404, String.valueOf(e.getMessage()));
        } catch (CorruptManifestException e) {
            LOG.warn("{}", e.getMessage());
            throw new HttpProblem(
                    500,
                    "The snapshot's list of this bucket's files is damaged, so it cannot be browsed; the files are on"
                            + " the disk all the same. Run 'hubstorage verify', and look in another snapshot.");
        }
    }
}
