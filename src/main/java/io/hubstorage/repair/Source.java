package io.hubstorage.repair;

import io.hubstorage.bus.RepairPlan;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** Where bytes may come from that the data folder itself has no more. Blocking; used by one thread at a time. */
interface Source extends AutoCloseable {
    RepairPlan.Source kind();

    /** It has not what is wanted, or cannot be asked; says why in a sentence. */
    final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnavailableException(String why) {
            super(why);
        }
    }

    /** What it offers, for people, without reading it. */
    String offer(DamagedFile file) throws UnavailableException, InterruptedException;

    /**
     * Writes the bytes to an empty channel, and nothing that is not right stays unnoticed.
     *
     * @return where they were, for people
     * @throws UnavailableException when it has not the bytes of the manifest's SHA-256
     * @throws IOException when they cannot be written
     */
    String fetch(DamagedFile file, FileChannel to, Runnable check)
            throws UnavailableException, IOException, InterruptedException;

    @Override
    void close();
}
