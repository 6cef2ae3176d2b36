package io.hubstorage.restore;

import io.hubstorage.bus.BucketName;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RestoreRequest.Overwrite;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.hubstorage.config.Settings;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where objects go: which bucket or folder, and what is put before their keys.
 *
 * @param bucket null for a folder
 * @param folder null for a bucket
 * @param prefix of all keys, with its slash; empty for none
 * @param byBucket whether the name of their bucket comes before the keys, because there are several
 */
public record Place(@Nullable String bucket, @Nullable Path folder, String prefix, boolean byBucket) {
    private static final Pattern S3 = Pattern.compile("s3://([^/]+)(?:/(.*))?", Pattern.DOTALL);

    /**
     * Where the request wants its buckets to go.
     *
     * @param id of the restore, for a prefix that is not used yet
     * @param anywhere whether whoever asks may name any folder of this machine
     * @throws IllegalArgumentException with what is wrong and what to do
     */
    static Place of(RestoreRequest request, List<String> buckets, String id, ConfigStore config, boolean anywhere)
            throws IOException {
        long places = Stream.of(request.to(), request.toDir(), request.inPlace())
                .filter(Objects::nonNull)
                .count();
        if (places > 1) {
            throw new IllegalArgumentException("Give only one of to, to_dir and in_place.");
        }
        boolean several = buckets.size() > 1;
        if (request.toDir() != null) {
            return new Place(null, folder(request.toDir(), config.settings(), anywhere), "", several);
        }
        if (request.inPlace() != null) {
            return inPlace(request.inPlace(), buckets, config);
        }
        String to = request.to();
        if (to == null && several) {
            throw new IllegalArgumentException(
                    "Say where to: to an S3 address (s3://bucket/prefix), or to_dir a folder. Only for one bucket"
                            + " there is a place of its own, a new prefix in it.");
        }
        String own = "restored-" + id + "/";
        Place place = to == null ? new Place(buckets.getFirst(), null, own, false) : s3(to, several);
        if (!place.prefix.equals(own)) {
            place.requireHarmless(request, buckets, config);
        }
        return place;
    }

    /** What a backup reads is changed only by who asks for just that: else a slip here would be in the next snapshot, too. */
    private void requireHarmless(RestoreRequest request, List<String> buckets, ConfigStore config) throws IOException {
        if (!isBackedUp(buckets, config)) {
            return;
        }
        if (prefix.isEmpty() && !byBucket) {
            throw new IllegalArgumentException(
                    "s3://%s is the bucket that was backed up, or another that is. Name a prefix in it, or ask for in_place (on the command line --in-place %s), which restore.in_place in config.json has to allow."
                            .formatted(bucket, bucket));
        }
        boolean harmless = !prefix.isEmpty() && request.overwrite() == Overwrite.NEVER && !request.deleteExtra();
        if (!harmless && !config.config().restore().inPlace()) {
            throw new IllegalArgumentException(
                    "s3://%s is a bucket that is backed up. There, only below a prefix, without overwriting and without deleting can be restored, unless restore.in_place in config.json allows more (\"Allow restoring in place\")."
                            .formatted(bucket));
        }
    }

    /** Whether it is one of those that are configured, restored or in the newest snapshot, by whatever account or address. */
    private boolean isBackedUp(List<String> buckets, ConfigStore config) throws IOException {
        BucketName target = BucketName.parse(Objects.requireNonNull(bucket));
        String server;
        try {
            server = Targets.access(config, target.account()).server();
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        SnapshotInfo newest =
                new Snapshots(new Layout(config.dataPath())).newest().orElse(null);
        return Stream.of(
                        buckets,
                        config.config().selection().names(),
                        newest == null ? List.<String>of() : newest.buckets())
                .flatMap(List::stream)
                .map(BucketName::parse)
                .filter(each -> each.bucket().equals(target.bucket()))
                .map(each -> config.aws(each.account()))
                // Of an account that is gone nobody knows where it was.
                .anyMatch(source -> source == null || source.server().equals(server));
    }

    private static Place inPlace(String typed, List<String> buckets, ConfigStore config) {
        if (!config.config().restore().inPlace()) {
            throw new IllegalArgumentException(
                    "Restoring in place is switched off. Set restore.in_place to true in config.json (\"Allow"
                            + " restoring in place\"), or restore to a prefix or a folder.");
        }
        if (!List.of(typed).equals(buckets)) {
            throw new IllegalArgumentException(
                    "in_place must be the name of the one bucket that is restored; found \"%s\", but this would restore %s."
                            .formatted(typed, String.join(", ", buckets)));
        }
        return new Place(typed, null, "", false);
    }

    private static Place s3(String to, boolean several) {
        Matcher parts = S3.matcher(to);
        if (!parts.matches() || !BucketSpec.isName(parts.group(1).split("@", 2)[0])) {
            throw new IllegalArgumentException(
                    "to: found \"%s\", allowed: s3://, the name of a bucket and, if wanted, a prefix, as s3://photos-restored/2026"
                            .formatted(to));
        }
        String prefix = parts.group(2) == null ? "" : parts.group(2);
        return new Place(
                parts.group(1), null, prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/", several);
    }

    private static Path folder(String text, Settings settings, boolean anywhere) throws IOException {
        Path folder;
        try {
            folder = Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("to_dir is no path of this system.", e);
        }
        if (!folder.isAbsolute()) {
            throw new IllegalArgumentException("to_dir must be a whole path, as /mnt/disk/restored.");
        }
        Path allowed = settings.writing().folder();
        if (!anywhere && allowed == null) {
            throw new IllegalArgumentException(
                    "Over the web and the event bus, HubStorage restores to folders only below"
                            + " HUBSTORAGE_RESTORE_PATH, which is not set. Set it, or use 'restore --to-dir' on the"
                            + " command line.");
        }
        Path whole = folder.normalize();
        if (!anywhere && !isBelow(whole, Objects.requireNonNull(allowed))) {
            throw new IllegalArgumentException(
                    "to_dir must be below %s, which HUBSTORAGE_RESTORE_PATH names.".formatted(allowed));
        }
        return whole;
    }

    /** By its name, and by where that leads: links may have been put below the folder. */
    private static boolean isBelow(Path folder, Path allowed) throws IOException {
        return folder.startsWith(allowed) && FolderAccess.real(folder).startsWith(FolderAccess.real(allowed));
    }

    /** What comes before the keys of a bucket. */
    String base(String source) {
        return byBucket ? prefix + source + "/" : prefix;
    }

    /** For people. */
    @Override
    public String toString() {
        return folder == null ? "s3://%s/%s".formatted(bucket, prefix) : folder.toString();
    }
}
