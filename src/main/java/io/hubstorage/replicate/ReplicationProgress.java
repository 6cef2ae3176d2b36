package io.hubstorage.replicate;

import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.ReplicationRecord.Failure;
import io.hubstorage.bus.ReplicationRecord.Outcome;
import io.hubstorage.bus.ReplicationRecord.Snapshots;
import io.hubstorage.bus.ReplicationState.Position;
import io.hubstorage.bus.Tally;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a replication has done. Thread-safe. */
final class ReplicationProgress {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationProgress.class);

    private final List<Failure> failures = new ArrayList<>();
    private Snapshots snapshots = Snapshots.NONE;
    private Tally linked = Tally.ZERO;
    private Tally copied = Tally.ZERO;
    private Tally resumed = Tally.ZERO;
    private Tally unproven = Tally.ZERO;
    private Tally failed = Tally.ZERO;
    private Position position = Position.NONE;

    synchronized void selected(long selected, long leftOut) {
        snapshots = new Snapshots(selected, 0, 0, 0, leftOut, 0);
    }

    synchronized void begin(String snapshot, Tally total) {
        position = new Position(snapshot, Tally.ZERO, total);
    }

    synchronized void there() {
        Snapshots now = snapshots;
        snapshots = new Snapshots(
                now.selected(), now.there() + 1, now.copied(), now.failed(), now.leftOut(), now.removed());
    }

    synchronized void ended(boolean whole) {
        Snapshots now = snapshots;
        snapshots = new Snapshots(
                now.selected(),
                now.there(),
                now.copied() + (whole ? 1 : 0),
                now.failed() + (whole ? 0 : 1),
                now.leftOut(),
                now.removed());
        position = Position.NONE;
    }

    /** It was removed from the data folder meanwhile. */
    synchronized void gone() {
        Snapshots now = snapshots;
        snapshots = new Snapshots(
                now.selected() - 1, now.there(), now.copied(), now.failed(), now.leftOut(), now.removed());
        position = Position.NONE;
    }

    synchronized void removed() {
        Snapshots now = snapshots;
        snapshots = new Snapshots(
                now.selected(), now.there(), now.copied(), now.failed(), now.leftOut(), now.removed() + 1);
    }

    synchronized void folder() {
        done(0);
    }

    synchronized void linked(long bytes) {
        linked = linked.plus(Tally.of(bytes));
        done(bytes);
    }

    synchronized void copied(long bytes, boolean proven) {
        copied = copied.plus(Tally.of(bytes));
        unproven(bytes, proven);
        done(bytes);
    }

    synchronized void resumed(long bytes, boolean proven) {
        resumed = resumed.plus(Tally.of(bytes));
        unproven(bytes, proven);
        done(bytes);
    }

    private void unproven(long bytes, boolean proven) {
        unproven = proven ? unproven : unproven.plus(Tally.of(bytes));
    }

    private void done(long bytes) {
        position = new Position(position.snapshot(), position.done().plus(Tally.of(bytes)), position.total());
    }

    synchronized void failed(Failure failure, long bytes) {
        failed = failed.plus(Tally.of(bytes));
        failed(failure);
    }

    /** Of what is no single file. */
    synchronized void failed(Failure failure) {
        LOG.warn(
                "{}{}{} cannot be copied: {}",
                failure.snapshot(),
                failure.bucket() == null ? "" : ", " + failure.bucket(),
                failure.key() == null ? "" : "/" + failure.key(),
                failure.why());
        if (failures.size() < ReplicationRecord.NAMED) {
            failures.add(failure);
        }
    }

    synchronized Position position() {
        return position;
    }

    synchronized Outcome outcome() {
        return new Outcome(snapshots, linked, copied, resumed, unproven, failed, failures);
    }
}
