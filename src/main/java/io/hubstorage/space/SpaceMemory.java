package io.hubstorage.space;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.time.LocalDate;
import java.time.temporal.IsoFields;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code .hubstorage/space.json}: what would take long to find out again, or cannot be. Losing it costs time, and weeks of a trend.
 * What was on a day is kept for each of the last six weeks, and for one day a week of the two years before.
 *
 * @param format 1
 * @param taken over from removed snapshots, by the one that stays
 * @param freeBytes what the disk had left, by day
 * @param snapshotBytes what the snapshots took, by day
 */
record SpaceMemory(
        int format,
        SortedMap<String, TakenOver> taken,
        SortedMap<LocalDate, Long> freeBytes,
        SortedMap<LocalDate, Long> snapshotBytes) {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceMemory.class);
    private static final int FORMAT = 1;
    /** So many days are all kept. */
    static final int DAYS = 42;

    /** Of the weeks before these one day each. */
    static final int WEEKLY_DAYS = 730;

    SpaceMemory {
        taken = new TreeMap<>(taken == null ? Map.of() : taken);
        freeBytes = new TreeMap<>(freeBytes == null ? Map.of() : freeBytes);
        snapshotBytes = new TreeMap<>(snapshotBytes == null ? Map.of() : snapshotBytes);
    }

    /** A damaged one counts as lost. */
    static SpaceMemory read(Layout layout) {
        try {
            SpaceMemory read = BusJson.mapper().readValue(Files.readAllBytes(layout.space()), SpaceMemory.class);
            if (read.format == FORMAT) {
                return read;
            }
        } catch (NoSuchFileException e) {
            LOG.debug("nothing is remembered of the room that snapshots take");
        } catch (JsonProcessingException e) {
            LOG.warn("{} is damaged and begun anew: {}", layout.space(), e.getOriginalMessage());
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", layout.space(), e.toString());
        }
        return nothing();
    }

    static SpaceMemory nothing() {
        return new SpaceMemory(FORMAT, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    /** Writes it into a data folder that is there and ours. */
    void write(Layout layout) {
        if (!Files.isDirectory(layout.hub(), LinkOption.NOFOLLOW_LINKS)
                || OwnFiles.foreign(layout).isPresent()) {
            return;
        }
        try {
            Durable.writeAtomically(layout.space(), BusJson.mapper().writeValueAsBytes(this));
        } catch (IOException e) {
            LOG.warn("{} cannot be written: {}", layout.space(), e.toString());
        }
    }

    /**
     * Adds what is known first on a day.
     *
     * @param snapshots what they take; absent as long as that is being found out
     * @return whether there was anything to add
     */
    boolean add(LocalDate day, long free, @Nullable Long snapshots) {
        forgetOther(freeBytes, day);
        forgetOther(snapshotBytes, day);
        boolean isNew = freeBytes.putIfAbsent(day, free) == null;
        return (snapshots != null && snapshotBytes.putIfAbsent(day, snapshots) == null) || isNew;
    }

    private static void forgetOther(SortedMap<LocalDate, Long> days, LocalDate today) {
        // After a clock that was ahead.
        days.tailMap(today.plusDays(1)).clear();
        thinOut(days, today);
    }

    /** Leaves of days before the last six weeks one a week, the first, and none that is older than two years. */
    static void thinOut(SortedMap<LocalDate, Long> days, LocalDate today) {
        days.headMap(today.minusDays(WEEKLY_DAYS)).clear();
        Object week = null;
        for (Iterator<LocalDate> each =
                        days.headMap(today.minusDays(DAYS)).keySet().iterator();
                each.hasNext(); ) {
            LocalDate day = each.next();
            Object its = List.of(day.get(IsoFields.WEEK_BASED_YEAR), day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            if (its.equals(week)) {
                each.remove();
            }
            week = its;
        }
    }
}
