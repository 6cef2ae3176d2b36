package io.hubstorage.notify.alerts;

import io.hubstorage.bus.AlertMessage.Deliveries;
import io.hubstorage.bus.AlertMessage.Delivery;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.BackwardLines;
import io.hubstorage.fs.Durable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What came of each attempt to deliver a message, in {@code notify-log.jsonl} of the configuration folder: the newest few thousand, for
 * people. Nothing depends on it, so it is not forced to the disk, and one that cannot be written costs that entry. Reading needs no
 * process that writes. Blocking; thread-safe.
 */
public final class DeliveryLog {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryLog.class);
    /** Bytes; then it is cut to half. */
    private static final long LONGEST = 2 << 20;

    private static final int LONGEST_LINE = 64 << 10;
    /** Characters of what a receiver said. */
    private static final int LONGEST_ANSWER = 500;

    private static final int PAGE = 50;
    private static final int LARGEST_PAGE = 1000;

    private final Path file;
    private long last = -1;

    /** The one of this configuration folder. */
    public DeliveryLog(Path configFolder) {
        file = configFolder.resolve("notify-log.jsonl");
    }

    /** Adds an entry, to which it gives its number. */
    synchronized Delivery add(Delivery entry) {
        if (last < 0) {
            List<Delivery> newest = read(1, null);
            last = newest.isEmpty() ? 0 : newest.getFirst().number();
        }
        String answer = entry.answer();
        Delivery numbered = new Delivery(
                ++last,
                entry.at(),
                entry.channel(),
                entry.message(),
                entry.outcome(),
                entry.attempt(),
                answer.length() > LONGEST_ANSWER ? answer.substring(0, LONGEST_ANSWER) + "…" : answer,
                entry.retryAt());
        try {
            // With a line end before it: one that a kill has cut off costs itself alone.
            byte[] line = ("\n" + BusJson.mapper().writeValueAsString(numbered)).getBytes(StandardCharsets.UTF_8);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                Durable.writeFully(channel, ByteBuffer.wrap(line));
            }
            if (Files.size(file) > LONGEST) {
                cut();
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be written: {}", file, e.toString());
        }
        return numbered;
    }

    private void cut() throws IOException {
        byte[] all = Files.readAllBytes(file);
        int from = all.length / 2;
        while (from < all.length && all[from] != '\n') {
            from++;
        }
        int begin = from;
        Durable.writeAtomically(
                file, channel -> Durable.writeFully(channel, ByteBuffer.wrap(all, begin, all.length - begin)));
    }

    /**
     * A page, the newest first.
     *
     * @param limit 50 when absent
     * @param before only those older than the one of this number
     * @throws IllegalArgumentException when the limit is not allowed
     */
    public Deliveries page(@Nullable Integer limit, @Nullable Long before) {
        int wanted = limit == null ? PAGE : limit;
        if (wanted < 1 || wanted > LARGEST_PAGE) {
            throw new IllegalArgumentException("limit: found %d, allowed: 1 to %d".formatted(wanted, LARGEST_PAGE));
        }
        List<Delivery> found = read(wanted + 1, before);
        return found.size() <= wanted
                ? new Deliveries(found, null)
                : new Deliveries(found.subList(0, wanted), found.get(wanted - 1).number());
    }

    private List<Delivery> read(int limit, @Nullable Long before) {
        List<Delivery> found = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            BackwardLines lines = new BackwardLines(channel, channel.size(), LONGEST_LINE);
            for (String line = lines.previous(); line != null && found.size() < limit; line = lines.previous()) {
                Delivery entry = line.isBlank() ? null : parse(line);
                if (entry != null && (before == null || entry.number() < before)) {
                    found.add(entry);
                }
            }
        } catch (NoSuchFileException e) {
            return found;
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
        }
        return found;
    }

    private static @Nullable Delivery parse(String line) {
        try {
            Delivery entry = BusJson.mapper().readValue(line, Delivery.class);
            return entry.at() == null || entry.message() == null || entry.outcome() == null ? null : entry;
        } catch (IOException e) {
            LOG.debug("An entry of the delivery log cannot be read", e);
            return null;
        }
    }
}
