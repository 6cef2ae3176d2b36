package io.hubstorage.verify;

import io.hubstorage.fs.TextCodec;
import io.hubstorage.fs.Trees;
import io.hubstorage.keys.NameFolding;
import io.hubstorage.verify.VerifyReport.Problem.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One bucket's folder in one snapshot, and where to say what is wrong with it.
 *
 * @param folded whether the disk takes names for the same that differ in case or normalisation, so that a folder may be
 *     spelled otherwise than the manifest spells it
 */
record BucketTree(String bucket, Path folder, boolean folded, Findings findings) {
    private static final Pattern INODE = Pattern.compile("\\(dev=([0-9a-f]+),ino=(\\d+)\\)");

    /** What something on the disk is; nothing is followed. */
    enum Type {
        FILE("a file"),
        FOLDER("a folder"),
        /** What it holds cannot be told. */
        CLOSED_FOLDER("a folder"),
        LINK("a symbolic link"),
        SPECIAL("a device, pipe or socket");

        private final String words;

        Type(String words) {
            this.words = words;
        }

        static Type of(BasicFileAttributes attributes) {
            return attributes.isRegularFile()
                    ? FILE
                    : attributes.isDirectory() ? FOLDER : attributes.isSymbolicLink() ? LINK : SPECIAL;
        }

        boolean isFolder() {
            return this == FOLDER || this == CLOSED_FOLDER;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * What the disk has at a path.
     *
     * @param place see {@link #place}
     * @param inode equal for hard links of one file, and sorted about as they lie on the disk; empty where there is none
     */
    record Found(String place, String path, Type type, long size, String inode) {
        static final TextCodec<Found> CODEC = new TextCodec<>(
                found -> List.of(found.place, found.path, found.type.name(), Long.toString(found.size), found.inode),
                texts -> new Found(
                        texts.get(0),
                        texts.get(1),
                        Type.valueOf(texts.get(2)),
                        Long.parseLong(texts.get(3)),
                        texts.get(4)));
    }

    interface Sink {
        void accept(Found found) throws IOException;
    }

    /** Found out without writing anything: does the folder {@code s3} also answer to {@code S3}? */
    static boolean isFolded(Path snapshot) {
        return Files.exists(snapshot.resolve("S3"), LinkOption.NOFOLLOW_LINKS);
    }

    Path file(String path) {
        return folder.resolve(path);
    }

    /** What manifest and disk are joined by: the path, folded where the disk folds names, with a slash behind a folder's. */
    String place(String path, boolean directory) {
        String place = folded ? NameFolding.fold(path) : path;
        return directory ? place + "/" : place;
    }

    void count(Findings.Seen what, long bytes) {
        findings.count(what, bucket, bytes);
    }

    void problem(Kind kind, @Nullable String key, @Nullable String path, String detail) {
        findings.problem(kind, bucket, key, path, detail);
    }

    /** Finds everything below the folder, in no order; follows no link. What cannot be read is a problem. */
    void walk(VerifyProgress progress, Sink sink) throws IOException {
        Trees.walk(folder, new Trees.Visitor() {
            @Override
            public void found(String path, BasicFileAttributes attributes) throws IOException {
                progress.check();
                sink.accept(BucketTree.this.found(path, attributes));
            }

            @Override
            public void unreadable(String path, IOException failure) throws IOException {
                sink.accept(new Found(place(path, true), path, Type.CLOSED_FOLDER, 0, ""));
                problem(Kind.UNREADABLE, null, path, "it cannot be read: " + failure);
            }
        });
    }

    private Found found(String path, BasicFileAttributes attributes) {
        Type type = Type.of(attributes);
        return new Found(
                place(path, type == Type.FOLDER),
                path,
                type,
                attributes.size(),
                type == Type.FILE ? inode(attributes.fileKey()) : "");
    }

    private static String inode(@Nullable Object fileKey) {
        String text = Objects.toString(fileKey, "");
        Matcher parts = INODE.matcher(text);
        return parts.matches() ? "%s:%20s".formatted(parts.group(1), parts.group(2)) : text;
    }
}
