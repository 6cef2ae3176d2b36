package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.backup.Frozen;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must hold of a data folder and its copy in which processes are killed. */
record KilledChecks(KilledFolder folder) {
    private Layout layout() {
        return new Layout(folder.data());
    }

    private static List<String> names(Layout layout) throws IOException {
        return new Snapshots(layout)
                .list().stream().map(SnapshotInfo::name).sorted().toList();
    }

    /** Right after the kill: every snapshot is whole wherever it is, unless it is being deleted, and so is each of the copy. */
    void assertNothingLost(KilledJob job) throws IOException, InterruptedException {
        for (String name : folder.before().keySet()) {
            boolean may = folder.going().contains(name);
            List<Path> places = Stream.of(layout().snapshot(name), layout().removed(name), layout().deleting(name))
                    .filter(Files::exists)
                    .toList();
            if (job == KilledJob.DELETE && may && (places.isEmpty() || places.contains(layout().deleting(name)))) {
                assertThat(places).as(name).hasSizeLessThan(2);
                continue;
            }
            assertThat(places).as(name).hasSize(1);
            assertThat(may || places.contains(layout().snapshot(name)))
                    .as("%s is in place", name)
                    .isTrue();
            assertSame(name, places.getFirst());
        }
        assertCopied(names(new Layout(folder.copy())));
    }

    /** But for what was damaged: that is as it was then, or as it was backed up. */
    private void assertSame(String name, Path place) throws IOException {
        Map<String, String> now = Frozen.of(place, new HashMap<>());
        Map<String, String> then = new TreeMap<>(folder.before().get(name));
        if (!folder.damaged().isEmpty()) {
            now.remove("repairs.jsonl");
            Set<String> folders = new HashSet<>();
            for (String path : folder.damaged()) {
                if (path.startsWith(name + "/")) {
                    String inside = path.substring(name.length() + 1);
                    now.remove(inside);
                    then.remove(inside);
                    folders.add(inside.substring(0, inside.lastIndexOf('/')));
                }
            }
            folders.add("");
            now.keySet().removeAll(folders);
            then.keySet().removeAll(folders);
        }
        assertThat(now).as(name).isEqualTo(then);
    }

    private void assertCopied(Collection<String> names) throws IOException, InterruptedException {
        for (String name : names) {
            if (folder.before().containsKey(name)) {
                assertThat(contents(new Layout(folder.copy()).snapshot(name)))
                        .as("the copy of %s", name)
                        .isEqualTo(contents(layout().snapshot(name)));
            }
        }
        assertThat(problems(new Layout(folder.copy()), names)).isEmpty();
    }

    private static Map<String, String> contents(Path snapshot) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        Frozen.of(snapshot, new HashMap<>())
                .forEach((path, facts) -> contents.put(path, facts.substring(facts.indexOf('}') + 1)));
        return contents;
    }

    private List<VerifyReport.Problem> problems(Layout layout, Collection<String> names)
            throws IOException, InterruptedException {
        List<VerifyReport.Problem> problems = new ArrayList<>();
        new SnapshotVerifier(InstantSource.system(), folder.scratch())
                .verify(
                        new VerifyRequest(layout, List.copyOf(names), Set.of(), 100, 0),
                        new VerifyProgress(),
                        found -> problems.addAll(found.problems()));
        return problems;
    }

    /**
     * When another process has ended the work nobody can tell that the first one was ever killed.
     *
     * @param worked whether that had anything to do
     */
    void assertWhole(KilledJob job, boolean worked) throws IOException, InterruptedException {
        Set<String> there = new TreeSet<>(folder.before().keySet());
        boolean removed = job == KilledJob.REMOVE || job == KilledJob.DELETE;
        if (removed) {
            folder.going().forEach(there::remove);
        }
        assertThat(names(layout())).containsExactlyElementsOf(there);
        for (String name : there) {
            assertSame(name, layout().snapshot(name));
        }
        assertThat(problems(layout(), there)).isEmpty();
        if (job == KilledJob.REMOVE) {
            for (String name : folder.going()) {
                assertSame(name, layout().removed(name));
            }
        }
        assertLinked();
        assertNothingLeft(job, worked);
        if (job.copies()) {
            Set<String> copies =
                    job == KilledJob.PRUNE ? there : folder.before().keySet();
            assertThat(names(new Layout(folder.copy()))).containsExactlyInAnyOrderElementsOf(copies);
            assertCopied(copies);
        }
    }

    /** What was one file with several names is one again. */
    private void assertLinked() throws IOException {
        Map<String, Set<Object>> now = new HashMap<>();
        for (String path : folder.damaged()) {
            String[] snapshotAndPath = path.split("/", 2);
            Map<String, String> snapshot =
                    Objects.requireNonNull(folder.before().get(snapshotAndPath[0]));
            String facts = Objects.requireNonNull(snapshot.get(snapshotAndPath[1]));
            String inode = facts.replaceAll("lastModifiedTime.*", "");
            now.computeIfAbsent(inode, _ -> new HashSet<>())
                    .add(Files.getAttribute(folder.data().resolve(path), "unix:ino"));
        }
        assertThat(now.values()).as("inodes of what was one file").allMatch(inodes -> inodes.size() == 1);
    }

    private void assertNothingLeft(KilledJob job, boolean worked) throws IOException {
        Set<String> allowed =
                new TreeSet<>(Set.of("marker.json", "lock", "presence.json", "space.json", "damage.jsonl"));
        if (job == KilledJob.REMOVE) {
            folder.going().forEach(name -> allowed.addAll(List.of("removed/" + name, "removed/" + name + ".json")));
        }
        allowed.add("repair/lock");
        if (!worked) {
            // Killed when all was repaired: what it worked with, the next repair that has something to do clears away.
            left(folder.data()).stream()
                    .filter(path -> path.equals("repair/new") || path.matches("scrub/\\.proofs-.*\\.tmp"))
                    .forEach(allowed::add);
        }
        assertThat(left(folder.data()))
                .as("what is left of %s", job)
                .allMatch(path -> allowed.contains(path)
                        || path.matches("lock\\.epochs/\\d+")
                        || path.matches("scrub/proofs-[-0-9a-f]+\\.jsonl\\.zst")
                        || path.matches("quarantine/(list\\.jsonl|\\d{14}-\\d{6})"));
        assertThat(left(folder.copy()))
                .as("what is left of %s in the copy", job)
                .allMatch(path -> allowed.contains(path) || path.matches("lock\\.epochs/\\d+"));
    }

    /** Files in our own folder, and what was removed as one. */
    private static Set<String> left(Path data) throws IOException {
        Path hub = new Layout(data).hub();
        if (!Files.isDirectory(hub)) {
            return Set.of();
        }
        try (Stream<Path> all = Files.walk(hub)) {
            return all.filter(path -> !Files.isDirectory(path))
                    .map(path -> hub.relativize(path).toString())
                    .map(path -> path.replaceFirst("^(removed/hublink_\\d+)/.*", "$1"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
