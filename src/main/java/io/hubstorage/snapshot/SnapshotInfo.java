package io.hubstorage.snapshot;

import io.hubstorage.bus.BucketName;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Sha256;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
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

    /** The SHA-256 of the certificate's file, in hexadecimal digits; null where there is none. */
    public @Nullable String certificateSha256() throws IOException {
        return certificate == null
                ? null
                : HexFormat.of().formatHex(Sha256.digest().digest(Files.readAllBytes(Layout.certificate(folder))));
    }

    public Path tree(String bucket) {
        return Layout.tree(folder, bucket);
    }

    /** A bucket's manifest, which need not exist. */
    public Path manifest(String bucket) {
        return Layout.manifest(folder, bucket);
    }

    /**
     * What is called like a bucket in a snapshot's folder, final or staged, in no order. Reads a folder for each account, and looks
     * at nothing in it.
     */
    public static List<String> called(Path snapshot) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> trees = Files.newDirectoryStream(snapshot, SnapshotInfo::holdsTrees)) {
            for (Path ofAccount : trees) {
                try (DirectoryStream<Path> folders = Files.newDirectoryStream(ofAccount)) {
                    for (Path each : folders) {
                        called(ofAccount, each).ifPresent(names::add);
                    }
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    private static boolean holdsTrees(Path folder) {
        return Layout.holdsTrees(folder.getFileName().toString())
                && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
    }

    /** Empty for what would be looked for in another account's folder, and so is no bucket of ours. */
    private static Optional<String> called(Path ofAccount, Path folder) {
        BucketName trees = BucketName.parse(ofAccount.getFileName().toString());
        BucketName bucket = new BucketName(folder.getFileName().toString(), trees.account());
        return BucketName.parse(bucket.toString()).equals(bucket) ? Optional.of(bucket.toString()) : Optional.empty();
    }

    /** The buckets it has a folder for, sorted; where that cannot be read, those that its certificate names. */
    public List<String> buckets() throws IOException {
        try {
            return called(folder).stream()
                    .filter(bucket -> Files.isDirectory(tree(bucket), LinkOption.NOFOLLOW_LINKS))
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
