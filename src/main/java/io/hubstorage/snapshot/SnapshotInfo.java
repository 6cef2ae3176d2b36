package io.hubstorage.snapshot;

import io.hubstorage.fs.Durable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One snapshot on disk.
 *
 * @param name of its folder
 * @param certificate absent for one of the old tool
 */
public record SnapshotInfo(
        String name, Path folder, @Nullable Certificate certificate) {
    /** Whether the old tool made it: no manifest, no certificate, and a name in local time. */
    public boolean legacy() {
        return certificate == null;
    }

    /** When the run began that made it; absent for one of the old tool. */
    public @Nullable Instant startedAt() {
        return certificate == null ? null : certificate.startedAt();
    }

    /** Whether somebody wants it kept for good. Asks the disk. */
    public boolean pinned() {
        return Files.exists(Layout.pin(folder), LinkOption.NOFOLLOW_LINKS);
    }

    /** Pins it, or lets it go; durable, and nothing happens when it is so already. Nothing else in the folder changes. */
    public void pin(boolean pinned) throws IOException {
        Path pin = Layout.pin(folder);
        if (pinned == pinned()) {
            return;
        }
        if (pinned) {
            Files.createFile(pin);
        } else {
            Files.deleteIfExists(pin);
        }
        Durable.syncFolder(folder);
    }

    public Path tree(String bucket) {
        return Layout.tree(folder, bucket);
    }

    /** A bucket's manifest, which need not exist. */
    public Path manifest(String bucket) {
        return Layout.manifest(folder, bucket);
    }

    /** The buckets it has a folder for, sorted; where that cannot be read, those that its certificate names. */
    public List<String> buckets() throws IOException {
        try (Stream<Path> folders = Files.list(folder.resolve("s3"))) {
            return folders.filter(each -> Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))
                    .map(each -> each.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (AccessDeniedException e) {
            if (certificate == null) {
                throw e;
            }
            return certificate.buckets().stream()
                    .filter(bucket -> bucket.manifest() != null)
                    .map(Certificate.Bucket::name)
                    .sorted()
                    .toList();
        }
    }
}
