package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The names are fixed for good: other programs and older snapshots depend on them. */
final class LayoutTest {
    private static final Path DATA = Path.of("/data");
    private final Layout layout = new Layout(DATA);

    @Test
    void theDataFolderIsAbsoluteAndPlain() {
        assertThat(new Layout(Path.of("/data/x/..")).data()).isEqualTo(DATA);
        assertThat(new Layout(Path.of("data")).data()).isAbsolute();
    }

    @Test
    void aSnapshotHoldsTreesManifestsAndItsCertificate() {
        Path snapshot = layout.snapshot("hublink_20261123040506");
        assertThat(snapshot).isEqualTo(DATA.resolve("hublink_20261123040506"));
        assertThat(Layout.name(Instant.parse("2026-11-23T04:05:06.789Z"))).isEqualTo("hublink_20261123040506");
        assertThat(Layout.tree(snapshot, "b.c")).isEqualTo(snapshot.resolve("s3/b.c"));
        assertThat(Layout.manifest(snapshot, "b.c")).isEqualTo(snapshot.resolve("manifest/b.c.jsonl.zst"));
        assertThat(Layout.index(snapshot, "b.c")).isEqualTo(snapshot.resolve("manifest/b.c.index.json"));
        assertThat(Layout.failures(snapshot, "b.c")).isEqualTo(snapshot.resolve("manifest/b.c.failures.jsonl"));
        assertThat(Layout.certificate(snapshot)).isEqualTo(snapshot.resolve("run.json"));
        assertThat(Layout.pin(snapshot)).isEqualTo(snapshot.resolve("pinned"));
    }

    @Test
    void theBucketsOfANamedAccountHaveFoldersOfTheirOwn() {
        Path snapshot = layout.snapshot("hublink_20261123040506");
        assertThat(Layout.tree(snapshot, "b.c@my-nas")).isEqualTo(snapshot.resolve("s3@my-nas/b.c"));
        assertThat(Layout.manifest(snapshot, "b.c@my-nas"))
                .isEqualTo(snapshot.resolve("manifest@my-nas/b.c.jsonl.zst"));
        assertThat(Layout.index(snapshot, "b.c@my-nas")).isEqualTo(snapshot.resolve("manifest@my-nas/b.c.index.json"));
        assertThat(Layout.failures(snapshot, "b.c@my-nas"))
                .isEqualTo(snapshot.resolve("manifest@my-nas/b.c.failures.jsonl"));
        assertThat(layout.attempt("T", 2, "b@nas")).isEqualTo(DATA.resolve(".hubstorage/staging/T/pass-2/b@nas"));
        assertThat(Layout.tree(snapshot, "..@nas")).isEqualTo(snapshot.resolve("s3/..@nas"));
    }

    @Test
    void everythingElseOfOursIsInOneFolder() {
        Path hub = DATA.resolve(".hubstorage");
        assertThat(layout.hub()).isEqualTo(hub);
        assertThat(layout.marker()).isEqualTo(hub.resolve("marker.json"));
        assertThat(layout.lock()).isEqualTo(hub.resolve("lock"));
        assertThat(layout.epochs()).isEqualTo(hub.resolve("lock.epochs"));
        assertThat(layout.presence()).isEqualTo(hub.resolve("presence.json"));
        assertThat(layout.stagings()).isEqualTo(hub.resolve("staging"));
        assertThat(layout.staging("T")).isEqualTo(hub.resolve("staging/T"));
        assertThat(layout.stagedSnapshot("T")).isEqualTo(hub.resolve("staging/T/snapshot"));
        assertThat(layout.attempt("T", 2, "b")).isEqualTo(hub.resolve("staging/T/pass-2/b"));
        assertThat(layout.journals()).isEqualTo(hub.resolve("journal"));
        assertThat(layout.journal("T")).isEqualTo(hub.resolve("journal/T"));
        assertThat(layout.attemptJournal("T", 2, "b")).isEqualTo(hub.resolve("journal/T/pass-2/b"));
        assertThat(layout.trash()).isEqualTo(hub.resolve("trash"));
        assertThat(layout.removed("hublink_X")).isEqualTo(hub.resolve("removed/hublink_X"));
        assertThat(layout.deleting("hublink_X")).isEqualTo(hub.resolve("removed/deleting-hublink_X"));
        assertThat(layout.scratch()).isEqualTo(hub.resolve("scratch"));
    }
}
