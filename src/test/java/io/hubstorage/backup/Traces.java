package io.hubstorage.backup;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a process leaves on the disk that tells how far it was.
 *
 * @param run the newest run in the history; empty when there is none
 * @param runEnded whether the history has its end
 * @param snapshots the names that look like a snapshot's
 * @param stagings the names of the stagings
 * @param assembled whether a staging has begun to become a snapshot
 * @param certified whether that has its certificate already
 */
record Traces(
        String run,
        boolean runEnded,
        Set<String> snapshots,
        Set<String> stagings,
        boolean assembled,
        boolean certified) {

    /** Of a process that is not running. */
    static Traces of(Path config, Layout layout) throws IOException {
        Optional<RunRecord> last = HistoryStore.open(config).last();
        return new Traces(
                last.map(RunRecord::runId).orElse(""),
                last.map(run -> run.result().ended()).orElse(true),
                snapshots(layout),
                names(layout.stagings(), "*"),
                assembled(layout),
                certified(layout));
    }

    boolean staged() {
        return !stagings.isEmpty();
    }

    static Set<String> snapshots(Layout layout) throws IOException {
        return names(layout.data(), Layout.SNAPSHOT_PREFIX + "*");
    }

    static boolean assembled(Layout layout) throws IOException {
        for (String time : names(layout.stagings(), "*")) {
            if (Files.exists(layout.stagedSnapshot(time))) {
                return true;
            }
        }
        return false;
    }

    static boolean certified(Layout layout) throws IOException {
        for (String time : names(layout.stagings(), "*")) {
            if (Files.exists(Layout.certificate(layout.stagedSnapshot(time)))) {
                return true;
            }
        }
        return false;
    }

    /** The names in a folder, which may vanish meanwhile. */
    static Set<String> names(Path folder, String glob) throws IOException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, glob)) {
            found.forEach(each -> names.add(each.getFileName().toString()));
        } catch (NoSuchFileException | DirectoryIteratorException e) {
            return names;
        }
        return names;
    }
}
