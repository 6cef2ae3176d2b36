package io.hubstorage.transfer;

import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has arrived of large objects whose download broke off: when they are tried again, be it at once or later in the run, it
 * is not fetched again. For the time of one run; the files lie among its working files, which are deleted when it has ended, or
 * when the next run adopts them. Thread-safe.
 */
final class PartialDownloads {
    private static final Logger LOG = LoggerFactory.getLogger(PartialDownloads.class);
    /** Further ones are fetched from their beginning. */
    private static final int MOST = 1_000;

    private final Map<String, Partial> byName = new HashMap<>();
    private String run = "";

    /**
     * A file that is not whole yet.
     *
     * @param object what it is to become; another listed time or ETag makes it useless
     * @param finished which ranges are on the disk, counted from 0
     * @param opening the head of the first answer that brought bytes of the first range; null while that range is not there
     */
    record Partial(
            ListedObject object,
            Path file,
            BitSet finished,
            @Nullable ObjectHead opening) {}

    synchronized void keep(String runId, String bucket, Partial partial) {
        begin(runId);
        if (byName.size() >= MOST) {
            delete(partial);
            return;
        }
        Partial earlier = byName.put(name(bucket, partial.object()), partial);
        if (earlier != null) {
            delete(earlier);
        }
    }

    /**
     * Gives out what there is of exactly this object, and forgets it. What there is of another of that name stays: who asks may
     * know an older one, and be told so by the server.
     */
    @Nullable
    synchronized Partial take(String runId, String bucket, ListedObject object) {
        begin(runId);
        String name = name(bucket, object);
        Partial kept = byName.get(name);
        if (kept == null || !kept.object().equals(object)) {
            return null;
        }
        byName.remove(name);
        return kept;
    }

    /** The object is there: drops what is left of it, or of an older one of its name. */
    synchronized void drop(String runId, String bucket, ListedObject object) {
        begin(runId);
        Partial kept = byName.remove(name(bucket, object));
        if (kept != null) {
            delete(kept);
        }
    }

    private static String name(String bucket, ListedObject object) {
        return bucket + "/" + object.key();
    }

    private void begin(String runId) {
        if (!run.equals(runId)) {
            byName.values().forEach(PartialDownloads::delete);
            byName.clear();
            run = runId;
        }
    }

    private static void delete(Partial partial) {
        try {
            Files.deleteIfExists(partial.file());
        } catch (IOException e) {
            LOG.debug("{} is left to the end of its run", partial.file(), e);
        }
    }
}
