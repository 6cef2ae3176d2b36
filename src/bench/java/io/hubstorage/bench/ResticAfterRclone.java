package io.hubstorage.bench;

import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What takes a bucket into restic: restic reads folders and no buckets, so rclone copies the bucket into one first. What is measured is
 * both, one after the other; the repository is made beforehand, on the same disk as the copy.
 */
final class ResticAfterRclone implements Tool {
    private final Peer rclone;
    private final Path restic;
    private final Path repository;
    private final Path log;
    private final boolean mostlyKnown;

    /** Copies by this rclone, which may have a copy already. */
    ResticAfterRclone(Peer rclone, Case.Kind asked, Path own) {
        this.rclone = rclone;
        restic = Peer.Product.RESTIC.program();
        repository = own.resolve("repository");
        log = own.resolve("restic.txt");
        mostlyKnown = asked == Case.Kind.UNCHANGED;
    }

    @Override
    public int warmUps(int ofService) {
        // Nothing is unchanged to a repository that is empty.
        return mostlyKnown ? 1 : rclone.warmUps(ofService);
    }

    @Override
    public void empty() throws IOException {
        rclone.empty();
        Trees.delete(repository);
    }

    @Override
    public Outcome run() throws IOException, InterruptedException {
        if (!Files.exists(repository)) {
            Child.succeed(List.of(restic.toString(), "init", "--quiet"), environment(), log);
        }
        Outcome copied = rclone.run();
        Child stored = Child.run(
                List.of(
                        restic.toString(),
                        "backup",
                        "--quiet",
                        "--no-scan",
                        rclone.tree().toString()),
                environment(),
                log);
        return new Outcome(
                copied.successful() && stored.exitCode() == 0, copied.measured().andThen(stored.measured()));
    }

    private Map<String, String> environment() {
        return Map.of(
                "RESTIC_REPOSITORY", repository.toString(),
                "RESTIC_PASSWORD", "of the benchmark",
                "RESTIC_CACHE_DIR", repository.resolveSibling("cache").toString());
    }

    @Override
    public Path tree() {
        return rclone.tree();
    }

    @Override
    public void close() {
        rclone.close();
    }
}
