package io.hubstorage.snapshot;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Where everything is below the data folder. Names only: touches no disk. */
public final class Layout {
    public static final String SNAPSHOT_PREFIX = "hublink_";

    /** How the folder of every attempt at a bucket begins; its number follows. The word on disk is older than the one in the code. */
    public static final String ATTEMPT_PREFIX = "pass-";

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

    /** The folder of a bucket's files in a snapshot folder, final or staged. */
    public static Path tree(Path snapshot, String bucket) {
        return snapshot.resolve("s3").resolve(bucket);
    }

    public static Path manifest(Path snapshot, String bucket) {
        return snapshot.resolve("manifest").resolve(bucket + ".jsonl.zst");
    }

    public static Path index(Path snapshot, String bucket) {
        return snapshot.resolve("manifest").resolve(bucket + ".index.json");
    }

    public static Path certificate(Path snapshot) {
        return snapshot.resolve("run.json");
    }

    /** The empty file that pins a snapshot while it is there, in its folder. */
    public static Path pin(Path snapshot) {
        return snapshot.resolve("pinned");
    }

    public static Path failures(Path snapshot, String bucket) {
        return snapshot.resolve("manifest").resolve(bucket + ".failures.jsonl");
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

    /** When the files of each bucket were last looked at. */
    public Path presence() {
        return hub().resolve("presence.json");
    }

    public Path stagings() {
        return hub().resolve("staging");
    }

    /** The staging of the run that began at that {@link #time}. */
    public Path staging(String time) {
        return stagings().resolve(time);
    }

    /** Where an attempt at a bucket puts its files. */
    public Path attempt(String time, int attempt, String bucket) {
        return staging(time).resolve(ATTEMPT_PREFIX + attempt).resolve(bucket);
    }

    /** What becomes the snapshot's folder. */
    public Path stagedSnapshot(String time) {
        return staging(time).resolve("snapshot");
    }

    public Path journals() {
        return hub().resolve("journal");
    }

    /** The journals of the run that began at that {@link #time}. */
    public Path journal(String time) {
        return journals().resolve(time);
    }

    /** Where an attempt at a bucket keeps its change logs and manifest parts. */
    public Path attemptJournal(String time, int attempt, String bucket) {
        return journal(time).resolve(ATTEMPT_PREFIX + attempt).resolve(bucket);
    }

    /** Folders that were taken out of use and are being deleted. */
    public Path trash() {
        return hub().resolve("trash");
    }

    /** Where temporary files of sorts go; may be emptied whenever no run is under way. */
    public Path scratch() {
        return hub().resolve("scratch");
    }
}
