package io.hubstorage.restore;

import io.hubstorage.bus.BucketName;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Settings;
import io.hubstorage.restore.folder.FolderTarget;
import io.hubstorage.restore.s3.S3Target;
import io.hubstorage.restore.targets.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens the target of a restore. */
@FunctionalInterface
public interface Targets {
    /**
     * Opens it.
     *
     * @param scratch for temporary files, removed with the plan
     */
    Target open(String restoreId, Place place, RestoreRequest request, Path scratch) throws IOException;

    /**
     * Buckets and folders, as the configuration has it when they are opened.
     *
     * @param version of the program
     */
    static Targets of(ConfigStore config, String version) {
        return of(config, version, false);
    }

    /** The same where a folder is one of HubStorage's own, which nobody has named. */
    static Targets ofTrials(ConfigStore config, String version) {
        return of(config, version, true);
    }

    private static Targets of(ConfigStore config, String version, boolean inOurs) {
        return (id, place, request, scratch) -> {
            if (place.folder() == null) {
                BucketName bucket = BucketName.parse(Objects.requireNonNull(place.bucket()));
                S3Target.Destination destination =
                        new S3Target.Destination(id, bucket.bucket(), place.prefix(), scratch, request.createBucket());
                return S3Target.open(destination, request, access(config, bucket.account()), config, version);
            }
            List<Path> ours = inOurs
                    ? List.of()
                    : List.of(
                            config.dataPath(),
                            config.settings().configFolder(),
                            config.settings().logPath());
            return new FolderTarget(place.folder(), id, scratch, ours, request.deleteExtra());
        };
    }

    /** What writes to the buckets of an account; a named one has keys of its own already. */
    static Settings.Aws access(ConfigStore config, @Nullable String account) throws IOException {
        Settings.Aws access = account == null ? config.settings().restoreAws() : config.aws(account);
        if (access == null) {
            throw new IOException("There is no account \"%s\" in config.json.".formatted(account));
        }
        return access;
    }
}
