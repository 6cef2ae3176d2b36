package io.hubstorage.browse;

import java.io.IOException;

/** What was asked for is not in the snapshot, or not on the disk any more; the message says which, for people. */
public final class NotThereException extends IOException {
    public NotThereException(String sentence) {
        super(sentence);
    }
}
