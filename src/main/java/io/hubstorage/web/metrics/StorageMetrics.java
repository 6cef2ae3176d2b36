package io.hubstorage.web.metrics;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.VerifyMessage;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What the snapshots take on the disk and how long that lasts, and when what is stored was last proven. */
final class StorageMetrics {
    private static final double SECONDS_A_DAY = Duration.ofDays(1).toSeconds();
    private static final JsonObject NO_FILES = BusJson.encode(new VerifyMessage.Query(0, null));

    private final Asked<SpaceMessage.Current> space;
    private final Asked<VerifyMessage.Status> verify;

    StorageMetrics(Bus bus, Meters meters) {
        space = new Asked<>(meters, "space", bus, Addresses.SPACE, new JsonObject(), SpaceMessage.Current.class);
        verify = new Asked<>(meters, "verify", bus, Addresses.VERIFY_STATUS, NO_FILES, VerifyMessage.Status.class);
        measureSpace();
        measureProofs();
    }

    private void measureSpace() {
        disk("size", "What the disk of the data folder holds when it is full", SpaceMessage.Disk::totalBytes);
        disk(
                "used",
                "What is taken of the disk of the data folder, by whatever, with what is not for HubStorage",
                disk -> disk.totalBytes() - disk.freeBytes());
        space.number(
                "data.growth.bytes.per.second",
                "By how much what the disk of the data folder holds grows; 0 as long as that is not known",
                now -> now.growthBytesPerDay() == null ? 0 : now.growthBytesPerDay() / SECONDS_A_DAY);
        space.number(
                "data.full.timestamp.seconds",
                "When the disk of the data folder is full if that goes on; 0 if it is not within ten years",
                now -> now.fullAbout() == null
                        ? 0
                        : now.fullAbout().atStartOfDay(ZoneOffset.UTC).toEpochSecond());
        space.number(
                "snapshots.bytes",
                "What all snapshots take on the disk, what they share counted once",
                SpaceMessage.Current::snapshotBytes);
        byBucket(
                "stored.bytes",
                "What the files of the bucket take on the disk in all snapshots together, about",
                SpaceMessage.Bucket::bytes);
        byBucket(
                "added.bytes.per.second",
                "What snapshots of the last four weeks have added of the bucket, on average, about",
                bucket -> bucket.addedBytesPerDay() / SECONDS_A_DAY);
    }

    private void disk(String what, String help, ToDoubleFunction<SpaceMessage.Disk> value) {
        space.number(
                "data." + what + ".bytes",
                help,
                now -> now.disk() == null ? Double.NaN : value.applyAsDouble(now.disk()));
    }

    private void byBucket(String name, String help, ToDoubleFunction<SpaceMessage.Bucket> value) {
        space.rows(
                "bucket." + name,
                help,
                now -> now.buckets().stream()
                        .map(bucket ->
                                MultiGauge.Row.of(Tags.of("bucket", bucket.bucket()), value.applyAsDouble(bucket))));
    }

    private void measureProofs() {
        verify.number(
                "verify.proven.since.timestamp.seconds",
                "Every stored file that has a SHA-256 and is not known to be damaged was proven since then; 0 if some"
                        + " file never was, or a manifest is damaged",
                now -> now.cycle().provenSince() == null
                        ? 0
                        : now.cycle().provenSince().getEpochSecond());
        verify.number(
                "verify.files",
                "Stored files, however many snapshots share each",
                now -> now.cycle().files().objects());
        verify.number(
                "verify.proven.files",
                "Stored files that this cycle has proven so far",
                now -> now.cycle().proven().objects());
        verify.number(
                "verify.damaged.files",
                "Stored files that are not as they should be",
                now -> now.damage().files());
    }

    Stream<Future<Void>> refresh() {
        return Stream.of(space.refresh(), verify.refresh());
    }

    /** See {@link Asked#show}. */
    void show() {
        space.show();
        verify.show();
    }
}
