package io.hubstorage.snapshot;

import io.hubstorage.fs.Trees;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestMerge;
import io.hubstorage.manifest.ManifestSummary;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bucket's folder in a snapshot of the old tool, which kept no manifest. */
public final class LegacyTree {
    private static final Logger LOG = LoggerFactory.getLogger(LegacyTree.class);

    private LegacyTree() {}

    /**
     * Writes a manifest of what the folder holds, with its index beside it: keys as the names spell them, sizes, and the
     * files' times, to the second, as the times of last modification, because {@code aws s3 sync} set them so. There are no
     * ETags and no hashes. Symbolic links, special files and what cannot be read are left out. Memory does not grow with the number of files.
     *
     * @param scratch for temporary files
     */
    public static ManifestSummary manifest(Path tree, Path scratch, Path outZst) throws IOException {
        try (ManifestMerge found = new ManifestMerge(null, scratch)) {
            Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile()) {
                        found.add(entry(Trees.relative(tree, file), attributes));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    LOG.warn("{} cannot be read, so what it holds is downloaded: {}", file, failure.toString());
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
                    if (failure != null) {
                        LOG.warn(
                                "{} cannot be read to its end, so what is missing is downloaded: {}",
                                folder,
                                failure.toString());
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
            return found.write(outZst);
        }
    }

    private static ManifestEntry entry(String path, BasicFileAttributes attributes) {
        return new ManifestEntry(
                KeyPath.toKey(path),
                path,
                new ManifestEntry.Content(attributes.size(), null),
                new ManifestEntry.Metadata(
                        attributes.lastModifiedTime().toInstant().truncatedTo(ChronoUnit.SECONDS)),
                EntryState.DOWNLOADED);
    }
}
