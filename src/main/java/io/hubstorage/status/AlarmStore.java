package io.hubstorage.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.ChangeLock;
import io.hubstorage.fs.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The alarms, in {@code alarms.json} of the configuration folder, where several processes may raise and acknowledge them.
 * One that cannot be written down is remembered as long as the process lives, and written with the next change that can
 * be. A damaged file is put aside, which is an alarm too. Blocking; thread-safe; never throws for the disk's sake.
 */
public final class AlarmStore {
    private static final Logger LOG = LoggerFactory.getLogger(AlarmStore.class);
    private static final int FORMAT = 1;
    private static final int KEEP = 100;

    private static final Comparator<Alarm> NEWEST_FIRST =
            Comparator.comparing(AlarmStore::last).reversed();

    private final Path file;
    private final InstantSource clock;
    private List<Alarm> alarms = List.of();
    private @Nullable String unwritable;

    private record Content(int format, @Nullable List<Alarm> alarms) {}

    /** Those in this folder, which need not exist yet. */
    public AlarmStore(Path configFolder, InstantSource clock) {
        file = configFolder.resolve("alarms.json");
        this.clock = clock;
    }

    /** What is written down now, by whomever. */
    public synchronized Alarm.Listing list() {
        refresh();
        return new Alarm.Listing(
                alarms.stream().filter(Alarm::isOpen).toList(),
                alarms.stream().filter(alarm -> !alarm.isOpen()).toList());
    }

    /** Why the last change could not be written down; empty when it was. */
    public synchronized Optional<String> unwritable() {
        return Optional.ofNullable(unwritable);
    }

    /** Returns whether that is news: nothing that was told before, in another order or once more. */
    public synchronized boolean raise(Alarm raised) {
        return change(known -> {
            Optional<Alarm> before =
                    known.stream().filter(each -> each.id().equals(raised.id())).findFirst();
            if (before.isPresent() && !last(raised).isAfter(last(before.get()))) {
                return known;
            }
            Alarm merged =
                    before.filter(Alarm::isOpen).map(open -> open.again(raised)).orElse(raised);
            return Stream.concat(
                            Stream.of(merged),
                            known.stream().filter(each -> !each.id().equals(raised.id())))
                    .toList();
        });
    }

    /** Acknowledges one; false when none that is open has this id. */
    public synchronized boolean acknowledge(String id) {
        return acknowledge(alarm -> alarm.id().equals(id));
    }

    /** Acknowledges all that are open; false when none is. */
    public synchronized boolean acknowledgeAll() {
        return acknowledge(_ -> true);
    }

    private boolean acknowledge(Predicate<Alarm> meant) {
        Instant now = clock.instant();
        return change(known -> known.stream()
                .map(alarm -> alarm.isOpen() && meant.test(alarm) ? alarm.acknowledged(now) : alarm)
                .toList());
    }

    private static Instant last(Alarm alarm) {
        return alarm.occurrences().last();
    }

    /** Returns whether anything changed. */
    private boolean change(UnaryOperator<List<Alarm>> change) {
        try (ChangeLock _ = ChangeLock.take(file.resolveSibling(".alarms.lock"))) {
            return changeLocked(change);
        }
    }

    private boolean changeLocked(UnaryOperator<List<Alarm>> change) {
        refresh();
        List<Alarm> next = trimmed(change.apply(alarms));
        if (next.equals(alarms)) {
            return false;
        }
        alarms = next;
        write();
        return true;
    }

    private static List<Alarm> trimmed(List<Alarm> all) {
        List<Alarm> sorted = all.stream().sorted(NEWEST_FIRST).toList();
        return Stream.concat(
                        sorted.stream().filter(Alarm::isOpen),
                        sorted.stream().filter(alarm -> !alarm.isOpen()).limit(KEEP))
                .toList();
    }

    private void write() {
        try {
            Durable.writeAtomically(
                    file,
                    BusJson.mapper()
                            .writer()
                            .with(SerializationFeature.INDENT_OUTPUT)
                            .writeValueAsBytes(new Content(FORMAT, alarms)));
            unwritable = null;
        } catch (IOException e) {
            unwritable = "%s cannot be written: %s".formatted(file, e);
            LOG.error("{}; its alarms are remembered only until HubStorage stops", unwritable);
        }
    }

    private void refresh() {
        if (unwritable != null) {
            // What is in memory is newer than what is on the disk.
            return;
        }
        try {
            Content content = BusJson.mapper().readValue(Files.readAllBytes(file), Content.class);
            alarms = trimmed(
                    content.alarms() == null
                            ? List.of()
                            : content.alarms().stream()
                                    .filter(AlarmStore::whole)
                                    .toList());
        } catch (NoSuchFileException e) {
            alarms = List.of();
        } catch (JsonProcessingException e) {
            putAside(e);
        } catch (IOException e) {
            LOG.warn("{} cannot be read ({}); what was known of it stays", file, e.toString());
        }
    }

    private void putAside(JsonProcessingException damage) {
        Path aside = file.resolveSibling("alarms.damaged.json");
        LOG.error("{} is damaged and is put aside as {}: {}", file, aside, damage.getOriginalMessage());
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.error("{} cannot be put aside: {}", file, e.toString());
        }
        List<Alarm> known = new ArrayList<>(alarms);
        known.add(Alarm.of(
                Alarm.Kind.HISTORY_LOST,
                "alarms",
                clock.instant(),
                "The list of alarms was damaged; alarms that were open may be missing.",
                "What could not be read is in %s. Look whether the disk of the configuration folder is sound."
                        .formatted(aside)));
        alarms = trimmed(known);
        write();
    }

    /** Whether nothing is missing: JSON can leave out what the record's type promises. */
    private static boolean whole(@Nullable Alarm alarm) {
        return alarm != null
                && Stream.of(
                                alarm.id(),
                                alarm.kind(),
                                alarm.message(),
                                alarm.remedy(),
                                alarm.occurrences().since(),
                                last(alarm))
                        .allMatch(Objects::nonNull);
    }
}
