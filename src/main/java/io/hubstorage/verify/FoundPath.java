package io.hubstorage.verify;

import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the disk has at a path of a bucket's folder.
 *
 * @param place as in {@link NamedPath}, with a slash at its end for a folder
 * @param inode equal for hard links of one file, and sorted about as they lie on the disk; empty where there is none
 */
record FoundPath(String place, String path, Type type, long size, String inode) {
    /** What it is; nothing is followed. */
    enum Type {
        FILE,
        FOLDER,
        LINK,
        SPECIAL,
        CLOSED_FOLDER;

        static Type of(BasicFileAttributes attributes) {
            return attributes.isRegularFile()
                    ? FILE
                    : attributes.isDirectory() ? FOLDER : attributes.isSymbolicLink() ? LINK : SPECIAL;
        }
    }

    private static final Pattern INODE = Pattern.compile("\\(dev=([0-9a-f]+),ino=(\\d+)\\)");

    static FoundPath of(String path, BasicFileAttributes attributes, BucketTree tree) {
        Type type = Type.of(attributes);
        return new FoundPath(
                tree.place(path, type == Type.FOLDER),
                path,
                type,
                attributes.size(),
                type == Type.FILE ? inode(attributes.fileKey()) : "");
    }

    boolean folder() {
        return type == Type.FOLDER || type == Type.CLOSED_FOLDER;
    }

    private static String inode(@Nullable Object fileKey) {
        String text = Objects.toString(fileKey, "");
        Matcher parts = INODE.matcher(text);
        return parts.matches() ? "%s:%20s".formatted(parts.group(1), parts.group(2)) : text;
    }

    /** For sorting on disk. */
    static final Texts<FoundPath> CODEC = new Texts<>(
            found -> List.of(found.place, found.path, found.type.name(), Long.toString(found.size), found.inode),
            texts -> new FoundPath(
                    texts.get(0),
                    texts.get(1),
                    Type.valueOf(texts.get(2)),
                    Long.parseLong(texts.get(3)),
                    texts.get(4)));
}
