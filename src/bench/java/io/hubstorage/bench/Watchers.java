package io.hubstorage.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Many clients of the event stream on one thread, as cheap as they get: what an event says is read once, however many of
 * them it reaches. Each is held to what a page relies on.
 */
final class Watchers implements AutoCloseable {
    private static final int SECONDS = 60;

    private final Selector selector = Selector.open();
    private final int many;
    private final CountDownLatch begun;
    private final Thread thread;
    /** When each state was taken, by its sequence. */
    private final Map<Long, Long> taken = new HashMap<>();

    private volatile Round round;
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean closed;

    /** What they saw of one run. Belongs to the watchers' thread until all have seen its end. */
    static final class Round {
        private final CountDownLatch ended;
        private final Delays delays = new Delays();
        private @Nullable String complaint;
        private @Nullable Instant newest;

        private Round(int many) {
            ended = new CountDownLatch(many);
        }

        /** How old each state was when it came. */
        Delays delays() {
            return delays;
        }

        private void complain(String what) {
            complaint = complaint == null ? what : complaint;
        }
    }

    private Watchers(int many) throws IOException {
        this.many = many;
        begun = new CountDownLatch(many);
        round = new Round(many);
        thread = Thread.ofPlatform().name("watchers").unstarted(this::loop);
    }

    /** Connects so many and waits until each has been told the state of things. */
    static Watchers connect(URI server, int many) throws IOException, InterruptedException {
        Watchers watchers = new Watchers(many);
        try {
            for (int i = 0; i < many; i++) {
                watchers.add(server);
            }
            watchers.thread.start();
            if (!watchers.begun.await(SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(watchers.begun.getCount() + " watchers got no state");
            }
            return watchers;
        } catch (IOException | InterruptedException e) {
            watchers.close();
            throw e;
        }
    }

    private void add(URI server) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
        channel.write(ByteBuffer.wrap("GET /api/events HTTP/1.1\r\nHost: %s\r\n\r\n"
                .formatted(server.getAuthority())
                .getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new Watcher());
    }

    /** Forgets what was seen until now. */
    void begin() {
        round = new Round(many);
    }

    /**
     * Waits until each has seen the end of the run that went on since {@link #begin}.
     *
     * @throws IOException when one did not, or saw what may not be
     */
    Round end() throws IOException, InterruptedException {
        Round seen = round;
        if (!seen.ended.await(SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(seen.ended.getCount() + " of the watchers did not see the end of the run");
        }
        if (seen.complaint != null) {
            throw new IOException(seen.complaint);
        }
        return seen;
    }

    /** How many bytes have come to all of them together. */
    long bytes() {
        return bytes.get();
    }

    private void loop() {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        try {
            while (!closed) {
                selector.select();
                long now = System.currentTimeMillis();
                for (SelectionKey key : selector.selectedKeys()) {
                    read(key, buffer.clear(), now);
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            round.complain("the watchers failed: " + e);
        }
    }

    private void read(SelectionKey key, ByteBuffer buffer, long now) throws IOException {
        int count = ((SocketChannel) key.channel()).read(buffer);
        if (count < 0) {
            key.cancel();
            round.complain("the server let a watcher go");
            return;
        }
        bytes.addAndGet(count);
        ((Watcher) key.attachment()).take(buffer.flip(), now);
    }

    /** One client. Each event comes as lines; what lies between two events (the frames of HTTP) is no line that means anything. */
    private final class Watcher {
        private byte[] line = new byte[8192];
        private int length;
        private String name = "";
        private long sequence;
        private long last = -1;

        void take(ByteBuffer buffer, long now) {
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next == '\n') {
                    line(now);
                    length = 0;
                } else {
                    if (length == line.length) {
                        line = Arrays.copyOf(line, 2 * length);
                    }
                    line[length++] = next;
                }
            }
        }

        private void line(long now) {
            if (begins("id: ")) {
                String id = text(4);
                sequence = Long.parseLong(id.substring(id.indexOf('-') + 1));
            } else if (begins("event: ")) {
                name = text(7);
            } else if (begins("data: ") && !name.equals("heartbeat")) {
                happened(now);
            }
        }

        private boolean begins(String with) {
            if (length < with.length()) {
                return false;
            }
            for (int i = 0; i < with.length(); i++) {
                if (line[i] != with.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        private String text(int from) {
            return new String(line, from, length - from, StandardCharsets.UTF_8);
        }

        private void happened(long now) {
            Round current = round;
            if (last < 0) {
                begun.countDown();
            }
            // A state is as of the event before it.
            if (sequence < last || (sequence == last && !name.equals("state"))) {
                current.complain("a watcher saw event %d after %d".formatted(sequence, last));
            }
            last = sequence;
            if (name.equals("backup.progress")) {
                current.delays.add(now - taken.computeIfAbsent(sequence, first -> taken(current)));
            } else if (name.equals("backup.finished")) {
                current.ended.countDown();
            }
        }

        private long taken(Round current) {
            Instant at = Instant.parse(new JsonObject(text(6)).getString("at"));
            if (current.newest != null && at.isBefore(current.newest)) {
                current.complain("a state of %s came after one of %s".formatted(at, current.newest));
            }
            current.newest = at;
            return at.toEpochMilli();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            selector.wakeup();
            thread.join(SECONDS * 1000L);
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
