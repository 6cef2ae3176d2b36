package io.hubstorage.web.s3;

import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Lists tens of thousands of keys many times at once and sends far more than its heap to slow readers; run by
 * {@link SmallHeapEndpointTest} in a JVM of its own.
 */
final class SmallHeapEndpoint {
    private static final int KEYS = 40_000;
    private static final int LISTERS = 16;
    private static final int STALLED = 16;
    private static final long LARGE = 256L << 20;
    private static final Pattern TOKEN = Pattern.compile("<NextContinuationToken>([^<]+)<");
    private static final Pattern COUNT = Pattern.compile("<KeyCount>(\\d+)<");

    private SmallHeapEndpoint() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        new Shelf(home.resolve("data"))
                .snapshot(
                        "photos",
                        IntStream.range(0, KEYS)
                                .mapToObj(i -> Shelf.entry(
                                        "photos/%03d/IMG_%08d.jpg".formatted(i / 1_000, i),
                                        10,
                                        "0cc175b9c0f1b6a831c399e2")));
        Path old = Files.createDirectories(home.resolve("data/hublink_20240101000000/s3/old"));
        try (RandomAccessFile file = new RandomAccessFile(old.resolve("large").toFile(), "rw")) {
            file.setLength(LARGE);
        }
        try (S3Endpoint endpoint = S3Endpoint.over(home);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Socket> stalled = new ArrayList<>();
            for (int i = 0; i < STALLED; i++) {
                Socket socket = get(endpoint);
                // Its head has come, so the file is being sent.
                require(socket.getInputStream().read() == 'H', "an answer");
                stalled.add(socket);
            }
            List<Future<Integer>> listings = new ArrayList<>();
            for (int i = 0; i < LISTERS; i++) {
                listings.add(threads.submit(() -> list(endpoint)));
            }
            for (Future<Integer> listing : listings) {
                require(listing.get() == KEYS, "all keys");
            }
            try (Socket socket = get(endpoint)) {
                require(socket.getInputStream().skip(LARGE) == LARGE, "all bytes");
            }
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    private static void require(boolean so, String what) {
        if (!so) {
            throw new IllegalStateException("not " + what);
        }
    }

    private static Socket get(S3Endpoint endpoint) throws IOException {
        StringBuilder request = new StringBuilder("GET /old/large HTTP/1.1\r\n");
        request.append("Host: ").append(endpoint.url().getAuthority()).append("\r\n");
        endpoint.signature("GET", "/old/large", Map.of())
                .forEach((name, value) ->
                        request.append(name).append(": ").append(value).append("\r\n"));
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.verticle.actualPort());
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static int list(S3Endpoint endpoint) {
        int keys = 0;
        String further = "";
        while (true) {
            String page = endpoint.get("/photos?list-type=2" + further).text();
            Matcher count = COUNT.matcher(page);
            require(count.find(), "a page: " + page.substring(0, Math.min(300, page.length())));
            keys += Integer.parseInt(count.group(1));
            Matcher token = TOKEN.matcher(page);
            if (!token.find()) {
                return keys;
            }
            further = "&continuation-token=" + URLEncoder.encode(token.group(1), StandardCharsets.UTF_8);
        }
    }
}
