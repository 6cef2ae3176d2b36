package io.hubstorage.restore;

import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.restore.Journal.End;
import io.hubstorage.restore.Journal.Outcome;
import io.hubstorage.restore.PlanLine.Action;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The list of what a restore did not do as it was asked: not written, not deleted, or kept by the target in another way; what the plan
 * had settled, and what turned out while it was done.
 */
final class NotWritten {
    private NotWritten() {}

    /**
     * Writes it, in the order of the plan.
     *
     * @return how many there are; where there are none, there is no file
     */
    static long write(Path lines, Path journal, Path out, Path scratch) throws IOException {
        long count = 0;
        Files.createDirectories(out.toAbsolutePath().getParent());
        try (ExternalSort<End> ends = new ExternalSort<>(
                        Comparator.comparingLong(NotWritten::line), new Codec(), scratch, ExternalSort.DEFAULT_RUN);
                PlanFile.Reader plan = PlanFile.open(lines, 0);
                PlanFile.Writer list = new PlanFile.Writer(out, new byte[0])) {
            Journal.read(journal, end -> {
                if (end.ended() != null && isNamed(end)) {
                    ends.add(end);
                }
            });
            ExternalSort.Sorted<End> sorted = ends.sorted();
            End next = sorted.next();
            for (PlanLine line = plan.next(); line != null; line = plan.next()) {
                End end = null;
                while (next != null && line(next) <= line.line()) {
                    // Of several the first counts, as in the journal.
                    end = end == null && line(next) == line.line() ? next : end;
                    next = sorted.next();
                }
                PlanLine named = named(line, end);
                if (named != null) {
                    list.add(named);
                    count++;
                }
            }
            list.finish();
        }
        if (count == 0) {
            PlanFile.delete(out);
        }
        return count;
    }

    private static boolean isNamed(End end) {
        Outcome outcome = end.outcome();
        return outcome == Outcome.SKIPPED
                || outcome == Outcome.FAILED
                || outcome == Outcome.SPARED
                || (outcome == Outcome.WRITTEN && end.reason() != null);
    }

    private static @Nullable PlanLine named(PlanLine line, @Nullable End end) {
        if (end == null) {
            return line.action() == Action.SKIP || line.action() == Action.FAIL ? line : null;
        }
        Action action = switch (line.action()) {
            case DELETE -> Action.DELETE;
            case WRITE, IDENTICAL, SKIP, FAIL -> action(end);
        };
        return new PlanLine(
                line.line(),
                line.bucket(),
                line.key(),
                line.to(),
                line.size(),
                action,
                end.reason(),
                end.detail(),
                line.found());
    }

    private static Action action(End end) {
        return end.outcome() == Outcome.FAILED
                ? Action.FAIL
                : end.outcome() == Outcome.WRITTEN ? Action.WRITE : Action.SKIP;
    }

    private static long line(End end) {
        return end.ended() == null ? 0 : end.ended();
    }

    private static final class Codec implements ExternalSort.Codec<End> {
        @Override
        public void write(End item, DataOutput out) throws IOException {
            byte[] json = item.json();
            out.writeInt(json.length);
            out.write(json);
        }

        @Override
        public End read(DataInput in) throws IOException {
            byte[] json = new byte[in.readInt()];
            in.readFully(json);
            return BusJson.mapper().readValue(new String(json, StandardCharsets.UTF_8), End.class);
        }
    }
}
