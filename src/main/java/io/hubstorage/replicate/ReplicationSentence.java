package io.hubstorage.replicate;

import io.hubstorage.bus.ReplicationRecord.Outcome;
import io.hubstorage.bus.ReplicationRecord.Snapshots;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;

/** What a replication that came to its end has to say. */
final class ReplicationSentence {
    private ReplicationSentence() {}

    static RunEnd end(Outcome outcome, CopyFolder copy, Layout source, Instant now) throws IOException {
        Snapshots snapshots = outcome.snapshots();
        RunResult result = snapshots.failed() == 0
                ? RunResult.SUCCESS
                : snapshots.there() + snapshots.copied() > 0 ? RunResult.PARTIAL : RunResult.FAILED;
        return new RunEnd(result, now, 1, sentence(outcome, copy, source));
    }

    private static String sentence(Outcome outcome, CopyFolder copy, Layout source) throws IOException {
        Snapshots snapshots = outcome.snapshots();
        StringBuilder text = new StringBuilder(128);
        if (snapshots.selected() == 0) {
            text.append("There is no snapshot to copy.");
        } else {
            text.append("%s in %s: %s copied (%s linked, %s copied and proven, %s), %s there already."
                    .formatted(
                            Sizes.count(snapshots.there() + snapshots.copied(), "snapshot"),
                            copy.path(),
                            Sizes.number(snapshots.copied()),
                            Sizes.count(outcome.linked().objects(), "file"),
                            Sizes.number(outcome.copied().objects()
                                    + outcome.resumed().objects()),
                            Sizes.bytes((double) (outcome.copied().bytes()
                                    + outcome.resumed().bytes())),
                            Sizes.number(snapshots.there())));
        }
        if (snapshots.failed() > 0) {
            text.append(" %s could not be copied%s. What could be copied of them is kept for the next replication."
                    .formatted(
                            Sizes.count(snapshots.failed(), "snapshot"),
                            outcome.failed().objects() == 0
                                    ? ""
                                    : ", because %s in the data folder %s not what the manifest says: verify and repair it"
                                            .formatted(
                                                    Sizes.count(outcome.failed().objects(), "file"),
                                                    outcome.failed().objects() == 1 ? "is" : "are")));
        }
        if (outcome.unproven().objects() > 0) {
            text.append(" Of %s the manifest has no SHA-256, so that only the length was compared."
                    .formatted(Sizes.count(outcome.unproven().objects(), "file")));
        }
        if (snapshots.leftOut() > 0) {
            text.append(" %s of the old tool left out: no manifest tells what the files must be."
                    .formatted(Sizes.count(snapshots.leftOut(), "snapshot")));
        }
        if (snapshots.removed() > 0) {
            text.append(" %s removed, which the data folder has no more."
                    .formatted(Sizes.count(snapshots.removed(), "snapshot")));
        }
        if (Files.getFileStore(copy.path()).equals(Files.getFileStore(source.data()))) {
            text.append(" Both folders are on the same disk, which will take both with it: choose another one.");
        }
        return text.toString();
    }
}
