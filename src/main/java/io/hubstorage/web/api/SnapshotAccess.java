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
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens snapshots for the routes, off the event loop, and turns what is not there into what a client understands. */
public record SnapshotAccess(ConfigStore store, Background background) {
    /** The longest key that S3 takes, in characters. */
    static final int MOST_KEY = 1024;

    static final int MOST_NAME = 255;

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotAccess.class);

    @FunctionalInterface
    interface Reading<T> {
        T of(SnapshotReader snapshot) throws Exception;
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

    /** Something that may take seconds. */
    <T> Future<T> search(RoutingContext context, Reading<T> reading) {
        String id = context.pathParam("id");
        return search(context, () -> reading.of(find(id)));
    }

    /** Likewise, with whichever snapshots. */
    <T> Future<T> search(RoutingContext context, Callable<T> work) {
        return background.search(context, () -> explained(work));
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
