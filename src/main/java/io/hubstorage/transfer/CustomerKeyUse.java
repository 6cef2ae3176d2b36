package io.hubstorage.transfer;

import io.hubstorage.s3.S3Failure;

/**
 * Whether objects are read with the customer's key (SSE-C). S3 says only when asked the wrong way, and refuses the key for
 * objects that do not need it; mostly the next object is like the last. Thread-safe; for one shard.
 */
final class CustomerKeyUse {
    private final boolean available;
    private volatile boolean last;

    CustomerKeyUse(boolean available) {
        this.available = available;
    }

    /** How to begin. */
    boolean likely() {
        return last;
    }

    /** Whether a refusal says that the other way is the right one; remembers it then. */
    boolean otherwise(S3Failure failure, boolean withKey) {
        boolean other = withKey
                ? failure.kind().equals(S3Failure.CUSTOMER_KEY_NOT_WANTED)
                : available && failure.kind().equals(S3Failure.CUSTOMER_KEY);
        if (other) {
            last = !withKey;
        }
        return other;
    }
}
