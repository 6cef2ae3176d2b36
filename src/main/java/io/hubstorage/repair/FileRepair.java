package io.hubstorage.repair;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.Durable;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.repair.DamagedFile.Name;
import io.hubstorage.repair.DamagedFile.Target;
import io.hubstorage.repair.Reconstruction.Right;
import io.hubstorage.repair.Replacement.BlockedException;
import io.hubstorage.repair.Source.UnavailableException;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.verify.scrub.Damage;
import io.hubstorage.verify.scrub.Proofs;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The repair of one damaged file, from a last look at it to its end. Used once, by one thread; blocking. */
final class FileRepair {
    /** In a row; then it is the disk. */
    static final int MOST_UNWRITTEN = 5;

    private static final Logger LOG = LoggerFactory.getLogger(FileRepair.class);
    /** A backup that begins waits for some seconds more. */
    private static final Duration MOMENT = Duration.ofSeconds(5);

    /** What all files are repaired with. */
    record Tools(
            Repairer.Around around,
            Reconstruction reconstruction,
            Totals totals,
            String job,
            Staging staging,
            Quarantine quarantine,
            Proofs proofs) {}

    /** Takes the data folder for a moment in which no backup is under way and all names of the file are known. */
    interface Moments {
        DataLock take() throws IOException, InterruptedException;
    }

    private final DamagedFile file;
    private final ManifestEntry entry;
    private final Tools tools;
    private final Moments moments;
    private final Layout layout;
    private final List<Target> damaged = new ArrayList<>();
    private final List<Target> sound = new ArrayList<>();
    /** What each inode holds that was read; empty where it cannot be. */
    private final Map<Object, String> contents = new HashMap<>();

    private final List<String> blocked = new ArrayList<>();
    /** It may well be right, and nobody can tell. */
    private @Nullable Path denied;

    FileRepair(DamagedFile file, Tools tools, Moments moments) {
        this.file = file;
        this.entry = file.entry();
        this.tools = tools;
        this.moments = moments;
        this.layout = tools.around.layout();
    }

    void repair() throws IOException, InterruptedException {
        for (Target target : file.targets()) {
            tools.around.check().run();
            (isSound(target) ? sound : damaged).add(target);
        }
        if (denied != null) {
            tools.totals.lost(Repairer.item(
                    damaged,
                    RepairPlan.Source.NONE,
                    "HubStorage has no right to read %s: give it that, and repair again."
                            .formatted(layout.data().relativize(denied))));
            return;
        }
        tools.around.list().gone(damages(sound), tools.around.clock().instant());
        if (damaged.isEmpty()) {
            tools.totals.sound(entry.size());
            return;
        }
        try {
            if (entry.directory()) {
                folders();
            } else {
                file();
            }
        } catch (UnavailableException e) {
            tools.totals.lost(Repairer.item(damaged, RepairPlan.Source.NONE, String.valueOf(e.getMessage())));
        } catch (IOException e) {
            if (Reconstruction.endsAll(e)) {
                throw e;
            }
            LOG.warn("{} cannot be repaired", damaged.getFirst().name().place(layout), e);
            tools.totals.lost(Repairer.item(damaged, RepairPlan.Source.NONE, "It cannot be written: " + e));
            if (tools.totals.unwritten() >= MOST_UNWRITTEN) {
                throw new IOException(
                        "%d files in a row could not be written (%s): look whether the disk is sound, and repair again. What was repaired stays."
                                .formatted(MOST_UNWRITTEN, e.getMessage()),
                        e);
            }
        }
    }

    private static List<Damage> damages(List<Target> targets) {
        return targets.stream().map(Target::damage).toList();
    }

    private boolean isSound(Target target) {
        Path path = target.name().file(layout);
        if (OwnFiles.leadsAway(target.name().folder(layout), Durable.folderOf(path))) {
            return false;
        }
        if (target.entry().directory()) {
            return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        }
        BasicFileAttributes found = OwnFiles.regular(path);
        return found != null
                && content(path, DamagedFile.inode(path, found)).equals(file.sha256())
                && found.size() == target.entry().fileSize();
    }

    private String content(Path path, Object inode) {
        return contents.computeIfAbsent(inode, _ -> {
            try {
                return Examiner.sha256(path);
            } catch (AccessDeniedException e) {
                denied = path;
                return "";
            } catch (IOException e) {
                LOG.debug("{} cannot be read", path, e);
                return "";
            }
        });
    }

    private void folders() throws IOException {
        List<Target> made = new ArrayList<>();
        for (Target target : damaged) {
            try {
                tools.around.check().run();
                Replacement.folder(layout, target.name());
                made.add(target);
            } catch (BlockedException e) {
                blocked.add(e.getMessage());
            }
        }
        end(RepairPlan.Source.EMPTY, made, made.size());
    }

    private void file() throws UnavailableException, IOException, InterruptedException {
        for (Target target : sound) {
            Path path = target.name().file(layout);
            BasicFileAttributes found = OwnFiles.regular(path);
            if (found != null) {
                file.foundSound(target.name(), DamagedFile.inode(path, found));
            }
        }
        Set<Object> bad = new HashSet<>(contents.keySet());
        bad.removeIf(inode -> file.sha256().equals(contents.get(inode)));
        Right right = tools.reconstruction.bring(file, tools.staging);
        Map<Object, String> told = new HashMap<>(contents);
        told.values().removeIf(String::isEmpty);
        Replacement replacement = new Replacement(
                layout,
                tools.staging,
                tools.quarantine,
                new Replacement.Proven(
                        right.file(),
                        bad,
                        new Replacement.Words(
                                tools.job,
                                tools.around.clock().instant(),
                                BusJson.word(right.source()),
                                right.from(),
                                told,
                                damaged.getFirst().damage().kind().word())),
                tools.around.check());
        Set<Name> tried = new HashSet<>();
        Set<Name> placed = new HashSet<>();
        // A copy may take longer than a backup waits; but where nothing can be linked, no backup has linked what is
        // damaged.
        boolean links = tools.staging.canLink(right.file());
        replacement.keep(damaged.stream().map(Target::name).toList(), entry.fileSize(), file.sha256());
        boolean more = true;
        while (more) {
            try (DataLock _ = links ? moments.take() : null) {
                more = placeSome(replacement, bad, tried, placed);
            }
        }
        if (!placed.isEmpty()) {
            tools.proofs.tryAdd(
                    right.file(),
                    right.read(),
                    file.sha256(),
                    tools.around.clock().instant());
        }
        end(
                right.source(),
                damaged.stream().filter(each -> placed.contains(each.name())).toList(),
                placed.size());
    }

    /** As many as a moment allows; of the newest snapshot first, which the next backup links from. False when that were all. */
    private boolean placeSome(Replacement replacement, Set<Object> bad, Set<Name> tried, Set<Name> placed)
            throws IOException {
        long begun = System.nanoTime();
        Set<Name> listed = damaged.stream().map(Target::name).collect(Collectors.toSet());
        List<Name> left = Stream.concat(listed.stream(), file.others().stream())
                .filter(name -> !tried.contains(name))
                .sorted(Comparator.comparing(Name::snapshot).reversed())
                .toList();
        for (Name name : left) {
            if ((listed.contains(name) || isOneOf(bad, name)) && place(replacement, name)) {
                placed.add(name);
            }
            tried.add(name);
            if (System.nanoTime() - begun > MOMENT.toNanos()) {
                return true;
            }
        }
        return false;
    }

    private boolean isOneOf(Set<Object> bad, Name name) {
        Path path = name.file(layout);
        BasicFileAttributes found = OwnFiles.regular(path);
        return found != null && bad.contains(DamagedFile.inode(path, found));
    }

    private boolean place(Replacement replacement, Name name) throws IOException {
        try {
            replacement.place(name, entry.fileSize(), file.sha256());
            return true;
        } catch (BlockedException e) {
            blocked.add("%s: %s".formatted(name.snapshot(), e.getMessage()));
            return false;
        }
    }

    private void end(RepairPlan.Source source, List<Target> placed, long names) throws IOException {
        tools.around.list().repaired(damages(placed), tools.around.clock().instant());
        if (blocked.isEmpty()) {
            tools.totals.repaired(source, Tally.of(entry.size()), names);
        } else {
            List<Target> left =
                    damaged.stream().filter(each -> !placed.contains(each)).toList();
            tools.totals.names(names);
            tools.totals.lost(
                    Repairer.item(left.isEmpty() ? damaged : left, RepairPlan.Source.NONE, String.join(" ", blocked)));
        }
    }
}
