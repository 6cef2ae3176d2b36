package io.hubstorage.bench;

import io.hubstorage.fs.Trees;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The least that a case can cost here, in this very process: requests over plain sockets, bodies into files; where nothing
 * has changed, the listing and a look at each file; where a copy is verified, its files through SHA-256. Nothing else is
 * signed, hashed, checked or remembered. Its memory is that of the benchmark, so no peak is told.
 */
final class BareCopy implements Tool {
    private static final int BUFFER = 256 * 1024;
    private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
    private static final Pattern TOKEN = Pattern.compile("<NextContinuationToken>([^<]*)</NextContinuationToken>");
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    private final URI endpoint;
    private final Path tree;
    private final Case.Kind asked;
    private final int connections;

    BareCopy(Server server, Path tree, Case.Kind asked, int connections) {
        endpoint = server.endpoint();
        this.tree = tree;
        this.asked = asked;
        this.connections = connections;
    }

    @Override
    public int warmUps(int ofService) {
        return Math.min(2, ofService);
    }

    @Override
    public void empty() throws IOException {
        Trees.delete(tree);
    }

    @Override
    public Path tree() {
        return tree;
    }

    @Override
    public Outcome run() throws IOException, InterruptedException {
        double before = cpu();
        long begin = System.nanoTime();
        switch (asked) {
            case UNCHANGED -> {
                for (String key : list()) {
                    Files.size(tree.resolve(key));
                }
            }
            case VERIFY -> hash();
            default -> copy(list());
        }
        return new Outcome(true, new Measured((System.nanoTime() - begin) / 1e9, cpu() - before, 0));
    }

    private static double cpu() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getProcessCpuTime()
                / 1e9;
    }

    private List<String> list() throws IOException {
        List<String> keys = new ArrayList<>();
        try (Connection connection = new Connection()) {
            for (String token = ""; token != null; ) {
                ByteArrayOutputStream page = new ByteArrayOutputStream(BUFFER);
                connection.get("?list-type=2" + token, page);
                String xml = page.toString(StandardCharsets.UTF_8);
                KEY.matcher(xml).results().forEach(key -> keys.add(key.group(1)));
                Matcher next = TOKEN.matcher(xml);
                token = next.find() ? "&continuation-token=" + next.group(1) : null;
            }
        }
        return keys;
    }

    private void copy(List<String> keys) throws IOException, InterruptedException {
        for (String key : keys) {
            Files.createDirectories(tree.resolve(key).resolveSibling(""));
        }
        Queue<String> queue = new ConcurrentLinkedQueue<>(keys);
        sideBySide(connections, () -> copyAll(queue));
    }

    private void hash() throws IOException, InterruptedException {
        Queue<Path> queue = new ConcurrentLinkedQueue<>();
        try (Stream<Path> files = Files.walk(tree)) {
            files.filter(Files::isRegularFile).forEach(queue::add);
        }
        sideBySide(Runtime.getRuntime().availableProcessors(), () -> hashAll(queue));
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void sideBySide(int threads, Work work) throws IOException, InterruptedException {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(executor.submit(() -> {
                    work.run();
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    private static void hashAll(Queue<Path> queue) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER];
            for (Path file = queue.poll(); file != null; file = queue.poll()) {
                try (InputStream input = Files.newInputStream(file)) {
                    for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                        digest.update(buffer, 0, count);
                    }
                }
                digest.digest();
            }
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private void copyAll(Queue<String> queue) throws IOException {
        try (Connection connection = new Connection()) {
            for (String key = queue.poll(); key != null; key = queue.poll()) {
                try (OutputStream file = Files.newOutputStream(tree.resolve(key))) {
                    connection.get("/" + key, file);
                }
            }
        }
    }

    @Override
    public void close() {}

    /** One that stays open. */
    private final class Connection implements AutoCloseable {
        private final Socket socket = new Socket(endpoint.getHost(), endpoint.getPort());
        private final InputStream input = new BufferedInputStream(socket.getInputStream(), BUFFER);
        private final byte[] buffer = new byte[BUFFER];

        Connection() throws IOException {
            socket.setTcpNoDelay(true);
        }

        void get(String what, OutputStream to) throws IOException {
            String request =
                    "GET /%s%s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(Server.BUCKET, what, endpoint.getAuthority());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            String head = head();
            Matcher length = LENGTH.matcher(head);
            if (!head.startsWith("HTTP/1.1 200") || !length.find()) {
                throw new IOException("not the answer that was expected: " + head);
            }
            for (long left = Long.parseLong(length.group(1)); left > 0; ) {
                int count = input.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (count < 0) {
                    throw new IOException("the connection ended early");
                }
                to.write(buffer, 0, count);
                left -= count;
            }
        }

        private String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
                int next = input.read();
                if (next < 0) {
                    throw new IOException("the connection ended early");
                }
                head.append((char) next);
            }
            return head.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
