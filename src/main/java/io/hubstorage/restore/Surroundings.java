package io.hubstorage.restore;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.time.InstantSource;

/**
 * What all restores go by.
 *
 * @param version of the program, for certificates
 */
public record Surroundings(ConfigStore config, Targets targets, InstantSource clock, String version) {
    /** The snapshot that a plan was made from. */
    SnapshotReader snapshot(RestorePlan plan) throws IOException {
        return new SnapshotReader(new Snapshots(new Layout(config.dataPath()))
                .find(String.valueOf(plan.snapshot()))
                .orElseThrow(() -> new IOException("The snapshot %s is not there any more: make a plan from another."
                        .formatted(plan.snapshot()))));
    }
}
