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
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code .hubstorage/space.json}: what would take long to find out again, or cannot be. Losing it costs time, and weeks of a trend.
 *
 * @param format 1
 * @param taken over from removed snapshots, by the one that stays
 * @param freeBytes what the disk had left, by day
 */
record SpaceMemory(int format, SortedMap<String, TakenOver> taken, SortedMap<LocalDate, Long> freeBytes) {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceMemory.class);
    private static final int FORMAT = 1;
    private static final int DAYS = 42;

    SpaceMemory {
        taken = new TreeMap<>(taken == null ? Map.of() : taken);
        freeBytes = new TreeMap<>(freeBytes == null ? Map.of() : freeBytes);
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
        return new SpaceMemory(FORMAT, new TreeMap<>(), new TreeMap<>());
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

    /** Whether that was the first look of the day. */
    boolean addFree(LocalDate day, long bytes) {
        freeBytes.headMap(day.minusDays(DAYS)).clear();
        // After a clock that was ahead.
        freeBytes.tailMap(day.plusDays(1)).clear();
        return freeBytes.putIfAbsent(day, bytes) == null;
    }
}
