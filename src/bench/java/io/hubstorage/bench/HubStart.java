package io.hubstorage.bench;

import io.hubstorage.testkit.HubProcess;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** HubStorage's start: a run is a service from its process to its first "ready", as an orchestrator sees it. */
final class HubStart implements Tool {
    private static final Duration PEEK = Duration.ofMillis(5);
    private static final Duration LONGEST_START = Duration.ofMinutes(1);
    private static final int HTTP_OK = 200;

    private final HubHome home;
    private @Nullable HubProcess started;

    /** Prepares the home. */
    HubStart(HubHome home) throws IOException {
        this.home = home;
        home.configure();
    }

    @Override
    public int warmUps(int ofService) {
        return ofService;
    }

    @Override
    public Outcome run() throws IOException {
        try {
            return start();
        } finally {
            // It would ask the server for something in the turn of another.
            close();
        }
    }

    private Outcome start() throws IOException {
        Files.createDirectories(home.data());
        int port = freePort();
        Map<String, String> environment = home.environment();
        environment.put("HUBSTORAGE_WEB_PORT", Integer.toString(port));
        long begin = System.nanoTime();
        HubProcess process = HubProcess.start(home.jar(), home.javaOptions(), home.folder(), environment, "serve");
        started = process;
        URI ready = URI.create("http://127.0.0.1:%d/health/ready".formatted(port));
        Awaitility.await("ready")
                .atMost(LONGEST_START)
                .pollInterval(PEEK)
                .pollDelay(Duration.ZERO)
                .until(() -> !process.isAlive() || isReady(ready));
        double wall = (System.nanoTime() - begin) / 1e9;
        return new Outcome(
                process.isAlive(),
                new Measured(wall, ProcessFiles.cpu(process.pid()), ProcessFiles.peak(process.pid())));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isReady(URI ready) {
        try {
            return ((HttpURLConnection) ready.toURL().openConnection()).getResponseCode() == HTTP_OK;
        } catch (IOException nobodyThereYet) {
            return false;
        }
    }

    @Override
    public void awaitRest() throws IOException {
        start();
    }

    @Override
    public long resident() {
        return ProcessFiles.resident(Objects.requireNonNull(started).pid());
    }

    @Override
    public void empty() {
        // It copies nothing.
    }

    @Override
    public Path tree() {
        return home.data();
    }

    @Override
    public void close() {
        if (started != null) {
            started.close();
        }
    }
}
