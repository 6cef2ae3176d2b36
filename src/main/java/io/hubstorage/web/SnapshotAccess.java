package io.hubstorage.web;

import io.hubstorage.browse.NotThereException;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens snapshots for the routes, off the event loop, and turns what is not there into what a client understands. */
final class SnapshotAccess {
    /** The longest key that S3 takes, in characters. */
    static final int MOST_KEY = 1024;

    static final int MOST_NAME = 255;

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotAccess.class);

    private final Vertx vertx;
    private final ConfigStore store;
    private final Background background;

    /** What is done with a snapshot. */
    @FunctionalInterface
    interface Reading<T> {
        T of(SnapshotReader snapshot) throws Exception;
    }

    SnapshotAccess(Vertx vertx, ConfigStore store, Background background) {
        this.vertx = vertx;
        this.store = store;
        this.background = background;
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
    <T> Future<T> readLong(RoutingContext context, Reading<T> reading) {
        String id = context.pathParam("id");
        return background.runHeavy(context, () -> explained(() -> reading.of(find(id))));
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

    /** What writes to the response's stream; {@code gone} says that nobody reads any more. */
    @FunctionalInterface
    interface BodyWriter {
        void write(ResponseStream out) throws Exception;
    }

    /** Sends a body that is written on a virtual thread. Status and headers must be set. Ends the response, or cuts it. */
    Future<Void> stream(RoutingContext context, boolean heavy, BodyWriter writer) {
        return stream(vertx, background, context, heavy, writer);
    }

    /** The same for what is in no snapshot. */
    static Future<Void> stream(
            Vertx vertx, Background background, RoutingContext context, boolean heavy, BodyWriter writer) {
        if (context.request().method().equals(HttpMethod.HEAD)) {
            // Nothing of it would be sent.
            return context.response().end();
        }
        ResponseStream out = new ResponseStream(vertx, context);
        Callable<Void> work = () -> {
            writer.write(out);
            out.close();
            return null;
        };
        Future<Void> done = heavy ? background.runHeavy(context, work) : background.run(work);
        done.onSuccess(ignored -> context.response().end()).onFailure(failure -> broken(context, out, failure));
        return done;
    }

    private static void broken(RoutingContext context, ResponseStream out, Throwable failure) {
        if (!out.gone() && !context.response().headWritten()) {
            for (String name : List.of("Content-Disposition", "Content-Length", "Content-Range", "ETag")) {
                context.response().headers().remove(name);
            }
            context.fail(failure);
            return;
        }
        if (!out.gone()) {
            LOG.warn("{} was not answered to its end", context.request().path(), failure);
        }
        // What was sent is no whole answer: only a broken connection tells the client so.
        context.request().connection().close();
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
