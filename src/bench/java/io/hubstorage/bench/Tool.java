package io.hubstorage.bench;

import java.io.IOException;
import java.nio.file.Path;

/** Somebody who copies the server's bucket, again and again. Not thread-safe. */
interface Tool extends AutoCloseable {
    /** The executable that runs this. */
    String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /** What one run came to. */
    record Outcome(boolean successful, Measured measured) {}

    /** How many runs it needs before it is as fast as it gets. */
    int warmUps();

    /** Removes what it has copied. */
    void empty() throws IOException;

    /** Copies the bucket. */
    Outcome run() throws IOException, InterruptedException;

    /** The folder that holds the files of the bucket after a run. */
    Path tree() throws IOException;

    @Override
    void close();
}
