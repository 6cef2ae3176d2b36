package io.hubstorage.drill;

import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.Job;
import io.hubstorage.restore.Surroundings;
import io.hubstorage.restore.TrialRestores;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What drills have on the disk and in S3 while they go on: plans, journals and files in a folder each below the data folder, and objects
 * below a prefix that has the drill's id in it. All of it goes when the drill ends, or when a later one, or the next start of the
 * program, finds it. Blocking; thread-safe.
 *
 * @param around with targets that may be in the data folder
 */
record Drills(Surroundings around) {
    private static final Logger LOG = LoggerFactory.getLogger(Drills.class);

    private Path drills() {
        return new Layout(around.config().dataPath()).drills();
    }

    private Path folder(String id) {
        if (!Job.isId(id)) {
            throw new IllegalArgumentException("There is no drill of this id.");
        }
        return drills().resolve(id);
    }

    /** The restores that the drill is made of. */
    TrialRestores restores(String id) {
        return new TrialRestores(around, folder(id), prefix(id));
    }

    /** Where it restores to, where no bucket is named for that. */
    Path files(String id) {
        return folder(id).resolve("files");
    }

    /** Where it restores to in a bucket: nobody else's keys begin with it. */
    static String prefix(String id) {
        return "hubstorage-drill-" + id + "/";
    }

    /** Only one process works on one, and nobody clears it away meanwhile. */
    DataLock lock(String id, Instant now) throws IOException, DataLock.HeldException {
        Files.createDirectories(folder(id));
        return DataLock.take(folder(id).resolve("lock"), now);
    }

    /** Removes all that there is of one, in S3 first: as long as something is left there, the folder says where. */
    void clear(String id) throws Target.TargetException, IOException, InterruptedException {
        restores(id).clear();
        Trees.delete(folder(id));
    }

    /** Removes what earlier ones left that no process works on; what cannot be removed now is tried again another time. */
    void clearLeft(Instant now) throws InterruptedException {
        for (String id : ids()) {
            try (DataLock _ = lock(id, now)) {
                clear(id);
                LOG.info("What the drill {} left has been removed", id);
            } catch (DataLock.HeldException e) {
                LOG.debug("The drill {} is under way in another process", id);
            } catch (Target.TargetException | IOException e) {
                LOG.warn("What the drill {} left cannot be removed yet: {}", id, e.getMessage());
            }
        }
    }

    /** Whether a process works on it now. */
    boolean isUnderWay(String id, Instant now) throws IOException {
        if (!ids().contains(id)) {
            return false;
        }
        try (DataLock _ = lock(id, now)) {
            return false;
        } catch (DataLock.HeldException e) {
            return true;
        }
    }

    private List<String> ids() {
        if (!Files.isDirectory(drills(), LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(drills())) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(Job::isId)
                    .toList();
        } catch (IOException e) {
            LOG.warn("The drills in {} cannot be listed: {}", drills(), e.getMessage());
            return List.of();
        }
    }
}
