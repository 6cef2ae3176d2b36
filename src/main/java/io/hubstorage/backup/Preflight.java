package io.hubstorage.backup;

import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.DiskProbe;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must be right about the destination before anything is written to it. */
final class Preflight {
    private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

    private Preflight() {}

    /** Stops the run when another disk, or none, is where the snapshots were: an unmounted disk looks like an empty folder. */
    static void requireDestination(Layout layout, Path configFolder) throws IOException, RunStoppedException {
        // Before anything is made: a folder in the place of a disk that is not mounted would hide the mistake.
        Destination.Check check = new Destination(layout, configFolder).claim();
        if (!check.usable()) {
            throw RunStoppedException.failed(check.message());
        }
    }

    /** Whether unchanged files can be hard links, by trying it; says so in the log when they cannot. */
    static boolean hardLinks(Layout layout, @Nullable Path existing) throws IOException {
        DiskProbe probe = DiskProbe.probe(layout.hub(), existing != null && Files.exists(existing) ? existing : null);
        boolean work =
                probe.hardLinks() == DiskProbe.HardLinks.WORK || probe.hardLinks() == DiskProbe.HardLinks.TOO_MANY;
        if (!work) {
            LOG.warn("{}{}", probe.hardLinks().message(), probe.detail() == null ? "" : " (" + probe.detail() + ")");
        }
        return work;
    }
}
