package io.hubstorage.verify;

import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.Sorted;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.verify.Problem.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Compares what a manifest names with what the disk has: one pass over both, sorted by place. */
final class TreeJoin {
    /** Takes the files that are as they should be, as far as can be seen without reading them. */
    @FunctionalInterface
    interface Present {
        void accept(NamedPath named, FoundPath found) throws IOException;
    }

    private final BucketTree tree;
    private final Findings findings;
    private final String bucket;
    private final Present present;

    TreeJoin(BucketTree tree, Present present) {
        this.tree = tree;
        this.findings = tree.findings();
        this.bucket = tree.bucket();
        this.present = present;
    }

    void join(Sorted<NamedPath> named, Sorted<FoundPath> found) throws IOException {
        NamedPath name = named.next();
        String before = null;
        FoundPath file = found.next();
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
                NamedPath next = named.next();
                if (order == 0 && (next == null || !next.place().equals(name.place()))) {
                    file = found.next();
                }
                name = next;
            } else if (file != null) {
                if (!file.folder() || name == null || !name.place().startsWith(file.place())) {
                    stray(file);
                }
                file = found.next();
            }
        }
    }

    private void checkPath(NamedPath name, @Nullable String before) {
        findings.count(Findings.Seen.ENTRIES, bucket, name.size());
        if (name.place().equals(before) && !name.directory()) {
            problem(Kind.PATH, name, "another key has this path too");
        }
        if (!staysInside(name.path())) {
            problem(Kind.PATH, name, "this path leads out of the bucket's folder");
        } else if (!KeyPath.toKey(name.path(), name.directory()).equals(name.key())) {
            problem(
                    Kind.PATH,
                    name,
                    "this path stands for the key " + KeyPath.toKey(name.path(), name.directory())
                            + ", not for its own");
        }
    }

    private static boolean staysInside(String path) {
        for (String name : path.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                return false;
            }
        }
        return true;
    }

    private void compare(NamedPath name, FoundPath file) throws IOException {
        if (file.type() == FoundPath.Type.CLOSED_FOLDER) {
            return;
        }
        if (name.directory()) {
            findings.count(Findings.Seen.PROVEN, bucket, 0);
        } else if (file.type() != FoundPath.Type.FILE) {
            problem(Kind.TYPE, name, "it should be a file, but is " + word(file.type()));
        } else if (file.size() != name.size()) {
            problem(
                    Kind.SIZE,
                    name,
                    "it has %s bytes, but should have %s"
                            .formatted(Sizes.number(file.size()), Sizes.number(name.size())));
        } else {
            present.accept(name, file);
        }
    }

    private void missing(NamedPath name) {
        if (!staysInside(name.path())) {
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
            problem(
                    Kind.TYPE,
                    name,
                    "it should be a %s, but is %s"
                            .formatted(name.directory() ? "folder" : "file", word(FoundPath.Type.of(other))));
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

    private void stray(FoundPath file) {
        if (file.type() != FoundPath.Type.CLOSED_FOLDER) {
            findings.problem(
                    Kind.STRAY,
                    bucket,
                    null,
                    file.path(),
                    "the manifest does not name this; it is " + word(file.type()));
        }
    }

    private void problem(Kind kind, NamedPath name, String detail) {
        findings.problem(kind, bucket, name.key(), name.path(), detail);
    }

    private String relative(Path file) {
        return tree.folder().relativize(file).toString();
    }

    private static String word(FoundPath.Type type) {
        return switch (type) {
            case FILE -> "a file";
            case FOLDER, CLOSED_FOLDER -> "a folder";
            case LINK -> "a symbolic link";
            case SPECIAL -> "a device, pipe or socket";
        };
    }
}
