package io.hubstorage.verify;

import java.nio.file.Path;

/** One bucket's folder in one snapshot, and where to say what is wrong with it. */
record BucketTree(String bucket, Path folder, Findings findings) {
    Path file(String path) {
        return folder.resolve(path);
    }
}
