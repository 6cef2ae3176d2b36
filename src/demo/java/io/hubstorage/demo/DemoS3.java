package io.hubstorage.demo;

import io.hubstorage.testkit.EmbeddedS3;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * The demo's S3 server alone, for a container of its own: the same buckets with the same changes, on port 9000 of every
 * interface, until the process is ended. {@code DEMO_BYTES_PER_SECOND} limits the downloads and {@code DEMO_CHANGE_SECONDS}
 * sets the pace of the changes; 0 means no limit, or no change.
 */
public final class DemoS3 {
    private static final int PORT = 9000;

    private DemoS3() {}

    /** Serves; the file {@code buckets-are-filled} appears in the temporary folder when there is something to back up. */
    public static void main(String[] args) throws Exception {
        long bytesPerSecond = number("DEMO_BYTES_PER_SECOND", Demo.FIRST_BYTES_PER_SECOND);
        long changeSeconds = number("DEMO_CHANGE_SECONDS", Demo.CHANGE_EVERY.toSeconds());
        Path filled = Path.of(System.getProperty("java.io.tmpdir"), "buckets-are-filled");
        Files.deleteIfExists(filled);
        EmbeddedS3 s3 = EmbeddedS3.start("0.0.0.0", PORT);
        DemoData data = new DemoData(s3, 2026);
        data.fill();
        s3.throttle(bytesPerSecond);
        Files.createFile(filled);
        System.out.printf("S3 on port %d with the buckets %s%n", PORT, String.join(", ", DemoData.BUCKETS));
        while (true) {
            TimeUnit.SECONDS.sleep(changeSeconds == 0 ? TimeUnit.DAYS.toSeconds(1) : changeSeconds);
            if (changeSeconds > 0) {
                change(data);
            }
        }
    }

    private static void change(DemoData data) {
        try {
            System.out.println("in the buckets: " + data.change());
        } catch (CompletionException failure) {
            System.err.println("the buckets could not be changed: " + failure.getMessage());
        }
    }

    private static long number(String variable, long otherwise) {
        String text = System.getenv().getOrDefault(variable, "");
        return text.isBlank() ? otherwise : Long.parseLong(text.strip());
    }
}
