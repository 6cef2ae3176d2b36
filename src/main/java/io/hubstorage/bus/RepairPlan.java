package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a repair would do: <em>damaged = the sum of the sources + lost</em>. Nothing has been read for it but manifests, names and,
 * of S3, the heads of objects; the repair itself reads all bytes before it believes them.
 *
 * @param damaged files, each counted once however many snapshots share it
 * @param sources those that can be repaired, by where their bytes come from
 * @param lost those that cannot, as things are
 * @param items the first {@link #SHOWN} of the damaged files
 * @param digest of all of it, shown or not: what {@link RepairStart} must say
 */
public record RepairPlan(
        Instant madeAt,
        RepairMessage.Request request,
        Tally damaged,
        Map<Source, Tally> sources,
        Tally lost,
        List<Item> items,
        String digest) {
    public static final int SHOWN = 1_000;

    /** So many snapshots of a damaged file are named, the newest first. */
    public static final int SNAPSHOTS = 20;

    public RepairPlan {
        sources = Map.copyOf(sources);
        items = List.copyOf(items);
    }

    /** Where the bytes of a damaged file come from. */
    public enum Source {
        /** Another file of the data folder that has the same content. */
        TWIN,
        /** S3 still has the version, or an object of the same ETag. */
        S3,
        /** There are no bytes: an empty file, or a folder. */
        EMPTY,
        /** A second copy of the data folder. */
        COPY,
        /** Nowhere: it cannot be repaired. */
        NONE
    }

    /**
     * A damaged file.
     *
     * @param damage what is wrong with it: {@code missing}, {@code size}, {@code bytes}, {@code not_a_file} or {@code manifest}
     * @param snapshots that hold it, as far as the list of damage names them; the first {@link #SNAPSHOTS}
     * @param detail where from, or why it cannot be repaired
     */
    public record Item(
            String bucket, String key, long size, String damage, List<String> snapshots, Source source, String detail) {
        public Item {
            snapshots = List.copyOf(snapshots);
        }
    }
}
