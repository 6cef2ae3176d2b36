package io.hubstorage.verify;

import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.fs.TextCodec;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.verify.BucketTree.Found;
import io.hubstorage.verify.Findings.Seen;
import io.hubstorage.verify.VerifyReport.Problem.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares what a manifest names with what the disk has: one pass over both, sorted by place. */
record TreeJoin(BucketTree tree, Present present) {
    /**
     * A manifest line, as far as the disk has to agree with it.
     *
     * @param place see {@link BucketTree#place}
     * @param path as the manifest writes it
     * @param size of the content, as is the hash
     * @param stored what the file is, where that holds the content compressed
     */
    record Named(
            String place,
            String path,
            String key,
            long size,
            @Nullable String sha256,
            boolean directory,
            ManifestEntry.@Nullable Stored stored) {
        static final TextCodec<Named> CODEC = new TextCodec<>(
                named -> List.of(
                        named.place,
                        named.path,
                        named.key,
                        Long.toString(named.size),
                        Objects.requireNonNullElse(named.sha256, ""),
                        Boolean.toString(named.directory),
                        named.stored == null ? "" : Long.toString(named.stored.size()),
                        named.stored == null ? "" : named.stored.sha256()),
                texts -> new Named(
                        texts.get(0),
                        texts.get(1),
                        texts.get(2),
                        Long.parseLong(texts.get(3)),
                        texts.get(4).isEmpty() ? null : texts.get(4),
                        Boolean.parseBoolean(texts.get(5)),
                        texts.get(6).isEmpty()
                                ? null
                                : new ManifestEntry.Stored(Long.parseLong(texts.get(6)), texts.get(7), 0)));

        static Named of(ManifestEntry entry, BucketTree tree) {
            return new Named(
                    tree.place(entry.path(), entry.directory()),
                    entry.path(),
                    entry.key(),
                    entry.size(),
                    entry.sha256(),
                    entry.directory(),
                    entry.stored());
        }

        long fileSize() {
            return stored == null ? size : stored.size();
        }

        /** The key that the path stands for. */
        String keyOfPath() {
            return stored == null ? KeyPath.toKey(path, directory) : KeyPath.toKeyOfCompressed(path);
        }
    }

    /** Takes the files that are as they should be, as far as can be seen without reading them. */
    interface Present {
        void accept(Named named, Found found) throws IOException;
    }

    void join(Sorted<Named> named, Sorted<Found> found) throws IOException {
        Named name = named.next();
        String before = null;
        Found file = found.next();
        while (name != null || file != null) {
            int order = name == null ? 1 : file == null ? -1 : name.place().compareTo(file.place());
            if (name != null && order <= 0) {
                checkPath(name, before);
                before = name.place();
                if (order < 0) {
                    missing(name);
                } else if (file != null) {
                    compare(name, file);
                }
                Named next = named.next();
                if (order == 0 && (next == null || !next.place().equals(name.place()))) {
                    file = found.next();
                }
                name = next;
            } else if (file != null) {
                if (!file.type().isFolder() || name == null || !name.place().startsWith(file.place())) {
                    stray(file);
                }
                file = found.next();
            }
        }
    }

    private void checkPath(Named name, @Nullable String before) {
        tree.count(Seen.ENTRIES, name.size());
        if (name.place().equals(before) && !name.directory()) {
            problem(Kind.PATH, name, "another key has this path too");
        }
        if (!KeyPath.staysInside(name.path())) {
            problem(Kind.PATH, name, "this path leads out of the bucket's folder");
        } else if (!name.keyOfPath().equals(name.key())) {
            problem(Kind.PATH, name, "this path stands for the key " + name.keyOfPath() + ", not for its own");
        }
    }

    private void compare(Named name, Found file) throws IOException {
        if (file.type() == BucketTree.Type.CLOSED_FOLDER) {
            return;
        }
        if (name.directory()) {
            tree.count(Seen.PROVEN, 0);
        } else if (file.type() != BucketTree.Type.FILE) {
            problem(Kind.TYPE, name, "it should be a file, but is " + file.type());
        } else if (file.size() != name.fileSize()) {
            problem(
                    Kind.SIZE,
                    name,
                    "it has %s bytes, but should have %s"
                            .formatted(Sizes.number(file.size()), Sizes.number(name.fileSize())));
        } else {
            present.accept(name, file);
        }
    }

    private void missing(Named name) {
        if (!KeyPath.staysInside(name.path())) {
            return;
        }
        Path place = tree.file(name.path());
        Path link = linkOnTheWay(place);
        if (link != null && !link.equals(place)) {
            problem(Kind.MISSING, name, "%s is a symbolic link, which is not followed".formatted(relative(link)));
            return;
        }
        try {
            BasicFileAttributes other =
                    Files.readAttributes(place, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (name.directory() ? other.isDirectory() : other.isRegularFile()) {
                problem(Kind.UNREADABLE, name, "its folder could not be listed to its end");
            } else {
                problem(
                        Kind.TYPE,
                        name,
                        "it should be a %s, but is %s"
                                .formatted(name.directory() ? "folder" : "file", BucketTree.Type.of(other)));
            }
        } catch (IOException _) {
            problem(Kind.MISSING, name, "there is no such %s".formatted(name.directory() ? "folder" : "file"));
        }
    }

    private @Nullable Path linkOnTheWay(Path place) {
        Path way = tree.folder();
        for (Path name : tree.folder().relativize(place)) {
            way = way.resolve(name);
            if (Files.isSymbolicLink(way)) {
                return way;
            }
        }
        return null;
    }

    private void stray(Found file) {
        if (file.type() != BucketTree.Type.CLOSED_FOLDER) {
            tree.problem(Kind.STRAY, null, file.path(), "the manifest does not name this; it is " + file.type());
        }
    }

    private void problem(Kind kind, Named name, String detail) {
        tree.problem(kind, name.key(), name.path(), detail);
    }

    private String relative(Path file) {
        return tree.folder().relativize(file).toString();
    }
}
