package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * What became of every object of a bucket. Two equations hold, to the object and the byte:
 * <em>listed = linked + downloaded + filtered + archived + vanished + failed</em> and
 * <em>files in the snapshot = linked + downloaded + carried + kept</em>.
 *
 * @param listed what the listing named; an object re-read after it changed counts with its new size
 * @param linked unchanged, a hard link (or a local copy) of the last snapshot's file
 * @param downloaded fetched in this run, or by an interrupted one that this run resumed
 * @param filtered named by the listing, dropped by a filter
 * @param archived in a storage class that cannot be read without restoring it first
 * @param vanished gone between the listing and the read
 * @param failed could not be read; each is named with its cause
 * @param carried gone from S3, kept in the snapshot because {@code sync_options.delete} is off
 * @param kept the previous version of what failed, is archived, or was not covered by this run
 * @param deleted in the last snapshot and not in this one
 * @param refetched of {@code downloaded}: S3 lists it as before, but its file of the last snapshot was gone or not what its
 *     manifest says. Part of no equation; records of earlier versions have none
 * @param metadataRefreshed of the linked ones, those whose bytes are the same and whose metadata is new; records of earlier
 *     versions do not count them
 */
public record BucketCounts(
        Tally listed,
        Tally linked,
        Tally downloaded,
        Tally filtered,
        Tally archived,
        Tally vanished,
        Tally failed,
        Tally carried,
        Tally kept,
        Tally deleted,
        Tally refetched,
        Tally metadataRefreshed) {
    /** Records of earlier versions say nothing of what was refetched or has new metadata. */
    public BucketCounts {
        refetched = refetched == null ? Tally.ZERO : refetched;
        metadataRefreshed = metadataRefreshed == null ? Tally.ZERO : metadataRefreshed;
    }

    /** With nothing refetched, and no new metadata. */
    public BucketCounts(
            Tally listed,
            Tally linked,
            Tally downloaded,
            Tally filtered,
            Tally archived,
            Tally vanished,
            Tally failed,
            Tally carried,
            Tally kept,
            Tally deleted) {
        this(
                listed,
                linked,
                downloaded,
                filtered,
                archived,
                vanished,
                failed,
                carried,
                kept,
                deleted,
                Tally.ZERO,
                Tally.ZERO);
    }

    /** Nothing counted yet. */
    public static final BucketCounts ZERO = new BucketCounts(
            Tally.ZERO,
            Tally.ZERO,
            Tally.ZERO,
            Tally.ZERO,
            Tally.ZERO,
            Tally.ZERO,
            Tally.ZERO,
            Tally.ZERO,
            Tally.ZERO,
            Tally.ZERO);

    /** Both together. */
    public BucketCounts plus(BucketCounts other) {
        return new BucketCounts(
                listed.plus(other.listed),
                linked.plus(other.linked),
                downloaded.plus(other.downloaded),
                filtered.plus(other.filtered),
                archived.plus(other.archived),
                vanished.plus(other.vanished),
                failed.plus(other.failed),
                carried.plus(other.carried),
                kept.plus(other.kept),
                deleted.plus(other.deleted),
                refetched.plus(other.refetched),
                metadataRefreshed.plus(other.metadataRefreshed));
    }

    /** The right-hand side of the first equation. */
    @JsonIgnore
    public Tally accounted() {
        return linked.plus(downloaded)
                .plus(filtered)
                .plus(archived)
                .plus(vanished)
                .plus(failed);
    }

    /** The right-hand side of the second equation. */
    @JsonIgnore
    public Tally files() {
        return linked.plus(downloaded).plus(carried).plus(kept);
    }

    /** Whether every listed object is accounted for. */
    @JsonIgnore
    public boolean balanced() {
        return listed.equals(accounted());
    }
}
