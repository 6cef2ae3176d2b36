package io.hubstorage.transfer;

import java.nio.file.Path;

/** The working files of one shard, all in the journal folder of its pass. */
record ShardFiles(Path folder, int index) {
    /** The change log. */
    Path log() {
        return file("journal");
    }

    /** The shard's part of the bucket's manifest. */
    Path part() {
        return file("part.zst");
    }

    /** Every failed object, one JSON line each. */
    Path failures() {
        return file("failures.jsonl");
    }

    /** Those of them that may be fetched later, one JSON line each. */
    Path retries() {
        return file("retries.jsonl");
    }

    /** Room for sorting. */
    Path scratch() {
        return file("scratch");
    }

    private Path file(String kind) {
        return folder.resolve("shard-%04d.%s".formatted(index, kind));
    }
}
