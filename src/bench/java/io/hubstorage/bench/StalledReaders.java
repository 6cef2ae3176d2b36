package io.hubstorage.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Clients of the event stream that never read, and what they leave in the server's heap. */
final class StalledReaders {
    private static final int SMALL_WINDOW = 4096;
    /** So often what happens makes an event that all are told; far more than it should take. */
    private static final int MOST_CHANGES = 200_000;

    private StalledReaders() {}

    /**
     * What became of the heap.
     *
     * @param before bytes in use after a collection, with nobody watching
     * @param after the same, once the readers have left unread what each was sent
     * @param sent bytes to each reader
     */
    record Heap(int readers, long before, long after, long sent) {
        long growth() {
            return after - before;
        }
    }

    /** Sends so many bytes to each of them, while somebody else reads what they do not. */
    static Heap measure(WarmHub service, int readers, long bytes) throws IOException, InterruptedException {
        URI server = service.address();
        long before = service.liveHeap();
        List<Socket> sockets = new ArrayList<>();
        try (Watchers witness = Watchers.connect(server, 1)) {
            for (int i = 0; i < readers; i++) {
                sockets.add(stalled(server));
            }
            long from = witness.bytes();
            flood(server, witness, from + bytes);
            return new Heap(readers, before, service.liveHeap(), witness.bytes() - from);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static Socket stalled(URI server) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(SMALL_WINDOW);
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
        socket.getOutputStream()
                .write("GET /api/events HTTP/1.1\r\nHost: %s\r\n\r\n"
                        .formatted(server.getAuthority())
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Pauses the schedule and resumes it until the witness has read so many bytes. */
    private static void flood(URI server, Watchers witness, long until) throws IOException, InterruptedException {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int i = 0; witness.bytes() < until; i++) {
                HttpRequest change = HttpRequest.newBuilder(server.resolve("/api/scheduler/pause"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                new JsonObject().put("paused", i % 2 == 0).encode()))
                        .build();
                int status = client.send(change, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                if (status != 200 || i > MOST_CHANGES) {
                    throw new IOException(
                            "the event stream could not be filled: %d after %d changes".formatted(status, i));
                }
            }
        }
    }
}
