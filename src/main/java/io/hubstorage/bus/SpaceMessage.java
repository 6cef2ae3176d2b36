package io.hubstorage.bus;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much room the snapshots take, and how long what is left lasts. All bytes are allocated blocks, as {@code du} counts. */
public sealed interface SpaceMessage {
    /**
     * What takes room.
     *
     * @param disk the one of the data folder; absent where nothing can be told of it
     * @param growthBytesPerDay by how much what is taken grows; below 0 where it shrinks; absent as long as too little is known
     * @param fullAbout the day on which the disk is full if that goes on; absent where it is not within ten years
     * @param change what the snapshots of the last four weeks added, and what of it took the place of something; absent before there is a
     *     week of them
     * @param snapshotBytes of all snapshots together, what they share counted once
     * @param counting whether that is still being found out after a snapshot was removed, so that figures are somewhat too low
     * @param buckets what each has of it
     * @param history how it was, the oldest first: each day of the last six weeks, one day of each week of two years before
     */
    record Current(
            Instant at,
            @Nullable Disk disk,
            @Nullable Long growthBytesPerDay,
            @Nullable LocalDate fullAbout,
            @Nullable Change change,
            long snapshotBytes,
            boolean counting,
            List<Bucket> buckets,
            List<Day> history)
            implements SpaceMessage {
        public Current {
            buckets = List.copyOf(buckets);
            history = List.copyOf(history);
        }
    }

    /**
     * The disk of the data folder.
     *
     * @param freeBytes that HubStorage may use
     * @param lowBytes with less free than that it is nearly full
     * @param compression what its file system does to take less; absent where nothing can be told
     * @param sharing how a file that did not change comes into the next snapshot without its bytes, by what is tried first:
     *     {@code hard_links}, {@code reflinks} (a file of its own that shares the blocks); none where it is copied; absent where nobody
     *     has tried yet
     */
    record Disk(
            long totalBytes,
            long freeBytes,
            long lowBytes,
            @Nullable Compression compression,
            @Nullable List<String> sharing)
            implements SpaceMessage {}

    /**
     * What a file system does to take less space. No figures: Btrfs does not tell what it saves without rights of its own.
     *
     * @param fileSystem its type
     * @param state {@code on}, {@code off}, {@code untold} or {@code none}
     * @param text the same in a sentence
     * @param remedy what can be done to save space; absent where nothing needs to be
     */
    record Compression(
            String fileSystem,
            String state,
            String text,
            @Nullable String remedy) implements SpaceMessage {}

    /**
     * A bucket, of which any snapshot has something.
     *
     * @param bytes that its files take in all snapshots together, about
     * @param addedBytesPerDay what snapshots of the last four weeks have added a day, about
     */
    record Bucket(String bucket, long bytes, long addedBytesPerDay) implements SpaceMessage {}

    /**
     * What snapshots add. What they replace stays only as long as a snapshot is kept that has it; the rest is what the buckets grow by.
     *
     * @param addedBytesPerDay what no older snapshot had
     * @param replacedBytesPerDay of that, what took the place of something that was changed or deleted, and what snapshots take themselves
     */
    record Change(long addedBytesPerDay, long replacedBytesPerDay) implements SpaceMessage {}

    /**
     * How it was on a day.
     *
     * @param snapshotBytes of all snapshots of that day; absent where that was not known
     * @param freeBytes of the disk; likewise
     */
    record Day(
            LocalDate at,
            @Nullable Long snapshotBytes,
            @Nullable Long freeBytes) implements SpaceMessage {}
}
