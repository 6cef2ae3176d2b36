package io.hubstorage.snapshot;

import io.hubstorage.bus.BucketName;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where everything is below the data folder. Names only: touches no disk. */
public final class Layout {
    public static final String SNAPSHOT_PREFIX = "hublink_";

    /** How the folder of every attempt at a bucket begins; its number follows. The word on disk is older than the one in the code. */
    public static final String ATTEMPT_PREFIX = "pass-";

    /** How those folders of removed snapshots begin that are being deleted; the name of the snapshot follows. */
    public static final String DELETING_PREFIX = "deleting-";

    private static final String TREES = "s3";
    private static final String MANIFESTS = "manifest";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path data;

    /** Below this folder, taken as absolute. */
    public Layout(Path data) {
        this.data = data.toAbsolutePath().normalize();
    }

    /** The time of a run as it appears in names, UTC. */
    public static String time(Instant start) {
        return TIME.format(start);
    }

    public static String name(Instant start) {
        return SNAPSHOT_PREFIX + time(start);
    }

    public Path data() {
        return data;
    }

    public Path snapshot(String name) {
        return data.resolve(name);
    }

    /**
     * The folder of the folders of an account's buckets in a snapshot folder, final or staged.
     *
     * @param account null for the one without a name, which every snapshot has a folder for
     */
    public static Path trees(Path snapshot, @Nullable String account) {
        return ofAccount(snapshot, TREES, account);
    }

    /** The folder of the manifests of an account's buckets, as {@link #trees}. */
    public static Path manifests(Path snapshot, @Nullable String account) {
        return ofAccount(snapshot, MANIFESTS, account);
    }

    /** Whether a folder of that name in a snapshot's is one of {@link #trees}, of whichever account. */
    static boolean holdsTrees(String folder) {
        return BucketName.parse(folder).bucket().equals(TREES);
    }

    private static Path ofAccount(Path snapshot, String folder, @Nullable String account) {
        return snapshot.resolve(new BucketName(folder, account).toString());
    }

    /** The folder of a bucket's files in a snapshot folder, final or staged. */
    public static Path tree(Path snapshot, String bucket) {
        BucketName name = BucketName.parse(bucket);
        return trees(snapshot, name.account()).resolve(name.bucket());
    }

    public static Path manifest(Path snapshot, String bucket) {
        return besideManifest(snapshot, bucket, ".jsonl.zst");
    }

    public static Path index(Path snapshot, String bucket) {
        return besideManifest(snapshot, bucket, ".index.json");
    }

    private static Path besideManifest(Path snapshot, String bucket, String ending) {
        BucketName name = BucketName.parse(bucket);
        return manifests(snapshot, name.account()).resolve(name.bucket() + ending);
    }

    public static Path certificate(Path snapshot) {
        return snapshot.resolve("run.json");
    }

    /** The empty file that pins a snapshot while it is there, in its folder. */
    public static Path pin(Path snapshot) {
        return snapshot.resolve("pinned");
    }

    /** What was repaired in a snapshot, a line of JSON for each name, in its folder; there only once anything was. */
    public static Path repairLog(Path snapshot) {
        return snapshot.resolve("repairs.jsonl");
    }

    public static Path failures(Path snapshot, String bucket) {
        return besideManifest(snapshot, bucket, ".failures.jsonl");
    }

    public Path hub() {
        return data.resolve(".hubstorage");
    }

    /** The file that tells which destination this is. */
    public Path marker() {
        return hub().resolve("marker.json");
    }

    /** The file that whoever works on this folder has locked. */
    public Path lock() {
        return hub().resolve("lock");
    }

    /** Where who works on this folder says so to other machines. */
    public Path epochs() {
        return LockFile.folder(lock());
    }

    /** When the files of each bucket were last looked at. */
    public Path presence() {
        return hub().resolve("presence.json");
    }

    public Path stagings() {
        return hub().resolve("staging");
    }

    /** The staging of that name: the {@link #time} at which a run began it, and the epoch of the run that has it. */
    public Path staging(String name) {
        return stagings().resolve(name);
    }

    /** Where an attempt at a bucket puts its files. */
    public Path attempt(String name, int attempt, String bucket) {
        return staging(name).resolve(ATTEMPT_PREFIX + attempt).resolve(bucket);
    }

    /** Where workers in other processes have a folder of their own for each shard of an attempt. */
    public Path workers(String name, int attempt, String bucket) {
        return workers(name).resolve(ATTEMPT_PREFIX + attempt).resolve(bucket);
    }

    /** All of those of the staging of that name. */
    public Path workers(String name) {
        return staging(name).resolve("workers");
    }

    /** What becomes the snapshot's folder. */
    public Path stagedSnapshot(String name) {
        return staging(name).resolve("snapshot");
    }

    public Path journals() {
        return hub().resolve("journal");
    }

    /** The journals that belong to the staging of that name. */
    public Path journal(String name) {
        return journals().resolve(name);
    }

    /** Where an attempt at a bucket keeps its change logs and manifest parts. */
    public Path attemptJournal(String name, int attempt, String bucket) {
        return journal(name).resolve(ATTEMPT_PREFIX + attempt).resolve(bucket);
    }

    /** Plans of restores, and the journals of those that were begun. */
    public Path restores() {
        return hub().resolve("restore");
    }

    /** What drills bring back, until they end. */
    public Path drills() {
        return hub().resolve("drill");
    }

    /** Which files were proven when, and how far the cycle of proofs is. */
    public Path scrub() {
        return hub().resolve("scrub");
    }

    /** The files that are not as their manifests say, as they are found, repaired, or gone. */
    public Path damage() {
        return hub().resolve("damage.jsonl");
    }

    /** What a repair works with while it goes on. */
    public Path repairs() {
        return hub().resolve("repair");
    }

    /** Damaged files that were replaced, for a while. */
    public Path quarantine() {
        return hub().resolve("quarantine");
    }

    /** In a copy of another data folder: snapshots that are on their way into it, and what is removed from it. */
    public Path replication() {
        return hub().resolve("replication");
    }

    /** Stagings that are being deleted. Every run deletes all that is in there. */
    public Path trash() {
        return hub().resolve("trash");
    }

    /** Removed snapshots. Not in {@link #trash}: earlier versions delete all that is in there when a run begins. */
    public Path removedSnapshots() {
        return hub().resolve("removed");
    }

    /** Where a snapshot is that was removed, and can be had back. */
    public Path removed(String snapshot) {
        return removedSnapshots().resolve(snapshot);
    }

    /** Where it is once its deletion has begun. */
    public Path deleting(String snapshot) {
        return removedSnapshots().resolve(DELETING_PREFIX + snapshot);
    }

    /** What is remembered of the room that snapshots take, and of the room that was left. */
    public Path space() {
        return hub().resolve("space.json");
    }

    /** Where temporary files of sorts go; may be emptied whenever no run is under way. */
    public Path scratch() {
        return hub().resolve("scratch");
    }
}
