package io.hubstorage.verify.scrub;

import io.hubstorage.bus.BusJson;
import java.time.Instant;

/**
 * One file of one snapshot that is not as the snapshot's manifest says. A damaged file that several snapshots share is one of these
 * for each.
 *
 * @param snapshot the name of its folder
 * @param bucket with its account, as {@link io.hubstorage.bus.BucketName} writes it; empty where the whole certificate is meant
 * @param key as S3 names it; empty for {@link Kind#MANIFEST}
 * @param path relative to the bucket's folder; for {@link Kind#MANIFEST} relative to the snapshot's
 * @param foundAt when it was first found so
 */
public record Damage(String snapshot, String bucket, String key, String path, Kind kind, Instant foundAt) {
    /** In what way; in JSON in lower case. */
    public enum Kind {
        /** There is nothing at its path. */
        MISSING,
        /** It is shorter or longer than it was. */
        SIZE,
        /** It has the right size and other content, or cannot be read to its end. */
        BYTES,
        /** Something else is there: a folder, a symbolic link, a device; or, for a directory marker, no folder. */
        NOT_A_FILE,
        /**
         * The bucket's manifest, or the snapshot's certificate, is missing or not what it was: what the files should be cannot be
         * told. No repair from S3 or from other snapshots brings it back.
         */
        MANIFEST;

        /** As JSON and people have it. */
        public String word() {
            return BusJson.word(this);
        }
    }

    /** Whether both are about the same file of the same snapshot, whatever is wrong with it. */
    public boolean isSameFile(Damage other) {
        return snapshot.equals(other.snapshot)
                && bucket.equals(other.bucket)
                && key.equals(other.key)
                && path.equals(other.path);
    }
}
