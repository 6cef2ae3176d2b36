package io.hubstorage.repair;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.verify.scrub.Damage;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is repaired at once: the names of snapshots that have one damaged file, or had one before it went, and so are to have one
 * again. Those are names of the same content that share an inode, or are of the same key and time. For one thread.
 */
final class DamagedFile {
    /** More are not needed: that several files of one content are damaged, and none of them listed, is rare. */
    private static final int MOST_TWINS = 4;

    /** A name of a file in a snapshot. */
    record Name(String snapshot, String bucket, String key, String path) {
        Path folder(Layout layout) {
            return layout.snapshot(snapshot);
        }

        Path file(Layout layout) {
            return Layout.tree(folder(layout), bucket).resolve(path);
        }

        /** For people: from the data folder on. */
        String place(Layout layout) {
            return layout.data().relativize(file(layout)).toString();
        }
    }

    /**
     * A name on the list of damage.
     *
     * @param inode of the regular file that stands there; null where there is none
     */
    record Target(
            Damage damage, ManifestEntry entry, @Nullable Object inode) {
        Name name() {
            return new Name(damage.snapshot(), damage.bucket(), entry.key(), entry.path());
        }
    }

    /**
     * Another file that should have the same content. Nobody has read it yet.
     *
     * @param same whether it is of the same key and time: what is of the same key was the same file once
     */
    record Twin(Name name, Object inode, boolean same) {}

    private final List<Target> targets = new ArrayList<>();
    /** How many names each damaged inode has beside those that are known. */
    private final Map<Object, Long> unknown = new HashMap<>();

    private final List<Name> others = new ArrayList<>();
    private final List<Twin> twins = new ArrayList<>();
    private final Set<Object> twinInodes = new HashSet<>();

    private DamagedFile() {}

    /** Puts together what was one file. The order is that of the targets. */
    static List<DamagedFile> of(List<Target> targets) {
        List<DamagedFile> files = new ArrayList<>();
        Map<Object, DamagedFile> known = new HashMap<>();
        for (Target target : targets) {
            ManifestEntry entry = target.entry;
            List<Object> marks = new ArrayList<>();
            if (!entry.directory()) {
                marks.add(List.of(target.damage.bucket(), entry.key(), content(entry), entry.timeOnDisk()));
                if (target.inode != null) {
                    marks.add(List.of(target.inode, content(entry)));
                }
            }
            DamagedFile file = marks.stream()
                    .map(known::get)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
            if (file == null) {
                file = new DamagedFile();
                files.add(file);
            }
            file.targets.add(target);
            for (Object mark : marks) {
                DamagedFile other = known.put(mark, file);
                if (other != null && other != file) {
                    file.take(other, known);
                    files.remove(other);
                }
            }
        }
        return files;
    }

    private void take(DamagedFile other, Map<Object, DamagedFile> known) {
        targets.addAll(other.targets);
        known.replaceAll((_, file) -> file == other ? this : file);
    }

    private static String content(ManifestEntry entry) {
        return Objects.requireNonNull(entry.fileSha256()) + ":" + entry.fileSize();
    }

    /** What tells that two names are one file; its path where the system has no inodes. */
    static Object inode(Path file, BasicFileAttributes found) {
        Object key = found.fileKey();
        return key == null ? file : key;
    }

    List<Target> targets() {
        return targets;
    }

    /** What it should be; of several entries the newest. */
    ManifestEntry entry() {
        return targets.getFirst().entry;
    }

    /** Of the file, in lower-case hex; only of what is no folder. */
    String sha256() {
        return Objects.requireNonNull(entry().fileSha256());
    }

    /** Of the object: the same, unless the file holds it compressed. */
    String contentSha256() {
        return Objects.requireNonNull(entry().sha256());
    }

    /** The damaged inodes that it is now. */
    Set<Object> inodes() {
        Set<Object> inodes = new HashSet<>();
        targets.stream().map(Target::inode).filter(Objects::nonNull).forEach(inodes::add);
        return inodes;
    }

    /** Names that have a damaged inode and are not on the list. */
    List<Name> others() {
        return others;
    }

    /** Those of the same key and time first. */
    List<Twin> twins() {
        return twins;
    }

    /**
     * How many names a damaged inode has in all, so that a search can end when all are known.
     *
     * @param links of the inode; a great number where the system does not tell
     */
    void expect(Object inode, long links) {
        long known = targets.stream().filter(each -> inode.equals(each.inode)).count();
        unknown.put(inode, links - known);
    }

    /** Whether names of damaged inodes may still be found. */
    boolean lacksNames() {
        return unknown.values().stream().anyMatch(count -> count > 0);
    }

    /** Whether a file of that content may be what it is to be made from. What has no bytes is made from nothing. */
    boolean lacksTwins(boolean same) {
        return same ? twins.stream().noneMatch(Twin::same) : entry().size() > 0 && twins.size() < MOST_TWINS;
    }

    boolean isSame(String bucket, ManifestEntry other) {
        return targets.stream()
                .anyMatch(each -> each.damage.bucket().equals(bucket)
                        && each.entry.key().equals(other.key())
                        && each.entry.timeOnDisk().equals(other.timeOnDisk()));
    }

    /** A name that has this inode: another name of the damaged one, or a twin. */
    void found(Name name, Object inode, boolean same) {
        if (unknown.containsKey(inode)) {
            boolean listed = targets.stream().anyMatch(each -> each.name().equals(name)) || others.contains(name);
            if (!listed) {
                others.add(name);
                unknown.merge(inode, -1L, Long::sum);
            }
        } else if (twinInodes.add(inode)) {
            twins.add(same ? 0 : twins.size(), new Twin(name, inode, same));
        }
    }

    /** A name on the list whose file has turned out to be right: what an earlier repair has put there, most likely. */
    void foundSound(Name name, Object inode) {
        if (twinInodes.add(inode)) {
            twins.addFirst(new Twin(name, inode, true));
        }
    }
}
