package io.hubstorage.demo;

import io.hubstorage.testkit.EmbeddedS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Shows HubStorage at work: an S3 server in this process whose buckets keep changing, and the real program, started from its
 * jar, that backs them up every 72 seconds. Ctrl-C ends the program, then the server, and removes what they left.
 */
@Command(
        name = "demo.sh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs HubStorage on an embedded S3 whose buckets keep changing.")
public final class Demo implements Callable<Integer> {
    /** Slow enough to watch the first backup, which is about 70 MB. */
    static final long FIRST_BYTES_PER_SECOND = 9_000_000;

    static final Duration CHANGE_EVERY = Duration.ofSeconds(20);

    @Option(names = "--port", defaultValue = "5002", description = "Of the dashboard; any free one if it is taken.")
    private int port;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "To listen on (${DEFAULT-VALUE}).")
    private String host = "127.0.0.1";

    @Option(names = "--keep", description = "Keep configuration, data and logs afterwards.")
    private boolean keep;

    @Option(names = "--jar", required = true, hidden = true, description = "The program.")
    private Path jar = Path.of("");

    @Option(names = "--folder", defaultValue = "target/demo", hidden = true, description = "Where homes are made.")
    private Path folder = Path.of("");

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ScheduledExecutorService changes = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("changes").factory());
    private volatile boolean stopped;

    private Demo() {}

    /** Runs until Ctrl-C, or until the program ends. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Demo()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        try {
            return run();
        } catch (IOException | CompletionException failure) {
            if (stopped) {
                return 0;
            }
            System.err.println("The demo cannot go on: " + failure.getMessage());
            return 1;
        }
    }

    private int run() throws Exception {
        if (!Files.isRegularFile(jar)) {
            throw new IOException("there is no " + jar + "; run ./scripts/demo.sh without --no-build");
        }
        say("Starting an S3 server and filling three buckets ...");
        DemoHome home = open(() -> DemoHome.create(folder, keep, DemoData.BUCKETS));
        EmbeddedS3 s3 = open(EmbeddedS3::start);
        DemoData data = new DemoData(s3, 2026);
        data.fill();
        s3.throttle(FIRST_BYTES_PER_SECOND);
        int chosen = Ports.free(host, port);
        say("Starting HubStorage ...");
        DemoHub hub = open(() -> DemoHub.start(jar, home, s3, host, chosen));
        hub.awaitReady();
        banner(hub, home, s3, chosen);
        watchFirstSnapshot(home, s3, System.nanoTime());
        var _ = changes.scheduleWithFixedDelay(
                () -> change(data), CHANGE_EVERY.toSeconds(), CHANGE_EVERY.toSeconds(), TimeUnit.SECONDS);
        int code = hub.waitFor();
        if (stopped || code == 0 || code == 130 || code == 143) {
            return 0;
        }
        System.err.println("HubStorage ended with exit code " + code + hub.lastWords());
        return 1;
    }

    private void change(DemoData data) {
        try {
            say("  in the buckets: " + data.change());
        } catch (CompletionException failure) {
            if (!stopped) {
                System.err.println("  the buckets could not be changed: " + failure.getMessage());
            }
        }
    }

    private static void watchFirstSnapshot(DemoHome made, EmbeddedS3 server, long began) {
        Thread.ofVirtual().name("first-snapshot").start(() -> {
            try {
                Optional<Path> first = made.firstSnapshot();
                while (first.isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(250);
                    first = made.firstSnapshot();
                }
                server.throttle(0);
                say("  the first snapshot is there after %d s: %s"
                        .formatted(Duration.ofNanos(System.nanoTime() - began).toSeconds(), first.get()));
            } catch (IOException gone) {
                // The demo is being removed.
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void banner(DemoHub program, DemoHome made, EmbeddedS3 server, int chosen) {
        String taken = chosen == port || port == 0 ? "" : "   (port " + port + " is taken)";
        say("""

            HubStorage is running:  %s%s

              snapshots   %s
              log         %s
              S3          %s   buckets photos, documents, odd-names

            A backup runs now and every %.0f s; something changes in the buckets every %d s.
            Ctrl-C stops it all%s.
            """.formatted(
                        program.address(),
                        taken,
                        made.data(),
                        made.console(),
                        server.endpoint(),
                        DemoHome.INTERVAL_HOURS * 3600,
                        CHANGE_EVERY.toSeconds(),
                        keep ? "; " + made.folder() + " stays" : " and removes " + made.folder()));
    }

    /** Opens something that {@link #stop} will close; under its lock, so that nothing can be opened behind its back. */
    private synchronized <T extends AutoCloseable> T open(Callable<T> opener) throws Exception {
        if (stopped) {
            throw new IOException("the demo is being stopped");
        }
        T resource = opener.call();
        opened.push(resource);
        return resource;
    }

    /** In order: nothing changes any more, the program ends, then the server, then what they wrote goes. */
    private synchronized void stop() {
        stopped = true;
        changes.shutdownNow();
        say("Stopping ...");
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception failure) {
                System.err.println("  this did not stop in order: " + failure);
            }
        }
        say(keep ? "Stopped." : "Stopped; nothing is left behind.");
    }

    private static void say(String text) {
        System.out.println(text);
    }
}
