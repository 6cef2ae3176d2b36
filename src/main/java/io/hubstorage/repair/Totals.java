package io.hubstorage.repair;

import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.Tally;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What has come of a repair so far. Thread-safe. */
final class Totals {
    private final Map<RepairPlan.Source, Tally> repaired = new EnumMap<>(RepairPlan.Source.class);
    private final List<RepairPlan.Item> lostFiles = new ArrayList<>();
    private long names;
    private Tally sound = Tally.ZERO;
    private Tally lost = Tally.ZERO;
    private boolean waiting;
    private int unwritten;

    synchronized void repaired(RepairPlan.Source source, Tally file, long itsNames) {
        unwritten = 0;
        repaired.merge(source, file, Tally::plus);
        names += itsNames;
    }

    /** Names that were put right of a file of which others could not be. */
    synchronized void names(long more) {
        names += more;
    }

    /** Another file could not be written; how many that are since one could. */
    synchronized int unwritten() {
        return ++unwritten;
    }

    synchronized void sound(long size) {
        sound = sound.plus(Tally.of(size));
    }

    synchronized void lost(RepairPlan.Item file) {
        lost = lost.plus(Tally.of(file.size()));
        if (lostFiles.size() < RepairRecord.NAMED) {
            lostFiles.add(file);
        }
    }

    synchronized void waiting(boolean now) {
        waiting = now;
    }

    synchronized boolean isWaiting() {
        return waiting;
    }

    synchronized RepairRecord.Outcome outcome() {
        Tally all = repaired.values().stream().reduce(sound.plus(lost), Tally::plus);
        return new RepairRecord.Outcome(all, repaired, names, sound, lost, lostFiles);
    }
}
