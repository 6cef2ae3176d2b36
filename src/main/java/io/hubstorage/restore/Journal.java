package io.hubstorage.restore;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.DiskMark;
import io.hubstorage.fs.LineLog;
import io.hubstorage.restore.PlanLine.Action;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What became of the lines of a plan: a line when one is begun, and one when it has ended, each with the system before the next thing
 * is done. So a restore that was killed, be it in the middle of a line, knows what is done and what may be. Thread-safe; a byte of
 * memory a line of the plan.
 */
final class Journal implements AutoCloseable {
    private static final byte BEGUN = 1;
    private static final byte ENDED = 2;
    /** Written before the disk was last attached, by a start of the machine or by hand, and so perhaps not there as it was. */
    private static final byte WRITTEN = 3;
    /** Written before the disk said that it had lost something, and not what. */
    private static final byte LOST = 4;

    /** The reason of what was written, but is kept by the target in another way than was asked. */
    static final String DIFFERS = "differs";

    enum Outcome {
        WRITTEN,
        IDENTICAL,
        SKIPPED,
        FAILED,
        DELETED,
        /** Was to be deleted, and was not. */
        SPARED
    }

    /**
     * How one line ended, which is all there is in the journal of it; or only that it was begun.
     *
     * @param boot the mark of the disk by which what follows was written; an older HubStorage had the start of the machine alone
     * @param lost true where what was written before may not be on the disk
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record End(
            @Nullable String boot,
            @Nullable Boolean lost,
            @Nullable Long begun,
            @Nullable Long ended,
            @Nullable Long size,
            @Nullable Outcome outcome,
            @Nullable String reason,
            @Nullable String detail) {
        static End of(long line, long size, Outcome outcome, @Nullable String reason, @Nullable String detail) {
            return new End(null, null, null, line, size, outcome, reason, detail);
        }

        byte[] json() throws IOException {
            return (BusJson.mapper().writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Takes the ends in a journal. */
    @FunctionalInterface
    interface Visitor {
        void end(End end) throws IOException;
    }

    private final byte[] states;
    private final Map<Outcome, Tally> tallies = new EnumMap<>(Outcome.class);
    private final Map<Outcome, Map<String, Tally>> reasons = new EnumMap<>(Outcome.class);
    private final LineLog log;
    private final boolean goneOnWith;

    /**
     * Opens it, be it a new one.
     *
     * @param lines of the plan
     * @param mark the target's, see {@link DiskMark}: what was written by another one is taken as only begun. Null where what was
     *     written outlives a power loss
     */
    static Journal open(Path file, long lines, @Nullable String mark) throws IOException {
        return new Journal(file, lines, mark);
    }

    private Journal(Path file, long lines, @Nullable String mark) throws IOException {
        this.states = new byte[Math.toIntExact(lines + 1)];
        AtomicInteger losses = new AtomicInteger();
        read(file, line -> losses.addAndGet(line.lost == null ? 0 : 1));
        long end = read(file, line -> {
            if (line.lost != null) {
                losses.decrementAndGet();
            } else if (line.begun != null) {
                begun(line.begun);
            } else if (line.ended != null && line.outcome != null) {
                byte written = losses.get() > 0 ? LOST : mark == null || mark.equals(line.boot) ? ENDED : WRITTEN;
                ended(line, written);
            }
        });
        this.goneOnWith = hasBegun();
        this.log = LineLog.goOn(file, end);
        log.append(new End(mark == null ? "" : mark, null, null, null, null, null, null, null).json());
    }

    private boolean hasBegun() {
        for (byte state : states) {
            if (state != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Shows all that a journal says, each with the mark of the disk by which it was written.
     *
     * @return where the last whole line ends
     */
    static long read(Path file, Visitor visitor) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        long end = 0;
        String boot = "";
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int unit = in.read(); unit >= 0; unit = in.read()) {
                if (unit != '\n') {
                    line.write(unit);
                    continue;
                }
                end += line.size() + 1;
                End read = parse(line, file);
                line.reset();
                boot = read.boot == null ? boot : read.boot;
                visitor.end(new End(
                        boot, read.lost, read.begun, read.ended, read.size, read.outcome, read.reason, read.detail));
            }
        }
        return end;
    }

    private static End parse(ByteArrayOutputStream line, Path file) throws IOException {
        try {
            return BusJson.mapper().readValue(line.toByteArray(), End.class);
        } catch (JsonProcessingException e) {
            throw new IOException("The journal %s is damaged.".formatted(file), e);
        }
    }

    synchronized boolean isEnded(long line) {
        return states[(int) line] == ENDED;
    }

    /** Whether it was begun, and nobody knows how far it came. */
    synchronized boolean isBegun(long line) {
        return states[(int) line] == BEGUN || states[(int) line] == WRITTEN;
    }

    /** Whether it was written, and a power loss or the disk may have undone or torn it. */
    synchronized boolean wasWritten(long line) {
        return states[(int) line] == WRITTEN || states[(int) line] == LOST;
    }

    /**
     * The disk could not write everything, which it tells once and not of which files: what the system still has in its memory would
     * look right. So whoever goes on writes all of it again, and looks at none.
     */
    void lose() throws IOException {
        log.append(new End(null, true, null, null, null, null, null, null).json());
    }

    /** Whether an earlier run has begun a line. */
    boolean isGoneOnWith() {
        return goneOnWith;
    }

    void begin(PlanLine line) throws IOException {
        log.append(new End(null, null, line.line(), null, null, null, null, null).json());
        begun(line.line());
    }

    void end(PlanLine line, Outcome outcome, @Nullable String reason, @Nullable String detail) throws IOException {
        End end = End.of(line.line(), line.size(), outcome, reason, detail);
        log.append(end.json());
        ended(end, ENDED);
    }

    private synchronized void begun(long line) {
        if (states[(int) line] == 0) {
            states[(int) line] = BEGUN;
        }
    }

    /** @param written what it is when it was written; {@link #ENDED} where that lasts */
    private synchronized void ended(End end, byte written) {
        int line = Math.toIntExact(end.ended == null ? 0 : end.ended);
        Outcome outcome = end.outcome;
        boolean done = outcome == Outcome.WRITTEN || outcome == Outcome.DELETED;
        if (outcome == null || states[line] == ENDED) {
            return;
        }
        if (done && written != ENDED) {
            states[line] = outcome == Outcome.WRITTEN ? written : BEGUN;
            return;
        }
        states[line] = ENDED;
        Tally one = Tally.of(end.size == null ? 0 : end.size);
        tallies.merge(outcome, one, Tally::plus);
        if (end.reason != null) {
            reasons.computeIfAbsent(outcome, _ -> new TreeMap<>()).merge(end.reason, one, Tally::plus);
        }
    }

    /** So far, together with what the plan had settled; what is open is left. */
    synchronized RestoreRecord.Outcome outcome(RestorePlan.Counts plan) {
        Tally left = plan.write();
        for (Outcome each : new Outcome[] {Outcome.WRITTEN, Outcome.IDENTICAL, Outcome.SKIPPED, Outcome.FAILED}) {
            left = new Tally(left.objects() - of(each).objects(), left.bytes() - of(each).bytes());
        }
        return outcome(plan, new Tally(plan.objects(), plan.bytes()), left);
    }

    /** The same, with what is planned and what is open counted anew, line by line, so that it is worth a check. */
    synchronized RestoreRecord.Outcome recount(RestorePlan.Counts plan, PlanFile.Reader lines) throws IOException {
        Tally planned = Tally.ZERO;
        Tally left = Tally.ZERO;
        for (PlanLine line = lines.next(); line != null; line = lines.next()) {
            if (line.action() != Action.DELETE) {
                planned = planned.plus(Tally.of(line.size()));
                boolean open = line.action() == Action.WRITE && states[(int) line.line()] != ENDED;
                left = open ? left.plus(Tally.of(line.size())) : left;
            }
        }
        return outcome(plan, planned, left);
    }

    private RestoreRecord.Outcome outcome(RestorePlan.Counts plan, Tally planned, Tally left) {
        Map<String, Tally> skipped = new TreeMap<>(plan.skipped());
        reasons(Outcome.SKIPPED).forEach((reason, tally) -> skipped.merge(reason, tally, Tally::plus));
        Map<String, Tally> failed = new TreeMap<>(plan.failed());
        reasons(Outcome.FAILED).forEach((reason, tally) -> failed.merge(reason, tally, Tally::plus));
        return new RestoreRecord.Outcome(
                planned,
                of(Outcome.WRITTEN),
                plan.identical().plus(of(Outcome.IDENTICAL)),
                skipped,
                failed,
                left,
                of(Outcome.DELETED),
                reasons(Outcome.SPARED));
    }

    /** How many were written and are kept otherwise than was asked. */
    synchronized long differing() {
        return reasons(Outcome.WRITTEN).getOrDefault(DIFFERS, Tally.ZERO).objects();
    }

    private Tally of(Outcome outcome) {
        return tallies.getOrDefault(outcome, Tally.ZERO);
    }

    private Map<String, Tally> reasons(Outcome outcome) {
        return reasons.getOrDefault(outcome, Map.of());
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
