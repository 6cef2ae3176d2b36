package io.hubstorage.bench;

import java.io.IOException;
import java.nio.file.Path;

/** Somebody who copies the server's bucket, or what else a case asks for, again and again. Not thread-safe. */
interface Tool extends AutoCloseable {
    /** The executable that runs this. */
    String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /** What one run came to. */
    record Outcome(boolean successful, Measured measured) {}

    /** How many runs it needs before it is as fast as it gets, of those that a service has in the same case. */
    int warmUps(int ofService);

    /** Removes what it has copied. */
    void empty() throws IOException;

    /** Copies the bucket, or does whatever else the case asks for. */
    Outcome run() throws IOException, InterruptedException;

    /** The folder that holds the files of the bucket after a run. */
    Path tree() throws IOException;

    /** Makes what stays have nothing to do, for {@link #resident}. */
    default void awaitRest() throws IOException {
        // It has nothing to do after a run.
    }

    /** The resident set, in bytes, of what stays after a run; 0 where nothing does. */
    default long resident() throws IOException {
        return 0;
    }

    @Override
    void close();
}
