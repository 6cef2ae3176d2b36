package io.hubstorage.notify.alerts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Durable;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.alerts.Alerts.Addressed;
import io.hubstorage.notify.alerts.Alerts.Decision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known to be wrong and what is still to be delivered, in {@code notify.jsonl} of the configuration folder. A decision and its
 * messages are one line, forced to the disk before anything of it is sent; that a message has been delivered is another. So a kill
 * loses no message, and repeats at most those whose receipt was not written, with the same id. A torn last line counts as never
 * written. What cannot be written is remembered as long as the process lives, and written with the next line that can be: a full
 * disk is the last reason to be silent. Belongs to one process at a time. Blocking; thread-safe.
 */
final class Outbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    /** Bytes; a file that is shorter is never rewritten. */
    private static final long SHORT = 256 << 10;
    /** How many times longer than what it says the file becomes. */
    private static final int GROWTH = 4;

    static final Duration WINDOW = Duration.ofHours(1);

    private final Path file;
    private final OutboxLock lock;

    private @Nullable AlertState state;
    /** By id, in the order in which they go out; with the channels that have not delivered them yet. */
    private Map<String, Addressed> pending = new LinkedHashMap<>();
    /** When messages went out within the last hour, by channel. */
    private final Map<String, List<Instant>> sent = new HashMap<>();

    private long bytes;
    private long rewriteAt = SHORT;
    private boolean unwritten;
    private boolean closed;

    /**
     * One line: all of it has happened, or nothing.
     *
     * @param state that replaces the one before
     * @param messages that are to be delivered
     * @param ended what is not to be delivered any more
     * @param sent in a line that says everything: when messages went out
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record Line(
            @Nullable AlertState state,
            @Nullable List<Addressed> messages,
            @Nullable Ended ended,
            @Nullable Map<String, List<Instant>> sent) {}

    /**
     * Messages that a channel need not deliver any more.
     *
     * @param sentAt when they went out; absent when they never will
     * @param instead what tells them together, in their place
     */
    private record Ended(
            String channel,
            List<String> ids,
            @Nullable Instant sentAt,
            @Nullable Message instead) {}

    private Outbox(Path file, OutboxLock lock) {
        this.file = file;
        this.lock = lock;
    }

    /**
     * The one of this configuration folder. What cannot be read there is put aside: messages go out all the same.
     *
     * @throws IOException when it is another process's
     */
    static Outbox open(Path folder) throws IOException {
        OutboxLock lock = OutboxLock.take(folder);
        try {
            Outbox outbox = new Outbox(folder.resolve("notify.jsonl"), lock);
            outbox.read();
            return outbox;
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** What was known and told last; empty before the first decision. */
    synchronized Optional<AlertState> state() {
        return Optional.ofNullable(state);
    }

    /** What a channel is still to deliver, in order. */
    synchronized List<Message> pending(String channel) {
        return pending.values().stream()
                .filter(each -> each.channels().contains(channel))
                .map(Addressed::message)
                .toList();
    }

    /** The channels that still have something to deliver. */
    synchronized Set<String> channels() {
        return pending.values().stream()
                .flatMap(each -> each.channels().stream())
                .collect(Collectors.toSet());
    }

    /** How many deliveries are still to be made. */
    synchronized long waiting() {
        return pending.values().stream()
                .mapToLong(each -> each.channels().size())
                .sum();
    }

    /** When messages went out by this channel within the hour before {@code now}, in order. */
    synchronized List<Instant> sent(String channel, Instant now) {
        return sent.getOrDefault(channel, List.of()).stream()
                // What a clock has dated ahead that was put back since says nothing.
                .filter(at -> at.isAfter(now.minus(WINDOW)) && !at.isAfter(now))
                .toList();
    }

    /** Writes a decision down; does nothing where it says nothing new. */
    synchronized void decided(Decision decision) {
        if (!decision.state().equals(state) || !decision.messages().isEmpty()) {
            write(new Line(decision.state(), decision.messages(), null, null));
        }
    }

    /** Writes down that a channel has delivered a message. */
    synchronized void delivered(String channel, String id, Instant at) {
        write(new Line(null, null, new Ended(channel, List.of(id), at, null), null));
    }

    /** Writes down that a channel will never deliver a message. */
    synchronized void givenUp(String channel, String id) {
        write(new Line(null, null, new Ended(channel, List.of(id), null, null), null));
    }

    /** Writes down that one message takes the place of several in a channel. */
    synchronized void folded(String channel, List<String> ids, Message instead) {
        write(new Line(null, null, new Ended(channel, ids, null, instead), null));
    }

    private void write(Line line) {
        if (closed) {
            // The file may be another process's by now, which sends again what it does not know to be delivered.
            return;
        }
        apply(line);
        try {
            if (unwritten || bytes > rewriteAt) {
                rewrite();
            } else {
                append(line);
            }
            unwritten = false;
        } catch (IOException e) {
            if (!unwritten) {
                LOG.error(
                        "{} cannot be written ({}); what is told is remembered only until HubStorage stops",
                        file,
                        e.toString());
            }
            unwritten = true;
        }
    }

    private void append(Line line) throws IOException {
        byte[] text = text(line);
        boolean made = !Files.exists(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            Durable.writeFully(channel, ByteBuffer.wrap(text));
            channel.force(true);
        }
        if (made) {
            Durable.syncFolder(Durable.folderOf(file));
        }
        bytes += text.length;
    }

    private void rewrite() throws IOException {
        byte[] text = text(new Line(state, List.copyOf(pending.values()), null, sent));
        Durable.writeAtomically(file, text);
        bytes = text.length;
        rewriteAt = Math.max(SHORT, bytes * GROWTH);
    }

    private static byte[] text(Line line) throws JsonProcessingException {
        return (BusJson.mapper().writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void apply(Line line) {
        if (line.state() != null) {
            state = line.state();
        }
        if (line.messages() != null) {
            line.messages().forEach(each -> pending.putIfAbsent(each.message().id(), each));
        }
        if (line.sent() != null) {
            line.sent().forEach((channel, moments) -> sent.put(channel, new ArrayList<>(moments)));
        }
        if (line.ended() != null) {
            end(line.ended());
        }
    }

    private void end(Ended ended) {
        Message instead = ended.instead();
        Map<String, Addressed> next = new LinkedHashMap<>();
        pending.forEach((id, each) -> {
            boolean meant = ended.ids().contains(id) && each.channels().contains(ended.channel());
            if (!meant) {
                next.put(id, each);
                return;
            }
            if (instead != null) {
                next.putIfAbsent(instead.id(), new Addressed(instead, List.of(ended.channel())));
            }
            List<String> left = each.channels().stream()
                    .filter(channel -> !channel.equals(ended.channel()))
                    .toList();
            if (!left.isEmpty()) {
                next.put(id, new Addressed(each.message(), left));
            }
        });
        pending = next;
        if (ended.sentAt() != null) {
            List<Instant> moments = sent.computeIfAbsent(ended.channel(), _ -> new ArrayList<>());
            moments.removeIf(at -> !at.isAfter(ended.sentAt().minus(WINDOW)) || at.isAfter(ended.sentAt()));
            moments.add(ended.sentAt());
        }
    }

    private void read() {
        byte[] all;
        try {
            Durable.deleteDrafts(file);
            all = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            LOG.error(
                    "{} cannot be read ({}) and is put aside; what was told before may be told again",
                    file,
                    e.toString());
            unwritten = true;
            putAside((from, to) -> Files.move(from, to, StandardCopyOption.REPLACE_EXISTING));
            return;
        }
        // Never throws: a character that was cut off is part of the line that was.
        String text = new String(all, StandardCharsets.UTF_8);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        byte[] again = whole.getBytes(StandardCharsets.UTF_8);
        boolean damaged = !Arrays.equals(again, 0, again.length, all, 0, Math.min(again.length, all.length));
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
            try {
                apply(BusJson.mapper().readValue(text.substring(start, end), Line.class));
            } catch (JsonProcessingException | RuntimeException e) {
                damaged = true;
                LOG.error("A line of {} cannot be read and is left out: {}", file, e.getMessage());
            }
            start = end + 1;
        }
        if (damaged) {
            LOG.error("{} is damaged; a copy is kept beside it", file);
            putAside((from, to) -> Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING));
        }
        bytes = all.length;
        // A line that was cut off must not become the beginning of the next.
        unwritten = damaged || start < text.length();
    }

    private interface Aside {
        void put(Path from, Path to) throws IOException;
    }

    private void putAside(Aside aside) {
        try {
            aside.put(file, file.resolveSibling("notify.damaged.jsonl"));
        } catch (IOException e) {
            LOG.debug("{} cannot be put aside", file, e);
        }
    }

    /** From now on nothing is written. */
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        lock.close();
    }
}
